// SPDX-License-Identifier: BSD-3-Clause
// Rules of inverters on a circuit, inside the solve: power that follows the voltage it makes.
//
// A device injects P = min(available, kva volt_watt(u)) and Q by its rule, both within its rating,
// active power first. u is the mean |V| / rated of its elements. The solve holds one more number
// per device and lane, the voltage w that the device believes in: power is that of w, and after
// every iteration
//   w += g (u - w),   1 / (1 + K) <= g <= 1,   K_i = sum over devices k of |du_i / dw_k| at the
//                                                steepest slopes of their curves
// With the least g the rows of 1 - dw'/dw add up to at most 1 and its eigenvalues are positive (K
// is a product of a positive and a diagonal matrix), so the iteration closes in whatever the
// slopes, where w = u would swing for K >= 1. All K come from one pass over the network with the
// devices' currents at their slopes, one kind of phases per lane. Most slopes are less at any one
// time: g is what the device's last two steps tell, -dw / d(u - w), unless the lane's largest
// |u - w| has just grown, when the least g holds for a few iterations.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/csr.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/feeder/phasor.hpp"
#include "gridswarm/kernel/circuit_law_views.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// DER whose power follows the voltage, with a row each.
struct CircuitRules {
  std::vector<Index> der;
  Csr laws{{0}, {}};       ///< row -> its elements
  Column<double> rated_v;  ///< of one element
  Column<double> gain;     ///< the least g; 1 until set_rule_gains
  Index size() const { return static_cast<Index>(der.size()); }
};

/// What a tile keeps for them: (row, lane).
struct CircuitRuleLanes {
  Column<double> kw, kvar;                                  ///< available, and stated
  Column<double> w;                                         ///< believed voltage, p.u.
  Column<double> moved;                                     ///< last step of w
  Column<double> off;                                       ///< u - w before it
  std::array<double, kernel::sweep_lanes> largest_off{};    ///< over a lane's devices
  std::array<std::int32_t, kernel::sweep_lanes> holding{};  ///< iterations left with the least g
};

/// Injection of DER `row` at u: its rule and limits, kW and kvar.
/// @param kw, kvar  available, and stated (used by the rule `given` only)
feeder::Phasor der_power_kw(const feeder::Ders& ders, Index row, double kw, double kvar, double u);

/// The devices in service whose power follows the voltage and that have elements.
/// @param laws, bands, of_der  as flow/circuit_laws.hpp makes them
/// @throws InputError for a curve without rating, or one whose points do not ascend or are not
///         finite
CircuitRules make_circuit_rules(const feeder::Circuit& circuit,
                                std::span<const kernel::CircuitBands> bands,
                                std::span<const kernel::CircuitLaw> laws, const Csr& of_der);

/// The probe: in lane i, what devices of kind i change as w rises by probe_share. Devices of one
/// phase are kind 0 to 5 by the axis of their voltage, so that none cancels another; the rest 6.
/// @param v      (slot, re/im, lane), the same in all lanes
/// @param power  (law, P and Q, lane), consumption; other entries become 0
inline constexpr double probe_share = 1e-4;
void fill_rule_probes(const feeder::Circuit& circuit, const CircuitRules& rules,
                      std::span<const kernel::CircuitLaw> laws, std::span<const double> v,
                      std::span<double> power);

/// Gains from what the probes' currents do to the voltages.
/// @param v0, v  (slot, re/im, lane): without them and with them
void set_rule_gains(std::span<const kernel::CircuitLaw> laws, std::span<const double> v0,
                    std::span<const double> v, CircuitRules& rules);

/// Powers of the devices that follow the voltage, at the voltages as they are. Scenarios as in
/// fill_load_powers.
void start_rules(const feeder::Circuit& circuit, const CircuitRules& rules,
                 std::span<const kernel::CircuitLaw> laws, std::span<const double> kw,
                 std::span<const double> kvar, Index first, Index used, std::span<const double> v,
                 CircuitRuleLanes& lanes, std::span<double> power);

/// One step of w for lanes whose bits are set; power and J follow.
/// @param j     (slot, re/im, lane): what nodes draw at v; changed by what devices change
/// @param step  per lane, becomes the larger of itself and every |u - w|, p.u.
void follow_voltages(const feeder::Circuit& circuit, const CircuitRules& rules,
                     std::span<const kernel::CircuitLaw> laws,
                     std::span<const kernel::CircuitBands> bands, unsigned lanes_mask,
                     std::span<const double> v, CircuitRuleLanes& lanes, std::span<double> power,
                     std::span<double> j, std::span<double> step);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_rules.ipp"
#endif
