// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "gridswarm/flow/sweep_plan.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// Loads draw S/V above this share of the source voltage, bounded current below.
inline constexpr double floor_share = 1e-2;

/// First child of every position (breadth first, children follow one another) and how many
/// positions its subtree has.
inline void list_relatives(const feeder::Forest& forest, SweepPlan& plan) {
  const Index n = forest.size();
  std::vector<Index>& child = plan.scratch_child;
  std::vector<Index>& below = plan.scratch_below;
  child.assign(n + 1, n);
  below.assign(n, 1);
  for (Index k = n - 1; k >= forest.roots; --k) {
    child[forest.parent[k]] = k;
    below[forest.parent[k]] += below[k];
  }
  for (Index k = n - 1; k >= 0; --k) child[k] = std::min(child[k], child[k + 1]);
}

inline void place(SweepPlan& plan, Index k) {
  plan.scratch_cell[k] = static_cast<Index>(plan.position.size());
  plan.position.push_back(k);
}

/// The block of subtrees plan.more[..]: cells with children in breadth-first order, then the
/// others.
inline void place_block(SweepPlan& plan) {
  std::vector<Index>& queue = plan.more;
  const auto children = [&](Index k) { return plan.scratch_child[k + 1] - plan.scratch_child[k]; };
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (Index c = 0; c < children(queue[i]); ++c)
      queue.push_back(plan.scratch_child[queue[i]] + c);
  for (const Index k : queue)
    if (children(k) > 0) place(plan, k);
  plan.block_leaf.push_back(static_cast<Index>(plan.position.size()));
  for (const Index k : queue)
    if (children(k) == 0) place(plan, k);
  plan.block_first.push_back(static_cast<Index>(plan.position.size()));
  queue.clear();
}

inline void order_cells(const feeder::Forest& forest, SweepPlan& plan) {
  const auto in_trunk = [&](Index k) {
    return k < forest.roots || plan.scratch_below[k] > sweep_block_cells;
  };
  plan.position.clear();
  plan.scratch_cell.resize(forest.size());
  for (Index k = 0; k < forest.size(); ++k)
    if (in_trunk(k)) place(plan, k);
  plan.trunk = static_cast<Index>(plan.position.size());
  plan.block_first.assign(1, plan.trunk);
  plan.block_leaf.clear();
  plan.more.clear();
  Index held = 0;
  for (Index k = forest.roots; k < forest.size(); ++k) {
    if (in_trunk(k) || !in_trunk(forest.parent[k])) continue;
    if (held + plan.scratch_below[k] > sweep_block_cells) {
      place_block(plan);
      held = 0;
    }
    plan.more.push_back(k);
    held += plan.scratch_below[k];
  }
  if (held > 0) place_block(plan);
}

/// Parents and children by cell.
inline void link_cells(const feeder::Forest& forest, SweepPlan& plan) {
  const Index n = forest.size();
  for (auto* column : {&plan.child_one, &plan.child_two}) column->assign(n, n);
  plan.parent.resize(n);
  plan.parent_slot.resize(n);
  plan.root.assign(n + 2, 0);
  plan.more_first.assign(n + 1, 0);
  for (Index c = 0; c < n; ++c) {
    const Index k = plan.position[c];
    const bool is_root = k < forest.roots;
    plan.parent[c] = plan.parent_slot[c] = is_root ? c : plan.scratch_cell[forest.parent[k]];
    plan.root[c] = is_root ? c : plan.root[plan.parent[c]];
    const Index first = plan.scratch_child[k];
    const Index count = plan.scratch_child[k + 1] - first;
    if (count > 0) plan.child_one[c] = plan.scratch_cell[first];
    if (count > 1) plan.child_two[c] = plan.scratch_cell[first + 1];
    for (Index i = 2; i < count; ++i) plan.more.push_back(plan.scratch_cell[first + i]);
    plan.more_first[c + 1] = static_cast<Index>(plan.more.size());
  }
  for (std::size_t b = 0; b + 1 < plan.block_first.size(); ++b)
    for (Index c = plan.block_first[b]; c < plan.block_first[b + 1]; ++c)
      if (plan.parent[c] >= plan.trunk)
        plan.parent_slot[c] = plan.parent[c] - plan.block_first[b] + plan.trunk;
}

/// Numbers by cell, and of every block the cell with the largest impedance to its source.
inline void fill_cells(const feeder::Forest& forest, SweepPlan& plan) {
  const Index n = forest.size();
  for (auto* column : {&plan.r_pu, &plan.x_pu, &plan.g_pu, &plan.b_pu}) column->resize(n);
  plan.k_re.assign(n + 2, 1.0);
  plan.k_im.assign(n + 2, 0.0);
  plan.has_shunts = false;
  double largest_squared = 0.0;
  for (Index c = 0; c < n; ++c) {
    const Index k = plan.position[c];
    plan.r_pu[c] = forest.r_pu[k];
    plan.x_pu[c] = forest.x_pu[k];
    plan.g_pu[c] = forest.g_pu[k];
    plan.b_pu[c] = forest.b_pu[k];
    plan.k_re[c] = forest.k_re[k];
    plan.k_im[c] = forest.k_im[k];
    plan.has_shunts = plan.has_shunts || forest.g_pu[k] != 0.0 || forest.b_pu[k] != 0.0;
    largest_squared = std::max(largest_squared,
                               forest.k_re[k] * forest.k_re[k] + forest.k_im[k] * forest.k_im[k]);
  }
  plan.largest_k = std::sqrt(largest_squared);
}

inline void place_probes(SweepPlan& plan) {
  std::vector<Index>& probe = plan.block_probe;
  probe.clear();
  Column<double>& far = plan.scratch_far;
  far.assign(plan.size, 0.0);
  for (Index c = plan.roots; c < plan.size; ++c)
    far[c] = far[plan.parent[c]] + (std::fabs(plan.r_pu[c]) + std::fabs(plan.x_pu[c]));
  for (std::size_t b = 0; b + 1 < plan.block_first.size(); ++b)
    probe.push_back(static_cast<Index>(
        std::max_element(far.begin() + plan.block_first[b], far.begin() + plan.block_first[b + 1]) -
        far.begin()));
}

inline void place_sources(const feeder::Forest& forest, SweepPlan& plan) {
  double smallest = forest.roots > 0 ? std::numeric_limits<double>::infinity() : 1.0;
  plan.sources.resize(forest.roots);
  for (Index k = 0; k < forest.roots; ++k) {
    const double vr = forest.source_re[k];
    const double vi = forest.source_im[k];
    const double square = vr * vr + vi * vi;
    smallest = std::min(smallest, square);
    plan.sources[k] = {vr, vi, vr / square, vi / square};
  }
  plan.largest_inverse = 1.0 / (floor_share * floor_share * std::max(smallest, 1e-6));
}

/// Bits, so that a zero's sign counts and a NaN equals itself.
template <class Numbers>
bool same_bits(const Numbers& a, const Numbers& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0);
}

/// Everything that a plan is made of.
inline bool same_tree(const feeder::Forest& a, const feeder::Forest& b) {
  return a.roots == b.roots && same_bits(a.bus, b.bus) && same_bits(a.parent, b.parent) &&
         same_bits(a.r_pu, b.r_pu) && same_bits(a.x_pu, b.x_pu) && same_bits(a.g_pu, b.g_pu) &&
         same_bits(a.b_pu, b.b_pu) && same_bits(a.k_re, b.k_re) && same_bits(a.k_im, b.k_im) &&
         same_bits(a.source_re, b.source_re) && same_bits(a.source_im, b.source_im);
}

}  // namespace detail

GS_INLINE void make_sweep_plan(const feeder::Forest& forest, Index rows, SweepPlan& plan) {
  plan.cell.clear();  // filled last: a plan that was left half made is nobody's
  plan.made_of = forest;
  plan.size = forest.size();
  plan.roots = forest.roots;
  detail::list_relatives(forest, plan);
  detail::order_cells(forest, plan);
  detail::link_cells(forest, plan);
  detail::fill_cells(forest, plan);
  detail::place_probes(plan);
  detail::place_sources(forest, plan);
  plan.cell.assign(rows, plan.size + 1);
  for (Index k = 0; k < plan.size; ++k) plan.cell[forest.bus[k]] = plan.scratch_cell[k];
}

GS_INLINE void renew_sweep_plan(const feeder::Forest& forest, Index rows, SweepPlan& plan) {
  const bool is_made = rows > 0 && plan.cell.size() == static_cast<std::size_t>(rows) &&
                       detail::same_tree(forest, plan.made_of);
  if (!is_made) make_sweep_plan(forest, rows, plan);
}

GS_INLINE kernel::SweepTree sweep_tree(const SweepPlan& plan) {
  return {plan.size,
          plan.roots,
          plan.trunk,
          static_cast<Index>(plan.block_leaf.size()),
          plan.block_first.data(),
          plan.block_leaf.data(),
          plan.block_probe.data(),
          plan.parent.data(),
          plan.parent_slot.data(),
          plan.child_one.data(),
          plan.child_two.data(),
          plan.more_first.data(),
          plan.more.data(),
          plan.r_pu.data(),
          plan.x_pu.data(),
          plan.g_pu.data(),
          plan.b_pu.data(),
          plan.root.data(),
          plan.sources.data(),
          plan.largest_inverse,
          plan.has_shunts ? 1 : 0};
}

}  // namespace gridswarm::inline GS_ABI::flow
