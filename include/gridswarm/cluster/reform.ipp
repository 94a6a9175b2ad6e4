// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/attach.hpp"
#include "gridswarm/cluster/form.ipp"
#include "gridswarm/cluster/reform.hpp"

namespace gridswarm::inline GS_ABI::cluster {

namespace detail {

/// Agents at a position in the order of their chain: who passes first, then cluster by cluster,
/// those without cluster last; in a cluster by id.
GS_INLINE void chain_at(const Upkeep& upkeep, Index position, std::vector<Index>& chain) {
  chain.clear();
  for (Index i = upkeep.first_at[position]; i != none; i = upkeep.next_at[i]) chain.push_back(i);
  const Index passing = upkeep.ground.through[position];
  const auto key = [&](Index i) {
    const Index slot = upkeep.cluster[i];
    const int group = slot == none ? 2 : slot == passing ? 0 : 1;
    return std::tuple(group, slot == none ? ClusterId{0} : upkeep.living[slot].id,
                      upkeep.fleet.plate.id[i]);
  };
  if (chain.size() > 1)
    std::sort(chain.begin(), chain.end(), [&](Index a, Index b) { return key(a) < key(b); });
}

GS_INLINE Index hang(distance::AgentTree& tree, Index parent, Index position, Index agent,
                     std::int64_t length) {
  const Index v = tree.nodes();
  tree.parent.push_back(parent);
  tree.position.push_back(position);
  tree.agent.push_back(agent);
  tree.length.push_back(length);
  if (agent != none) tree.node[agent] = v;
  return v;
}

/// The tree of one feeder, and its agents in preorder.
GS_INLINE void hang_feeder(const Upkeep& upkeep, Index root, FeederWork& work) {
  distance::AgentTree& tree = work.tree;
  for (auto* column : {&tree.parent, &tree.position, &tree.agent}) column->clear();
  tree.length.clear();
  tree.root.assign(1, 0);
  tree.node.resize(upkeep.cluster.size());
  work.agents.clear();
  struct Task {
    Index position, parent;
  };
  std::vector<Task> stack{{root, none}};
  while (!stack.empty()) {
    const Task task = stack.back();
    stack.pop_back();
    chain_at(upkeep, task.position, work.chain);
    work.agents.insert(work.agents.end(), work.chain.begin(), work.chain.end());
    const Index bus =
        hang(tree, task.parent, task.position, work.chain.empty() ? none : work.chain[0],
             task.parent == none ? 0 : upkeep.ground.length[task.position]);
    Index above = bus;
    for (std::size_t k = 1; k < work.chain.size(); ++k)
      above = hang(tree, above, task.position, work.chain[k], 0);
    const auto below = upkeep.children.row(task.position);
    for (auto child = below.rbegin(); child != below.rend(); ++child)
      stack.push_back({*child, bus});
  }
  tree.size.assign(static_cast<std::size_t>(tree.nodes()), 1);
  for (Index v = tree.nodes() - 1; v > 0; --v) tree.size[tree.parent[v]] += tree.size[v];
}

/// Who was with whom, by cluster ids: also of clusters that are broken and of agents that lost
/// their supply together. Sums the clusters that stand into `proposal.now`.
GS_INLINE void note_before(const Upkeep& upkeep, FeederWork& work, Proposal& proposal) {
  std::unordered_map<ClusterId, Index> row_of;
  Clusters& before = proposal.before;
  work.before.of.resize(upkeep.cluster.size());
  work.dirty.clear();
  for (const Index agent : work.agents) {
    const Index slot = upkeep.cluster[agent];
    const bool stands = slot != none && !upkeep.living[slot].broken;
    const ClusterId id = slot != none ? upkeep.living[slot].id : upkeep.lost_from[agent];
    Index row = none;
    if (id != none) {
      const auto [at, fresh] = row_of.emplace(id, before.size());
      row = at->second;
      if (fresh) before.id.push_back(id);
      if (fresh && stands) {
        proposal.now.objective += objective_of(upkeep.scoring, upkeep.living[slot].part);
        proposal.now.undersized += upkeep.living[slot].part.members < upkeep.scoring.size_min;
      }
    }
    before.of.push_back(row);
    work.before.of[agent] = row;
    if (!stands) proposal.must = true;
    if (!stands || upkeep.living[slot].part.members < upkeep.scoring.size_min)
      work.dirty.push_back(agent);
  }
  work.before.id = before.id;
}

/// The smallest id that no living cluster has.
GS_INLINE ClusterId unused_id(const Upkeep& upkeep, std::span<const Index> members) {
  ClusterId least = upkeep.fleet.plate.id[members[0]];
  ClusterId free = none;
  for (Index i : members) {
    const AgentId id = upkeep.fleet.plate.id[i];
    least = std::min(least, id);
    if (!upkeep.slot_of_id.count(id) && (free == none || id < free)) free = id;
  }
  if (free != none) return free;
  ClusterId id = -2 - least;
  while (upkeep.slot_of_id.count(id)) --id;
  return id;
}

}  // namespace detail

GS_INLINE Proposal propose(const Upkeep& upkeep, Index root, Look look, FeederWork& work) {
  Proposal proposal;
  proposal.root = root;
  detail::hang_feeder(upkeep, root, work);
  detail::note_before(upkeep, work, proposal);
  work.first.resize(upkeep.cluster.size());
  const FormInput input = input_of(upkeep, work.tree);
  FeederTask task{&work.before, look == Look::mend, work.dirty};
  proposal.total = form_feeder(input, upkeep.scoring, task, 0, work.form, work.first);
  if (task.repair && proposal.total.undersized > proposal.now.undersized) {
    task.repair = false;
    proposal.total = form_feeder(input, upkeep.scoring, task, 0, work.form, work.first);
  }
  work.row.resize(upkeep.cluster.size());
  for (const Index agent : work.agents) work.row[agent] = none;
  Index rows = 0;
  for (const Index agent : work.agents) {
    Index& row = work.row[work.first[agent]];
    if (row == none) row = rows++;
    proposal.after.of.push_back(row);
  }
  proposal.after.members = group_by(proposal.after.of, rows);
  proposal.agents = work.agents;
  return proposal;
}

GS_INLINE bool is_worth(const Upkeep& upkeep, const Proposal& proposal) {
  if (proposal.must) return true;
  const Total& total = proposal.total;
  const Total& now = proposal.now;
  if (total.undersized != now.undersized) return total.undersized < now.undersized;
  const double least = 0.5 * upkeep.options.min_gain * static_cast<double>(total.objective);
  return static_cast<double>(now.objective - total.objective - total.moves) > least;
}

GS_INLINE void take_over(Upkeep& upkeep, const Proposal& proposal) {
  const auto rows = static_cast<std::size_t>(proposal.after.members.rows());
  std::vector<Index> slot_of(rows, none);    // of `after`
  std::vector<ClusterId> id_of(rows, none);  // inherited
  std::vector<std::int8_t> same(rows, 0);
  std::vector<std::int8_t> lives_on(proposal.before.id.size(), 0);
  for (const Match& match : match_by_overlap(proposal.before, proposal.after)) {
    const ClusterId id = proposal.before.id[match.before];
    id_of[match.after] = id;
    const auto at = upkeep.slot_of_id.find(id);
    if (at == upkeep.slot_of_id.end()) continue;  // lost with its supply, and back now
    const Living& old = upkeep.living[at->second];
    const Index agent = proposal.agents[proposal.after.members.row(match.after)[0]];
    const auto root_of = [&](Index i) { return upkeep.feeder[upkeep.ground.position[i]]; };
    if (root_of(old.members[0]) != root_of(agent)) {
      id_of[match.after] = none;  // alive elsewhere
      continue;
    }
    slot_of[match.after] = at->second;
    lives_on[match.before] = 1;
    // Who lost supply counts in the overlap but is not a member: look at the members themselves.
    const auto now = proposal.after.members.row(match.after);
    same[match.after] = !old.broken && now.size() == old.members.size() &&
                        std::all_of(now.begin(), now.end(), [&](Index k) {
                          return upkeep.cluster[proposal.agents[k]] == at->second;
                        });
  }
  // All claims of what changes go first, then members, then new claims.
  for (std::size_t k = 0; k < proposal.agents.size(); ++k) {
    if (same[proposal.after.of[k]]) continue;
    const Index agent = proposal.agents[k];
    if (upkeep.cluster[agent] == none) continue;
    unclaim(upkeep, upkeep.cluster[agent]);
    upkeep.living[upkeep.cluster[agent]].members.clear();
  }
  std::vector<Index> gone;
  for (std::size_t k = 0; k < proposal.before.id.size(); ++k) {
    const auto at = upkeep.slot_of_id.find(proposal.before.id[k]);
    if (at != upkeep.slot_of_id.end() && !lives_on[k] && upkeep.living[at->second].members.empty())
      gone.push_back(at->second);
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (same[row]) continue;
    std::vector<Index> members;
    for (Index k : proposal.after.members.row(static_cast<Index>(row)))
      members.push_back(proposal.agents[k]);
    if (slot_of[row] == none)
      slot_of[row] = open_slot(upkeep, id_of[row] != none && !upkeep.slot_of_id.count(id_of[row])
                                           ? id_of[row]
                                           : detail::unused_id(upkeep, members));
    for (Index i : members) assign(upkeep, i, slot_of[row]);
    upkeep.living[slot_of[row]].members = std::move(members);
  }
  for (Index slot : gone) close_slot(upkeep, slot);
  for (std::size_t row = 0; row < rows; ++row) {
    if (same[row]) continue;
    [[maybe_unused]] const bool valid = claim(upkeep, slot_of[row]);
    GRIDSWARM_ASSERT(valid);
  }
}

}  // namespace gridswarm::inline GS_ABI::cluster
