// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/refine.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

GS_INLINE Part own_part(const Problem& problem, Index v) {
  const Index agent = problem.tree.agent[v];
  return single(agent == none ? nullptr : &problem.traits[agent]);
}

/// What the edge above v costs in moves.
GS_INLINE std::int64_t edge_cost(const Problem& problem, Index v, bool is_cut) {
  const History& h = problem.history;
  return problem.scoring.move * (is_cut ? h.if_cut[v] : h.if_joined[v]);
}

/// Collect the nodes connected below `top`, in preorder, and who hangs on whom.
GS_INLINE void collect(const Problem& problem, Index top, const std::vector<std::int8_t>& cut,
                       RefineWork& work) {
  const distance::AgentTree& tree = problem.tree;
  work.node.clear();
  work.above.clear();
  for (Index v = top; v < top + tree.size[top];) {
    if (v != top && cut[v]) {
      v += tree.size[v];
      continue;
    }
    Index above = none;
    if (v != top) {
      // The parent is the last collected node whose subtree holds v: climb from the one before.
      above = static_cast<Index>(work.node.size()) - 1;
      while (work.node[above] != tree.parent[v]) above = work.above[above];
    }
    work.node.push_back(v);
    work.above.push_back(above);
    ++v;
  }
  const std::size_t n = work.node.size();
  work.first.assign(n, none);
  work.last.assign(n, none);
  work.next.assign(n, none);
  work.before.assign(n, none);
  for (Index k = 1; k < static_cast<Index>(n); ++k) {
    const Index above = work.above[k];
    work.before[k] = work.last[above];
    if (work.last[above] == none)
      work.first[above] = k;
    else
      work.next[work.last[above]] = k;
    work.last[above] = k;
  }
}

/// Parts on both sides of every edge of the collected union.
GS_INLINE void split_everywhere(const Problem& problem, RefineWork& work) {
  const std::vector<std::int64_t>& length = problem.tree.length;
  const auto n = static_cast<Index>(work.node.size());
  work.below.resize(static_cast<std::size_t>(n));
  work.beyond.resize(static_cast<std::size_t>(n));
  work.suffix.resize(static_cast<std::size_t>(n));
  for (Index k = n - 1; k >= 0; --k) {
    Part part = own_part(problem, work.node[k]);
    for (Index c = work.first[k]; c != none; c = work.next[c])
      part = join(part, work.below[c], length[work.node[c]]);
    work.below[k] = part;
  }
  work.beyond[0] = Part();
  for (Index k = 0; k < n; ++k) {
    Part later;
    for (Index c = work.last[k]; c != none; c = work.before[c]) {
      work.suffix[c] = later;
      later = join(later, work.below[c], length[work.node[c]]);
    }
    Part earlier = own_part(problem, work.node[k]);
    if (k > 0) earlier = join(earlier, work.beyond[k], length[work.node[k]]);
    for (Index c = work.first[k]; c != none; c = work.next[c]) {
      work.beyond[c] = join(earlier, work.suffix[c], 0);
      earlier = join(earlier, work.below[c], length[work.node[c]]);
    }
  }
}

/// Note a cluster by its top node.
GS_INLINE void note(const Problem& problem, Index top, const Part& part, std::int64_t pass,
                    RefineWork& work) {
  work.score[top] = score_of(problem.scoring, part);
  work.members[top] = part.members;
  work.stamp[top] = pass;
}

/// Take a cut above local row k of the collected union (0: none), and relabel its nodes.
GS_INLINE void take(const Problem& problem, Index k, std::int64_t pass, RefineWork& work,
                    std::vector<std::int8_t>& cut) {
  const Index top = work.node[0];
  for (Index v : work.node) work.top_of[v] = top;
  if (k == 0) return note(problem, top, work.below[0], pass, work);
  const Index edge = work.node[k];
  const Index end = edge + problem.tree.size[edge];
  cut[edge] = 1;
  for (std::size_t row = k; row < work.node.size() && work.node[row] < end; ++row)
    work.top_of[work.node[row]] = edge;
  note(problem, top, work.beyond[k], pass, work);
  note(problem, edge, work.below[k], pass, work);
}

/// Look at the union of `top` and the clusters below the cut edges `joined` afresh: not cut, or cut
/// once where that is best; keep what is there unless the score falls.
GS_INLINE void improve(const Problem& problem, Index top, std::span<const Index> joined,
                       std::int64_t pass, RefineWork& work, std::vector<std::int8_t>& cut) {
  const Scoring& scoring = problem.scoring;
  std::int64_t now = work.score[top];
  for (Index v : joined) {
    now += work.score[v] + edge_cost(problem, v, true) - edge_cost(problem, v, false);
    cut[v] = 0;
  }
  collect(problem, top, cut, work);
  split_everywhere(problem, work);
  std::int64_t best = now;
  Index best_row = none;
  if (within_bounds(scoring, work.below[0])) {
    if (const std::int64_t whole = score_of(scoring, work.below[0]); whole < best) {
      best = whole;
      best_row = 0;
    }
  }
  for (Index k = 1; k < static_cast<Index>(work.node.size()); ++k) {
    if (!within_bounds(scoring, work.below[k]) || !within_bounds(scoring, work.beyond[k])) continue;
    const Index v = work.node[k];
    const std::int64_t parts = score_of(scoring, work.below[k]) +
                               score_of(scoring, work.beyond[k]) + edge_cost(problem, v, true) -
                               edge_cost(problem, v, false);
    if (parts < best) {
      best = parts;
      best_row = k;
    }
  }
  if (best_row == none)
    for (Index v : joined) cut[v] = 1;
  else
    take(problem, best_row, pass, work, cut);
}

/// Label the feeder's nodes by cluster and note every cluster.
GS_INLINE void survey(const Problem& problem, Index feeder, const std::vector<std::int8_t>& cut,
                      RefineWork& work) {
  const distance::AgentTree& tree = problem.tree;
  const auto n = static_cast<std::size_t>(tree.nodes());
  work.top_of.resize(n, none);
  work.stamp.resize(n, 0);
  work.score.resize(n, 0);
  work.members.resize(n, 0);
  work.sibling.resize(n, none);
  for (Index v = tree.root[feeder]; v < tree.end_of(feeder); ++v) {
    work.top_of[v] = cut[v] ? v : work.top_of[tree.parent[v]];
    if (!cut[v]) continue;
    collect(problem, v, cut, work);
    work.below.resize(work.node.size());
    for (Index k = static_cast<Index>(work.node.size()) - 1; k >= 0; --k) {
      work.below[k] = own_part(problem, work.node[k]);
      for (Index c = work.first[k]; c != none; c = work.next[c])
        work.below[k] = join(work.below[k], work.below[c], tree.length[work.node[c]]);
    }
    note(problem, v, work.below[0], 0, work);
  }
}

/// All moves around the cluster with top node t.
GS_INLINE void improve_around(const Problem& problem, Index t, std::int64_t pass, RefineWork& work,
                              std::vector<std::int8_t>& cut) {
  if (work.members[t] == 0) return;  // moves across it are those of its neighbours
  const auto fresh = [&](Index top) { return work.stamp[top] >= pass - 1; };
  if (fresh(t)) improve(problem, t, {}, pass, work, cut);
  const Index p = problem.tree.parent[t];
  if (p == none) return;
  Index a = work.top_of[p];
  if (fresh(t) || fresh(a)) improve(problem, a, {&t, 1}, pass, work, cut);
  if (!cut[t]) return;
  a = work.top_of[p];
  if (work.members[a] > 0) return;
  // Only buses without agents lie above: who is beyond them is a neighbour too.
  if (const Index s = work.sibling[a]; s != none && s < t && cut[s] &&
                                       work.top_of[problem.tree.parent[s]] == a &&
                                       (fresh(s) || fresh(t))) {
    const Index both[] = {s, t};
    improve(problem, a, both, pass, work, cut);
    if (!cut[t] || !cut[s]) return;
  }
  work.sibling[a] = t;
  if (problem.tree.parent[a] == none) return;
  const Index g = work.top_of[problem.tree.parent[a]];
  if (!fresh(g) && !fresh(t)) return;
  const Index both[] = {a, t};
  improve(problem, g, both, pass, work, cut);
}

}  // namespace detail

GS_INLINE void refine(const Problem& problem, Index feeder, std::int64_t passes, RefineWork& work,
                      std::vector<std::int8_t>& cut) {
  if (passes == 0) return;
  const distance::AgentTree& tree = problem.tree;
  detail::survey(problem, feeder, cut, work);
  for (std::int64_t pass = 1; pass <= passes; ++pass) {
    work.tops.clear();
    for (Index v = tree.root[feeder]; v < tree.end_of(feeder); ++v)
      if (cut[v]) {
        work.tops.push_back(v);
        work.sibling[v] = none;
      }
    for (Index t : work.tops)
      if (cut[t]) detail::improve_around(problem, t, pass, work, cut);
    bool changed = false;
    for (Index v = tree.root[feeder]; v < tree.end_of(feeder); ++v)
      changed = changed || (cut[v] && work.stamp[v] == pass);
    if (!changed) return;
  }
}

GS_INLINE Total total_of(const Problem& problem, Index feeder,
                         const std::vector<std::int8_t>& cut) {
  const distance::AgentTree& tree = problem.tree;
  const Index root = tree.root[feeder];
  std::vector<Part> part(static_cast<std::size_t>(tree.size[root]));
  Total total;
  for (Index v = tree.end_of(feeder) - 1; v >= root; --v) {
    Part& here = part[v - root];
    here = detail::own_part(problem, v);
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c]) {
      total.moves += detail::edge_cost(problem, c, cut[c] != 0);
      if (!cut[c]) here = join(here, part[c - root], tree.length[c]);
    }
    if (!cut[v]) continue;
    total.objective += objective_of(problem.scoring, here);
    total.undersized += here.members > 0 && here.members < problem.scoring.size_min;
  }
  return total;
}

}  // namespace gridswarm::inline GS_ABI::cluster
