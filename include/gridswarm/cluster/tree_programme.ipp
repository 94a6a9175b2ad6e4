// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/part_rules.ipp"
#include "gridswarm/cluster/tree_programme.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// One set of labels: by slot, score no_label where there is none.
template <class More>
struct LabelSet {
  std::int64_t* score;
  Label<More>* label;
};

template <class More>
LabelSet<More> set_at(ProgrammeWork<More>& work, std::int32_t set) {
  const std::size_t first = static_cast<std::size_t>(set) * work.slots;
  return {work.score.data() + first, work.label.data() + first};
}

/// A set without labels.
template <class More>
std::int32_t take_set(ProgrammeWork<More>& work) {
  if (work.free.empty()) {
    work.free.push_back(static_cast<std::int32_t>(work.score.size() / work.slots));
    work.score.resize(work.score.size() + work.slots);
    work.label.resize(work.score.size());
  }
  const std::int32_t set = work.free.back();
  work.free.pop_back();
  std::fill_n(set_at(work, set).score, work.slots, no_label);
  return set;
}

/// The labels of a node before its children: itself alone.
template <class More>
std::int32_t start_set(const Problem<More>& problem, Index v, ProgrammeWork<More>& work) {
  const std::int32_t taken = take_set(work);
  const LabelSet<More> set = set_at(work, taken);
  if (!problem.known.empty() && problem.known[v] != nullptr) {
    const LabelTable<More>& known = *problem.known[v];
    std::copy(known.score.begin(), known.score.end(), set.score);
    std::copy(known.label.begin(), known.label.end(), set.label);
    return taken;
  }
  const Part<More>& own = problem.own[v];
  const std::int64_t score = score_of(problem.scoring, own);
  const std::size_t slot = problem.scoring.slot_of[own.members];
  set.score[slot] = score;
  set.label[slot] = {own, 0};
  if (problem.history.any) {
    set.score[work.slots - 1] = score;
    set.label[work.slots - 1] = {own, 0};
  }
  return taken;
}

/// Join label a with label b of the child where that beats what is in its slot.
template <class More>
inline void offer_join(const Scoring& s, const Label<More>& a, const Label<More>& b,
                       std::int64_t length, std::int64_t closed, LabelSet<More> out,
                       std::size_t slot, typename ProgrammeWork<More>::Step* steps,
                       typename ProgrammeWork<More>::Step step) {
  const Part<More>& pa = a.part;
  const Part<More>& pb = b.part;
  const std::int64_t members = pa.members + pb.members;
  More more = pa.more;
  more += pb.more;
  const double left = more_score(s, members, more);
  const std::int64_t rival = out.score[slot];
  const std::int64_t known = closed + undersized_cost(s, members);
  if (left >= static_cast<double>(rival - known - s.overhead)) return;
  const std::int64_t sum = pb.sum + pb.members * length;
  const std::int64_t pairs = pa.pairs + pb.pairs + pb.members * pa.sum + pa.members * sum;
  const std::int64_t storage = pa.storage + pb.storage;
  const std::int64_t soc = pa.soc + pb.soc, soc2 = pa.soc2 + pb.soc2;
  const std::int64_t score = known + objective_of(s, members, pairs, storage, soc, soc2, left);
  if (score >= rival) return;
  Part<More>& part = out.label[slot].part;
  part.members = static_cast<std::int32_t>(members);
  part.storage = static_cast<std::int32_t>(storage);
  part.sum = pa.sum + sum;
  part.pairs = pairs;
  part.depth = std::max(pa.depth, pb.depth + length);
  part.diameter =
      std::max({pa.diameter, pb.diameter, pa.members > 0 ? pa.depth + pb.depth + length : 0});
  part.soc = soc;
  part.soc2 = soc2;
  part.rating_va = pa.rating_va + pb.rating_va;
  part.more = more;
  out.label[slot].closed = closed;
  out.score[slot] = score;
  steps[slot] = step;
}

/// The label that follows the previous membership, folded with the child's such label.
template <class More>
void fold_previous(const Problem<More>& problem, Index child, LabelSet<More> a, LabelSet<More> b,
                   LabelSet<More> out, std::size_t last,
                   typename ProgrammeWork<More>::Step* steps) {
  const History& h = problem.history;
  const Scoring& s = problem.scoring;
  const std::int64_t length = problem.tree.length[child];
  const Label<More>& here = a.label[last];
  const Label<More>& below = b.label[last];
  const auto slot = static_cast<std::uint8_t>(last);
  out.label[last] = here;
  if (h.was_joined[child] && fits(s, here.part, below.part, length)) {
    join(out.label[last].part, below.part, length);
    out.label[last].closed += below.closed + s.move * h.if_joined[child];
    out.score[last] = out.label[last].closed + score_of(s, out.label[last].part);
    steps[last] = {slot, slot};
  } else {
    const std::int64_t cut = b.score[last] + s.move * h.if_cut[child];
    out.label[last].closed += cut;
    out.score[last] = a.score[last] + cut;
    steps[last] = {slot, static_cast<std::uint8_t>(slot | cut_bit)};
  }
}

/// Slot of the best label, the first of equals.
template <class More>
std::size_t best_of(LabelSet<More> set, std::size_t slots) {
  std::size_t best = 0;
  for (std::size_t k = 1; k < slots; ++k)
    if (set.score[k] < set.score[best]) best = k;
  return best;
}

/// Fold the labels b of `child` into the labels a of its parent.
template <class More>
void fold(const Problem<More>& problem, Index child, LabelSet<More> a, LabelSet<More> b,
          LabelSet<More> out, std::size_t slots, typename ProgrammeWork<More>::Step* steps) {
  const Scoring& s = problem.scoring;
  const History& h = problem.history;
  const std::int64_t length = problem.tree.length[child];
  const std::int64_t if_cut = h.any ? s.move * h.if_cut[child] : 0;
  const std::int64_t if_joined = h.any ? s.move * h.if_joined[child] : 0;
  const std::size_t best = best_of(b, slots);
  const std::int64_t close = b.score[best] + if_cut;
  std::uint8_t listed[most_labels + 1];
  std::size_t count = 0;
  for (std::size_t k = 0; k < slots; ++k)
    if (b.score[k] != no_label && b.label[k].part.members > 0)
      listed[count++] = static_cast<std::uint8_t>(k);
  for (std::size_t i = 0; i < slots; ++i) {
    if (a.score[i] == no_label) continue;
    const Label<More>& here = a.label[i];
    const std::size_t own = s.slot_of[here.part.members];
    if (a.score[i] + close < out.score[own]) {
      out.score[own] = a.score[i] + close;
      out.label[own].part = here.part;
      out.label[own].closed = here.closed + close;
      steps[own] = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(best | cut_bit)};
    }
    for (std::size_t k = 0; k < count; ++k) {
      const Label<More>& below = b.label[listed[k]];
      if (!fits(s, here.part, below.part, length)) continue;
      const std::size_t slot = s.slot_of[here.part.members + below.part.members];
      offer_join(s, here, below, length, here.closed + below.closed + if_joined, out, slot, steps,
                 {static_cast<std::uint8_t>(i), listed[k]});
    }
  }
  if (h.any) fold_previous(problem, child, a, b, out, slots - 1, steps);
}

}  // namespace detail

template <class More>
std::uint8_t run_programme(const Problem<More>& problem, ProgrammeWork<More>& work) {
  const FeederTree& tree = problem.tree;
  const std::size_t slots = static_cast<std::size_t>(problem.scoring.slot_of.back()) + 2;
  if (slots != work.slots) {
    work.slots = slots;
    work.score.clear();
    work.label.clear();
    work.free.clear();
  }
  work.step.resize(static_cast<std::size_t>(tree.nodes()) * slots);
  work.stack.clear();
  for (Index v = tree.nodes() - 1; v >= 0; --v) {
    if (tree.size[v] == 1 && v > 0) continue;  // its one label is made where it is folded in
    std::int32_t current = detail::start_set(problem, v, work);
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c]) {
      std::int32_t below;
      if (tree.size[c] == 1) {
        below = detail::start_set(problem, c, work);
      } else {
        below = work.stack.back();
        work.stack.pop_back();
      }
      const std::int32_t next = detail::take_set(work);
      detail::fold(problem, c, detail::set_at(work, current), detail::set_at(work, below),
                   detail::set_at(work, next), slots,
                   work.step.data() + static_cast<std::size_t>(c) * slots);
      work.free.push_back(current);
      work.free.push_back(below);
      current = next;
    }
    work.stack.push_back(current);
  }
  work.top = work.stack.back();
  work.free.push_back(work.top);
  return static_cast<std::uint8_t>(detail::best_of(detail::set_at(work, work.top), slots));
}

template <class More>
void trace_cuts(const Problem<More>& problem, std::uint8_t slot, ProgrammeWork<More>& work,
                std::vector<std::int8_t>& cut) {
  const FeederTree& tree = problem.tree;
  const auto n = static_cast<std::size_t>(tree.nodes());
  work.chosen.resize(n);
  cut.resize(n);
  work.chosen[0] = slot;
  cut[0] = 1;
  for (Index v = 0; v < tree.nodes(); ++v) {
    work.children.clear();
    for (Index c = v + 1; c < v + tree.size[v]; c += tree.size[c]) work.children.push_back(c);
    std::uint8_t at = work.chosen[v];
    for (std::size_t k = work.children.size(); k-- > 0;) {
      const Index c = work.children[k];
      const auto step = work.step[static_cast<std::size_t>(c) * work.slots + at];
      cut[c] = (step.below & cut_bit) != 0;
      work.chosen[c] = static_cast<std::uint8_t>(step.below & ~cut_bit);
      at = step.above;
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::cluster
