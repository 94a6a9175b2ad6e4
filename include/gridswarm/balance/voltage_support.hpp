// SPDX-License-Identifier: BSD-3-Clause
// A cluster holds its voltage together: by its leader with the least effort, or leaderless by equal
// utilisation.
//
// Local curves answer only to the voltage at hand; a device at a strong bus idles while its
// neighbour's bus is low. Both ways here take the feeder's sensitivities, dv = |K| (R dp + X dq)
// around the voltages expected (products by one sweep up and down, tree_response.hpp), and the
// reserves that members tell: how far each may change.
//
// Leader:   minimise  sum_i dq_i^2 / (2 c_i)   subject to  v_min <= v + X dq <= v_max  at the
//           cluster's buses, low_i <= dq_i <= high_i, c_i the larger of both reserves.
//   With a multiplier s_j per bus (> 0 lifts, < 0 lowers) dq_i = clamp(c_i (X s)_i); one bus after
//   another, the worst first, gets the s_j that puts it on its limit (Hildreth 1957: coordinate
//   ascent of the dual). Where reactive reserves don't suffice, active power does the rest the same
//   way, with R. A bus that no reserve lifts further keeps what is left, and that is told.
// Members:  the worst voltage is found by flooding; each member knows what its reserve does there,
//   g_i = X_ji high_i; averaging over the cluster's links gives all of them the mean of g, so all
//   use the same share u = min(1, (v_min - v_j) / (m mean g)) of their reserves. Repeated until no
//   bus is outside, or u = 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/balance/consensus.hpp"
#include "gridswarm/base/column.hpp"
#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/feeder/forest.hpp"

namespace gridswarm::inline GS_ABI::balance {

struct VoltageSupportOptions {
  double v_min_pu = 0.95;
  double v_max_pu = 1.05;
  double tolerance_pu = 1e-8;     ///< of a voltage limit
  std::int64_t max_steps = 2000;  ///< buses put on their limit, or rounds of agreement
};

/// The members of one cluster that can help, as columns; forest positions, p.u. of the case.
struct SupportMembers {
  std::vector<Index> position;
  Column<double> q_low_pu, q_high_pu;  ///< change of reactive power, low <= 0 <= high
  Column<double> p_low_pu, p_high_pu;  ///< change of active power; empty: none
};

struct VoltageSupport {
  Column<double> dq_pu, dp_pu;     ///< per member
  Column<double> v_pu;             ///< per position, expected afterwards
  double outside_before_pu = 0.0;  ///< largest distance of a bus from its band
  double outside_left_pu = 0.0;    ///< the same afterwards: what the reserves could not do
  Index worst = none;              ///< position of that bus; none where all are inside
  double effort_q_pu = 0.0;        ///< sum of |dq|
  double effort_p_pu = 0.0;
  bool held = false;  ///< all buses within the tolerance of their band
  std::int64_t steps = 0;
  std::int64_t rounds = 0;  ///< of messages between neighbours; 0 with a leader
  std::int64_t messages = 0;
};

/// Buffers; owned by the caller.
struct VoltageSupportWork {
  Column<double> weight_abs, column, sums, multiplier, injection, start_pu;
  std::vector<std::uint8_t> exhausted;
};

/// The leader's answer for the buses (positions) of its cluster.
/// @param v_now_pu  per position of the forest: |V| expected without support
/// @throws UsageError for v_min >= v_max, a reserve of the wrong sign, or one not finite
void support_voltage(const feeder::Forest& forest, std::span<const Index> buses,
                     const SupportMembers& members, std::span<const double> v_now_pu,
                     const VoltageSupportOptions& options, VoltageSupportWork& work,
                     VoltageSupport& result);

/// The members' own answer, reactive power only.
/// @param links  between members, symmetric and connected: who averages with whom
/// @throws UsageError as support_voltage and check_graph
void agree_on_voltage(const feeder::Forest& forest, std::span<const Index> buses,
                      const SupportMembers& members, const Csr& links,
                      std::span<const double> v_now_pu, const VoltageSupportOptions& options,
                      const AveragingOptions& averaging, VoltageSupportWork& work,
                      VoltageSupport& result);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/voltage_support.ipp"
#endif
