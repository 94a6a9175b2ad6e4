// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <numeric>
#include <queue>

#include "gridswarm/base/collectives.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/cluster/form.ipp"
#include "gridswarm/cluster/form_ranks.hpp"
#include "gridswarm/cluster/rank_mail.ipp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<cluster::RankVolume>> fields() {
  using F = cluster::RankVolume;
  static const std::array table = {
      Field<F>{"ranks", "", &F::ranks, 0, no_limit, "Ranks that formed."},
      Field<F>{"pieces", "", &F::pieces, 0, no_limit, "Pieces of giant feeders."},
      Field<F>{"rounds", "", &F::rounds, 0, no_limit, "Phases in which ranks exchanged mail."},
      Field<F>{"messages", "", &F::messages, 0, no_limit, "Mail between ranks."},
      Field<F>{"label_bytes", "B", &F::label_bytes, 0, no_limit, "Labels of pieces, up."},
      Field<F>{"choice_bytes", "B", &F::choice_bytes, 0, no_limit, "Choices of labels, down."},
      Field<F>{"membership_bytes", "B", &F::membership_bytes, 0, no_limit,
               "What was formed, up to rank 0."},
  };
  return table;
}

namespace cluster {
namespace detail {

/// Work of one rank: a whole feeder, or a piece of a giant one.
struct Unit {
  Index feeder;
  Index giant;  ///< row of the run's giants, or none
  Index piece;
  std::int64_t weight;  ///< members; of pieces, nodes with and without
  int rank = 0;
};

/// Give units to ranks, the heaviest first, each to the rank with least to do.
/// @param busy  what rank 0 has to do besides
/// @return rows of `units`, the heaviest first
GS_INLINE std::vector<Index> share_out(std::vector<Unit>& units, std::int64_t busy, int ranks) {
  std::vector<Index> order(units.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return units[a].weight > units[b].weight; });
  using Load = std::pair<std::int64_t, int>;
  std::priority_queue<Load, std::vector<Load>, std::greater<>> least;
  for (int rank = 0; rank < ranks; ++rank) least.push({rank == 0 ? busy : 0, rank});
  for (const Index row : order) {
    const auto [load, rank] = least.top();
    least.pop();
    units[row].rank = rank;
    least.push({load + units[row].weight, rank});
  }
  return order;
}

/// One giant feeder.
template <class More>
struct Giant {
  Index feeder = 0;
  FormWork work;  ///< its tree and history
  Pieces pieces;
  std::vector<PieceWork<More>> piece;   ///< filled where a hosted rank has it
  std::vector<LabelTable<More>> table;  ///< rank 0: what went up
  std::vector<Choice> choice;           ///< rank 0: made; elsewhere: what came down
  std::vector<Part<More>> own;          ///< by node, of hosted pieces; at rank 0 in the end of all
};

/// One formation over ranks.
template <class More>
struct RankRun {
  Exchange& exchange;
  const FormInput& input;
  const Scoring& scoring;
  const Clusters* previous;
  int threads;
  std::vector<Giant<More>> giants = {};
  std::vector<Unit> units = {};
  std::vector<Index> mine = {};    ///< rows of units of hosted ranks, the heaviest first
  std::vector<Index> first = {};   ///< by agent row, of hosted whole feeders
  std::vector<Total> totals = {};  ///< by feeder
  std::vector<std::vector<FeederCluster>> tops = {};
  RankVolume volume = {};
  bool hosted(int rank) const {
    return rank >= exchange.first_hosted() && rank < exchange.first_hosted() + exchange.hosted();
  }
};

template <class More>
Problem<More> problem_of(const RankRun<More>& run, const Giant<More>& giant) {
  return {giant.work.tree, giant.own, run.scoring, giant.work.history};
}

/// Who does what, alike on every rank.
template <class More>
void plan(RankRun<More>& run) {
  const distance::AgentTree& tree = run.input.tree;
  const auto feeders = static_cast<Index>(tree.root.size());
  std::int64_t busy = 0;
  for (Index feeder = 0; feeder < feeders; ++feeder) {
    if (may_be_giant(tree, run.scoring, feeder)) {
      Giant<More> giant;
      giant.feeder = feeder;
      make_feeder_tree(run.input, feeder, giant.work.tree);
      const FeederTree& own = giant.work.tree;
      if (own.nodes() > run.scoring.piece_nodes) {
        recall(own, run.previous, giant.work.memory, giant.work.history);
        giant.pieces = make_pieces(own, run.scoring.piece_nodes);
        const auto row = static_cast<Index>(run.giants.size());
        for (Index k = 0; k < giant.pieces.count(); ++k)
          run.units.push_back({feeder, row, k, own.size[giant.pieces.root[k]]});
        busy += static_cast<std::int64_t>(giant.pieces.top.size());
        giant.piece.resize(giant.pieces.root.size());
        giant.choice.resize(giant.pieces.root.size());
        giant.own.resize(static_cast<std::size_t>(own.nodes()));
        run.giants.push_back(std::move(giant));
        continue;
      }
    }
    std::int64_t members = 0;
    for (Index v = tree.root[feeder]; v < tree.end_of(feeder); ++v)
      members += tree.agent[v] != none;
    run.units.push_back({feeder, none, none, members});
  }
  for (const Index row : share_out(run.units, busy, run.exchange.ranks()))
    if (run.hosted(run.units[row].rank)) run.mine.push_back(row);
  run.first.assign(static_cast<std::size_t>(run.input.fleet.size()), none);
  run.totals.resize(static_cast<std::size_t>(feeders));
  run.tops.resize(static_cast<std::size_t>(feeders));
}

/// Whole feeders, and the labels of pieces.
template <class More>
void search_units(RankRun<More>& run) {
  std::vector<FormWork> work(static_cast<std::size_t>(threads_for(run.threads)));
  run_pieces(static_cast<Index>(run.mine.size()), run.threads, [&](Index k, int thread) {
    const Unit& unit = run.units[run.mine[k]];
    if (unit.giant == none) {
      run.totals[unit.feeder] =
          form_feeder(run.input, run.scoring, {run.previous}, unit.feeder, work[thread], run.first);
      run.tops[unit.feeder] = work[thread].clusters;
      return;
    }
    Giant<More>& giant = run.giants[unit.giant];
    const Index root = giant.pieces.root[unit.piece];
    const Index end = root + giant.work.tree.size[root];
    fill_own(run.input, run.scoring, giant.work.tree, root, end, giant.own);
    label_piece(problem_of(run, giant), giant.pieces, unit.piece, giant.piece[unit.piece]);
  });
}

/// One phase, counted by rank 0, which hears or says everything that crosses ranks.
template <class More>
void exchange_counted(RankRun<More>& run, Mail& mail, std::int64_t& bytes) {
  const auto count = [&](const std::vector<Bytes>& boxes) {
    for (std::size_t rank = 1; rank < boxes.size(); ++rank) {
      run.volume.messages += !boxes[rank].empty();
      bytes += static_cast<std::int64_t>(boxes[rank].size());
    }
  };
  const bool root = hosts_root(run.exchange);
  if (root) count(mail.out[0]);
  run.exchange.exchange(mail);
  if (root) count(mail.in[0]);
  ++run.volume.rounds;
}

/// Call body(unit, box) for the units of every hosted rank; box: its mail with rank 0.
template <class More, class Body>
void for_hosted(RankRun<More>& run, std::vector<std::vector<Bytes>>& boxes, const Body& body) {
  for (const Unit& unit : run.units)
    if (run.hosted(unit.rank)) body(unit, boxes[unit.rank - run.exchange.first_hosted()][0]);
}

template <class More>
void labels_up(RankRun<More>& run) {
  Mail mail = make_mail(run.exchange);
  for_hosted(run, mail.out, [&](const Unit& unit, Bytes& box) {
    if (unit.giant != none) put_table(run.giants[unit.giant].piece[unit.piece].table, box);
  });
  exchange_counted(run, mail, run.volume.label_bytes);
  if (!hosts_root(run.exchange)) return;
  std::vector<Reader> readers;
  for (const Bytes& box : mail.in[0]) readers.push_back({box});
  const std::size_t slots = static_cast<std::size_t>(run.scoring.slot_of.back()) + 2;
  for (Giant<More>& giant : run.giants) giant.table.resize(giant.pieces.root.size());
  for (const Unit& unit : run.units)
    if (unit.giant != none)
      take_table(readers[unit.rank], slots, run.giants[unit.giant].table[unit.piece]);
}

template <class More>
void choices_down(RankRun<More>& run) {
  Mail mail = make_mail(run.exchange);
  if (hosts_root(run.exchange)) {
    for (Giant<More>& giant : run.giants) {
      fill_top(run.input, run.scoring, giant.work.tree, giant.pieces, giant.own);
      std::vector<const LabelTable<More>*> tables;
      for (const auto& table : giant.table) tables.push_back(&table);
      giant.choice = choose_labels<More>(problem_of(run, giant), giant.pieces, tables,
                                         giant.work.cut, giant.work.kept);
      giant.table.clear();
    }
    for (const Unit& unit : run.units) {
      if (unit.giant == none) continue;
      const Choice& choice = run.giants[unit.giant].choice[unit.piece];
      put(mail.out[0][unit.rank], &choice.fresh, 1);
      if (run.giants[unit.giant].work.history.any) put(mail.out[0][unit.rank], &choice.kept, 1);
    }
  }
  exchange_counted(run, mail, run.volume.choice_bytes);
  std::vector<Reader> readers;
  for (auto& boxes : mail.in) readers.push_back({boxes[0]});
  for (const Unit& unit : run.units) {
    if (unit.giant == none || !run.hosted(unit.rank)) continue;
    Reader& reader = readers[unit.rank - run.exchange.first_hosted()];
    Choice& choice = run.giants[unit.giant].choice[unit.piece];
    choice.fresh = reader.take<std::uint8_t>();
    if (run.giants[unit.giant].work.history.any) choice.kept = reader.take<std::uint8_t>();
  }
}

template <class More>
void settle_units(RankRun<More>& run) {
  std::vector<RefineWork<More>> refining(static_cast<std::size_t>(threads_for(run.threads)));
  run_pieces(static_cast<Index>(run.mine.size()), run.threads, [&](Index k, int thread) {
    const Unit& unit = run.units[run.mine[k]];
    if (unit.giant == none) return;
    Giant<More>& giant = run.giants[unit.giant];
    settle_piece(problem_of(run, giant), giant.pieces, unit.piece, giant.choice[unit.piece],
                 refining[thread], giant.piece[unit.piece]);
    giant.piece[unit.piece].programme = {};
  });
}

/// Of a whole feeder: sums, clusters, and by agent in the order of the tree the first of its
/// cluster. Of a piece: its cuts.
template <class More>
void put_unit(const RankRun<More>& run, const Unit& unit, Bytes& box) {
  if (unit.giant != none) {
    put_cuts(run.giants[unit.giant].piece[unit.piece].fresh, box);
    put_cuts(run.giants[unit.giant].piece[unit.piece].kept, box);
    return;
  }
  const distance::AgentTree& tree = run.input.tree;
  const auto& tops = run.tops[unit.feeder];
  const auto clusters = static_cast<std::int64_t>(tops.size());
  put(box, &run.totals[unit.feeder], 1);
  put(box, &clusters, 1);
  put(box, tops.data(), tops.size());
  std::vector<Index> first;
  for (Index v = tree.root[unit.feeder]; v < tree.end_of(unit.feeder); ++v)
    if (tree.agent[v] != none) first.push_back(run.first[tree.agent[v]]);
  put(box, first.data(), first.size());
}

/// What put_unit() said, at rank 0.
template <class More>
void take_unit(RankRun<More>& run, const Unit& unit, Reader& reader, std::vector<Index>& of) {
  if (unit.giant != none) {
    Giant<More>& giant = run.giants[unit.giant];
    const Index root = giant.pieces.root[unit.piece];
    const auto nodes = static_cast<std::size_t>(giant.work.tree.size[root]);
    take_cuts(reader, giant.work.cut.data() + root, nodes);
    if (giant.work.history.any) take_cuts(reader, giant.work.kept.data() + root, nodes);
    return;
  }
  const distance::AgentTree& tree = run.input.tree;
  run.totals[unit.feeder] = reader.take<Total>();
  run.tops[unit.feeder].resize(static_cast<std::size_t>(reader.take<std::int64_t>()));
  reader.take(run.tops[unit.feeder].data(), run.tops[unit.feeder].size());
  for (Index v = tree.root[unit.feeder]; v < tree.end_of(unit.feeder); ++v)
    if (tree.agent[v] != none) of[tree.agent[v]] = reader.take<Index>();
}

/// Rank 0 hears everything and refines around the borders of pieces. @return by agent row
template <class More>
std::vector<Index> membership_up(RankRun<More>& run) {
  Mail mail = make_mail(run.exchange);
  for_hosted(run, mail.out, [&](const Unit& unit, Bytes& box) { put_unit(run, unit, box); });
  exchange_counted(run, mail, run.volume.membership_bytes);
  if (!hosts_root(run.exchange)) return {};
  std::vector<Index> of(static_cast<std::size_t>(run.input.fleet.size()), none);
  std::vector<Reader> readers;
  for (const Bytes& box : mail.in[0]) readers.push_back({box});
  for (const Unit& unit : run.units) take_unit(run, unit, readers[unit.rank], of);
  for (Giant<More>& giant : run.giants) {
    const FeederTree& tree = giant.work.tree;
    run_pieces(giant.pieces.count(), run.threads, [&](Index k, int) {
      const Index root = giant.pieces.root[k];
      fill_own(run.input, run.scoring, tree, root, root + tree.size[root], giant.own);
    });
    RefineWork<More> refining;
    run.totals[giant.feeder] =
        finish_giant(problem_of(run, giant), giant.pieces, giant.work, refining);
    name_clusters(giant.work, of);
    run.tops[giant.feeder] = giant.work.clusters;
  }
  return of;
}

template <class More>
RankFormation form_ranked(RankRun<More> run) {
  plan(run);
  search_units(run);
  if (!run.giants.empty()) {
    labels_up(run);
    choices_down(run);
    settle_units(run);
  }
  std::vector<Index> of = membership_up(run);
  if (!hosts_root(run.exchange)) return {};
  run.volume.ranks = run.exchange.ranks();
  for (const Giant<More>& giant : run.giants) run.volume.pieces += giant.pieces.count();
  return {formation_of(run.input, run.previous, std::move(of), run.tops, run.totals), run.volume};
}

}  // namespace detail

GS_INLINE RankFormation form_over_ranks(Exchange& exchange, const feeder::Case& grid,
                                        const feeder::Forest& forest, const fleet::Fleet& fleet,
                                        const ClusterOptions& options, const Clusters* previous,
                                        int threads, const FormExtras& extras) {
  const Scoring scoring = detail::checked_scoring(fleet, options, previous, extras);
  const distance::AgentTree tree =
      distance::make_agent_tree(grid, forest, fleet, length_rule(options));
  const FormInput input{tree, fleet, {}, extras.apart, extras.horizon};
  if (scoring.wide) return detail::form_ranked<Wide>({exchange, input, scoring, previous, threads});
  return detail::form_ranked<Plain>({exchange, input, scoring, previous, threads});
}

}  // namespace cluster
}  // namespace gridswarm::inline GS_ABI
