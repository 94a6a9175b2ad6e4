// SPDX-License-Identifier: BSD-3-Clause
// What instrument transformers at a terminal see: conductor voltages, and currents into the
// element.
//
// Currents follow from the voltages of the element's own nodes (feeder/primitive.hpp). A
// transformer's are told winding by winding, so that a tap that a regulator moved costs nothing:
//   i_w = 1 / (v_w a_w) sum over windings j of y_1,wj (voltage across j) / (v_j a_j)
#pragma once

#include <array>
#include <span>
#include <vector>

#include "gridswarm/feeder/circuit.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// One terminal of a line or transformer. A place is a position among SensedNodes::nodes; none:
/// ground.
struct TerminalSense {
  std::int32_t phases = 0;        ///< of the element; conductors beyond it are neutrals
  std::vector<Index> conductors;  ///< places, in the order of the terminal's node list
  // Of a line:
  std::vector<Index> places;        ///< of all its conductors, from end first
  std::vector<feeder::Phasor> y_s;  ///< (conductor of this terminal, place)
  // Of a transformer:
  std::vector<std::array<Index, 2>> across;  ///< (winding, phase): places at both ends
  std::vector<std::array<Index, 2>> ends;    ///< (phase) of this winding: its conductors
  std::vector<feeder::Phasor> y_1_s;         ///< (winding): this winding's row of Y_1
  std::vector<double> volts;                 ///< (winding)
  std::vector<double> tap_pu;                ///< (winding) as the circuit states it
  std::vector<Index> regulator;              ///< (winding) whose tap it is; none
  Index winding = none;
};

/// Nodes whose voltages are looked at, each once.
struct SensedNodes {
  std::vector<Index> nodes;
};

/// @throws InputError for a line without impedance, whose current its voltages do not tell
TerminalSense sense_line(const feeder::Circuit& circuit, Index line, std::int32_t terminal,
                         SensedNodes& sensed);

/// A winding, by its position among the transformer's.
TerminalSense sense_winding(const feeder::Circuit& circuit, Index transformer, Index winding,
                            SensedNodes& sensed);

/// Place of a node, added if it is not there; none for ground.
Index place_of(SensedNodes& sensed, Index node);

/// Voltage at a place. @param v  by place
feeder::Phasor sensed_voltage(std::span<const feeder::Phasor> v, Index place);

/// Current from conductor `conductor` of the terminal into the element, A.
/// @param tap_pu  by row of regulators
feeder::Phasor sensed_current(const TerminalSense& terminal, std::span<const feeder::Phasor> v,
                              std::span<const double> tap_pu, Index conductor);

/// P + jQ through all conductors of the terminal into the element, VA.
feeder::Phasor sensed_power(const TerminalSense& terminal, std::span<const feeder::Phasor> v,
                            std::span<const double> tap_pu);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_sense.ipp"
#endif
