// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/part_rules.ipp"
#include "gridswarm/cluster/refine.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// What the edge above v costs in moves.
template <class More>
std::int64_t edge_cost(const Problem<More>& problem, Index v, bool is_cut) {
  const History& h = problem.history;
  if (!h.any) return 0;
  return problem.scoring.move * (is_cut ? h.if_cut[v] : h.if_joined[v]);
}

/// Collect the nodes connected below `top`, in preorder, and add up what is below each.
/// @return false where the union is so long that sums might overflow
template <class More>
bool gather(const Problem<More>& problem, Index top, const std::vector<std::int8_t>& cut,
            RefineWork<More>& work) {
  const FeederTree& tree = problem.tree;
  work.node.clear();
  work.above.clear();
  work.depth.clear();
  for (Index v = top; v < top + tree.size[top];) {
    if (v != top && cut[v]) {
      v += tree.size[v];
      continue;
    }
    const Index above = v == top ? none : work.row[tree.parent[v]];
    work.row[v] = static_cast<Index>(work.node.size());
    work.depth.push_back(above == none ? 0 : work.depth[above] + tree.length[v]);
    if (work.depth.back() > too_far) return false;
    work.node.push_back(v);
    work.above.push_back(above);
    ++v;
  }
  const std::size_t n = work.node.size();
  if (work.below.size() < n) work.below.resize(n);
  for (std::size_t k = 0; k < n; ++k) work.below[k] = problem.own[work.node[k]];
  for (std::size_t k = n - 1; k > 0; --k)
    join(work.below[work.above[k]], work.below[k], tree.length[work.node[k]]);
  return true;
}

/// Diameter of the gathered union without the subtree of local row k.
template <class More>
std::int64_t diameter_beyond(const Problem<More>& problem, Index k, RefineWork<More>& work) {
  const FeederTree& tree = problem.tree;
  const Index n = static_cast<Index>(work.node.size());
  const Index end = work.node[k] + tree.size[work.node[k]];
  work.depth.assign(static_cast<std::size_t>(n), -1);
  std::int64_t diameter = 0;
  for (Index j = n - 1; j >= 0; --j) {
    const Index v = work.node[j];
    if (v >= work.node[k] && v < end) continue;
    if (problem.own[v].members > 0) {
      diameter = std::max(diameter, work.depth[j]);
      work.depth[j] = std::max(work.depth[j], std::int64_t{0});
    }
    if (j == 0 || work.depth[j] < 0) continue;
    const std::int64_t reach = work.depth[j] + tree.length[v];
    std::int64_t& above = work.depth[work.above[j]];
    if (above >= 0) diameter = std::max(diameter, above + reach);
    above = std::max(above, reach);
  }
  return diameter;
}

/// Note a cluster by its top node.
template <class More>
void note(Index top, std::int64_t score, std::int32_t members, std::int32_t pass,
          RefineWork<More>& work) {
  work.score[top] = score;
  work.members[top] = members;
  work.stamp[top] = pass;
}

/// The best single cut of a union.
struct Cut {
  Index row = none;                   ///< local row below the cut; 0: not cut
  std::int64_t total = 0;             ///< score of both parts and of the moves
  std::int64_t above = 0, below = 0;  ///< scores of the parts
};

/// Find a cut better than best.total, the first of the best.
template <class More>
void search_cuts(const Problem<More>& problem, RefineWork<More>& work, Cut& best) {
  const Scoring& s = problem.scoring;
  const auto n = static_cast<Index>(work.node.size());
  const Part<More>& all = work.below[0];
  const bool long_union = all.diameter > s.diameter_max;
  work.distances.resize(static_cast<std::size_t>(n));
  work.distances[0] = all.sum;
  for (Index k = 1; k < n; ++k) {
    const Part<More>& b = work.below[k];
    const Index v = work.node[k];
    const std::int64_t length = problem.tree.length[v];
    const std::int64_t upper = work.distances[work.above[k]];
    const std::int64_t members = all.members - b.members;
    work.distances[k] = upper + length * (members - b.members);
    if (b.members > s.size_max || members > s.size_max || b.rating_va > s.rating_max_va ||
        all.rating_va - b.rating_va > s.rating_max_va)
      continue;
    More more = all.more;
    more -= b.more;
    const double left = members > 0 ? more_score(s, members, more) : 0.0;
    const double right = b.members > 0 ? more_score(s, b.members, b.more) : 0.0;
    std::int64_t known = edge_cost(problem, v, true) - edge_cost(problem, v, false) +
                         undersized_cost(s, members) + undersized_cost(s, b.members);
    known += (members > 0 ? s.overhead : 0) + (b.members > 0 ? s.overhead : 0);
    if (left + right >= static_cast<double>(best.total - known + 1)) continue;
    const std::int64_t hung = b.sum + b.members * length;
    const std::int64_t pairs = all.pairs - b.pairs - b.members * (upper - hung) - members * hung;
    Cut found{k, 0, 0, 0};
    if (members > 0)
      found.above = objective_of(s, members, pairs, all.storage - b.storage, all.soc - b.soc,
                                 all.soc2 - b.soc2, left) +
                    undersized_cost(s, members);
    if (b.members > 0)
      found.below = objective_of(s, b.members, b.pairs, b.storage, b.soc, b.soc2, right) +
                    undersized_cost(s, b.members);
    found.total =
        found.above + found.below + edge_cost(problem, v, true) - edge_cost(problem, v, false);
    if (found.total >= best.total) continue;
    if (long_union &&
        (b.diameter > s.diameter_max || diameter_beyond(problem, k, work) > s.diameter_max))
      continue;
    best = found;
  }
}

/// Take the cut found in the gathered union, and relabel its nodes.
template <class More>
void take(const Problem<More>& problem, const Cut& found, std::int32_t pass, RefineWork<More>& work,
          std::vector<std::int8_t>& cut) {
  const Index top = work.node[0];
  const std::int32_t all = work.below[0].members;
  for (Index v : work.node) work.top_of[v] = top;
  if (found.row == 0) return note(top, found.above, all, pass, work);
  const Index edge = work.node[found.row];
  const Index end = edge + problem.tree.size[edge];
  cut[edge] = 1;
  for (std::size_t k = found.row; k < work.node.size() && work.node[k] < end; ++k)
    work.top_of[work.node[k]] = edge;
  const std::int32_t below = work.below[found.row].members;
  note(top, found.above, all - below, pass, work);
  note(edge, found.below, below, pass, work);
}

/// Look at the union of `top` and the clusters below the cut edges `joined` afresh: not cut, or cut
/// once where that is best; keep what is there unless the score falls.
template <class More>
void improve(const Problem<More>& problem, Index top, std::span<const Index> joined,
             std::int32_t pass, RefineWork<More>& work, std::vector<std::int8_t>& cut) {
  if (top == 0 && problem.open_root) return;
  std::int64_t reach = 0;
  for (Index v : joined) reach = std::max(reach, problem.tree.length[v]);
  if (reach > problem.scoring.diameter_max) return;  // nobody may be joined across
  Cut best;
  best.total = work.score[top];
  for (Index v : joined) {
    best.total += work.score[v] + edge_cost(problem, v, true) - edge_cost(problem, v, false);
    cut[v] = 0;
  }
  if (gather(problem, top, cut, work)) {
    const Part<More>& all = work.below[0];
    if (!joined.empty() && within_bounds(problem.scoring, all)) {
      const std::int64_t whole = score_of(problem.scoring, all);
      if (whole < best.total) best = {0, whole, whole, 0};
    }
    search_cuts(problem, work, best);
  }
  if (best.row == none)
    for (Index v : joined) cut[v] = 1;
  else
    take(problem, best, pass, work, cut);
}

/// Label the feeder's nodes by cluster and note every cluster.
template <class More>
void survey(const Problem<More>& problem, std::span<const Index> dirty, RefineWork<More>& work,
            const std::vector<std::int8_t>& cut) {
  const FeederTree& tree = problem.tree;
  const auto n = static_cast<std::size_t>(tree.nodes());
  work.top_of.resize(n);
  work.row.resize(n);
  work.score.resize(n);
  work.members.resize(n);
  work.sibling.resize(n);
  work.stamp.assign(n, dirty.empty() ? 0 : -1);
  if (work.below.size() < n) work.below.resize(n);
  std::copy(problem.own.begin(), problem.own.begin() + tree.nodes(), work.below.begin());
  for (Index v = tree.nodes() - 1; v >= 0; --v) {
    if (!cut[v]) {
      join(work.below[tree.parent[v]], work.below[v], tree.length[v]);
      continue;
    }
    work.score[v] = score_of(problem.scoring, work.below[v]);
    work.members[v] = work.below[v].members;
  }
  for (Index v = 0; v < tree.nodes(); ++v)
    work.top_of[v] = cut[v] ? v : work.top_of[tree.parent[v]];
  for (Index v : dirty) work.stamp[work.top_of[v]] = 0;
}

/// All moves around the cluster with top node t.
template <class More>
void improve_around(const Problem<More>& problem, Index t, std::int32_t pass,
                    RefineWork<More>& work, std::vector<std::int8_t>& cut) {
  if (work.members[t] == 0) return;  // moves across it are those of its neighbours
  const auto fresh = [&](Index top) { return work.stamp[top] >= pass - 1; };
  if (fresh(t)) improve<More>(problem, t, {}, pass, work, cut);
  const Index p = problem.tree.parent[t];
  if (p == none) return;
  Index a = work.top_of[p];
  if (fresh(t) || fresh(a)) improve<More>(problem, a, {&t, 1}, pass, work, cut);
  if (!cut[t]) return;
  a = work.top_of[p];
  if (work.members[a] > 0) return;
  // Only buses without agents lie above: who is beyond them is a neighbour too.
  if (const Index s = work.sibling[a]; s != none && s < t && cut[s] &&
                                       work.top_of[problem.tree.parent[s]] == a &&
                                       (fresh(s) || fresh(t))) {
    const Index both[] = {s, t};
    improve<More>(problem, a, both, pass, work, cut);
    if (!cut[t] || !cut[s]) return;
  }
  work.sibling[a] = t;
  if (problem.tree.parent[a] == none) return;
  const Index g = work.top_of[problem.tree.parent[a]];
  if (!fresh(g) && !fresh(t)) return;
  const Index both[] = {a, t};
  improve<More>(problem, g, both, pass, work, cut);
}

/// Score of all clusters as noted.
template <class More>
Total total_of(const Problem<More>& problem, const RefineWork<More>& work,
               const std::vector<std::int8_t>& cut) {
  Total total;
  for (Index v = 0; v < problem.tree.nodes(); ++v) {
    if (v > 0) total.moves += edge_cost(problem, v, cut[v] != 0);
    if (!cut[v]) continue;
    const std::int64_t penalty = undersized_cost(problem.scoring, work.members[v]);
    total.objective += work.score[v] - penalty;
    total.undersized += penalty > 0;
  }
  return total;
}

}  // namespace detail

template <class More>
Total refine(const Problem<More>& problem, std::span<const Index> dirty, RefineWork<More>& work,
             std::vector<std::int8_t>& cut) {
  const Index n = problem.tree.nodes();
  detail::survey(problem, dirty, work, cut);
  for (std::int64_t pass = 1; pass <= problem.scoring.refine_passes; ++pass) {
    work.tops.clear();
    for (Index v = 0; v < n; ++v)
      if (cut[v]) {
        work.tops.push_back(v);
        work.sibling[v] = none;
      }
    for (Index t : work.tops)
      if (cut[t]) detail::improve_around(problem, t, static_cast<std::int32_t>(pass), work, cut);
    bool changed = false;
    for (Index v = 0; v < n && !changed; ++v) changed = cut[v] && work.stamp[v] == pass;
    if (!changed) break;
  }
  return detail::total_of(problem, work, cut);
}

}  // namespace gridswarm::inline GS_ABI::cluster
