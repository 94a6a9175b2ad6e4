// SPDX-License-Identifier: BSD-3-Clause
// Random unbalanced feeders by seed: laterals of one to three phases, transformers of every
// connection, sections of four wires and sections that nothing but stray admittance grounds, loads
// of every law, DER with and without rules, and loops where asked for.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/base/random.hpp"
#include "small_circuit.hpp"

namespace test {

using gridswarm::Index;
using gridswarm::feeder::Connection;
using gridswarm::feeder::LoadLaw;
using gridswarm::feeder::Phasor;
using small_circuit::Made;

struct RandomOptions {
  int sections = 8;            ///< lines and transformers
  int loops = 0;               ///< lines beyond a tree
  double loading = 1.0;        ///< times the usual loads
  bool has_rules = true;       ///< DER that follow the voltage
  bool has_floats = true;      ///< sections that nothing grounds
  bool is_power_only = false;  ///< loads of constant power without limits
};

/// A place that more can be hung on.
struct Place {
  std::string bus;
  std::vector<int> numbers;  ///< phases; 4 is a neutral
  double kv_ln;              ///< line to ground
  bool is_grounded;          ///< a phase's voltage to ground means something
  bool has_neutral;          ///< the last number is one
};

struct RandomCircuit {
  Made made;
  std::vector<Place> places;
  std::uint64_t seed;
  std::uint32_t drawn = 0;
  RandomOptions options;

  double uniform(double low = 0.0, double high = 1.0) {
    return low + (high - low) * gridswarm::draw_uniform(seed, gridswarm::Stream::test, 0, drawn++);
  }
  int pick(int count) { return static_cast<int>(uniform(0.0, count - 1e-9)); }
};

inline std::vector<Index> nodes_at(RandomCircuit& at, const std::string& bus,
                                   std::span<const int> numbers) {
  const Index row = add_bus(at.made.circuit, at.made.index, bus);
  std::vector<Index> nodes;
  for (const int number : numbers)
    nodes.push_back(add_node(at.made.circuit, at.made.index, row, number));
  return nodes;
}

/// A base impedance: one place at 100 kVA per phase.
inline double base_ohm(const Place& place) { return place.kv_ln * place.kv_ln * 10.0; }

inline void add_random_line(RandomCircuit& at, const Place& from, const std::string& into,
                            const std::vector<int>& numbers) {
  auto& lines = at.made.circuit.lines;
  const std::size_t n = numbers.size();
  const double size = at.pick(8) > 0     ? at.uniform(0.002, 0.02)
                      : from.is_grounded ? 1e-6
                                         : 1e-4;  // a switch; the oracle has but 19 digits
  std::vector<Phasor> z(n * n), y(n * n);
  const Phasor mutual = size * base_ohm(from) * Phasor{0.15, at.uniform(0.3, 0.45)};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      z[i * n + j] = mutual;
      y[i * n + j] = {0.0, i == j ? 0.0 : -2e-4 * size / base_ohm(from)};
    }
  for (std::size_t i = 0; i < n; ++i) {
    z[i * n + i] = size * base_ohm(from) * Phasor{at.uniform(0.4, 0.8), at.uniform(0.8, 1.2)};
    y[i * n + i] = {0.0, 0.01 * at.uniform() / base_ohm(from)};
  }
  lines.name.push_back("line." + from.bus + "_" + into);
  lines.from.append(nodes_at(at, from.bus, numbers));
  lines.to.append(nodes_at(at, into, numbers));
  lines.z_ohm.append(z);
  lines.y_s.append(y);
  lines.rating_a.push_back(0.0);
  lines.length.push_back(0.0);
  lines.is_switch.push_back(0);
  lines.in_service.push_back(1);
}

inline void add_random_winding(RandomCircuit& at, const std::string& bus,
                               const std::vector<int>& numbers, Connection connection, double kv) {
  small_circuit::add_winding(at.made, bus, {}, connection, kv, 300.0, at.uniform(0.2, 1.0));
  auto& windings = at.made.circuit.windings;
  auto& lists = windings.nodes;  // what add_winding appended is empty: fill it
  const std::vector<Index> nodes = nodes_at(at, bus, numbers);
  for (std::size_t k = 0; k < nodes.size(); ++k) lists.items.push_back(nodes[k]);
  lists.first.back() = static_cast<Index>(lists.items.size());
  windings.tap_pu.back() = 1.0 + 0.00625 * (at.pick(9) - 4);
}

inline void close_random_transformer(RandomCircuit& at, int phases) {
  auto& transformers = at.made.circuit.transformers;
  small_circuit::close_transformer(at.made, "transformer." + std::to_string(transformers.size()),
                                   phases, at.uniform(2.0, 6.0));
  transformers.delta_leads.back() = static_cast<std::int8_t>(at.pick(2));
  transformers.no_load_loss_percent.back() = at.uniform(0.0, 0.5);
  transformers.magnetizing_percent.back() = at.uniform(0.0, 1.0);
}

constexpr int transformer_kinds = 8;

/// Transformers of three phases: the pair of connections by kind.
inline Place add_three_phase(RandomCircuit& at, const Place& from, const std::string& into,
                             int kind) {
  const double root = std::sqrt(3.0);
  const std::array<double, 3> choices{0.277, 2.4, 7.2};
  Place place{into, {1, 2, 3}, choices[at.pick(3)], true, false};
  const bool is_delta_above = kind == 1 || kind == 3 || !from.is_grounded;
  const bool is_delta_below = kind == 2 || kind == 3;
  if (is_delta_above)
    add_random_winding(at, from.bus, {1, 2, 3}, Connection::delta, from.kv_ln * root);
  else
    add_random_winding(at, from.bus, {1, 2, 3, 0}, Connection::wye, from.kv_ln * root);
  if (is_delta_below) {
    add_random_winding(at, into, {1, 2, 3}, Connection::delta, place.kv_ln * root);
    place.is_grounded = false;
  } else if (kind == 4) {
    place.numbers = {1, 2, 3, 4};
    place.has_neutral = true;
    add_random_winding(at, into, place.numbers, Connection::wye, place.kv_ln * root);
    at.made.circuit.windings.r_neutral_ohm.back() = at.uniform(0.05, 1.0) * base_ohm(place);
  } else {
    add_random_winding(at, into, {1, 2, 3, 0}, Connection::wye, place.kv_ln * root);
  }
  close_random_transformer(at, 3);
  return place;
}

/// 120 V to either side of a grounded middle, from one phase.
inline Place add_split_phase(RandomCircuit& at, const Place& from, const std::string& into) {
  const int phase = from.numbers[at.pick(static_cast<int>(from.numbers.size()))];
  add_random_winding(at, from.bus, {phase, 0}, Connection::wye, from.kv_ln);
  add_random_winding(at, into, {1, 0}, Connection::wye, 0.12);
  add_random_winding(at, into, {0, 2}, Connection::wye, 0.12);
  for (Index w = at.made.circuit.windings.size() - 3; w < at.made.circuit.windings.size(); ++w)
    at.made.circuit.windings.kva[w] = 50.0;
  close_random_transformer(at, 1);
  return {into, {1, 2}, 0.12, true, false};
}

/// Open wye - open delta: two phases above, three below between two windings.
inline Place add_open_delta(RandomCircuit& at, const Place& from, const std::string& into) {
  const std::array<std::array<int, 2>, 2> below{{{1, 2}, {2, 3}}};
  for (int k = 0; k < 2; ++k) {
    add_random_winding(at, from.bus, {k + 1, 0}, Connection::wye, from.kv_ln);
    add_random_winding(at, into, {below[k][0], below[k][1]}, Connection::wye, 0.48);
    close_random_transformer(at, 1);
  }
  return {into, {1, 2, 3}, 0.48 / std::sqrt(3.0), false, false};
}

inline bool has_three(const Place& place) {
  return place.numbers.size() >= 3 && place.numbers[2] == 3;
}

/// Some phases of a place; with its neutral, if it has one.
inline std::vector<int> some_numbers(RandomCircuit& at, const Place& place) {
  if (place.has_neutral || !place.is_grounded || at.pick(2) == 0) return place.numbers;
  std::vector<int> numbers;
  const int kept = at.pick(static_cast<int>(place.numbers.size()));
  for (int k = 0; k < static_cast<int>(place.numbers.size()); ++k)
    if (k == kept || at.pick(3) == 0) numbers.push_back(place.numbers[k]);
  return numbers;
}

inline void add_random_section(RandomCircuit& at, const std::string& into) {
  const Place from = at.places[at.pick(static_cast<int>(at.places.size()))];
  const bool can_split = from.is_grounded && !from.has_neutral && from.kv_ln > 1.0;
  const int kind = at.pick(2 * transformer_kinds);
  if (kind <= 4 && has_three(from) && !from.has_neutral &&
      (at.options.has_floats || (kind != 2 && kind != 3)))
    return at.places.push_back(add_three_phase(at, from, into, kind));
  if (kind == 5 && can_split) return at.places.push_back(add_split_phase(at, from, into));
  if (kind == 6 && can_split && has_three(from) && at.options.has_floats)
    return at.places.push_back(add_open_delta(at, from, into));
  Place place = from;
  place.bus = into;
  place.numbers = some_numbers(at, from);
  add_random_line(at, from, into, place.numbers);
  at.places.push_back(place);
}

/// Nodes of a device of one to three phases, and what it is.
struct RandomDevice {
  std::vector<Index> nodes;
  Connection connection;
  int phases;
  double kv;
};

inline RandomDevice device_at(RandomCircuit& at, const Place& place) {
  const int count = static_cast<int>(place.numbers.size()) - (place.has_neutral ? 1 : 0);
  const std::vector<Index> all = nodes_at(at, place.bus, place.numbers);
  const Index neutral = place.has_neutral ? all.back() : gridswarm::feeder::ground;
  const bool is_split = place.kv_ln < 0.2;
  const double line_kv = place.kv_ln * (is_split ? 2.0 : std::sqrt(3.0));
  const bool wants_delta = !place.is_grounded || (count >= 2 && at.pick(3) == 0);
  if (wants_delta && count == 3 && at.pick(2) == 0)
    return {{all[0], all[1], all[2]}, Connection::delta, 3, line_kv};
  if (wants_delta) {
    const int first = at.pick(count);
    return {{all[first], all[(first + 1) % count]}, Connection::delta, 1, line_kv};
  }
  if (count == 3 && at.pick(3) == 0)
    return {{all[0], all[1], all[2], neutral}, Connection::wye, 3, line_kv};
  if (count >= 2 && at.pick(4) == 0)
    return {{all[0], all[1], neutral}, Connection::wye, 2, std::sqrt(3.0) * place.kv_ln};
  return {{all[at.pick(count)], neutral}, Connection::wye, 1, place.kv_ln};
}

inline void add_random_load(RandomCircuit& at, const Place& place) {
  constexpr std::array<LoadLaw, 5> laws{LoadLaw::constant_power, LoadLaw::constant_impedance,
                                        LoadLaw::exponents, LoadLaw::constant_current,
                                        LoadLaw::zip};
  auto& loads = at.made.circuit.loads;
  const RandomDevice device = device_at(at, place);
  const double kw = at.options.loading * device.phases * at.uniform(2.0, 25.0);
  loads.name.push_back("load." + std::to_string(loads.size()));
  loads.nodes.append(device.nodes);
  loads.connection.push_back(device.connection);
  loads.phases.push_back(device.phases);
  loads.law.push_back(at.options.is_power_only ? laws[0] : laws[at.pick(5)]);
  loads.kv.push_back(device.kv);
  loads.kw.push_back(kw);
  loads.kvar.push_back(kw * at.uniform(-0.1, 0.6));
  // Exponents jump at their limits, where there may be no solution: theirs lie far off.
  const double off = loads.law.back() == LoadLaw::exponents ? 0.2 : 0.0;
  loads.v_min_pu.push_back(at.options.is_power_only ? 0.0 : at.uniform(0.85, 0.97) - off);
  loads.v_max_pu.push_back(at.options.is_power_only ? INFINITY : at.uniform(1.01, 1.1) + off);
  loads.v_low_pu.push_back(at.options.is_power_only ? 0.0 : 0.5);
  loads.exponent_p.push_back(at.uniform(0.5, 1.5));
  loads.exponent_q.push_back(at.uniform(1.5, 4.0));
  loads.zip.push_back({0.2, 0.3, 0.5, 0.4, 0.4, 0.2, 0.6});
  loads.profile.push_back(gridswarm::none);
  loads.in_service.push_back(1);
}

inline void add_random_der(RandomCircuit& at, const Place& place) {
  auto& ders = at.made.circuit.ders;
  const RandomDevice device = device_at(at, place);
  const double kva = device.phases * at.uniform(5.0, 30.0);
  const double width = at.uniform(0.02, 0.08);
  const int rule = at.options.has_rules ? at.pick(3) : 0;
  ders.name.push_back("pv." + std::to_string(ders.size()));
  ders.kind.push_back(gridswarm::feeder::DerKind::pv);
  ders.nodes.append(device.nodes);
  ders.connection.push_back(device.connection);
  ders.phases.push_back(device.phases);
  ders.kv.push_back(device.kv);
  ders.kva.push_back(kva);
  ders.kw.push_back(kva * at.uniform(0.1, 1.1));
  ders.kvar.push_back(kva * at.uniform(-0.3, 0.3));
  ders.v_min_pu.push_back(0.9);
  ders.v_max_pu.push_back(at.uniform(1.02, 1.2));
  ders.rule.push_back(static_cast<gridswarm::feeder::VarRule>(rule));
  ders.tan_phi.push_back(at.uniform(-0.4, 0.4));
  ders.volt_var.push_back({4, {0.98 - width, 0.98, 1.01, 1.01 + width}, {0.44, 0.0, 0.0, -0.44}});
  const bool has_watt = at.options.has_rules && at.pick(3) == 0;
  ders.volt_watt.push_back(has_watt ? gridswarm::Curve{2, {1.0, 1.06}, {1.0, 0.2}}
                                    : gridswarm::Curve{});
  ders.profile.push_back(gridswarm::none);
  ders.in_service.push_back(1);
}

inline void add_random_loop(RandomCircuit& at) {
  for (int tries = 0; tries < 50; ++tries) {
    const Place a = at.places[at.pick(static_cast<int>(at.places.size()))];
    const Place b = at.places[at.pick(static_cast<int>(at.places.size()))];
    if (a.bus == b.bus || a.kv_ln != b.kv_ln || a.numbers != b.numbers) continue;
    add_random_line(at, a, b.bus, a.numbers);  // behind other transformers angles may not match
    return;
  }
}

/// A feeder behind a source of 12.47 kV, which holds its voltage or has an impedance.
inline gridswarm::feeder::Circuit random_circuit(std::uint64_t seed, const RandomOptions& options) {
  RandomCircuit at{{}, {{"b0", {1, 2, 3}, 7.2, true, false}}, seed, 0, options};
  const double v = 7200.0 * at.uniform(0.98, 1.05), turned = std::sqrt(0.75);
  const double size = at.pick(3) == 0 ? 0.0 : 0.005 * base_ohm(at.places[0]);
  small_circuit::add_source(at.made, "b0", {1, 2, 3},
                            {{v, 0.0}, {-0.5 * v, -turned * v}, {-0.5 * v, turned * v}},
                            {0.3 * size, size});
  for (int k = 1; k <= options.sections; ++k) add_random_section(at, "b" + std::to_string(k));
  for (int k = 0; k < options.loops; ++k) add_random_loop(at);
  const std::vector<Place> places = at.places;
  for (const Place& place : places) {
    if (at.pick(3) > 0) add_random_load(at, place);
    if (at.pick(4) == 0) add_random_load(at, place);
    if (at.pick(4) == 0) add_random_der(at, place);
  }
  return at.made.circuit;
}

}  // namespace test
