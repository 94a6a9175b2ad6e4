// SPDX-License-Identifier: BSD-3-Clause
// A feeder's wires on three phases: what a tick's set-points do to the real circuit, conductor by
// conductor, all variants side by side.
//
// Agents' powers go on their own phases, evenly: between phase and neutral where the section is
// grounded, between phases where it is not. Loads of the file keep phase and law. Regulators and
// capacitors act once per control tick, at its first power flow, from where the last tick left
// them, each lane for itself; while reactive power then finds its equilibrium they hold still.
// Distance, clusters and balancing look at the reduction (feeder/reduction.hpp) instead.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/flow/circuit_branch.hpp"
#include "gridswarm/flow/circuit_flow.hpp"
#include "gridswarm/swarm/scenario.hpp"
#include "gridswarm/swarm/totals.hpp"

namespace gridswarm::inline GS_ABI::swarm {

struct FeederRun;

/// Where agents meet the circuit: one row per pair of nodes that an agent's power flows between.
struct AgentElements {
  Csr of_agent;          ///< agent row -> elements; empty for agents without supply
  Column<Index> node;    ///< element -> node row
  Column<Index> other;   ///< element -> the node it returns to; feeder::ground
  Column<double> per_v;  ///< element -> 1 / rated volts
  Index size() const { return static_cast<Index>(node.size()); }
};

struct CircuitWires {
  flow::CircuitSolver solver;  ///< the circuit, a row of DER for each element after its own
  flow::FlowOptions options;
  AgentElements elements;
  flow::BranchPlan branches;   ///< for loadings and unbalance
  flow::CircuitFlows flows;    ///< of the lane measured last
  Column<feeder::Phasor> v;    ///< by node row, of that lane
  Column<double> per_base_v;   ///< by node row: 1 / base volts; 0 where no voltage is judged
  Column<double> load_factor;  ///< by row of loads: what is drawn of it this tick
  Column<double> load_factor_q;
  Column<double> load_kw;  ///< (lane, row of loads)
  Column<double> load_kvar;
  Column<double> der_kw;  ///< (lane, row of ders)
  Column<double> der_kvar;
  Column<double> tap_pu;          ///< (lane, row of regulators), where the last tick left them
  Column<std::int32_t> steps_in;  ///< (lane, row of shunts)
  Column<double> start_re;        ///< (lane, node row): voltages of the last flow that converged
  Column<double> start_im;
  bool is_warm = false;  ///< start_re and start_im hold voltages
  flow::CircuitWork work;
  flow::CircuitResult result;
  double gain = 0.0;  ///< of the volt-var loop, measured on the circuit
  Index own_ders() const { return solver.circuit.ders.size() - elements.size(); }
};

/// The elements of a fleet on a circuit.
/// @throws InputError naming the agent: a bus without phases, one phase where nothing is grounded
AgentElements place_agents(const feeder::Circuit& circuit, const fleet::Fleet& fleet,
                           std::span<const Index> position);

/// Build the wires of a run whose forest, positions and variants are there already.
/// @throws InputError as place_agents and flow::prepare do
std::shared_ptr<CircuitWires> make_circuit_wires(const Scenario& scenario,
                                                 const feeder::Circuit& circuit, FeederRun& run);

/// Gain of the plain volt-var loop q+ = f(v) on the circuit, loads off: a power iteration whose
/// products are measured by power flows. Where no voltage falls as reactive power rises, the
/// largest quotient is an upper bound (balance/gate.hpp). The run is as at its start afterwards.
double measure_gain(const Scenario& scenario, FeederRun& run);

/// Set what every load draws at time_s of the run: by the scenario's factor, or by its own profile
/// in mode "case". Returns the factor on their sum.
double set_loads(const Scenario& scenario, double time_s, double passive, CircuitWires& wires);

/// As solve_wires and measure_wires, of a run with a circuit.
void solve_circuit_wires(const Scenario& scenario, FeederRun& run);
void measure_circuit_wires(const Scenario& scenario, Index lane, FeederRun& run,
                           TickTotals& totals);

/// Injections of every bus in kW and kvar, and voltages of every node in p.u., of one lane.
void circuit_rows(const FeederRun& run, Index lane, std::span<double> p_kw,
                  std::span<double> q_kvar, std::span<double> v_re_pu, std::span<double> v_im_pu);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/circuit_wires.ipp"
#endif
