// SPDX-License-Identifier: BSD-3-Clause
// One feeder during a run: its wires, its devices once per variant, and what a tick leaves behind.
//
// Variants are the lanes of the feeder's power flow: even ones run with the swarm, odd ones with
// local rules only, and variants 2d and 2d + 1 see draw d of weather and demand. Variant 0 is the
// one whose decisions go into the log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gridswarm/balance/dispatch.hpp"
#include "gridswarm/balance/matching.hpp"
#include "gridswarm/balance/neighbour_pairs.hpp"
#include "gridswarm/balance/sharing.hpp"
#include "gridswarm/balance/volt_var.hpp"
#include "gridswarm/balance/voltage_support.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/leader.hpp"
#include "gridswarm/cluster/neighbours.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/fleet/device.hpp"
#include "gridswarm/fleet/forecast.hpp"
#include "gridswarm/fleet/profile.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/flow/tree_power.hpp"
#include "gridswarm/swarm/banks.hpp"
#include "gridswarm/swarm/journal.hpp"
#include "gridswarm/swarm/scenario.hpp"
#include "gridswarm/swarm/sink.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// What the clock is given of one feeder.
struct FeederInput {
  std::string name;
  feeder::Case grid;
  fleet::Fleet fleet;
  std::shared_ptr<const feeder::Circuit> circuit =
      {};  ///< whose reduction `grid` is; null: balanced
};

/// Buffers within a tick, one per thread: nothing in them outlives the tick of one lane, so all
/// feeders of a thread share what lies in its cache.
struct TickWork {
  fleet::LocalWork local;
  std::vector<balance::NeighbourMessage> told;  ///< per agent
  balance::PairWork pair_work;
  balance::NeighbourPairs pairs;  ///< where neighbours pair by themselves
  balance::MatchingWork matching;
  balance::Transfers transfers;
  balance::DispatchWork dispatch;
  balance::VoltVarWork volt_var;
  flow::TreePowerWork tree_power;
  std::vector<Index> helpers;  ///< agent row of each of `members`
  balance::SupportMembers members;
  balance::VoltageSupportWork voltage_support;
  balance::VoltageSupport supported;
};

/// What leaders asked their members for in a tick to hold voltages (hold.hpp).
struct TickSupport {
  double q_kvar = 0.0;       ///< beyond the curves, sum of |dq|
  double p_kw = 0.0;         ///< sum of |dp|
  std::int64_t members = 0;  ///< of the clusters that asked
};

/// The devices and decisions of one lane.
struct Variant {
  bool with_swarm = false;
  std::int64_t draw = 0;  ///< 0: profiles as they stand
  fleet::Fleet fleet;
  cluster::Clusters clusters;
  cluster::Standing standing;
  std::vector<std::uint8_t> apart;  ///< by agent row, 1: lost, so outside every cluster
  balance::ClusterTrees trees;      ///< remade when membership changes
  balance::DispatchResult dispatched;
  balance::SharingState sharing;
  fleet::Forecast forecast;  ///< of each agent's next ledger tick
  balance::VoltVarResult reactive;
  TickSupport support;
  std::vector<BankOfRun> banks;  ///< of [[inverter]]; none: volt-var is solved inside the tick
  Column<double> p_kw;           ///< set-points of this tick, per agent
  Column<double> q_kvar;
  Column<double> e_ref_kw;  ///< per cluster: wanted export
  Column<double> v_pu;      ///< |V| per forest position, last power flow
  Column<double> v_min_pu;  ///< per agent, of this interval
  Column<double> v_max_pu;
  std::int64_t lost = 0;      ///< agents of health 0 at this tick
  std::int64_t messages = 0;  ///< of this interval
  std::int64_t bytes = 0;     ///< payload of those messages
  double volt_var_gap = 0;    ///< of this tick
};

struct CircuitWires;  // swarm/circuit_wires.hpp

/// A feeder and its buffers; built once, then advanced interval by interval.
struct FeederRun {
  Index feeder = 0;
  FeederInput input;
  feeder::Forest forest;
  double dt_s = 0;              ///< control tick
  double pu_per_kw = 0;         ///< agents' kW to the case's p.u.
  std::vector<Index> position;  ///< agent row -> forest position; none without supply
  cluster::Neighbours neighbours;
  balance::VoltVarPlan volt_var;
  Column<double> edge_pu;           ///< length of the edge above each position, 1 MVA
  std::vector<Index> profile_rows;  ///< of the fleet's profile names in the run's set
  std::vector<Index> given_rows;    ///< profiles forecast_X, X itself where there is none
  std::vector<std::int8_t> is_given;
  fleet::ProfileValues given;   ///< means over the next ledger tick
  Index passive_row = none;     ///< of the passive profile
  double passive_kw = 0;        ///< the case's own loads, consumption positive, supplied buses
  fleet::ProfileValues values;  ///< of this tick
  fleet::ProfileValues drawn;   ///< the same with a draw's factors
  std::vector<Variant> variants;
  Column<double> p_pu;  ///< (variant, bus row)
  Column<double> q_pu;
  flow::FlowWork flow_work;
  flow::FlowResult flow;
  std::shared_ptr<CircuitWires> circuit;  ///< the wires on three phases; null: balanced
  FeederInterval rows;
  Journal journal;                   ///< of variant 0
  std::vector<std::int64_t> scores;  ///< of its leaders' election
  std::int64_t not_converged = 0;
};

/// Build a feeder's state for tick 0: forest, neighbours, first clusters with leaders, buffers.
/// @throws InputError, UsageError for what the case, the fleet or the options do not allow
std::unique_ptr<FeederRun> make_feeder_run(const Scenario& scenario,
                                           const fleet::ProfileSet& profiles, Index feeder,
                                           FeederInput input);

/// What the results say once about this feeder.
FeederLayout layout_of(const FeederRun& run);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/feeder_run.ipp"
#endif
