// SPDX-License-Identifier: BSD-3-Clause
// A connected piece of the agents' tree while clusters are being formed: sums that join in O(1).
//
// For parts a (holding node v) and b (holding v's child, l away), with S = sum of distances to the
// top, P = sum of distances over pairs, h = largest distance to the top, D = diameter:
//   S_b' = S_b + m_b l,  P = P_a + P_b + m_b S_a + m_a S_b',  S = S_a + S_b',
//   D = max(D_a, D_b, h_a + h_b + l),  h = max(h_a, h_b + l),  everything else adds.
// All of it is integer, so no order of joining and no machine changes a bit. Distances beyond
// `too_far` (longer than any allowed diameter) count as that, so that no sum overflows.
//
// Most formations ask for one step of net power and nothing else of the devices: such a part
// (`Plain`) takes 72 bytes. Whoever counts outputs, bands, response or a horizon pays for `Wide`.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/cluster/options.hpp"
#include "gridswarm/distance/electrical.hpp"
#include "gridswarm/distance/similarity.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// 2^39 units of 1e-9 p.u. = 550 p.u.; diameter_max_pu is at most 100.
inline constexpr std::int64_t too_far = std::int64_t{1} << 39;
/// Scores count 1e-6 of J.
inline constexpr double score_unit = 1e6;
/// What an undersized cluster costs beside J: more than any sensible J of one cluster.
inline constexpr std::int64_t undersized_score = 1'000'000'000'000;
/// Steps of a horizon.
inline constexpr Index most_steps = 8;

/// Net power of one step.
struct Plain {
  std::int64_t p_milliwatt = 0;
  Plain& operator+=(const Plain& other);
  Plain& operator-=(const Plain& other);
};

/// Everything that may be counted; steps beyond the horizon stay 0.
struct Wide {
  std::int64_t output = 0, output2 = 0;
  std::int64_t response = 0, response2 = 0;
  std::int64_t p_low_milliwatt[most_steps] = {};
  std::int64_t p_high_milliwatt[most_steps] = {};
  Wide& operator+=(const Wide& other);
  Wide& operator-=(const Wide& other);
};

template <class More>
struct Part {
  std::int32_t members = 0;
  std::int32_t storage = 0;   ///< of them with storage
  std::int64_t sum = 0;       ///< S
  std::int64_t pairs = 0;     ///< P
  std::int64_t depth = 0;     ///< h; 0 without members
  std::int64_t diameter = 0;  ///< D
  std::int64_t soc = 0;       ///< sums of distance/similarity.hpp
  std::int64_t soc2 = 0;
  std::int64_t rating_va = 0;
  More more;
};

/// Nodes up to which a feeder, or a piece of a giant one, is searched in one go. Fixed, so that
/// what is found depends neither on threads nor on ranks.
inline constexpr Index most_piece_nodes = 65'536;

/// The options as factors on integers.
struct Scoring {
  std::int64_t size_min, size_max, diameter_max, rating_max_va;
  double per_pair, per_soc2, per_output2, per_response2, per_milliwatt;
  std::int64_t overhead;              ///< kappa as a score
  std::int64_t move;                  ///< w_switch as a score
  std::vector<double> inverse;        ///< 1 / m up to size_max
  std::vector<std::uint8_t> slot_of;  ///< members -> size class (size_classes)
  std::int64_t refine_passes;
  double min_gain;
  double flexibility;
  bool wide;                             ///< parts need `Wide`
  Index piece_nodes = most_piece_nodes;  ///< larger feeders are formed in pieces
};

/// Members -> slot: exact for small sizes, then classes that grow by a constant ratio.
std::vector<std::uint8_t> size_classes(std::int64_t size_max, std::int64_t labels);

/// @param steps  of the horizon; 1: the present only
/// @throws UsageError where an option is NaN, out of its range or contradicts another.
Scoring scoring_of(const ClusterOptions& options, Index steps = 1);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/part.ipp"
#endif
