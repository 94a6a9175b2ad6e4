// SPDX-License-Identifier: BSD-3-Clause
// Loads and DER of a circuit as elements between two nodes, in the order in which a solver meets
// them.
//
// A device has as many elements as phases and shares its power among them alike; the rated voltage
// of an element, and what it does outside its limits, are OpenDSS's (feeder/circuit.hpp,
// kernel/circuit_law_views.hpp). With r the rated voltage and y = conj(S) / r^2:
//   u <= v_low            I = y V
//   v_low < u <= v_min    |I| rises linearly from |y| v_low r to |y| r / v_min (constant current:
//                         to |y| r)
//   u > v_max             I = y V / v_max^2 (constant current: y V / v_max)
// Exponents so jump at v_min, and a load near it may have a solution on either side. OpenDSS comes
// from above and stays within the band where it can: so does a solver that begins with `unbroken`.
// A law zip adds its three parts, each with its own behaviour outside the limits. DER have no v_low
// and are impedances on both sides, y V / v_min^2 and y V / v_max^2.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/kernel/circuit_law_views.hpp"

namespace gridswarm::inline GS_ABI::flow {

struct CircuitLaws {
  std::vector<kernel::CircuitLaw> law;       ///< step by step
  std::vector<kernel::CircuitLaw> unbroken;  ///< the same, exponents kept below v_min; empty: none
  std::vector<kernel::CircuitBands> bands;
  std::vector<std::int32_t> first;  ///< steps + 2: laws of step k begin at first[k]; the last group
                                    ///< are those between two steps, or at nodes without one
  Csr of_load;                      ///< row of loads -> its laws, phase by phase
  Csr of_der;                       ///< row of ders -> its laws
  Index size() const { return static_cast<Index>(law.size()); }
};

/// The elements of all devices in service; those with an end that is not supplied, or both ends at
/// one node, draw nothing and are left out.
/// @param slot  by node row: where its voltage stands; none: not supplied
/// @param step  by slot: the step that knows its voltage, below `steps`; none: no step does
/// @throws InputError for a device whose number of nodes does not fit its connection, a rated
///         voltage or limits that make no sense, factors that are not finite
CircuitLaws make_circuit_laws(const feeder::Circuit& circuit, std::span<const Index> slot,
                              std::span<const Index> step, Index steps);

/// The powers of all loads, W and var that their elements consume at rated voltage, for scenarios
/// first .. first + used - 1; lanes past those repeat the first.
/// @param kw, kvar  (scenario, row of loads); empty: as the circuit states them
/// @param power     (law, P and Q, lane); other devices' entries stay
void fill_load_powers(const feeder::Circuit& circuit, const CircuitLaws& laws,
                      std::span<const double> kw, std::span<const double> kvar, Index first,
                      Index used, std::span<double> power);

/// The same for DER: what they inject at rated voltage by their rules and ratings, as consumption.
/// Rules that follow the voltage come after (flow/circuit_rules.hpp).
void fill_der_powers(const feeder::Circuit& circuit, const CircuitLaws& laws,
                     std::span<const double> kw, std::span<const double> kvar, Index first,
                     Index used, std::span<double> power);

/// Sums over the elements of every device, in kW and kvar, for the lanes in the mask.
/// @param of_device  laws.of_load or laws.of_der
/// @param drawn      what kernels().circuit_law_powers gave
/// @param sign       1: consumption; -1: injection
/// @param kw, kvar   (scenario, device)
void sum_device_powers(const Csr& of_device, std::span<const double> drawn, double sign,
                       Index first, unsigned lanes_mask, std::span<double> kw,
                       std::span<double> kvar);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_laws.ipp"
#endif
