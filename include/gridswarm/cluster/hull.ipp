// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/cluster/feeder_tree.ipp"
#include "gridswarm/cluster/hull.hpp"
#include "gridswarm/cluster/part_rules.ipp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

GS_INLINE bool is_lower(const HullWork::Climber& a, const HullWork::Climber& b) {
  return a.position < b.position;
}

GS_INLINE void push_climber(HullWork& work, Index position, const Part<Wide>& part, bool own) {
  work.heap.push_back({position, static_cast<Index>(work.parts.size()), own});
  work.parts.push_back(part);
}

/// Take the deepest position off the heap, all that stands there joined.
GS_INLINE HullWork::Climber pop_deepest(HullWork& work) {
  std::pop_heap(work.heap.begin(), work.heap.end(), is_lower);
  HullWork::Climber here = work.heap.back();
  work.heap.pop_back();
  while (!work.heap.empty() && work.heap.front().position == here.position) {
    const HullWork::Climber& next = work.heap.front();
    join(work.parts[here.part], work.parts[next.part], 0);
    here.own = here.own || next.own;
    std::pop_heap(work.heap.begin(), work.heap.end(), is_lower);
    work.heap.pop_back();
  }
  return here;
}

}  // namespace detail

GS_INLINE std::int64_t objective_of(const Scoring& scoring, const Part<Wide>& part) {
  return detail::objective_of(scoring, part.members, part.pairs, part.storage, part.soc, part.soc2,
                              detail::more_score(scoring, part.members, part.more));
}

GS_INLINE Hull walk(const Ground& ground, const FormInput& input, const Scoring& scoring,
                    std::span<const Index> members, std::span<const Index> others,
                    std::span<const Index> slots, HullWork& work) {
  work.heap.clear();
  work.parts.clear();
  work.buses.clear();
  for (const auto& rows : {members, others})
    for (Index i : rows) {
      if (ground.position[i] == none) return {};
      detail::push_climber(work, ground.position[i], part_of_agent<Wide>(input, scoring, i), true);
    }
  if (work.heap.empty()) return {};
  std::make_heap(work.heap.begin(), work.heap.end(), detail::is_lower);
  while (true) {
    const HullWork::Climber here = detail::pop_deepest(work);
    const Index q = here.position;
    const bool last = work.heap.empty();
    if (last && work.buses.empty()) return {true, work.parts[here.part], q};  // a single bus
    const Index owner = ground.through[q];
    if (owner != none && std::find(slots.begin(), slots.end(), owner) == slots.end()) return {};
    if (!here.own && ground.clustered[q] > 0) return {};
    work.buses.push_back(q);
    if (last) return {true, work.parts[here.part], q};
    if (ground.parent[q] == none) return {};
    Part<Wide> shifted;
    detail::join(shifted, work.parts[here.part], ground.length[q]);
    detail::push_climber(work, ground.parent[q], shifted, false);
    std::push_heap(work.heap.begin(), work.heap.end(), detail::is_lower);
  }
}

}  // namespace gridswarm::inline GS_ABI::cluster
