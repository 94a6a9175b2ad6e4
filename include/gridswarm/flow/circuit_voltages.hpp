// SPDX-License-Identifier: BSD-3-Clause
// Voltages of a solved batch of a circuit, whatever form the result has them in.
#pragma once

#include <array>
#include <vector>

#include "gridswarm/flow/circuit_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Voltages of one scenario by node row; NaN where unsupplied.
struct NodeVoltages {
  const CircuitResult& result;
  const feeder::Circuit& circuit;
  std::size_t first;  ///< of the scenario in (scenario, node)
};
NodeVoltages voltages_of(const feeder::Circuit& circuit, const CircuitResult& result,
                         Index scenario);

/// Voltage of a node to ground, V; 0 for ground.
feeder::Phasor volts_at(const NodeVoltages& v, Index node);

/// Voltages of all nodes, by row, V.
std::vector<feeder::Phasor> scenario_voltages(const feeder::Circuit& circuit,
                                              const CircuitResult& result, Index scenario);

/// By bus: node rows of its nodes 1, 2, 3; none where it has not got one.
std::vector<std::array<Index, 3>> phases_of_buses(const feeder::Circuit& circuit);

/// |V2| / |V1| of voltages to ground in percent; NaN without voltage.
double unbalance_percent(feeder::Phasor v1, feeder::Phasor v2, feeder::Phasor v3);

/// Its magnitude over the bus's base voltage; NaN for a bus whose base is not known.
double magnitude_at(const NodeVoltages& v, Index node);

/// Line-to-neutral base voltage of a node's bus, V; 0: not known.
double base_at(const feeder::Circuit& circuit, Index node);

/// Fill vm_pu and va_rad beside v_re and v_im.
void add_polar(const feeder::Circuit& circuit, int threads, CircuitResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_voltages.ipp"
#endif
