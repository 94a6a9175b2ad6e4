// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "gridswarm/cluster/comparison.hpp"
#include "gridswarm/cluster/history.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<cluster::Comparison>> fields() {
  using C = cluster::Comparison;
  static const std::array table = {
      Field<C>{"agents_in_both", "", &C::agents_in_both, 0, no_limit,
               "Agents with a cluster before and after."},
      Field<C>{"churn", "", &C::churn, 0, 1,
               "Share of them not in the cluster matched to their old one."},
      Field<C>{"ari", "", &C::ari, -1, 1, "Adjusted Rand index: 1 the same, 0 by chance."},
      Field<C>{"nmi", "", &C::nmi, 0, 1,
               "Mutual information over the mean of the entropies: 1 the same."},
      Field<C>{"vi_nats", "nats", &C::vi_nats, 0, no_limit,
               "Variation of information: what either leaves open about the other."},
  };
  return table;
}

namespace cluster {

namespace detail {

/// Sizes of what two partitions share, and of their clusters, over the agents in both.
struct Contingency {
  std::vector<std::int64_t> shared;  ///< every pair of clusters that meet
  std::vector<std::int64_t> before;
  std::vector<std::int64_t> after;
  std::int64_t agents = 0;
};

GS_INLINE Contingency contingency(const Clusters& before, const Clusters& after) {
  Contingency table;
  table.before.assign(before.id.size(), 0);
  table.after.assign(static_cast<std::size_t>(after.members.rows()), 0);
  std::vector<std::pair<Index, Index>> both;
  for (std::size_t i = 0; i < std::min(before.of.size(), after.of.size()); ++i) {
    if (before.of[i] == none || after.of[i] == none) continue;
    both.emplace_back(before.of[i], after.of[i]);
    ++table.before[before.of[i]];
    ++table.after[after.of[i]];
  }
  std::sort(both.begin(), both.end());
  for (std::size_t k = 0; k < both.size(); ++k) {
    if (k == 0 || both[k] != both[k - 1]) table.shared.push_back(0);
    ++table.shared.back();
  }
  table.agents = static_cast<std::int64_t>(both.size());
  return table;
}

/// sum C(n, 2)
GS_INLINE double pairs_in(const std::vector<std::int64_t>& sizes) {
  double sum = 0.0;
  for (const std::int64_t n : sizes)
    sum += 0.5 * static_cast<double>(n) * static_cast<double>(n - 1);
  return sum;
}

/// -sum p ln p
GS_INLINE double entropy(const std::vector<std::int64_t>& sizes, std::int64_t agents) {
  double sum = 0.0;
  for (const std::int64_t n : sizes) {
    const double p = static_cast<double>(n) / static_cast<double>(agents);
    if (n > 0) sum -= p * std::log(p);
  }
  return sum;
}

}  // namespace detail

GS_INLINE Comparison compare(const Clusters& before, const Clusters& after) {
  const detail::Contingency table = detail::contingency(before, after);
  Comparison out;
  out.agents_in_both = table.agents;
  out.churn = churn(before, after);
  if (table.agents == 0) return out;
  const double shared = detail::pairs_in(table.shared);
  const double a = detail::pairs_in(table.before);
  const double b = detail::pairs_in(table.after);
  const double all = detail::pairs_in({table.agents});
  const double by_chance = all > 0.0 ? a * b / all : 0.0;
  const double most = 0.5 * (a + b);
  // All in one, or each alone, in both: no chance to differ.
  out.ari = most - by_chance != 0.0 ? (shared - by_chance) / (most - by_chance) : 1.0;
  const double h_before = detail::entropy(table.before, table.agents);
  const double h_after = detail::entropy(table.after, table.agents);
  const double h_both = detail::entropy(table.shared, table.agents);
  const double mutual = std::max(0.0, h_before + h_after - h_both);
  out.nmi = h_before + h_after > 0.0 ? std::min(1.0, 2.0 * mutual / (h_before + h_after)) : 1.0;
  out.vi_nats = std::max(0.0, 2.0 * h_both - h_before - h_after);
  return out;
}

GS_INLINE double churn(const Clusters& before, const Clusters& after) {
  std::int64_t both = 0;
  for (std::size_t i = 0; i < std::min(before.of.size(), after.of.size()); ++i)
    both += before.of[i] != none && after.of[i] != none;
  std::int64_t stayed = 0;
  for (const Match& match : match_by_overlap(before, after)) stayed += match.shared;
  return both > 0 ? 1.0 - static_cast<double>(stayed) / static_cast<double>(both) : 0.0;
}

}  // namespace cluster
}  // namespace gridswarm::inline GS_ABI
