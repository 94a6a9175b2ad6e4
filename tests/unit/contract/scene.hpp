// SPDX-License-Identifier: BSD-3-Clause
// A small swarm whose records number themselves, so that a test says only what it is about.
#pragma once

#include <map>
#include <vector>

#include "gridswarm/contract/apply.hpp"
#include "gridswarm/ledger/record.hpp"

namespace scene {

using namespace gridswarm;
using namespace gridswarm::contract;

inline ledger::Hash hash_of(std::int64_t number) {
  ledger::Hash hash{};
  for (int i = 0; i < 8; ++i) hash[static_cast<std::size_t>(i)] = std::byte(number >> (8 * i));
  return hash;
}

/// What a reading of that agent and tick commits to; any 32 bytes do.
inline ledger::Hash commitment(AgentId agent, std::int64_t tick) {
  return hash_of(agent * 1000003 + tick);
}

/// A record with its payload beside it.
struct Sent {
  ledger::Record record;
  Bytes payload;
};

struct Scene {
  State state;
  std::map<std::int64_t, std::uint64_t> sequence;

  explicit Scene(const Rules& rules = {}) : state(make_state(hash_of(7), rules)) {}

  /// The envelope that fits the payload, with the author's next sequence number.
  Sent write(const Payload& payload, std::int64_t tick) {
    const Envelope envelope = envelope_of(payload);
    Sent sent;
    sent.payload = encode(payload);
    if (const auto* reading = std::get_if<Reading>(&payload)) {
      const ledger::Hash hash = commitment(reading->agent, tick);
      sent.payload.assign(hash.begin(), hash.end());
      sent.record.is_salted = true;
    }
    sent.record.kind = envelope.kind;
    sent.record.schema = envelope.schema;
    sent.record.genesis = state.genesis;
    sent.record.author = envelope.author;
    sent.record.author_sequence = sequence[envelope.author] + 1;
    sent.record.tick = tick;
    sent.record.cluster_epoch = envelope.cluster_epoch;
    sent.record.payload = sent.payload;
    return sent;
  }

  Refusal apply_one(const ledger::Record& record) {
    const Verdict verdict = apply(state, record);
    if (verdict.accepted()) ++sequence[record.author];
    return verdict.refusal;
  }

  /// Write and apply as a block of one record.
  Refusal put(const Payload& payload, std::int64_t tick = 0) {
    begin_block(state);
    return apply_one(write(payload, tick).record);
  }

  Refusal join(AgentId agent, std::int64_t feeder = 0) {
    return put(Join{agent, feeder, 0, 5000, 0});
  }

  /// Agents join, form one cluster in this epoch and elect the first of them.
  void form(ClusterId cluster, std::int64_t epoch, const std::vector<AgentId>& agents) {
    for (const AgentId agent : agents) join(agent);
    for (const AgentId agent : agents) put(Assign{agent, cluster, epoch});
    put(Lead{cluster, epoch, agents.front(), 1});
  }

  std::int64_t balance(AgentId agent) const {
    return state.agents.balance_micro[static_cast<std::size_t>(find(state.agents.id, agent))];
  }
};

/// Readings, settlements and the closing of one cluster tick, as the rule has them.
struct Day {
  std::vector<Settle> settle;
  ClusterTick close;
};

inline Day day(const State& state, ClusterId cluster, std::int64_t epoch, std::int64_t tick,
               const std::vector<AgentId>& agents, const std::vector<std::int64_t>& net) {
  Settlement rule;
  settle_cluster(net, state.rules.tariff, rule);
  Day out;
  std::vector<ledger::Hash> readings;
  for (std::size_t k = 0; k < agents.size(); ++k) {
    out.settle.push_back({agents[k], tick, cluster, net[k] > 0 ? net[k] : 0,
                          net[k] < 0 ? -net[k] : 0, rule.share_milliwh[k], rule.tokens_micro[k],
                          rule.reward_micro[k]});
    readings.push_back(commitment(agents[k], tick));
  }
  out.close = {cluster,
               epoch,
               tick,
               static_cast<std::int64_t>(agents.size()),
               rule.net_milliwh,
               rule.shared_milliwh,
               rule.residual_milliwh,
               0,
               readings_digest(readings)};
  return out;
}

/// Put all of a day; the refusal of the closing, or the first one before it.
inline Refusal put(Scene& scene, const Day& day) {
  for (const Settle& settle : day.settle) {
    Reading reading;
    reading.agent = settle.agent;
    reading.tick = settle.tick;
    if (const Refusal r = scene.put(reading, settle.tick); r != Refusal::none) return r;
    if (const Refusal r = scene.put(settle, settle.tick); r != Refusal::none) return r;
  }
  return scene.put(day.close, day.close.tick);
}

}  // namespace scene
