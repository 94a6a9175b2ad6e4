// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/cluster/attach.hpp"
#include "gridswarm/cluster/form.ipp"
#include "gridswarm/cluster/reform.hpp"
#include "gridswarm/cluster/upkeep.hpp"
#include "gridswarm/fleet/select.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<cluster::UpkeepOptions>> fields() {
  using F = cluster::UpkeepOptions;
  static const std::array table = {
      Field<F>{"dwell_s", "s", &F::dwell_s, 0, no_limit,
               "Least time between two looks at a feeder where only something better is sought."},
  };
  return table;
}

template <>
GS_INLINE std::span<const Field<cluster::Change>> fields() {
  using F = cluster::Change;
  static const std::array table = {
      Field<F>{"moved", "", &F::moved, 0, no_limit,
               "Members whose cluster changed, apart from an event's own agent."},
      Field<F>{"records", "", &F::records, 0, no_limit,
               "Join, leave and assign records that tell a ledger so."},
      Field<F>{"bytes", "B", &F::bytes, 0, no_limit, "Of these records, unsigned."},
      Field<F>{"reformed", "", &F::reformed, 0, no_limit,
               "Feeders mended or formed anew, and taken over."},
      Field<F>{"looked_at", "", &F::looked_at, 0, no_limit,
               "Feeders mended or formed anew, taken over or not."},
  };
  return table;
}

namespace cluster {

namespace detail {

/// A look spends half of min_gain inside the formation and half in is_worth().
GS_INLINE Scoring scoring_of_looks(const ClusterOptions& options) {
  Scoring scoring = scoring_of(options);
  scoring.min_gain *= 0.5;
  return scoring;
}

/// Take the wires from the case: order, lengths, children by bus id, feeders.
GS_INLINE void lay_wires(Upkeep& upkeep, feeder::Forest&& forest) {
  upkeep.forest = std::move(forest);
  const feeder::Forest& wires = upkeep.forest;
  const auto n = static_cast<std::size_t>(wires.size());
  upkeep.ground.parent = wires.parent;
  upkeep.ground.length = distance::edge_lengths(upkeep.grid, wires, length_rule(upkeep.options));
  upkeep.children = group_by(wires.parent, wires.size());
  const auto& id = upkeep.grid.buses.id;
  for (Index q = 0; q < wires.size(); ++q)
    std::sort(upkeep.children.items.begin() + upkeep.children.first[q],
              upkeep.children.items.begin() + upkeep.children.first[q + 1],
              [&](Index a, Index b) { return id[wires.bus[a]] < id[wires.bus[b]]; });
  upkeep.feeder.resize(n);
  for (Index q = 0; q < wires.size(); ++q)
    upkeep.feeder[q] = wires.parent[q] == none ? q : upkeep.feeder[wires.parent[q]];
  upkeep.ground.through.assign(n, none);
  upkeep.ground.clustered.assign(n, 0);
  upkeep.first_at.assign(n, none);
  upkeep.seen.assign(n, 0);
  upkeep.search = 0;
  upkeep.dirty.resize(static_cast<std::size_t>(wires.roots), 0);
  upkeep.looked_s.resize(static_cast<std::size_t>(wires.roots), 0.0);
}

/// Form feeders anew; all those that are worth it are taken over, in the order of the roots. One
/// that was only mended stays dirty.
GS_INLINE Change reform(Upkeep& upkeep, std::span<const Index> roots, Look look, int threads) {
  std::vector<Proposal> proposals(roots.size());
  std::vector<FeederWork>& work = upkeep.feeder_work;
  work.resize(std::max(work.size(), static_cast<std::size_t>(threads_for(threads))));
  run_pieces(static_cast<Index>(roots.size()), threads, [&](Index k, int thread) {
    proposals[k] = propose(upkeep, roots[k], look, work[thread]);
  });
  Change change;
  for (const Proposal& proposal : proposals) {
    upkeep.dirty[proposal.root] = look == Look::mend;
    if (look == Look::afresh) upkeep.looked_s[proposal.root] = upkeep.now_s;
    ++change.looked_at;
    if (!is_worth(upkeep, proposal)) continue;
    ++change.reformed;
    take_over(upkeep, proposal);
  }
  return change;
}

/// Roots of feeders where a supplied agent has no valid cluster.
GS_INLINE std::vector<Index> broken_roots(const Upkeep& upkeep) {
  std::vector<std::int8_t> is_broken(static_cast<std::size_t>(upkeep.forest.roots), 0);
  for (Index i = 0; i < upkeep.fleet.size(); ++i) {
    const Index position = upkeep.ground.position[i];
    if (position == none) continue;
    const Index slot = upkeep.cluster[i];
    if (slot == none || upkeep.living[slot].broken) is_broken[upkeep.feeder[position]] = 1;
  }
  std::vector<Index> roots;
  for (Index k = 0; k < upkeep.forest.roots; ++k)
    if (is_broken[k]) roots.push_back(k);
  return roots;
}

/// The clusters of a membership given from outside, as far as their agents are supplied.
GS_INLINE void adopt(Upkeep& upkeep, const Clusters& start) {
  for (Index row = 0; row < start.size(); ++row) {
    std::vector<Index> members;
    for (Index i : start.members.row(row))
      if (upkeep.ground.position[i] != none) members.push_back(i);
    if (members.empty() || start.id[row] == none || upkeep.slot_of_id.count(start.id[row]))
      continue;
    // Members on another feeder than the first have to find a cluster of their own.
    const Index root = upkeep.feeder[upkeep.ground.position[members[0]]];
    const Index slot = open_slot(upkeep, start.id[row]);
    for (Index i : members) {
      if (upkeep.feeder[upkeep.ground.position[i]] != root) continue;
      assign(upkeep, i, slot);
      upkeep.living[slot].members.push_back(i);
    }
  }
  for (Index slot = 0; slot < static_cast<Index>(upkeep.living.size()); ++slot) claim(upkeep, slot);
}

}  // namespace detail

GS_INLINE Change& Change::operator+=(const Change& other) {
  moved += other.moved;
  records += other.records;
  bytes += other.bytes;
  reformed += other.reformed;
  looked_at += other.looked_at;
  return *this;
}

GS_INLINE Upkeep make_upkeep(const feeder::Case& grid, const fleet::Fleet& fleet,
                             const ClusterOptions& options, const UpkeepOptions& upkeep_options,
                             const Clusters* start, std::span<const Index> absent) {
  Upkeep upkeep;
  upkeep.scoring = detail::scoring_of_looks(options);
  upkeep.feeder_work.resize(1);
  detail::check_ratings(fleet, options);
  if (!(upkeep_options.dwell_s >= 0.0))
    throw UsageError("dwell_s is " + std::to_string(upkeep_options.dwell_s) +
                     "; it must be 0 or more");
  upkeep.grid = grid;
  upkeep.fleet = fleet;
  upkeep.options = options;
  upkeep.upkeep = upkeep_options;
  detail::lay_wires(upkeep, feeder::make_forest(grid));
  const auto n = static_cast<std::size_t>(fleet.size());
  upkeep.traits = distance::traits_of(fleet, options.flexibility);
  upkeep.ground.position.assign(n, none);
  upkeep.presence.assign(n, Presence::in);
  upkeep.cluster.assign(n, none);
  upkeep.lost_from.assign(n, none);
  upkeep.next_at.assign(n, none);
  upkeep.stamp.assign(n, -1);
  for (Index i : absent) upkeep.presence[i] = Presence::absent;
  for (Index i = 0; i < fleet.size(); ++i) {
    const Index position = upkeep.forest.position[fleet.plate.bus[i]];
    if (upkeep.presence[i] == Presence::in && position != none) stand(upkeep, i, position);
  }
  if (start != nullptr) detail::adopt(upkeep, *start);
  detail::reform(upkeep, detail::broken_roots(upkeep), Look::afresh, 0);
  upkeep.touched.clear();
  return upkeep;
}

GS_INLINE Clusters clusters_now(const Upkeep& upkeep) {
  Clusters clusters;
  clusters.of.assign(upkeep.cluster.size(), none);
  std::vector<Index> row_of(upkeep.living.size(), none);
  for (std::size_t i = 0; i < upkeep.cluster.size(); ++i) {
    const Index slot = upkeep.cluster[i];
    if (slot == none) continue;
    if (row_of[slot] == none) {
      row_of[slot] = clusters.size();
      clusters.id.push_back(upkeep.living[slot].id);
      clusters.top.push_back(upkeep.living[slot].top);
    }
    clusters.of[i] = row_of[slot];
  }
  clusters.members = group_by(clusters.of, clusters.size());
  clusters.leader.assign(clusters.id.size(), none);
  return clusters;
}

GS_INLINE fleet::Fleet fleet_now(const Upkeep& upkeep, Clusters* clusters) {
  std::vector<Index> rows;
  for (Index i = 0; i < upkeep.fleet.size(); ++i)
    if (upkeep.presence[i] == Presence::in) rows.push_back(i);
  fleet::Fleet fleet = fleet::select(upkeep.fleet, rows);
  if (clusters != nullptr) {
    *clusters = clusters_now(upkeep);
    std::vector<Index> of;
    for (Index row : rows) of.push_back(clusters->of[row]);
    clusters->of = std::move(of);
    clusters->members = group_by(clusters->of, clusters->size());
  }
  return fleet;
}

GS_INLINE double objective_now(const Upkeep& upkeep) {
  std::int64_t sum = 0;
  for (const Living& cluster : upkeep.living)
    if (!cluster.members.empty()) sum += objective_of(upkeep.scoring, cluster.part);
  return static_cast<double>(sum) / score_unit;
}

}  // namespace cluster
}  // namespace gridswarm::inline GS_ABI
