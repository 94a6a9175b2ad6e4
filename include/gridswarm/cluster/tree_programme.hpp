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
//
// A join is only worked out where closed_a + closed_b + overhead + power left, which needs one sum,
// is below the label it would replace: no term of a score is negative.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/cluster/feeder_tree.hpp"
#include "gridswarm/cluster/history.hpp"
#include "gridswarm/cluster/part.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// At most this many labels by size, for back-pointers of one byte.
inline constexpr std::int64_t most_labels = 64;

template <class More>
struct Label {
  Part<More> part;
  std::int64_t closed;  ///< score of the clusters below and of the moves
};

/// The labels of one node.
template <class More>
struct LabelTable {
  std::vector<std::int64_t> score;  ///< by slot; no_label where there is none
  std::vector<Label<More>> label;
};

/// What one feeder's search works on; of a giant feeder, also one of its pieces (pieces.hpp).
template <class More>
struct Problem {
  const FeederTree& tree;
  std::span<const Part<More>> own;  ///< by node: its agent, or an empty part
  const Scoring& scoring;
  const History& history;
  std::span<const LabelTable<More>* const> known = {};  ///< by node: a leaf's labels, or null
  bool open_root = false;  ///< refine: the root's cluster goes on above and stays as it is
};

/// Labels, back-pointers and the way down; keeps its capacity from feeder to feeder.
template <class More>
struct ProgrammeWork {
  struct Step {
    std::uint8_t above, below;  ///< slots joined; cut_bit in `below` where the edge was cut
  };
  std::size_t slots = 0;            ///< size classes and one for the previous membership
  std::vector<std::int64_t> score;  ///< set * slots + slot: closed + score of the part, or no_label
  std::vector<Label<More>> label;
  std::vector<std::int32_t> free, stack;  ///< sets not in use; those of finished subtrees
  std::vector<Step> step;                 ///< node * slots + slot
  std::vector<std::uint8_t> chosen;
  std::vector<Index> children;
  std::int32_t top = 0;  ///< the root's set
};
inline constexpr std::uint8_t cut_bit = 0x80;
inline constexpr std::int64_t no_label = INT64_MAX;

/// Fill the root's labels and the back-pointers.
/// @return slot of the best label of the root
template <class More>
std::uint8_t run_programme(const Problem<More>& problem, ProgrammeWork<More>& work);

/// Follow back-pointers from the root's label `slot`: cut[v] = 1 where the edge above v is cut (the
/// root's included).
template <class More>
void trace_cuts(const Problem<More>& problem, std::uint8_t slot, ProgrammeWork<More>& work,
                std::vector<std::int8_t>& cut);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/tree_programme.ipp"
#endif
