// SPDX-License-Identifier: BSD-3-Clause
// A giant feeder in pieces, which threads and ranks search side by side.
//
// A piece is a subtree of at most scoring.piece_nodes nodes whose parent's subtree has more; where
// it is smaller than a 256th of that it stays with the top. So pieces are a property of the tree
// alone, and whoever searches them, the answer is the same:
//   up      the labels of each piece's root, found by the same folds as without pieces
//   top     folds these and its own nodes, and picks a label per piece: one byte, a slot and
//   whether
//           the edge above is cut
//   down    each piece follows its label and refines itself; a cluster that goes on above its root
//           stays as it is
//   border  last, the whole feeder is refined around the pieces' roots and the nodes of the top
// The labels picked are those of the tree programme without pieces; only the order of refining is
// another.
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/cluster/refine.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// How a feeder's tree is parted.
struct Pieces {
  std::vector<Index> root;      ///< by piece: its root, ascending; it is the nodes below as well
  std::vector<Index> top;       ///< nodes above the pieces and, as leaves, the pieces' roots
  std::vector<Index> piece_of;  ///< by entry of `top`: the piece, or none
  Index count() const { return static_cast<Index>(root.size()); }
};

/// Part a tree. @param piece_nodes  at least 1
Pieces make_pieces(const FeederTree& tree, Index piece_nodes);

/// A label as one byte: slot | cut_bit where the edge above the piece's root is cut.
struct Choice {
  std::uint8_t fresh = 0;  ///< of the best answer
  std::uint8_t kept = 0;   ///< of the label that follows the previous membership, if any
};

/// One piece while its feeder is formed.
template <class More>
struct PieceWork {
  FeederTree tree;
  History history;
  ProgrammeWork<More> programme;
  LabelTable<More> table;                ///< the root's labels
  std::vector<std::int8_t> fresh, kept;  ///< cuts; `kept` only with a previous membership
};

/// Find the labels of piece `piece`; whole.own need only hold the piece's nodes.
template <class More>
void label_piece(const Problem<More>& whole, const Pieces& pieces, Index piece,
                 PieceWork<More>& work);

/// Fold the tables of all pieces into the top and pick. @return by piece
/// @param fresh,kept  cuts of the whole feeder; those of `pieces.top` are set (`kept` only with a
///                    previous membership)
template <class More>
std::vector<Choice> choose_labels(const Problem<More>& whole, const Pieces& pieces,
                                  std::span<const LabelTable<More>* const> tables,
                                  std::vector<std::int8_t>& fresh, std::vector<std::int8_t>& kept);

/// Follow the choice and refine the piece: fills work.fresh and work.kept.
template <class More>
void settle_piece(const Problem<More>& whole, const Pieces& pieces, Index piece, Choice choice,
                  RefineWork<More>& refining, PieceWork<More>& work);

/// Refine the whole feeder around the borders of its pieces.
template <class More>
Total refine_borders(const Problem<More>& whole, const Pieces& pieces, RefineWork<More>& refining,
                     std::vector<std::int8_t>& cut);

}  // namespace gridswarm::inline GS_ABI::cluster

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/pieces.ipp"
#endif
