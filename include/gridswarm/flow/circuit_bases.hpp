// SPDX-License-Identifier: BSD-3-Clause
// Base voltages of a circuit's buses from a list, as OpenDSS's calcvoltagebases chooses them.
#pragma once

#include <span>

#include "gridswarm/feeder/circuit.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// The entry of a list of line-to-line voltages for which |1 - kv / entry| is least; the first of
/// equals. 0 for an empty list.
double nearest_base_kv(std::span<const double> bases_kv_ll, double kv);

/// Solve the circuit without loads, generation, banks and charging, and give every bus the base
/// that is nearest to sqrt(3) times the voltage to ground of its first node, over sqrt(3). A bus
/// without supply gets the first of the list.
/// @throws InputError as prepare() of flow/circuit_flow.hpp does
void assign_bases(feeder::Circuit& circuit, std::span<const double> bases_kv_ll);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_bases.ipp"
#endif
