// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "gridswarm/contract/checked.hpp"
#include "gridswarm/contract/energy.hpp"
#include "gridswarm/contract/pages.ipp"
#include "gridswarm/contract/settlement.hpp"

namespace gridswarm::inline GS_ABI::contract {

namespace detail {

/// An agent's totals after an open settlement has been paid.
struct Totals {
  std::int64_t balance, produced, consumed, given, taken, reward;
};

/// False when a total does not fit.
inline bool totals_after(const Agents& t, Index i, Totals& next) {
  next = {t.balance_micro[i], t.produced_milliwh[i], t.consumed_milliwh[i],
          t.given_milliwh[i], t.taken_milliwh[i],    t.reward_micro[i]};
  const std::int64_t share = t.open_share_milliwh[i];
  return accumulate(next.balance, t.open_tokens_micro[i]) &&
         accumulate(next.balance, t.open_reward_micro[i]) &&
         accumulate(next.produced, t.open_produced_milliwh[i]) &&
         accumulate(next.consumed, t.open_consumed_milliwh[i]) &&
         accumulate(next.given, share > 0 ? share : 0) &&
         accumulate(next.taken, share < 0 ? -share : 0) &&
         accumulate(next.reward, t.open_reward_micro[i]);
}

inline void pay(State& state, Index i, const Totals& next) {
  Agents& t = state.agents;
  t.balance_micro[i] = next.balance;
  t.produced_milliwh[i] = next.produced;
  t.consumed_milliwh[i] = next.consumed;
  t.given_milliwh[i] = next.given;
  t.taken_milliwh[i] = next.taken;
  t.reward_micro[i] = next.reward;
  drop_open(state, i);
  touch(state.agent_pages, i);
}

/// Old evidence fades, this tick's counts fully.
inline void note_evidence(State& state, Index i, bool reported) {
  constexpr std::int64_t one = 1000000;
  for (auto* evidence : {&state.agents.good_ppm, &state.agents.bad_ppm}) {
    const Wide kept = static_cast<Wide>((*evidence)[i]) * state.rules.reputation_keep_ppm / one;
    (*evidence)[i] = static_cast<std::int64_t>(kept);
  }
  (reported ? state.agents.good_ppm : state.agents.bad_ppm)[i] += one;
  touch(state.agent_pages, i);
}

/// The members' rows of a cluster, and which of them settled this tick.
struct Open {
  std::vector<Index> row;
  std::vector<Index> settled;
};

inline Open open_members(const State& state, Index cluster, std::int64_t tick) {
  Open open;
  for (const AgentId id : state.members[cluster]) {
    open.row.push_back(find(state.agents.id, id));
    if (state.agents.settled_tick[open.row.back()] == tick) open.settled.push_back(open.row.back());
  }
  return open;
}

/// Conservation first, so that its breach is named; then every number against the rule.
inline Refusal check_settlement(const State& state, const std::vector<Index>& settled,
                                const ClusterTick& close) {
  const Agents& t = state.agents;
  std::int64_t tokens = 0;
  std::int64_t energy = 0;
  std::vector<std::int64_t> net;
  std::vector<ledger::Hash> readings;
  for (const Index i : settled) {
    if (!accumulate(tokens, t.open_tokens_micro[i]) || !accumulate(energy, t.open_share_milliwh[i]))
      return Refusal::overflow;
    net.push_back(t.open_produced_milliwh[i] - t.open_consumed_milliwh[i]);  // both in 0..2^61
    readings.push_back(t.reading[i]);
  }
  if (energy != 0) return Refusal::energy_not_conserved;
  if (tokens != 0) return Refusal::tokens_not_conserved;
  Settlement rule;
  const Refusal refusal = settle_cluster(net, state.rules.tariff, rule);
  if (refusal != Refusal::none) return refusal;
  for (std::size_t k = 0; k < settled.size(); ++k)
    if (t.open_share_milliwh[settled[k]] != rule.share_milliwh[k] ||
        t.open_tokens_micro[settled[k]] != rule.tokens_micro[k] ||
        t.open_reward_micro[settled[k]] != rule.reward_micro[k])
      return Refusal::wrong_settlement;
  if (close.net_milliwh != rule.net_milliwh || close.shared_milliwh != rule.shared_milliwh ||
      close.residual_milliwh != rule.residual_milliwh)
    return Refusal::wrong_settlement;
  if (close.readings != readings_digest(readings)) return Refusal::wrong_digest;
  return Refusal::none;
}

/// Everything about a closing that needs no sums.
inline Refusal check_close(const State& state, Index row, const ClusterTick& close) {
  const ClusterRows& t = state.clusters;
  if (close.epoch != t.epoch[row]) return Refusal::stale_epoch;
  if (t.leader[row] == none || t.leader_epoch[row] != t.epoch[row]) return Refusal::no_leader;
  if (close.tick <= t.closed_tick[row]) return Refusal::wrong_tick;
  if (close.limits < 0 || close.limits > limit_all) return Refusal::out_of_range;
  return Refusal::none;
}

}  // namespace detail

GS_INLINE Refusal apply_reading(State& state, Index agent, std::int64_t tick,
                                const ledger::Hash& commitment) {
  if (state.agents.member[agent] == 0) return Refusal::not_member;
  if (tick <= state.agents.reading_tick[agent]) return Refusal::wrong_tick;
  state.agents.reading_tick[agent] = tick;
  state.agents.reading[agent] = commitment;
  touch(state.agent_pages, agent);
  return Refusal::none;
}

GS_INLINE Refusal apply_settle(State& state, const Settle& settle) {
  const Index i = find(state.agents.id, settle.agent);
  if (i == none) return Refusal::unknown_agent;
  Agents& t = state.agents;
  if (t.member[i] == 0 || t.cluster[i] != settle.cluster) return Refusal::not_member;
  if (settle.tick <= t.settled_tick[i]) return Refusal::wrong_tick;
  if (settle.tick != t.reading_tick[i]) return Refusal::no_reading;
  const auto amount = [](std::int64_t value) { return value >= 0 && value < value_bound; };
  if (!amount(settle.produced_milliwh) || !amount(settle.consumed_milliwh) ||
      settle.reward_micro < 0 || settle.shared_milliwh == INT64_MIN)
    return Refusal::out_of_range;
  detail::Totals next{};
  if (settle.cluster == none) {
    if (settle.shared_milliwh != 0 || settle.tokens_micro != 0 || settle.reward_micro != 0)
      return Refusal::wrong_settlement;
    std::int64_t sum = 0;
    if (!add(t.produced_milliwh[i], settle.produced_milliwh, sum) ||
        !add(t.consumed_milliwh[i], settle.consumed_milliwh, sum))
      return Refusal::overflow;
  }
  t.settled_tick[i] = settle.tick;
  t.open_produced_milliwh[i] = settle.produced_milliwh;
  t.open_consumed_milliwh[i] = settle.consumed_milliwh;
  t.open_share_milliwh[i] = settle.shared_milliwh;
  t.open_tokens_micro[i] = settle.tokens_micro;
  t.open_reward_micro[i] = settle.reward_micro;
  touch(state.agent_pages, i);
  if (settle.cluster == none && detail::totals_after(t, i, next)) detail::pay(state, i, next);
  return Refusal::none;
}

GS_INLINE Refusal apply_cluster_tick(State& state, const ClusterTick& close) {
  const Index row = find(state.clusters.id, close.cluster);
  if (row == none) return Refusal::unknown_cluster;
  if (const Refusal r = detail::check_close(state, row, close); r != Refusal::none) return r;
  const detail::Open open = detail::open_members(state, row, close.tick);
  if (open.settled.empty() || close.count != static_cast<std::int64_t>(open.settled.size()))
    return Refusal::nothing_settled;
  if (const Refusal r = detail::check_settlement(state, open.settled, close); r != Refusal::none)
    return r;
  std::vector<detail::Totals> next(open.settled.size());
  std::int64_t issued = state.issued_micro;
  std::int64_t net = state.clusters.net_milliwh[row];
  std::int64_t shared = state.clusters.shared_milliwh[row];
  if (!accumulate(net, close.net_milliwh) || !accumulate(shared, close.shared_milliwh))
    return Refusal::overflow;
  for (std::size_t k = 0; k < next.size(); ++k)
    if (!detail::totals_after(state.agents, open.settled[k], next[k]) ||
        !accumulate(issued, state.agents.open_reward_micro[open.settled[k]]))
      return Refusal::overflow;
  for (const Index i : open.row)
    detail::note_evidence(state, i, state.agents.settled_tick[i] == close.tick);
  for (std::size_t k = 0; k < next.size(); ++k) detail::pay(state, open.settled[k], next[k]);
  state.issued_micro = issued;
  state.clusters.net_milliwh[row] = net;
  state.clusters.shared_milliwh[row] = shared;
  state.clusters.closed_tick[row] = close.tick;
  touch(state.cluster_pages, row);
  return Refusal::none;
}

GS_INLINE Refusal apply_interval(State& state, const Interval& interval) {
  const Index row = find(state.feeders.id, interval.feeder);
  if (row == none) return Refusal::unknown_feeder;
  if (interval.count <= 0 || interval.first_tick < 0 || interval.last_tick < interval.first_tick)
    return Refusal::out_of_range;
  if (interval.first_tick <= state.feeders.folded_tick[row]) return Refusal::wrong_tick;
  std::int64_t folded = 0;
  if (!add(state.feeders.folded[row], interval.count, folded)) return Refusal::overflow;
  state.feeders.folded[row] = folded;
  state.feeders.folded_tick[row] = interval.last_tick;
  touch(state.feeder_pages, row);
  return Refusal::none;
}

}  // namespace gridswarm::inline GS_ABI::contract
