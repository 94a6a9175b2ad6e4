// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/cluster/feeder_tree.ipp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/part_rules.ipp"
#include "gridswarm/cluster/pieces.ipp"
#include "gridswarm/cluster/refine.ipp"
#include "gridswarm/cluster/tree_programme.ipp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<cluster::Formation>> fields() {
  using F = cluster::Formation;
  static const std::array table = {
      Field<F>{"objective", "", &F::objective, 0, no_limit, "J, without the cost of moving."},
      Field<F>{"switching", "", &F::switching, 0, no_limit, "Cost of the moves since before."},
  };
  return table;
}

namespace cluster {

namespace detail {

GS_INLINE void check_ratings(const fleet::Fleet& fleet, const ClusterOptions& options) {
  if (options.rating_max_kva <= 0.0) return;
  for (Index i = 0; i < fleet.size(); ++i)
    if (fleet.plate.s_kva[i] > options.rating_max_kva)
      throw UsageError("agent " + std::to_string(fleet.plate.id[i]) + " has " +
                       std::to_string(fleet.plate.s_kva[i]) +
                       " kVA, more than rating_max_kva allows a whole cluster (" +
                       std::to_string(options.rating_max_kva) + "); raise it");
}

GS_INLINE void check_extras(const fleet::Fleet& fleet, const Clusters* previous,
                            const FormExtras& extras) {
  const auto agents = static_cast<std::size_t>(fleet.size());
  const auto wrong = [&](const char* what, std::size_t has, std::size_t needs) {
    throw UsageError(std::string(what) + " has " + std::to_string(has) +
                     " entries, but this fleet needs " + std::to_string(needs));
  };
  if (previous != nullptr && previous->of.size() != agents)
    wrong("the previous membership", previous->of.size(), agents);
  if (!extras.apart.empty() && extras.apart.size() != agents)
    wrong("apart", extras.apart.size(), agents);
  const Horizon& horizon = extras.horizon;
  if (horizon.steps == 0) return;
  const std::size_t cells = agents * static_cast<std::size_t>(horizon.steps);
  if (horizon.p_kw.size() != cells) wrong("horizon p_kw", horizon.p_kw.size(), cells);
  for (const auto& band : {horizon.p_low_kw, horizon.p_high_kw})
    if (!band.empty() && band.size() != cells) wrong("a band of the horizon", band.size(), cells);
}

/// Follow the previous membership where bounds allow.
template <class More>
void cuts_of_previous(const Problem<More>& problem, FormWork::Search<More>& search,
                      std::vector<std::int8_t>& cut) {
  const FeederTree& tree = problem.tree;
  std::vector<Part<More>>& part = search.refine.below;
  if (part.size() < problem.own.size()) part.resize(problem.own.size());
  std::copy(problem.own.begin(), problem.own.begin() + tree.nodes(), part.begin());
  cut.assign(static_cast<std::size_t>(tree.nodes()), 1);
  for (Index v = tree.nodes() - 1; v >= 0; --v) {
    // Children are hung on in the tree programme's order, the first child first.
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c]) {
      if (!problem.history.was_joined[c] ||
          !fits(problem.scoring, part[v], part[c], tree.length[c]))
        continue;
      join(part[v], part[c], tree.length[c]);
      cut[c] = 0;
    }
  }
}

/// Of two answers in work.cut and work.kept, the one that stands goes to work.cut.
GS_INLINE Total decide(const Scoring& scoring, const Total& fresh, const Total& kept,
                       FormWork& work) {
  const double least = scoring.min_gain * static_cast<double>(kept.objective);
  const bool worth = fresh.undersized < kept.undersized ||
                     (fresh.undersized == kept.undersized &&
                      static_cast<double>(kept.score() - fresh.score()) > least);
  if (worth) return fresh;
  work.cut.swap(work.kept);
  return kept;
}

/// What the agents of nodes first .. last - 1 add.
template <class More>
void fill_own(const FormInput& input, const Scoring& scoring, const FeederTree& tree, Index first,
              Index last, std::vector<Part<More>>& own) {
  for (Index v = first; v < last; ++v)
    own[v] =
        tree.agent[v] == none ? Part<More>() : part_of_agent<More>(input, scoring, tree.agent[v]);
}

/// What the agents of the top's own nodes add.
template <class More>
void fill_top(const FormInput& input, const Scoring& scoring, const FeederTree& tree,
              const Pieces& pieces, std::vector<Part<More>>& own) {
  for (std::size_t k = 0; k < pieces.top.size(); ++k)
    if (pieces.piece_of[k] == none)
      fill_own(input, scoring, tree, pieces.top[k], pieces.top[k] + 1, own);
}

/// The last step of a giant feeder, from the cuts of its top and of its pieces.
template <class More>
Total finish_giant(const Problem<More>& problem, const Pieces& pieces, FormWork& work,
                   RefineWork<More>& refining) {
  const Total fresh = refine_borders(problem, pieces, refining, work.cut);
  if (!problem.history.any) return fresh;
  const Total kept = refine_borders(problem, pieces, refining, work.kept);
  return decide(problem.scoring, fresh, kept, work);
}

/// The cuts of one giant feeder in work.cut.
template <class More>
Total search_giant(const FormInput& input, const Scoring& scoring, int threads, FormWork& work,
                   FormWork::Search<More>& search) {
  const FeederTree& tree = work.tree;
  const Pieces pieces = make_pieces(tree, scoring.piece_nodes);
  search.own.resize(static_cast<std::size_t>(tree.nodes()));
  fill_top(input, scoring, tree, pieces, search.own);
  const Problem<More> problem{tree, search.own, scoring, work.history};
  std::vector<PieceWork<More>> piece(pieces.root.size());
  run_pieces(pieces.count(), threads, [&](Index k, int) {
    fill_own(input, scoring, tree, pieces.root[k], pieces.root[k] + tree.size[pieces.root[k]],
             search.own);
    label_piece(problem, pieces, k, piece[k]);
  });
  std::vector<const LabelTable<More>*> tables;
  for (const auto& one : piece) tables.push_back(&one.table);
  const std::vector<Choice> choices =
      choose_labels<More>(problem, pieces, tables, work.cut, work.kept);
  std::vector<RefineWork<More>> refining(static_cast<std::size_t>(threads_for(threads)));
  run_pieces(pieces.count(), threads, [&](Index k, int thread) {
    settle_piece(problem, pieces, k, choices[k], refining[thread], piece[k]);
    std::copy(piece[k].fresh.begin(), piece[k].fresh.end(), work.cut.begin() + pieces.root[k]);
    std::copy(piece[k].kept.begin(), piece[k].kept.end(), work.kept.begin() + pieces.root[k]);
    piece[k] = {};
  });
  return finish_giant(problem, pieces, work, search.refine);
}

/// The cuts of one feeder in work.cut.
template <class More>
Total search_feeder(const FormInput& input, const Scoring& scoring, const FeederTask& task,
                    FormWork& work, FormWork::Search<More>& search) {
  const FeederTree& tree = work.tree;
  if (tree.nodes() > scoring.piece_nodes && !(work.history.any && task.repair))
    return search_giant(input, scoring, task.threads, work, search);
  search.own.clear();
  for (Index agent : tree.agent)
    search.own.push_back(agent == none ? Part<More>() : part_of_agent<More>(input, scoring, agent));
  const Problem<More> problem{tree, search.own, scoring, work.history};
  if (work.history.any && task.repair) {
    cuts_of_previous(problem, search, work.cut);
    return refine<More>(problem, work.dirty, search.refine, work.cut);
  }
  const std::uint8_t best = run_programme(problem, search.programme);
  trace_cuts(problem, best, search.programme, work.cut);
  const Total fresh = refine<More>(problem, {}, search.refine, work.cut);
  if (!work.history.any) return fresh;

  const auto last = static_cast<std::uint8_t>(search.programme.slots - 1);
  trace_cuts(problem, last, search.programme, work.kept);
  const Total kept = refine<More>(problem, {}, search.refine, work.kept);
  return decide(scoring, fresh, kept, work);
}

/// Check what form() is given, and turn its options into factors.
GS_INLINE Scoring checked_scoring(const fleet::Fleet& fleet, const ClusterOptions& options,
                                  const Clusters* previous, const FormExtras& extras) {
  Scoring scoring = scoring_of(options, std::max(extras.horizon.steps, Index{1}));
  scoring.piece_nodes = std::max(extras.piece_nodes, Index{1});
  check_ratings(fleet, options);
  check_extras(fleet, previous, extras);
  return scoring;
}

/// Has the feeder so many nodes that it may be formed in pieces?
GS_INLINE bool may_be_giant(const distance::AgentTree& tree, const Scoring& scoring, Index feeder) {
  return tree.end_of(feeder) - tree.root[feeder] > scoring.piece_nodes;
}

/// All feeders together: rows, tops, ids and sums of the clusters.
GS_INLINE Formation formation_of(const FormInput& input, const Clusters* previous,
                                 std::vector<Index> of,
                                 const std::vector<std::vector<FeederCluster>>& tops,
                                 const std::vector<Total>& totals) {
  Formation formation;
  formation.clusters = clusters_of(std::move(of));
  for (const auto& clusters : tops)
    for (const FeederCluster& cluster : clusters)
      formation.clusters.top[formation.clusters.of[cluster.first]] =
          input.tree.position[cluster.top];
  inherit_ids(input.fleet, previous, formation.clusters);
  Total all;
  for (const Total& total : totals) {
    all.objective += total.objective;
    all.moves += total.moves;
    all.undersized += total.undersized;
  }
  formation.objective = static_cast<double>(all.objective) / score_unit;
  formation.switching = static_cast<double>(all.moves) / score_unit;
  formation.undersized = all.undersized;
  return formation;
}

/// Name every cluster by its smallest agent row and find where its paths meet.
GS_INLINE void name_clusters(FormWork& work, std::span<Index> first) {
  const FeederTree& tree = work.tree;
  work.clusters.clear();
  work.row_of.resize(static_cast<std::size_t>(tree.nodes()));
  std::vector<Index>& last = work.tree.kept;  // by row: last member so far
  last.clear();
  for (Index v = 0; v < tree.nodes(); ++v) {
    if (work.cut[v]) {
      work.row_of[v] = static_cast<Index>(work.clusters.size());
      work.clusters.push_back({none, none});
      last.push_back(none);
    } else {
      work.row_of[v] = work.row_of[tree.parent[v]];
    }
    const Index agent = tree.agent[v];
    if (agent == none) continue;
    FeederCluster& cluster = work.clusters[work.row_of[v]];
    if (cluster.first == none || agent < cluster.first) cluster.first = agent;
    if (cluster.top == none) cluster.top = v;
    last[work.row_of[v]] = v;
  }
  for (Index v = 0; v < tree.nodes(); ++v)
    if (tree.agent[v] != none) first[tree.agent[v]] = work.clusters[work.row_of[v]].first;
  std::size_t rows = 0;
  for (std::size_t row = 0; row < work.clusters.size(); ++row) {
    FeederCluster cluster = work.clusters[row];
    if (cluster.first == none) continue;
    while (last[row] >= cluster.top + tree.size[cluster.top])
      cluster.top = tree.parent[cluster.top];
    cluster.top = tree.node[cluster.top];
    work.clusters[rows++] = cluster;
  }
  work.clusters.resize(rows);
}

}  // namespace detail

GS_INLINE Total form_feeder(const FormInput& input, const Scoring& scoring, const FeederTask& task,
                            Index feeder, FormWork& work, std::span<Index> first) {
  const distance::AgentTree& tree = input.tree;
  if (!input.apart.empty())
    for (Index v = tree.root[feeder]; v < tree.end_of(feeder); ++v)
      if (tree.agent[v] != none && input.apart[tree.agent[v]]) first[tree.agent[v]] = none;
  work.clusters.clear();
  make_feeder_tree(input, feeder, work.tree);
  if (work.tree.nodes() == 0) return {};
  recall(work.tree, task.previous, work.memory, work.history);
  work.dirty.clear();
  if (task.repair && !task.dirty.empty()) {
    work.row_of.assign(static_cast<std::size_t>(tree.end_of(feeder) - tree.root[feeder]), none);
    for (Index v = 0; v < work.tree.nodes(); ++v)
      work.row_of[work.tree.node[v] - tree.root[feeder]] = v;
    for (Index agent : task.dirty) {
      // Whoever is not (or no longer) counted marks the nearest node above it.
      Index node = tree.node[agent];
      while (node != none && work.row_of[node - tree.root[feeder]] == none)
        node = tree.parent[node];
      work.dirty.push_back(node == none ? 0 : work.row_of[node - tree.root[feeder]]);
    }
  }
  const Total total = scoring.wide ? detail::search_feeder(input, scoring, task, work, work.wide)
                                   : detail::search_feeder(input, scoring, task, work, work.plain);
  detail::name_clusters(work, first);
  return total;
}

GS_INLINE Clusters clusters_of(std::vector<Index> of) {
  Clusters clusters;
  Index rows = 0;
  for (Index i = 0; i < static_cast<Index>(of.size()); ++i) {
    if (of[i] == none) continue;
    of[i] = of[i] == i ? rows++ : of[of[i]];  // the first of a cluster comes before the others
  }
  clusters.members = group_by(of, rows);
  clusters.of = std::move(of);
  clusters.leader.assign(static_cast<std::size_t>(rows), none);
  clusters.top.assign(static_cast<std::size_t>(rows), none);
  return clusters;
}

GS_INLINE Formation form(const feeder::Case& grid, const feeder::Forest& forest,
                         const fleet::Fleet& fleet, const ClusterOptions& options,
                         const Clusters* previous, int threads, const FormExtras& extras) {
  const Scoring scoring = detail::checked_scoring(fleet, options, previous, extras);
  const distance::AgentTree tree =
      distance::make_agent_tree(grid, forest, fleet, length_rule(options));
  const FormInput input{tree, fleet, {}, extras.apart, extras.horizon};

  const auto feeders = static_cast<Index>(tree.root.size());
  std::vector<Index> of(static_cast<std::size_t>(fleet.size()), none);
  std::vector<Total> totals(static_cast<std::size_t>(feeders));
  std::vector<std::vector<FeederCluster>> tops(static_cast<std::size_t>(feeders));
  std::vector<FormWork> work(static_cast<std::size_t>(threads_for(threads)));
  const auto form_one = [&](Index feeder, int thread, int inside) {
    const FeederTask task{previous, false, {}, inside};
    totals[feeder] = form_feeder(input, scoring, task, feeder, work[thread], of);
    tops[feeder] = work[thread].clusters;
  };
  const auto giant = [&](Index feeder) { return detail::may_be_giant(tree, scoring, feeder); };
  for (Index feeder = 0; feeder < feeders; ++feeder)
    if (giant(feeder)) form_one(feeder, 0, threads);
  run_pieces(feeders, threads, [&](Index feeder, int thread) {
    if (!giant(feeder)) form_one(feeder, thread, 1);
  });
  work.clear();
  return detail::formation_of(input, previous, std::move(of), tops, totals);
}

GS_INLINE Clusters carry_over(const fleet::Fleet& old_fleet, const Clusters& before,
                              const fleet::Fleet& now) {
  Clusters out;
  out.of.assign(static_cast<std::size_t>(now.size()), none);
  out.id = before.id;
  out.top = before.top;
  out.leader.assign(before.id.size(), none);
  Index k = 0;
  for (Index i = 0; i < now.size(); ++i) {
    while (k < old_fleet.size() && old_fleet.plate.id[k] < now.plate.id[i]) ++k;
    if (k == old_fleet.size() || old_fleet.plate.id[k] != now.plate.id[i]) continue;
    out.of[i] = before.of[k];
    if (out.of[i] != none && before.leader[out.of[i]] == k) out.leader[out.of[i]] = i;
  }
  out.members = group_by(out.of, static_cast<Index>(out.id.size()));
  return out;
}

GS_INLINE Bytes membership_bytes(const fleet::Fleet& fleet, const Clusters& clusters) {
  std::vector<std::pair<AgentId, ClusterId>> pairs;
  for (Index i = 0; i < fleet.size(); ++i)
    pairs.emplace_back(fleet.plate.id[i],
                       clusters.of[i] == none ? -1 : clusters.id[clusters.of[i]]);
  std::sort(pairs.begin(), pairs.end());
  Bytes bytes;
  bytes.reserve(16 * pairs.size());
  const auto put = [&](std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<std::byte>((bits >> shift) & 0xff));
  };
  for (const auto& [agent, cluster] : pairs) {
    put(agent);
    put(cluster);
  }
  return bytes;
}

}  // namespace cluster
}  // namespace gridswarm::inline GS_ABI
