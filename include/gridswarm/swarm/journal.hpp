// SPDX-License-Identifier: BSD-3-Clause
// The one place where floating-point results become integer records.
//
// A journal belongs to one feeder and lives as long as the run. During a ledger tick the swarm
// notes what happened (who joined, the clusters and leaders in force from this tick on, each
// agent's energies); at its end pack_records() turns the notes into encoded records. Energies are
// rounded here, per agent, before anything is summed or merged, and settled with
// contract::settle_cluster: whatever rank hosts the feeder, the bytes are the same. Rank 0 merges
// the packs of all feeders and closes the block.
//
// Order and tick: clusters formed before tick k's interval are noted with tick k, and so are the
// energies of that interval; records ascend by (tick, author, kind), contract/records.hpp.
// Rounding: half away from zero; kWh * 1e6 = milliwatt-hours, p.u. and SOC * 1e6.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/cluster/clusters.hpp"
#include "gridswarm/contract/apply.hpp"
#include "gridswarm/contract/records.hpp"
#include "gridswarm/contract/settlement.hpp"
#include "gridswarm/contract/state.hpp"
#include "gridswarm/fleet/fleet.hpp"
#include "gridswarm/ledger/cluster_register.hpp"
#include "gridswarm/ledger/header.hpp"
#include "gridswarm/ledger/record.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// What every journal of a run shares.
struct JournalOptions {
  std::uint64_t seed = 1;                 ///< of the run; salts are drawn from it
  ledger::Hash genesis{};                 ///< of the log
  contract::Tariff tariff;                ///< as in the contract's rules
  std::int64_t v_min_micro_pu = 950000;   ///< below: limit_undervoltage of the cluster's tick
  std::int64_t v_max_micro_pu = 1050000;  ///< above: limit_overvoltage
  int seats = 7;                          ///< of a cluster's committee, in a hierarchy
};

/// What the log knows about an agent, as far as its next records need it.
struct AgentBook {
  AgentId id = 0;
  bool is_member = false;
  std::uint64_t sequence = 0;
  ClusterId cluster = none;
};

/// The same for a cluster.
struct ClusterBook {
  std::uint64_t sequence = 0;
  std::int64_t epoch = 0;
  std::vector<AgentId> members;  ///< ascending
};

/// A record that waits for its place and sequence number.
struct Note {
  std::int64_t tick = 0;
  contract::Payload payload;
  ledger::Hash commitment{};  ///< of a reading
};

struct Journal {
  JournalOptions options;
  std::int64_t feeder = 0;
  std::vector<AgentBook> agents;  ///< ascending by id
  std::map<ClusterId, ClusterBook> clusters;
  std::vector<Note> notes;  ///< of the open tick
  contract::Settlement work;
  std::map<AgentId, ledger::SigningKey> keys;           ///< of its devices, in a hierarchy
  std::map<ClusterId, ledger::ClusterChain> certified;  ///< last record of each cluster, likewise
};

/// One feeder's measurements over one ledger tick; one entry per agent in every span.
struct Meters {
  std::span<const AgentId> agent;        ///< ascending
  std::span<const double> produced_kwh;  ///< energy given to the grid, >= 0
  std::span<const double> consumed_kwh;  ///< energy taken from the grid, >= 0
  std::span<const double> v_min_pu;      ///< NaN or 0 where the bus is not supplied
  std::span<const double> v_max_pu;
  std::span<const double> soc;            ///< 0..1
  std::span<const std::uint8_t> reports;  ///< 0: lost, writes nothing; empty span: all report
};

/// A journal without notes. `feeder` is its number in the run, >= 0.
Journal make_journal(const JournalOptions& options, std::int64_t feeder);

/// A number times `scale`, rounded half away from zero. Throws UsageError, naming `what` and `id`,
/// for NaN and for magnitudes of 2^52 and more, where doubles stop having halves.
std::int64_t to_integer(double value, double scale, const char* what, std::int64_t id);

/// The salt of an agent's reading at a tick: with the clear bytes it opens the commitment.
ledger::Salt reading_salt(std::uint64_t seed, AgentId agent, std::int64_t tick);

/// The agents on these plates enter; those that are members already are passed over.
void note_join(Journal& journal, std::int64_t tick, const fleet::Nameplate& plate);

/// An agent leaves. Throws UsageError when it is no member.
void note_leave(Journal& journal, std::int64_t tick, AgentId agent);

/// The clusters in force from this tick's interval on, elected in `epoch`: records only for agents
/// that changed cluster, one election per cluster. Epochs ascend within a feeder.
/// @param agent   ids of the rows that `clusters` speaks of
/// @param score   of each agent in 1e-6 as leader_scores() gives it; may be empty
void note_clusters(Journal& journal, std::int64_t tick, std::int64_t epoch,
                   std::span<const AgentId> agent, const cluster::Clusters& clusters,
                   std::span<const std::int64_t> score);

/// Readings, settlements and cluster sums of this tick, with the clusters noted last. Throws
/// UsageError for values that are no energies, voltages or SOCs, naming the agent.
void note_energy(Journal& journal, std::int64_t tick, const Meters& meters);

/// The tick's records, sorted and numbered, each as u16 length and bytes. The notes are gone after.
Bytes pack_records(Journal& journal);

/// All packs as one ascending list of entries, whatever order and grouping they came in. Throws
/// UsageError when a pack is no pack of records.
ledger::Entries merge_records(std::span<const Bytes> packs);

/// A record that the contracts refused.
struct Refused {
  std::size_t position = 0;  ///< in the list given
  contract::Refusal refusal = contract::Refusal::none;
  std::string text;  ///< one sentence with author, tick and reason
};

/// What goes into the log: ledger::Log::append_block(block.leaves, block.info).
struct Block {
  ledger::Entries leaves;        ///< the accepted records
  ledger::BlockInfo info;        ///< with post-state root and contract set
  std::vector<Refused> refused;  ///< not in the block; in a simulated run an error of ours
};

/// Apply the records to the state and say what the block is. `info` brings proposer, time and tick.
Block close_block(contract::State& state, ledger::Entries records, ledger::BlockInfo info);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/journal.ipp"
#endif
