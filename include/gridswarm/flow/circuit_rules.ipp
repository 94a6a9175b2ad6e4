// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_rules.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/circuit_rules.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

inline std::size_t lane_at(std::size_t row, int lane) {
  return row * kernel::sweep_lanes + static_cast<std::size_t>(lane);
}

inline void check_curve(const feeder::Circuit& circuit, Index row, const Curve& curve) {
  bool is_good = curve.count == 0 || circuit.ders.kva[row] > 0.0;
  for (int k = 0; k < curve.count; ++k) {
    is_good = is_good && std::isfinite(curve.x[k]) && std::isfinite(curve.y[k]);
    is_good = is_good && (k == 0 || curve.x[k] > curve.x[k - 1]);
  }
  if (!is_good)
    throw InputError(circuit.file.empty() ? "circuit" : circuit.file, 0,
                     circuit.ders.name[row] +
                         " follows a curve, which needs a rating in kVA and finite points of"
                         " ascending voltage");
}

inline bool follows_voltage(const feeder::Ders& ders, Index row) {
  return (ders.rule[row] == feeder::VarRule::volt_var && ders.volt_var[row].count > 0) ||
         ders.volt_watt[row].count > 0;
}

/// V of one element.
inline feeder::Phasor element_voltage(const kernel::CircuitLaw& law, std::span<const double> v,
                                      int lane) {
  const auto at = [&](std::int32_t slot) {
    const std::size_t row = 2 * static_cast<std::size_t>(slot);
    return feeder::Phasor{v[lane_at(row, lane)], v[lane_at(row + 1, lane)]};
  };
  return law.b < 0 ? at(law.a) : at(law.a) - at(law.b);
}

/// Mean |V| / rated over the elements of a rule's device.
inline double device_voltage(const CircuitRules& rules, Index row,
                             std::span<const kernel::CircuitLaw> laws, std::span<const double> v,
                             int lane) {
  double sum = 0.0;
  for (const Index law : rules.laws.row(row))
    sum += std::sqrt(norm(element_voltage(laws[law], v, lane)));
  return sum / (static_cast<double>(rules.laws.row(row).size()) * rules.rated_v[row]);
}

/// A device's injection as its elements' consumption.
inline void put_injection(const feeder::Ders& ders, Index der, std::span<const Index> laws,
                          int lane, feeder::Phasor s_kw, std::span<double> power) {
  const double share = -1000.0 / ders.phases[der];
  for (const Index law : laws) {
    power[lane_at(2 * static_cast<std::size_t>(law), lane)] = share * s_kw.re;
    power[lane_at(2 * static_cast<std::size_t>(law) + 1, lane)] = share * s_kw.im;
  }
}

/// How much less a device injects per p.u. of voltage, at its steepest.
inline feeder::Phasor steepest_fall_kw(const feeder::Ders& ders, Index row) {
  const double kva = ders.kva[row];
  feeder::Phasor fall;
  if (ders.volt_watt[row].count > 0) fall.re = kva * steepest_slope(ders.volt_watt[row]);
  if (ders.rule[row] == feeder::VarRule::power_factor) fall.im = ders.tan_phi[row] * fall.re;
  if (ders.rule[row] == feeder::VarRule::volt_var && ders.volt_var[row].count > 0)
    fall.im = kva * steepest_slope(ders.volt_var[row]);
  return fall;
}

constexpr int rule_kinds = 7;

/// Which of six axes, 30 degrees apart, a voltage lies along.
inline int axis_of(feeder::Phasor v) {
  constexpr double half_root = 0x1.bb67ae8584caap-1;  // sqrt(3) / 2
  constexpr std::array<feeder::Phasor, 6> axes{{{1.0, 0.0},
                                                {half_root, 0.5},
                                                {0.5, half_root},
                                                {0.0, 1.0},
                                                {-0.5, half_root},
                                                {-half_root, 0.5}}};
  int best = 0;
  double largest = -1.0;
  for (int k = 0; k < 6; ++k) {
    const double along = std::fabs(axes[k].re * v.re + axes[k].im * v.im);
    if (along > largest) best = k;
    if (along > largest) largest = along;
  }
  return best;
}

/// Iterations with the least gain after |u - w| has grown.
constexpr std::int32_t iterations_held = 5;

/// What the last two steps tell of a device's gain.
inline double gain_of(const CircuitRules& rules, Index row, double off, std::size_t at,
                      const CircuitRuleLanes& lanes) {
  const double slope = lanes.moved[at] != 0.0 ? (lanes.off[at] - off) / lanes.moved[at] : 0.0;
  return slope > 1.0 ? std::max(rules.gain[row], 1.0 / slope) : slope > 0.0 ? 1.0 : rules.gain[row];
}

/// One device of a lane: w moves, and with it what the device injects. Returns |u - w| before.
inline double follow_one(const feeder::Circuit& circuit, const CircuitRules& rules, Index row,
                         std::span<const kernel::CircuitLaw> laws, int lane,
                         std::span<const double> v, CircuitRuleLanes& lanes,
                         std::span<double> power) {
  const std::size_t at = lane_at(static_cast<std::size_t>(row), lane);
  const double off = device_voltage(rules, row, laws, v, lane) - lanes.w[at];
  const double gain = lanes.holding[static_cast<std::size_t>(lane)] > 0
                          ? rules.gain[row]
                          : gain_of(rules, row, off, at, lanes);
  lanes.moved[at] = gain * off;
  lanes.off[at] = off;
  lanes.w[at] += lanes.moved[at];
  const Index der = rules.der[row];
  put_injection(circuit.ders, der, rules.laws.row(row), lane,
                der_power_kw(circuit.ders, der, lanes.kw[at], lanes.kvar[at], lanes.w[at]), power);
  return std::fabs(off);
}

/// Lanes whose largest |u - w| has grown take small steps for a while.
inline void hold_lanes(unsigned lanes_mask, std::span<const double> largest,
                       CircuitRuleLanes& lanes) {
  for (std::size_t lane = 0; lane < kernel::sweep_lanes; ++lane) {
    if ((lanes_mask >> lane & 1U) == 0) continue;
    std::int32_t& holding = lanes.holding[lane];
    holding = largest[lane] > lanes.largest_off[lane] ? iterations_held : std::max(0, holding - 1);
    lanes.largest_off[lane] = largest[lane];
  }
}

}  // namespace detail

GS_INLINE feeder::Phasor der_power_kw(const feeder::Ders& ders, Index row, double kw, double kvar,
                                      double u) {
  const double kva = ders.kva[row];
  double p = kw;
  if (ders.volt_watt[row].count > 0) p = std::min(p, kva * value_at(ders.volt_watt[row], u));
  if (kva > 0.0) p = std::clamp(p, -kva, kva);
  double q = kvar;
  if (ders.rule[row] == feeder::VarRule::power_factor) q = ders.tan_phi[row] * p;
  if (ders.rule[row] == feeder::VarRule::volt_var && ders.volt_var[row].count > 0)
    q = kva * value_at(ders.volt_var[row], u);
  if (kva > 0.0) {
    const double room = std::sqrt(std::max(0.0, kva * kva - p * p));
    q = std::clamp(q, -room, room);
  }
  return {p, q};
}

GS_INLINE CircuitRules make_circuit_rules(const feeder::Circuit& circuit,
                                          std::span<const kernel::CircuitBands> bands,
                                          std::span<const kernel::CircuitLaw> laws,
                                          const Csr& of_der) {
  CircuitRules rules;
  const feeder::Ders& ders = circuit.ders;
  for (Index i = 0; i < ders.size(); ++i) {
    if (!ders.in_service[i]) continue;
    if (ders.rule[i] == feeder::VarRule::volt_var)
      detail::check_curve(circuit, i, ders.volt_var[i]);
    detail::check_curve(circuit, i, ders.volt_watt[i]);
    const auto elements = of_der.row(i);
    if (!detail::follows_voltage(ders, i) || elements.empty()) continue;
    rules.der.push_back(i);
    rules.laws.items.insert(rules.laws.items.end(), elements.begin(), elements.end());
    rules.laws.first.push_back(static_cast<Index>(rules.laws.items.size()));
    rules.rated_v.push_back(1.0 / bands[laws[elements[0]].bands].over_rated);
    rules.gain.push_back(1.0);
  }
  return rules;
}

GS_INLINE void fill_rule_probes(const feeder::Circuit& circuit, const CircuitRules& rules,
                                std::span<const kernel::CircuitLaw> laws, std::span<const double> v,
                                std::span<double> power) {
  std::fill(power.begin(), power.end(), 0.0);
  for (Index row = 0; row < rules.size(); ++row) {
    const auto elements = rules.laws.row(row);
    const int kind = elements.size() > 1
                         ? detail::rule_kinds - 1
                         : detail::axis_of(detail::element_voltage(laws[elements[0]], v, 0));
    const Index der = rules.der[row];
    const feeder::Phasor fall = detail::steepest_fall_kw(circuit.ders, der);
    detail::put_injection(circuit.ders, der, elements, kind, -probe_share * fall, power);
  }
}

GS_INLINE void set_rule_gains(std::span<const kernel::CircuitLaw> laws, std::span<const double> v0,
                              std::span<const double> v, CircuitRules& rules) {
  for (Index row = 0; row < rules.size(); ++row) {
    double sum = 0.0;
    for (int kind = 0; kind < detail::rule_kinds; ++kind)
      sum += std::fabs(detail::device_voltage(rules, row, laws, v, kind) -
                       detail::device_voltage(rules, row, laws, v0, kind));
    rules.gain[row] = 1.0 / (1.0 + sum / probe_share);
  }
}

GS_INLINE void start_rules(const feeder::Circuit& circuit, const CircuitRules& rules,
                           std::span<const kernel::CircuitLaw> laws, std::span<const double> kw,
                           std::span<const double> kvar, Index first, Index used,
                           std::span<const double> v, CircuitRuleLanes& lanes,
                           std::span<double> power) {
  const feeder::Ders& ders = circuit.ders;
  const std::size_t size = static_cast<std::size_t>(rules.size()) * kernel::sweep_lanes;
  for (Column<double>* column : {&lanes.kw, &lanes.kvar, &lanes.w, &lanes.moved, &lanes.off})
    column->assign(size, 0.0);
  lanes.largest_off.fill(std::numeric_limits<double>::infinity());
  lanes.holding.fill(1);  // there are no two steps yet
  for (Index row = 0; row < rules.size(); ++row)
    for (int lane = 0; lane < kernel::sweep_lanes; ++lane) {
      const auto scenario = static_cast<std::size_t>(first + (lane < used ? lane : 0));
      const std::size_t at = detail::lane_at(static_cast<std::size_t>(row), lane);
      const Index der = rules.der[row];
      const std::size_t from = scenario * ders.name.size() + static_cast<std::size_t>(der);
      lanes.kw[at] = kw.empty() ? ders.kw[der] : kw[from];
      lanes.kvar[at] = kvar.empty() ? ders.kvar[der] : kvar[from];
      lanes.w[at] = detail::device_voltage(rules, row, laws, v, lane);
      detail::put_injection(ders, der, rules.laws.row(row), lane,
                            der_power_kw(ders, der, lanes.kw[at], lanes.kvar[at], lanes.w[at]),
                            power);
    }
}

GS_INLINE void follow_voltages(const feeder::Circuit& circuit, const CircuitRules& rules,
                               std::span<const kernel::CircuitLaw> laws,
                               std::span<const kernel::CircuitBands> bands, unsigned lanes_mask,
                               std::span<const double> v, CircuitRuleLanes& lanes,
                               std::span<double> power, std::span<double> j,
                               std::span<double> step) {
  constexpr std::size_t numbers = 2 * static_cast<std::size_t>(kernel::sweep_lanes);
  const auto& kernels = kernel::kernels();
  std::array<double, kernel::sweep_lanes> largest{};
  for (Index row = 0; row < rules.size(); ++row) {
    const auto elements = rules.laws.row(row);
    const std::size_t one = numbers * static_cast<std::size_t>(elements[0]);
    alignas(64) std::array<double, numbers> change;  // alike in all elements: J is linear in it
    std::copy_n(power.begin() + static_cast<std::ptrdiff_t>(one), numbers, change.begin());
    for (int lane = 0; lane < kernel::sweep_lanes; ++lane)
      if ((lanes_mask >> lane & 1U) != 0)
        largest[lane] = std::max(
            largest[lane], detail::follow_one(circuit, rules, row, laws, lane, v, lanes, power));
    for (std::size_t k = 0; k < numbers; ++k) change[k] = power[one + k] - change[k];
    for (const Index law : elements)
      kernels.circuit_law_draw(laws[law], bands.data(), change.data(), v.data(), j.data());
  }
  detail::hold_lanes(lanes_mask, largest, lanes);
  for (int lane = 0; lane < kernel::sweep_lanes; ++lane)
    step[lane] = std::max(step[lane], largest[lane]);
}

}  // namespace gridswarm::inline GS_ABI::flow
