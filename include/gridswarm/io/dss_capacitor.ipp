// SPDX-License-Identifier: BSD-3-Clause
// Bodies of dss_capacitor.hpp. Defaults are those of OpenDSS's manual.
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/io/dss_capacitor.hpp"
#include "gridswarm/io/dss_fields.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

enum class CapacitorSize : std::int8_t { kvar, microfarads, matrix };

/// A Capacitor while its properties are replayed.
struct DssCapacitor {
  std::int32_t phases = 3;
  double kv = 12.47;
  double base_frequency_hz = 60.0;
  feeder::Connection connection = feeder::Connection::wye;
  CapacitorSize size = CapacitorSize::kvar;
  std::vector<double> kvar{1200.0};  ///< by step
  std::vector<double> microfarads{0.0};
  std::vector<double> matrix_uf;
  std::vector<std::int64_t> states{1};
  DssBus from;
  DssBus to;
  bool to_given = false;
};

constexpr std::array<DssNumber<DssCapacitor>, 2> capacitor_numbers{
    {{"kv", &DssCapacitor::kv}, {"basefreq", &DssCapacitor::base_frequency_hz}}};

constexpr std::array<std::string_view, 8> capacitor_silent{
    {"normamps", "emergamps", "faultrate", "pctperm", "repair", "enabled", "like", "ratings"}};

/// One value per step; a bank of one step that becomes one of several is divided evenly.
inline void set_steps(DssCapacitor& state, const DssValue& value) {
  const std::int64_t steps = integer_of(value);
  if (steps < 1 || steps > 1000)
    fail(value, "numsteps=" + value.text + " is not a number of steps from 1 to 1000");
  const bool was_one = state.kvar.size() == 1;
  const auto n = static_cast<std::size_t>(steps);
  const double share = was_one ? state.kvar[0] / static_cast<double>(steps) : state.kvar[0];
  if (was_one) {
    state.kvar.assign(n, share);
    state.states.assign(n, 1);
  }
  state.kvar.resize(n, share);
  state.microfarads.resize(n, state.microfarads[0]);
  state.states.resize(n, 1);
}

inline void set_step_values(const DssValue& value, std::vector<double>& steps) {
  const std::vector<double> numbers = numbers_of(value);
  if (numbers.size() > steps.size())
    fail(value, "lists " + std::to_string(numbers.size()) + " values for " +
                    std::to_string(steps.size()) + " steps; write numsteps before the list");
  std::copy(numbers.begin(), numbers.end(), steps.begin());
}

inline void set_states(DssCapacitor& state, const DssValue& value) {
  std::vector<double> numbers(state.states.begin(), state.states.end());
  set_step_values(value, numbers);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != 0.0 && numbers[i] != 1.0)
      fail(value, "states=" + value.text + "; a step is 0 or 1");
    state.states[i] = numbers[i] == 1.0 ? 1 : 0;
  }
}

/// Filters change a bank's admittance: refuse what is not zero.
inline void require_no_filter(const DssProperty& property) {
  for (const double number : numbers_of(property.value))
    if (number != 0.0)
      fail(property.value, std::string(property.name) + "=" + property.value.text +
                               ": capacitors with a series impedance are not modelled");
}

inline void replay_capacitor(DssBuild& build, const DssObject& object, DssCapacitor& state,
                             const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (read_number<DssCapacitor>(state, capacitor_numbers, property)) return;
  if (name == "bus1") {
    state.from = bus_of(value);
  } else if (name == "bus2") {
    state.to = bus_of(value);
    state.to_given = true;
  } else if (name == "phases") {
    state.phases = phases_of(value);
  } else if (name == "conn") {
    state.connection = connection_of(value);
  } else if (name == "kvar") {
    set_step_values(value, state.kvar);
    state.size = CapacitorSize::kvar;
  } else if (name == "cuf") {
    set_step_values(value, state.microfarads);
    state.size = CapacitorSize::microfarads;
  } else if (name == "cmatrix") {
    state.matrix_uf = matrix_of(value, state.phases);
    state.size = CapacitorSize::matrix;
  } else if (name == "numsteps") {
    set_steps(state, value);
  } else if (name == "states") {
    set_states(state, value);
  } else if (name == "r" || name == "xl" || name == "harm") {
    require_no_filter(property);
  } else if (!is_among(capacitor_silent, name)) {
    pass_over(build, object, property);
  }
}

/// Volts across one capacitor of the bank at its rating.
inline double phase_volts(const DssCapacitor& state) {
  const bool is_star = state.connection == feeder::Connection::wye;
  const bool has_phases = state.phases == 2 || state.phases == 3;
  return 1000.0 * (is_star && has_phases ? state.kv / std::numbers::sqrt3 : state.kv);
}

/// The susceptance between phase i and phase i of the other terminal (wye), or between any two
/// phases (delta), of all steps, siemens at the circuit's frequency.
inline double phase_susceptance_s(const DssBuild& build, const DssCapacitor& state) {
  const double volts = phase_volts(state);
  const double frequency = build.circuit.frequency_hz;
  double susceptance = 0.0;
  if (state.size == CapacitorSize::kvar)
    for (const double kvar : state.kvar)
      susceptance +=
          1000.0 * kvar / state.phases / (volts * volts) * frequency / state.base_frequency_hz;
  else
    for (const double microfarads : state.microfarads)
      susceptance += 2.0 * std::numbers::pi * frequency * microfarads * 1e-6;
  return susceptance;
}

/// phases x phases: what joins terminal 1 to terminal 2 (wye), or terminal 1's phases (delta).
inline std::vector<feeder::Phasor> bank_y_s(const DssBuild& build, const DssCapacitor& state) {
  const auto n = static_cast<std::size_t>(state.phases);
  std::vector<feeder::Phasor> y(n * n);
  if (state.size == CapacitorSize::matrix) {
    const double omega = 2.0 * std::numbers::pi * build.circuit.frequency_hz;
    const auto steps = static_cast<double>(state.states.size());
    for (std::size_t k = 0; k < n * n; ++k) y[k].im = omega * state.matrix_uf[k] * 1e-6 * steps;
    return y;
  }
  const double b = phase_susceptance_s(build, state);
  const bool is_delta = state.connection == feeder::Connection::delta;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      y[i * n + j].im = is_delta ? (i == j ? 2.0 * b : -b) : (i == j ? b : 0.0);
  return y;
}

/// The bank on both terminals' conductors: y, -y, -y, y.
inline std::vector<feeder::Phasor> on_both_terminals(const std::vector<feeder::Phasor>& y,
                                                     std::size_t n) {
  std::vector<feeder::Phasor> whole(4 * n * n);
  for (std::size_t i = 0; i < 2 * n; ++i)
    for (std::size_t j = 0; j < 2 * n; ++j)
      whole[i * 2 * n + j] =
          (i < n) == (j < n) ? y[(i % n) * n + j % n] : -1.0 * y[(i % n) * n + j % n];
  return whole;
}

inline double total_kvar(const DssBuild& build, const DssCapacitor& state) {
  double total = 0.0;
  if (state.size == CapacitorSize::matrix) return total;
  const double volts = phase_volts(state);
  if (state.size == CapacitorSize::microfarads)
    return phase_susceptance_s(build, state) * volts * volts * state.phases / 1000.0;
  for (const double kvar : state.kvar) total += kvar;
  return total;
}

inline void append_shunt(DssBuild& build, const DssObject& object, const DssCapacitor& state) {
  const auto n = static_cast<std::size_t>(state.phases);
  std::vector<Index> nodes = nodes_of(build, object, state.from, state.phases, state.phases);
  std::vector<feeder::Phasor> y = bank_y_s(build, state);
  if (state.connection == feeder::Connection::wye) {
    DssBus to = state.to;
    if (!state.to_given) to = DssBus{state.from.name, std::vector<std::int32_t>(n, 0)};
    const std::vector<Index> other = nodes_of(build, object, to, state.phases, state.phases);
    nodes.insert(nodes.end(), other.begin(), other.end());
    y = on_both_terminals(y, n);
  }
  const feeder::Primitive primitive = feeder::onto_nodes(nodes, y);
  feeder::Shunts& rows = build.circuit.shunts;
  rows.nodes.append(primitive.node);
  rows.y_s.append(primitive.y_s);
  rows.kvar.push_back(total_kvar(build, state));
  std::int32_t in = 0;
  for (const std::int64_t step : state.states) in += static_cast<std::int32_t>(step);
  rows.steps.push_back(static_cast<std::int32_t>(state.states.size()));
  rows.steps_in.push_back(in);
  rows.is_capacitor.push_back(1);
  rows.in_service.push_back(is_in_service(object) ? 1 : 0);
  remember(build, object, rows.size());
  rows.name.push_back(full_name(object));
}

/// Between two buses: a line with the bank's impedance.
inline void append_series(DssBuild& build, const DssObject& object, const DssCapacitor& state) {
  if (state.connection != feeder::Connection::wye || state.size == CapacitorSize::matrix)
    fail(object, "lies between two buses; only a plain one of conn=wye may");
  const auto n = static_cast<std::size_t>(state.phases);
  double in = 0.0;
  for (const std::int64_t step : state.states) in += static_cast<double>(step);
  const double b =
      phase_susceptance_s(build, state) * in / static_cast<double>(state.states.size());
  require_positive(object, "susceptance", b);
  std::vector<feeder::Phasor> z(n * n);
  for (std::size_t i = 0; i < n; ++i) z[i * n + i] = {0.0, -1.0 / b};
  feeder::Lines& rows = build.circuit.lines;
  rows.from.append(nodes_of(build, object, state.from, state.phases, state.phases));
  rows.to.append(nodes_of(build, object, state.to, state.phases, state.phases));
  rows.z_ohm.append(z);
  rows.y_s.append(std::vector<feeder::Phasor>(n * n));
  rows.rating_a.push_back(0.0);
  rows.length.push_back(0.0);
  rows.is_switch.push_back(0);
  rows.in_service.push_back(is_in_service(object) ? 1 : 0);
  rows.name.push_back(full_name(object));
}

inline void require_possible(const DssObject& object, const DssCapacitor& state) {
  require_positive(object, "kv", state.kv);
  require_positive(object, "basefreq", state.base_frequency_hz);
  if (state.from.name.empty()) fail(object, "has no bus1");
  const std::vector<double>& steps =
      state.size == CapacitorSize::kvar ? state.kvar : state.microfarads;
  for (const double step : steps)
    if (!std::isfinite(step) || step != steps[0])
      fail(object, "has steps of unlike size; write a capacitor per size");
  if (state.size == CapacitorSize::matrix &&
      state.matrix_uf.size() != static_cast<std::size_t>(state.phases) * state.phases)
    fail(object, "has a cmatrix of another number of phases");
  if (state.connection == feeder::Connection::delta && state.phases == 1)
    fail(object,
         "is a delta of one phase; write bus1=a.1 bus2=a.2 conn=wye with the line "
         "voltage as kv");
}

}  // namespace

GS_INLINE void add_capacitors(DssBuild& build) {
  for (const Index row : objects_of(build.text, "capacitor")) {
    const DssObject& object = build.text.objects[row];
    DssCapacitor state;
    state.base_frequency_hz = build.circuit.frequency_hz;
    for (const DssProperty& property : object.properties)
      replay_capacitor(build, object, state, property);
    require_possible(object, state);
    const bool is_series =
        state.to_given && lower_case(state.to.name) != lower_case(state.from.name);
    if (is_series)
      append_series(build, object, state);
    else
      append_shunt(build, object, state);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
