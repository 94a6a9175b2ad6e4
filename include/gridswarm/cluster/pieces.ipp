// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/pieces.hpp"
#include "gridswarm/cluster/refine.ipp"
#include "gridswarm/cluster/tree_programme.ipp"

namespace gridswarm::inline GS_ABI::cluster {

GS_INLINE Pieces make_pieces(const FeederTree& tree, Index piece_nodes) {
  const Index least = std::max(Index{1}, piece_nodes / 256);
  Pieces pieces;
  for (Index v = 0; v < tree.nodes();) {
    const bool piece = tree.size[v] <= piece_nodes && tree.size[v] >= least;
    pieces.top.push_back(v);
    pieces.piece_of.push_back(piece ? pieces.count() : none);
    if (piece) pieces.root.push_back(v);
    v += piece ? tree.size[v] : 1;
  }
  return pieces;
}

namespace detail {

/// The subtree of `root` as a tree of its own.
GS_INLINE void copy_subtree(const FeederTree& tree, Index root, FeederTree& out) {
  const Index end = root + tree.size[root];
  const auto take = [&](const auto& from, auto& to) {
    to.assign(from.begin() + root, from.begin() + end);
  };
  take(tree.parent, out.parent);
  take(tree.size, out.size);
  take(tree.agent, out.agent);
  take(tree.node, out.node);
  take(tree.length, out.length);
  for (Index& parent : out.parent) parent -= root;
  out.parent[0] = none;
  out.length[0] = 0;
}

/// What was before, of the nodes listed.
template <class Nodes>
void copy_history(const History& history, const Nodes& nodes, History& out) {
  out = {};
  out.any = history.any;
  if (!history.any) return;
  out.clusters = history.clusters;
  for (Index v : nodes) {
    out.if_cut.push_back(history.if_cut[v]);
    out.if_joined.push_back(history.if_joined[v]);
    out.was_joined.push_back(history.was_joined[v]);
    out.was_in.push_back(history.was_in[v]);
  }
}

/// The nodes first .. last - 1.
struct NodeRange {
  struct At {
    Index node;
    Index operator*() const { return node; }
    At& operator++() {
      ++node;
      return *this;
    }
    bool operator!=(const At& other) const { return node != other.node; }
  };
  Index first, last;
  At begin() const { return {first}; }
  At end() const { return {last}; }
};

/// The nodes of pieces.top as a tree of its own.
GS_INLINE FeederTree copy_top(const FeederTree& tree, const Pieces& pieces) {
  FeederTree out;
  std::vector<Index> row(static_cast<std::size_t>(tree.nodes()), none);
  for (std::size_t k = 0; k < pieces.top.size(); ++k) {
    const Index v = pieces.top[k];
    row[v] = static_cast<Index>(k);
    out.parent.push_back(tree.parent[v] == none ? none : row[tree.parent[v]]);
    out.agent.push_back(tree.agent[v]);
    out.node.push_back(tree.node[v]);
    out.length.push_back(tree.length[v]);
  }
  out.size.assign(pieces.top.size(), 1);
  for (Index k = out.nodes() - 1; k > 0; --k) out.size[out.parent[k]] += out.size[k];
  return out;
}

/// A piece as a problem of its own.
template <class More>
Problem<More> problem_of_piece(const Problem<More>& whole, const Pieces& pieces, Index piece,
                               const PieceWork<More>& work, bool open_root) {
  const Index root = pieces.root[piece];
  const auto own = whole.own.subspan(static_cast<std::size_t>(root),
                                     static_cast<std::size_t>(whole.tree.size[root]));
  return {work.tree, own, whole.scoring, work.history, {}, open_root};
}

}  // namespace detail

template <class More>
void label_piece(const Problem<More>& whole, const Pieces& pieces, Index piece,
                 PieceWork<More>& work) {
  const Index root = pieces.root[piece];
  detail::copy_subtree(whole.tree, root, work.tree);
  detail::copy_history(whole.history, detail::NodeRange{root, root + whole.tree.size[root]},
                       work.history);
  run_programme(detail::problem_of_piece(whole, pieces, piece, work, false), work.programme);
  const detail::LabelSet<More> set = detail::set_at(work.programme, work.programme.top);
  work.table.score.assign(set.score, set.score + work.programme.slots);
  work.table.label.assign(set.label, set.label + work.programme.slots);
}

template <class More>
std::vector<Choice> choose_labels(const Problem<More>& whole, const Pieces& pieces,
                                  std::span<const LabelTable<More>* const> tables,
                                  std::vector<std::int8_t>& fresh, std::vector<std::int8_t>& kept) {
  const FeederTree tree = detail::copy_top(whole.tree, pieces);
  History history;
  detail::copy_history(whole.history, pieces.top, history);
  std::vector<Part<More>> own;
  std::vector<const LabelTable<More>*> known;
  for (std::size_t k = 0; k < pieces.top.size(); ++k) {
    const Index piece = pieces.piece_of[k];
    own.push_back(piece == none ? whole.own[pieces.top[k]] : Part<More>());
    known.push_back(piece == none ? nullptr : tables[piece]);
  }
  const Problem<More> problem{tree, own, whole.scoring, history, known};
  ProgrammeWork<More> programme;
  const std::uint8_t best = run_programme(problem, programme);

  std::vector<Choice> choices(pieces.root.size());
  std::vector<std::int8_t> cut;
  const auto follow = [&](std::uint8_t slot, std::uint8_t Choice::*choice,
                          std::vector<std::int8_t>& cuts) {
    trace_cuts(problem, slot, programme, cut);
    cuts.resize(static_cast<std::size_t>(whole.tree.nodes()));
    for (std::size_t k = 0; k < pieces.top.size(); ++k) {
      cuts[pieces.top[k]] = cut[k];
      if (const Index piece = pieces.piece_of[k]; piece != none)
        choices[piece].*choice =
            static_cast<std::uint8_t>(programme.chosen[k] | (cut[k] ? cut_bit : 0));
    }
  };
  follow(best, &Choice::fresh, fresh);
  if (history.any) follow(static_cast<std::uint8_t>(programme.slots - 1), &Choice::kept, kept);
  return choices;
}

template <class More>
void settle_piece(const Problem<More>& whole, const Pieces& pieces, Index piece, Choice choice,
                  RefineWork<More>& refining, PieceWork<More>& work) {
  const auto follow = [&](std::uint8_t chosen, std::vector<std::int8_t>& cut) {
    const bool open = (chosen & cut_bit) == 0;
    const Problem<More> problem = detail::problem_of_piece(whole, pieces, piece, work, open);
    trace_cuts(problem, static_cast<std::uint8_t>(chosen & ~cut_bit), work.programme, cut);
    refine<More>(problem, {}, refining, cut);
    cut[0] = !open;
  };
  follow(choice.fresh, work.fresh);
  if (whole.history.any) follow(choice.kept, work.kept);
}

template <class More>
Total refine_borders(const Problem<More>& whole, const Pieces& pieces, RefineWork<More>& refining,
                     std::vector<std::int8_t>& cut) {
  return refine<More>(whole, pieces.top, refining, cut);
}

}  // namespace gridswarm::inline GS_ABI::cluster
