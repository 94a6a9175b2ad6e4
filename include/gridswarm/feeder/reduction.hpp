// SPDX-License-Identifier: BSD-3-Clause
// A circuit as a balanced network: what distance, clusters and balancing need of an unbalanced one.
//
// Every bus keeps one voltage, the mean of its phases turned onto each other, and every power
// spreads evenly over the phases of the wires that it takes. With u_i the direction of conductor i
// (1, a^2, a for the phases 1, 2, 3; 1, -1 for the legs of a centre tap) and m phase conductors:
//   lines          current c_i = u_i / m in the phases, -sum u / m in the neutral wires, so
//                  Z = 3 c^H z c: Z_1 of three phases, three times the loop impedance of one
//   charging       Y = 1/3 u^H y u
//   transformers   Y = 1/3 u^H Y_primitive u between their buses, then ratio, shift, series
//                  impedance and what is left as shunts; taps as the circuit states them
//   side by side   elements between the same two buses become one: of separate phases as a bank
//                  (mean 1/t, Z = sum (m_k / m)^2 Z_k), of the same phases in parallel
// Where phases are alike this is exact: the balanced solver finds the mean phase voltage. Where
// they are not, the difference of the phases is what is lost. docs/theory/three-phase-swarm.md
// has measured errors.
#pragma once

#include "gridswarm/feeder/case.hpp"
#include "gridswarm/feeder/circuit.hpp"

namespace gridswarm::inline GS_ABI::feeder {

/// The reduction of a circuit on 1 MVA. Bus rows are the circuit's, their ids count them from 1; a
/// source behind impedance adds a row after them. Loads add up at their bus as constant power, DER
/// become generators; elements out of service stay, out of service; loops stay.
/// @throws InputError for a bus without base voltage, a transformer without impedance
Case reduce(const Circuit& circuit);

/// What every user of a reduction is told, a sentence.
inline constexpr const char* reduction_warning =
    "is taken as a balanced network: one voltage per bus, loads added up as constant power over "
    "the phases, taps and capacitors as stated; the phases' differences are lost";

}  // namespace gridswarm::inline GS_ABI::feeder

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/feeder/reduction.ipp"
#endif
