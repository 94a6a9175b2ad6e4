// SPDX-License-Identifier: BSD-3-Clause
// A run whose devices sign and whose clusters certify: what a feeder hands to the root at a ledger
// tick, and what the root does with it.
//
// The feeder's side, on the rank that hosts it: devices sign their records; each cluster's records
// become a tree; its committee checks and certifies it, linked to its last record. Records of
// agents without a cluster, and keys of new devices, go to the root log by themselves ("loose").
// The root's side, in the ledger plane: all records of devices go through the contracts in the
// order of a flat log, so the state is the same; certificates are admitted one per cluster; the
// block holds the loose and the clusters' records, ascending by (tick, author, sequence).
//
// In a simulation every member runs the same check on the same bytes, so it is run once; and the
// first q seats sign.
#pragma once

#include <span>
#include <string>

#include "gridswarm/ledger/cluster_register.hpp"
#include "gridswarm/ledger/gateway.hpp"
#include "gridswarm/swarm/journal.hpp"
#include "gridswarm/swarm/ledger_plane.hpp"
#include "gridswarm/swarm/scenario.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// What the plane is told: the folder for trees where the scenario wants a hierarchy.
HierarchyOptions hierarchy_of(const Scenario& scenario, const std::string& gateways);

/// A feeder's ledger tick in a hierarchy.
struct HierarchyTick {
  ledger::GatewayTick trees;
  Bytes encoded;          ///< `trees`, as the gateway keeps them
  ledger::Entries loose;  ///< records for the root log itself
};

/// The tick's notes as signed records in certified trees; the notes are gone after. Throws Error
/// where a committee finds a fault, which in a simulated run is an error of ours.
Bytes pack_hierarchy(Journal& journal, std::int64_t tick);
/// What pack_hierarchy() made. Throws UsageError when it's something else.
HierarchyTick unpack_hierarchy(ledger::ByteView pack);

/// A block of the root log, and what stands behind it.
struct HierarchyBlock {
  Block block;
  std::int64_t device_records = 0;   ///< in the trees
  std::int64_t cluster_records = 0;  ///< in the block
};

/// Apply the devices' records to the state, admit the clusters' records, and say what the block is.
HierarchyBlock close_hierarchy(contract::State& state, ledger::ClusterRegister& known,
                               std::span<const HierarchyTick> feeders, ledger::BlockInfo info);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/hierarchy.ipp"
#endif
