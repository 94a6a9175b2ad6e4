// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/tree_programme.hpp"

namespace gridswarm::inline GS_ABI::cluster {

GS_INLINE std::vector<std::uint8_t> size_classes(std::int64_t size_max, std::int64_t labels) {
  // Classes widen by a constant ratio, never narrower than one size: each takes the smallest width
  // whose ratio, kept for all classes left, reaches beyond size_max. The last takes what is left.
  std::vector<std::uint8_t> slot(static_cast<std::size_t>(size_max) + 1, 0);
  const auto reached = [&](std::int64_t start, std::int64_t width, std::int64_t left) {
    std::int64_t border = start;
    for (std::int64_t j = 0; j < left && border <= size_max; ++j)
      border += start == 0 ? std::max(width, border) : std::max(width, border * width / start);
    return border > size_max;
  };
  std::int64_t start = 0;
  for (std::int64_t k = 0; k < labels && start <= size_max; ++k) {
    std::int64_t width = 1;
    while (!reached(start, width, labels - k)) ++width;
    for (std::int64_t m = start; m < std::min(start + width, size_max + 1); ++m)
      slot[m] = static_cast<std::uint8_t>(k);
    start += width;
  }
  return slot;
}

namespace detail {

/// Put a candidate into its slot where it is the first or better than the one there.
GS_INLINE void offer(std::vector<Label>& slots, std::size_t slot, const Part& part,
                     std::int64_t closed, std::int64_t own, ProgrammeWork::Step* steps,
                     ProgrammeWork::Step step) {
  Label& label = slots[slot];
  const std::int64_t score = closed + own;
  if (label.part.members >= 0 && label.score <= score) return;
  label = {part, closed, score, static_cast<std::uint8_t>(slot)};
  steps[slot] = step;
}

/// The label that follows the previous membership, folded with the child's such label.
GS_INLINE void fold_previous(const Problem& problem, Index child, const Label& a, const Label& b,
                             std::vector<Label>& slots, ProgrammeWork::Step* steps) {
  const History& h = problem.history;
  const std::int64_t length = problem.tree.length[child];
  const std::size_t last = slots.size() - 1;
  const std::int64_t move = problem.scoring.move;
  if (h.was_joined[child] && b.part.members > 0 && fits(problem.scoring, a.part, b.part, length)) {
    const Part part = join(a.part, b.part, length);
    offer(slots, last, part, a.closed + b.closed + move * h.if_joined[child],
          score_of(problem.scoring, part), steps, {a.slot, b.slot});
  } else {
    offer(slots, last, a.part, a.closed + b.score + move * h.if_cut[child], a.score - a.closed,
          steps, {a.slot, static_cast<std::uint8_t>(b.slot | cut_bit)});
  }
}

/// Fold the labels of `child` into the current ones of its parent.
GS_INLINE void fold(const Problem& problem, Index child, std::span<const Label> below,
                    std::span<const std::uint8_t> slot_of, ProgrammeWork& work,
                    ProgrammeWork::Step* steps) {
  const Scoring& scoring = problem.scoring;
  const std::int64_t length = problem.tree.length[child];
  const std::int64_t if_cut = scoring.move * problem.history.if_cut[child];
  const std::int64_t if_joined = scoring.move * problem.history.if_joined[child];
  const Label* best = &below[0];
  for (const Label& b : below)
    if (b.score < best->score) best = &b;
  for (Label& label : work.next) label.part.members = -1;
  for (const Label& a : work.current) {
    if (a.part.members < 0) continue;
    offer(work.next, slot_of[a.part.members], a.part, a.closed + best->score + if_cut,
          a.score - a.closed, steps, {a.slot, static_cast<std::uint8_t>(best->slot | cut_bit)});
    for (const Label& b : below) {
      if (b.part.members == 0 || !fits(scoring, a.part, b.part, length)) continue;
      const std::int64_t closed = a.closed + b.closed + if_joined;
      const std::size_t slot = slot_of[a.part.members + b.part.members];
      const Label& rival = work.next[slot];
      if (rival.part.members >= 0 && rival.score <= closed) continue;  // no part scores below 0
      const Part part = join(a.part, b.part, length);
      offer(work.next, slot, part, closed, score_of(scoring, part), steps, {a.slot, b.slot});
    }
  }
  if (problem.history.any)
    fold_previous(problem, child, work.current.back(), below.back(), work.next, steps);
  work.current.swap(work.next);
}

}  // namespace detail

GS_INLINE void run_programme(const Problem& problem, Index feeder,
                             std::span<const std::uint8_t> slot_of, ProgrammeWork& work) {
  const distance::AgentTree& tree = problem.tree;
  const Index root = tree.root[feeder];
  const std::size_t slots = static_cast<std::size_t>(slot_of.back()) + 2;
  work.stack.clear();
  work.count.clear();
  work.current.resize(slots);
  work.next.resize(slots);
  work.step.resize(static_cast<std::size_t>(tree.size[root]) * slots);
  for (Index v = tree.end_of(feeder) - 1; v >= root; --v) {
    for (Label& label : work.current) label.part.members = -1;
    const Index agent = tree.agent[v];
    const Part own = single(agent == none ? nullptr : &problem.traits[agent]);
    const std::size_t slot = slot_of[own.members];
    const std::int64_t score = score_of(problem.scoring, own);
    work.current[slot] = {own, 0, score, static_cast<std::uint8_t>(slot)};
    if (problem.history.any)
      work.current.back() = {own, 0, score, static_cast<std::uint8_t>(slots - 1)};
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c]) {
      const auto count = static_cast<std::size_t>(work.count.back());
      const std::span<const Label> below{work.stack.data() + work.stack.size() - count, count};
      detail::fold(problem, c, below, slot_of, work,
                   work.step.data() + static_cast<std::size_t>(c - root) * slots);
      work.stack.resize(work.stack.size() - count);
      work.count.pop_back();
    }
    Index kept = 0;
    for (const Label& label : work.current)
      if (label.part.members >= 0) {
        work.stack.push_back(label);
        ++kept;
      }
    work.count.push_back(kept);
  }
  work.top = work.stack;
}

GS_INLINE void trace_cuts(const Problem& problem, Index feeder, std::uint8_t slot,
                          ProgrammeWork& work, std::vector<std::int8_t>& cut) {
  const distance::AgentTree& tree = problem.tree;
  const Index root = tree.root[feeder];
  const std::size_t slots = work.current.size();
  work.chosen.resize(static_cast<std::size_t>(tree.size[root]));
  work.chosen[0] = slot;
  cut[root] = 1;
  std::vector<Index> children;
  for (Index v = root; v < tree.end_of(feeder); ++v) {
    children.clear();
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c]) children.push_back(c);
    std::uint8_t at = work.chosen[v - root];
    for (auto c = children.rbegin(); c != children.rend(); ++c) {
      const ProgrammeWork::Step step = work.step[static_cast<std::size_t>(*c - root) * slots + at];
      cut[*c] = (step.below & cut_bit) != 0;
      work.chosen[*c - root] = static_cast<std::uint8_t>(step.below & ~cut_bit);
      at = step.above;
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::cluster
