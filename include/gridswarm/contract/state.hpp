// SPDX-License-Identifier: BSD-3-Clause
// What the contracts know: agents, clusters and feeders as columns sorted by id, and their root.
//
// The state is a pure function of the accepted records. Its root is a Merkle root over pages: page
// 0 holds the globals, then come the agents, clusters and feeders in pages of 64 rows, each row its
// numbers in the order of for_each_column(). A record touches a few rows, so only their pages are
// hashed again. Rows are never removed: who left keeps a balance. An id that enters in the middle
// moves the rows behind it; joins that come in ascending order cost nothing extra.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/base/ids.hpp"
#include "gridswarm/contract/settlement.hpp"
#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::inline GS_ABI::contract {

inline constexpr Index page_rows = 64;
/// Largest allowed Rules::cluster_size_max.
inline constexpr std::int64_t cluster_size_bound = 64;
/// Ids of agents, clusters and feeders, ticks, epochs and ratings are below this.
inline constexpr std::int64_t value_bound = std::int64_t{1} << 61;

/// Numbers the rules use; fixed when the log begins and part of the state root.
struct Rules {
  std::int64_t cluster_size_max = 64;  ///< 1..64
  std::int64_t rest_epochs = 4;        ///< who led sits out so many epochs while others can lead
  Tariff tariff;
  std::int64_t reputation_keep_ppm = 990000;  ///< share of old evidence kept per closed tick
  bool operator==(const Rules&) const = default;
};

/// One row per agent that ever joined.
struct Agents {
  std::vector<std::int64_t> id;
  std::vector<std::int64_t> feeder;
  std::vector<std::int64_t> device;
  std::vector<std::int64_t> rating_w;
  std::vector<std::int64_t> e_capacity_wh;
  std::vector<std::int64_t> member;            ///< 1 in the swarm, 0 left
  std::vector<std::int64_t> sequence;          ///< of its last record
  std::vector<std::int64_t> cluster;           ///< none: in no cluster
  std::vector<std::int64_t> cluster_epoch;     ///< of its last assignment; -1 never
  std::vector<std::int64_t> led_epoch;         ///< last epoch it was elected in; -1 never
  std::vector<std::int64_t> balance_micro;     ///< tokens
  std::vector<std::int64_t> produced_milliwh;  ///< totals over closed ticks
  std::vector<std::int64_t> consumed_milliwh;
  std::vector<std::int64_t> given_milliwh;  ///< shared inside clusters
  std::vector<std::int64_t> taken_milliwh;
  std::vector<std::int64_t> reward_micro;
  std::vector<std::int64_t> good_ppm;      ///< faded count of closed ticks it reported in, * 1e6
  std::vector<std::int64_t> bad_ppm;       ///< faded count of those it missed, * 1e6
  std::vector<std::int64_t> reading_tick;  ///< -1 never
  std::vector<std::int64_t> settled_tick;  ///< -1 never
  std::vector<std::int64_t>
      open_produced_milliwh;  ///< of settled_tick, until the cluster closes it
  std::vector<std::int64_t> open_consumed_milliwh;
  std::vector<std::int64_t> open_share_milliwh;
  std::vector<std::int64_t> open_tokens_micro;
  std::vector<std::int64_t> open_reward_micro;
  std::vector<ledger::Hash> reading;  ///< commitment of the last reading
};

/// One row per cluster id that ever had a member.
struct ClusterRows {
  std::vector<std::int64_t> id;
  std::vector<std::int64_t> feeder;
  std::vector<std::int64_t> sequence;
  std::vector<std::int64_t> epoch;         ///< of its last change of members or leader
  std::vector<std::int64_t> leader;        ///< agent id; none: vacant
  std::vector<std::int64_t> leader_epoch;  ///< epoch of the last election; -1 never
  std::vector<std::int64_t> count;         ///< members now
  std::vector<std::int64_t> closed_tick;   ///< last closed; -1 never
  std::vector<std::int64_t> net_milliwh;   ///< totals over closed ticks
  std::vector<std::int64_t> shared_milliwh;
};

/// One row per feeder that ever had an agent.
struct FeederRows {
  std::vector<std::int64_t> id;
  std::vector<std::int64_t> sequence;     ///< of the gateway's last record
  std::vector<std::int64_t> folded_tick;  ///< last tick of the last interval; -1 never
  std::vector<std::int64_t> folded;       ///< records folded into intervals
};

/// Hashes of one table's pages and which of them are stale.
struct Pages {
  std::vector<ledger::Hash> hash;
  std::vector<std::uint8_t> stale;
};

struct State {
  Rules rules;
  ledger::Hash genesis{};         ///< which log this is; records of another are refused
  std::int64_t height = 0;        ///< blocks begun
  std::int64_t issued_micro = 0;  ///< tokens ever issued = sum of all balances
  std::int64_t records = 0;       ///< accepted
  std::int64_t last_tick = -1;    ///< order inside the open block: the last accepted record
  std::int64_t last_author = -1;
  std::int64_t last_kind = 0;
  Agents agents;
  ClusterRows clusters;
  FeederRows feeders;
  std::vector<std::vector<AgentId>> members;  ///< per cluster row, ascending; follows from `agents`
  Pages agent_pages;
  Pages cluster_pages;
  Pages feeder_pages;
};

/// An empty state under these rules. Throws UsageError when a rule is out of range.
State make_state(const ledger::Hash& genesis, const Rules& rules);

/// The next block begins: its records start a new ascending order.
void begin_block(State& state);

/// Row of an id, or none.
Index find(std::span<const std::int64_t> sorted_id, std::int64_t id);

/// (good + 1) / (good + bad + 2) in ppm (beta reputation, Josang & Ismail 2002); 500000 at the
/// start.
std::int64_t reputation_ppm(const State& state, Index agent);

/// Root over all pages; hashes only the stale ones.
ledger::Hash state_root(State& state);

/// The same root, every page hashed anew: the oracle of state_root().
ledger::Hash state_root_from_scratch(const State& state);

/// Same rules, same rows, same counters (page hashes aside).
bool same(const State& a, const State& b);

}  // namespace gridswarm::inline GS_ABI::contract

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/contract/state.ipp"
#endif
