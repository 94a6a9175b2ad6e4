// SPDX-License-Identifier: BSD-3-Clause
// A circuit as a solve left it: taps and steps to go on from, or everything that followed the
// voltage held still.
#pragma once

#include "gridswarm/flow/circuit_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Row of Windings whose tap a regulator moves.
Index tap_winding_of(const feeder::Circuit& circuit, Index regulator);

/// `circuit` with taps and steps where scenario `scenario` of `result` left them; its controls stay
/// as they are.
feeder::Circuit with_end_state(const feeder::Circuit& circuit, const CircuitResult& result,
                               Index scenario);

/// The same with nothing left that moves: regulators and capacitor controls out of service, DER
/// without rules at the power that their rules gave them (what has no rule keeps its stated power),
/// and every load at constant power. No voltage limit holds any more.
feeder::Circuit at_constant_power(const feeder::Circuit& circuit, const CircuitResult& result,
                                  Index scenario);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_state.ipp"
#endif
