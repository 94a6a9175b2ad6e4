// SPDX-License-Identifier: BSD-3-Clause
// A connected piece of the agents' tree while clusters are being formed: sums that join in O(1).
//
// For parts a (holding node v) and b (holding v's child, l away), with S = sum of distances to the
// top, P = sum of distances over pairs, h = largest distance to the top, D = diameter:
//   S_b' = S_b + m_b l,  P = P_a + P_b + m_b S_a + m_a S_b',  S = S_a + S_b',
//   D = max(D_a, D_b, h_a + h_b + l),  h = max(h_a, h_b + l),  traits add.
// All of it is integer, so no order of joining and no machine changes a bit. Distances beyond
// `too_far` (longer than any allowed diameter) count as that, so that no sum overflows.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/cluster/options.hpp"
#include "gridswarm/distance/electrical.hpp"
#include "gridswarm/distance/similarity.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// 2^37 units of 1e-9 p.u. = 137 p.u.; diameter_max_pu is at most 100.
inline constexpr std::int64_t too_far = std::int64_t{1} << 37;
/// Scores count 1e-6 of J.
inline constexpr double score_unit = 1e6;
/// What an undersized cluster costs beside J: more than any sensible J of one cluster.
inline constexpr std::int64_t undersized_score = 1'000'000'000'000;

struct Part {
  std::int64_t members = 0;
  std::int64_t sum = 0;       ///< S
  std::int64_t pairs = 0;     ///< P
  std::int64_t depth = 0;     ///< h; 0 without members
  std::int64_t diameter = 0;  ///< D
  distance::Traits traits;
};

/// The options as factors on integers.
struct Scoring {
  std::int64_t size_min, size_max, diameter_max, rating_max_va;
  double per_pair, per_soc2, per_output2, per_milliwatt;
  std::int64_t overhead;        ///< kappa as a score
  std::int64_t move;            ///< w_switch as a score
  std::vector<double> inverse;  ///< 1 / m up to size_max
};

/// @throws UsageError where an option is NaN, out of its range or contradicts another.
Scoring scoring_of(const ClusterOptions& options);

/// One agent, or an empty part for a bus without agents.
Part single(const distance::Traits* traits);

/// May they join over an edge of this length, a holding the upper end?
bool fits(const Scoring& scoring, const Part& a, const Part& b, std::int64_t length);

/// Is the part within the hard bounds?
bool within_bounds(const Scoring& scoring, const Part& part);

/// a with b hung on a's top by an edge.
Part join(const Part& a, const Part& b, std::int64_t length);

/// The part's share of J in 1e-6, without what undersized clusters pay.
std::int64_t objective_of(const Scoring& scoring, const Part& part);

/// The same with it: what the search minimises.
std::int64_t score_of(const Scoring& scoring, const Part& part);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/part.ipp"
#endif
