// SPDX-License-Identifier: BSD-3-Clause
// The tree programme: the best cut edges of one feeder, bottom-up with a few labels per node.
//
// A label of node v is a way to cut v's subtree: the part that still holds v, and the score of what
// is closed below. Children are folded in one by one; each fold either cuts the child's edge or
// joins the two parts:
//   (a, b) -> cut:  closed_a + closed_b + score(b),   part a
//          -> join: closed_a + closed_b,              join(a, b), if bounds hold
// Of labels with like many members only the one of the least closed + score(part) lives on. With
// terms that are sums over edges and a label per size this is exact (Lukes, IBM J. Res. Dev. 18
// (1974) 217); spread and residual break that, hence refine.hpp. One more label always follows the
// previous membership, so that the choice to move nothing is never lost.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/cluster/history.hpp"
#include "gridswarm/cluster/part.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// At most this many labels by size, for back-pointers of one byte.
inline constexpr std::int64_t most_labels = 64;

/// What one feeder's formation works on; columns by node of the whole tree.
struct Problem {
  const distance::AgentTree& tree;
  const std::vector<distance::Traits>& traits;  ///< by agent row
  const Scoring& scoring;
  const History& history;
};

struct Label {
  Part part;
  std::int64_t closed;  ///< score of the clusters below and of the moves
  std::int64_t score;   ///< closed + score_of(part)
  std::uint8_t slot;    ///< which size class; the last slot follows the previous membership
};

/// Members -> slot: exact for small sizes, then classes that grow by a constant ratio.
std::vector<std::uint8_t> size_classes(std::int64_t size_max, std::int64_t labels);

/// Labels, back-pointers and the two answers; keeps its capacity from feeder to feeder.
struct ProgrammeWork {
  struct Step {
    std::uint8_t above, below;  ///< slots joined; cut_bit in `below` where the edge was cut
  };
  std::vector<Label> stack;  ///< label sets of finished subtrees
  std::vector<Index> count;  ///< their sizes
  std::vector<Label> current, next;
  std::vector<Step> step;  ///< (node - root) * slots + slot
  std::vector<std::uint8_t> chosen;
  std::vector<Label> top;  ///< labels of the root
};
inline constexpr std::uint8_t cut_bit = 0x80;

/// Fill work.top and back-pointers for one feeder.
void run_programme(const Problem& problem, Index feeder, std::span<const std::uint8_t> slot_of,
                   ProgrammeWork& work);

/// Follow back-pointers from the root's label `slot`: cut[v] = 1 where the edge above v is cut (the
/// root's included).
void trace_cuts(const Problem& problem, Index feeder, std::uint8_t slot, ProgrammeWork& work,
                std::vector<std::int8_t>& cut);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/tree_programme.ipp"
#endif
