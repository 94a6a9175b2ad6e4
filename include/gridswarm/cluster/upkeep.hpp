// SPDX-License-Identifier: BSD-3-Clause
// A membership kept alive: agents join, leave, are isolated and return, switches move parts of a
// feeder, bounds and measurements change, and after each event the membership is valid.
//
// What must change at once changes locally (O(hull) of the clusters touched, cluster/hull.hpp):
//   join, return  the cluster within bounds, nearest over buses without clustered agents, whose J
//                 rises least
//   leave, isolate  the rest of the cluster stays if it hangs together; one that falls below
//                 size_min goes to the neighbour whose J rises least
// Where nothing local is within bounds, and for clusters that a switch or a bound broke, the feeder
// is mended at once: searched around them, with the cost of moving in the objective
// (cluster/reform.hpp).
// What only would be better waits: an event leaves its feeder dirty, and settle() looks at dirty
// feeders afresh, each at most once per dwell_s, and moves members only if
//   J_new + switching < J_now - min_gain J_new / 2.
// Cost of an event: the members whose cluster changed, and the records that tell a ledger so.
#pragma once

#include <span>
#include <string_view>

#include "gridswarm/cluster/living.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// The kind by its word in files, and back.
/// @throws UsageError for a word that is none.
EventKind event_kind_of(std::string_view word);
std::string_view word_of(EventKind kind);

/// Begin with all agents of the fleet in, except those named absent.
/// @param start   a membership to begin with (see carry_over); null: form one. A feeder where it is
///                not valid is formed anew with it as the previous one.
/// @param absent  rows of agents that are not there yet
/// @throws UsageError as form() does.
Upkeep make_upkeep(const feeder::Case& grid, const fleet::Fleet& fleet,
                   const ClusterOptions& options, const UpkeepOptions& upkeep,
                   const Clusters* start = nullptr, std::span<const Index> absent = {});

/// Carry out one event. The membership is valid afterwards.
/// @throws UsageError, with nothing changed, where the event can't be: an agent that the fleet
/// lacks, that is in already or not there, a bus or branch out of range, a switch that stands so
/// already or would close a loop, a value out of range, a time before the last event's.
Change apply(Upkeep& upkeep, const Event& event);

/// Take over powers and SOC of all agents (same rows as upkeep.fleet); feeders where an agent's
/// changed are dirty.
void sense(Upkeep& upkeep, const fleet::State& state);

/// Look afresh at dirty feeders whose dwell has passed.
/// @param threads  0: all of the process; the result does not depend on it
Change settle(Upkeep& upkeep, double now_s, int threads = 1);

/// The membership as it is: rows of upkeep.fleet, ids that live on, tops, no leaders.
Clusters clusters_now(const Upkeep& upkeep);

/// The agents that are in and not isolated, and their clusters: what form() and measure() read.
/// @param clusters  null, or filled for the rows returned
fleet::Fleet fleet_now(const Upkeep& upkeep, Clusters* clusters);

/// J now, without switching cost.
double objective_now(const Upkeep& upkeep);

}  // namespace gridswarm::inline GS_ABI::cluster

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<cluster::UpkeepOptions>> fields();
template <>
std::span<const Field<cluster::Change>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/upkeep.ipp"
#include "gridswarm/cluster/upkeep_events.ipp"
#endif
