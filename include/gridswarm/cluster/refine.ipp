// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/part_rules.ipp"
#include "gridswarm/cluster/refine.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// Add up who of each gathered subtree was in the old clusters a and b.
template <class More>
void trace_origins(const Problem<More>& problem, Index a, Index b, RefineWork<More>& work) {
  const std::size_t n = work.node.size();
  work.origin.resize(n);
  for (std::size_t k = 0; k < n; ++k) {
    const Index old = problem.history.was_in[work.node[k]];
    work.origin[k] = {old != none, old != none && old == a, old != none && old == b};
  }
  for (std::size_t k = n - 1; k > 0; --k) {
    Origin& above = work.origin[work.above[k]];
    above.anywhere += work.origin[k].anywhere;
    above.first += work.origin[k].first;
    above.second += work.origin[k].second;
  }
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

/// A part of a union as a cluster.
struct Side {
  std::int64_t score = 0;
  Index name = none;       ///< the old cluster whose name it keeps
  std::int32_t moved = 0;  ///< members who were elsewhere
};

/// The best single cut of a union.
struct Cut {
  Index row = none;        ///< local row below the cut; 0: not cut
  std::int64_t total = 0;  ///< score of both parts and of the moves
  Side above, below;
};

/// The names of old clusters that a union has to give.
struct Names {
  bool any = false;  ///< false: no history, nothing counts
  Index first = none, second = none;
};

/// Give the names to the parts above and below an edge so that fewer members move.
inline void give_names(const Names& names, const Origin& all, const Origin& below, Cut& cut) {
  const std::int32_t straight = all.first - below.first + below.second;
  const std::int32_t crossed = all.second - below.second + below.first;
  const bool cross = crossed > straight;
  cut.above.name = cross ? names.second : names.first;
  cut.below.name = cross ? names.first : names.second;
  cut.above.moved =
      all.anywhere - below.anywhere - (cross ? all.second - below.second : all.first - below.first);
  cut.below.moved = below.anywhere - (cross ? below.first : below.second);
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
void note(Index top, const Side& side, std::int32_t members, std::int32_t pass,
          RefineWork<More>& work) {
  work.score[top] = side.score;
  work.name[top] = side.name;
  work.moved[top] = side.moved;
  work.members[top] = members;
  work.stamp[top] = pass;
}

/// Find a cut better than best.total, the first of the best.
template <class More>
void search_cuts(const Problem<More>& problem, const Names& names, RefineWork<More>& work,
                 Cut& best) {
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
    Cut found{k, 0, {}, {}};
    if (names.any) give_names(names, work.origin[0], work.origin[k], found);
    const std::int64_t moves = s.move * (found.above.moved + found.below.moved);
    std::int64_t known = moves + undersized_cost(s, members) + undersized_cost(s, b.members);
    known += (members > 0 ? s.overhead : 0) + (b.members > 0 ? s.overhead : 0);
    if (left + right >= static_cast<double>(best.total - known + 1)) continue;
    const std::int64_t hung = b.sum + b.members * length;
    const std::int64_t pairs = all.pairs - b.pairs - b.members * (upper - hung) - members * hung;
    if (members > 0)
      found.above.score = objective_of(s, members, pairs, all.storage - b.storage, all.soc - b.soc,
                                       all.soc2 - b.soc2, left) +
                          undersized_cost(s, members);
    if (b.members > 0)
      found.below.score = objective_of(s, b.members, b.pairs, b.storage, b.soc, b.soc2, right) +
                          undersized_cost(s, b.members);
    found.total = found.above.score + found.below.score + moves;
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

/// The whole union as one cluster.
template <class More>
Side joined_side(const Problem<More>& problem, const Names& names, const RefineWork<More>& work) {
  Side side{score_of(problem.scoring, work.below[0]), names.first, 0};
  if (!names.any) return side;
  const Origin& all = work.origin[0];
  if (all.second > all.first) side.name = names.second;
  side.moved = all.anywhere - std::max(all.first, all.second);
  return side;
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
  const std::int64_t move = problem.scoring.move;
  Names names{problem.history.any, work.name[top], none};
  Cut best;
  best.total = work.score[top] + move * work.moved[top];
  for (Index v : joined) {
    best.total += work.score[v] + move * work.moved[v];
    (names.first == none ? names.first : names.second) = work.name[v];
    cut[v] = 0;
  }
  if (gather(problem, top, cut, work)) {
    const Part<More>& all = work.below[0];
    if (names.any) trace_origins(problem, names.first, names.second, work);
    if (!joined.empty() && within_bounds(problem.scoring, all)) {
      const Side whole = joined_side(problem, names, work);
      const std::int64_t total = whole.score + move * whole.moved;
      if (total < best.total) best = {0, total, whole, {}};
    }
    search_cuts(problem, names, work, best);
  }
  if (best.row == none)
    for (Index v : joined) cut[v] = 1;
  else
    take(problem, best, pass, work, cut);
}

/// Give each old cluster's name to the cluster of largest overlap, ties by old cluster, then by
/// top; each name and each cluster once. Notes names and members moved.
template <class More>
void name_by_overlap(const Problem<More>& problem, RefineWork<More>& work,
                     const std::vector<std::int8_t>& cut) {
  const History& history = problem.history;
  NameWork& naming = work.naming;
  const auto n = static_cast<std::size_t>(problem.tree.nodes());
  naming.first.assign(n, none);
  naming.next.resize(n);
  naming.overlaps.clear();
  naming.shared.resize(static_cast<std::size_t>(history.clusters), 0);
  naming.given.assign(static_cast<std::size_t>(history.clusters), 0);
  for (Index v = problem.tree.nodes() - 1; v >= 0; --v) {
    if (history.was_in[v] == none) continue;
    naming.next[v] = naming.first[work.top_of[v]];
    naming.first[work.top_of[v]] = v;
  }
  for (Index top = 0; top < problem.tree.nodes(); ++top) {
    work.name[top] = none;
    work.moved[top] = 0;
    if (!cut[top]) continue;
    for (Index v = naming.first[top]; v != none; v = naming.next[v]) {
      ++work.moved[top];
      ++naming.shared[history.was_in[v]];
    }
    for (Index v = naming.first[top]; v != none; v = naming.next[v]) {
      std::int32_t& shared = naming.shared[history.was_in[v]];
      if (shared > 0) naming.overlaps.push_back({top, history.was_in[v], shared});
      shared = 0;
    }
  }
  std::sort(naming.overlaps.begin(), naming.overlaps.end(),
            [](const NameWork::Overlap& a, const NameWork::Overlap& b) {
              if (a.shared != b.shared) return a.shared > b.shared;
              return a.old != b.old ? a.old < b.old : a.top < b.top;
            });
  for (const NameWork::Overlap& overlap : naming.overlaps) {
    if (naming.given[overlap.old] || work.name[overlap.top] != none) continue;
    naming.given[overlap.old] = 1;
    work.name[overlap.top] = overlap.old;
    work.moved[overlap.top] -= overlap.shared;
  }
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
  work.name.assign(n, none);
  work.moved.assign(n, 0);
  if (problem.history.any) name_by_overlap(problem, work, cut);
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
Total total_of(const Problem<More>& problem, RefineWork<More>& work,
               const std::vector<std::int8_t>& cut) {
  Total total;
  if (problem.history.any) name_by_overlap(problem, work, cut);
  for (Index v = 0; v < problem.tree.nodes(); ++v) {
    if (!cut[v]) continue;
    total.moves += problem.scoring.move * work.moved[v];
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
