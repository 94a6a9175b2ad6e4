// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/refine.hpp"

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

/// Buffers of one thread.
struct FormWork {
  ProgrammeWork programme;
  RefineWork refine;
  std::vector<std::int8_t> kept;
};

/// The cuts of one feeder. What was before, repaired locally, stands unless the fresh answer saves
/// more than min_gain: so small causes have small effects.
GS_INLINE Total form_feeder(const Problem& problem, Index feeder, const ClusterOptions& options,
                            std::span<const std::uint8_t> slot_of, FormWork& work,
                            std::vector<std::int8_t>& cut) {
  run_programme(problem, feeder, slot_of, work.programme);
  const std::vector<Label>& top = work.programme.top;
  const Label* best = &top[0];
  for (const Label& label : top)
    if (label.score < best->score) best = &label;
  trace_cuts(problem, feeder, best->slot, work.programme, cut);
  refine(problem, feeder, options.refine_passes, work.refine, cut);
  const Total fresh = total_of(problem, feeder, cut);
  if (!problem.history.any) return fresh;

  work.kept.resize(cut.size());
  trace_cuts(problem, feeder, top.back().slot, work.programme, work.kept);
  refine(problem, feeder, options.refine_passes, work.refine, work.kept);
  const Total kept = total_of(problem, feeder, work.kept);
  const double least = options.min_gain * static_cast<double>(kept.objective);
  const bool worth = fresh.undersized < kept.undersized ||
                     (fresh.undersized == kept.undersized &&
                      static_cast<double>(kept.score() - fresh.score()) > least);
  if (worth) return fresh;
  const Index root = problem.tree.root[feeder];
  std::copy(work.kept.begin() + root, work.kept.begin() + problem.tree.end_of(feeder),
            cut.begin() + root);
  return kept;
}

/// Rows of clusters from cut edges, in the order of their first agents.
GS_INLINE Clusters clusters_of(const distance::AgentTree& tree,
                               const std::vector<std::int8_t>& cut) {
  std::vector<Index> top_of(static_cast<std::size_t>(tree.nodes()));
  for (Index v = 0; v < tree.nodes(); ++v) top_of[v] = cut[v] ? v : top_of[tree.parent[v]];
  std::vector<Index> row_of(static_cast<std::size_t>(tree.nodes()), none);
  Clusters clusters;
  clusters.of.assign(tree.node.size(), none);
  Index rows = 0;
  for (std::size_t i = 0; i < tree.node.size(); ++i) {
    if (tree.node[i] == none) continue;
    Index& row = row_of[top_of[tree.node[i]]];
    if (row == none) {
      row = rows++;
      clusters.top.push_back(none);
    }
    clusters.of[i] = row;
  }
  clusters.members = group_by(clusters.of, rows);
  for (Index row = 0; row < rows; ++row) {
    // The lowest common ancestor of all members is that of the first and the last in preorder.
    Index first = none;
    Index last = none;
    for (Index i : clusters.members.row(row)) {
      const Index v = tree.node[i];
      if (first == none || v < first) first = v;
      if (last == none || v > last) last = v;
    }
    clusters.top[row] = tree.position[distance::common_ancestor(tree, first, last)];
  }
  clusters.leader.assign(static_cast<std::size_t>(rows), none);
  return clusters;
}

}  // namespace detail

GS_INLINE Formation form(const feeder::Case& grid, const feeder::Forest& forest,
                         const fleet::Fleet& fleet, const ClusterOptions& options,
                         const Clusters* previous, int threads) {
  const Scoring scoring = scoring_of(options);
  detail::check_ratings(fleet, options);
  GRIDSWARM_ASSERT(previous == nullptr ||
                   previous->of.size() == static_cast<std::size_t>(fleet.size()));
  const distance::AgentTree tree =
      distance::make_agent_tree(grid, forest, fleet, length_rule(options));
  const std::vector<distance::Traits> traits = distance::traits_of(fleet, options.flexibility);
  const History history = history_of(tree, previous);
  const std::vector<std::uint8_t> slot_of = size_classes(options.size_max, options.labels);
  const Problem problem{tree, traits, scoring, history};

  const auto feeders = static_cast<Index>(tree.root.size());
  std::vector<std::int8_t> cut(static_cast<std::size_t>(tree.nodes()), 0);
  std::vector<Total> totals(static_cast<std::size_t>(feeders));
  std::vector<detail::FormWork> work(static_cast<std::size_t>(threads_for(threads)));
  run_pieces(feeders, threads, [&](Index feeder, int thread) {
    totals[feeder] = detail::form_feeder(problem, feeder, options, slot_of, work[thread], cut);
  });

  Formation formation;
  formation.clusters = detail::clusters_of(tree, cut);
  inherit_ids(fleet, previous, formation.clusters);
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
