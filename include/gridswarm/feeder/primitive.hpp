// SPDX-License-Identifier: BSD-3-Clause
// The nodal admittance of one element on its own nodes.
//
// Transformers by the method that OpenDSS documents (R. C. Dugan, "A perspective on transformer
// modeling for distribution system analysis", IEEE PES General Meeting, 2003), and with its choices
// where the method leaves one:
//   Z_B   (n-1) x (n-1), short-circuit impedances on one volt, one phase, against winding 1; all
//         percentages on winding 1's rating
//   Y_1   A^T Z_B^-1 A with A = [-1 1 0 ..; -1 0 1 ..]; no-load loss and magnetizing current are an
//         admittance across winding 2, wherever there are more
//   Y_w   N Y_1 N^T: a winding of kV v and tap a has the entries 1/(v a), -1/(v a) at its two ends
//   Y     every phase's Y_w at the conductors that its windings join; the ends of a wye are phase
//         and neutral, those of a delta a phase and the next (or the one before: lead or lag)
//   anti-float  -j ppm 1e-6 / (2 v^2 / (rating / phases)) at either end of every winding, and as
//         much again at the neutral of a wye that no neutral impedance grounds
// A delta's place against ground may hang on the last line alone: 1e-10 of its neighbours in one
// sum, so six digits of it survive in double.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "gridswarm/feeder/circuit.hpp"

namespace gridswarm::inline GS_ABI::feeder {

/// I = Y V: currents that flow from the nodes into the element.
struct Primitive {
  std::vector<Index> node;  ///< distinct node rows, without ground, in order of first appearance
  std::vector<Phasor> y_s;  ///< node.size() squared, row-major
};

/// @param tap_pu  one per winding of the transformer; empty: as the circuit states them
/// @throws InputError for a transformer without impedance, a winding of 0 kV or 0 kVA, a connection
///         that its nodes don't allow
Primitive transformer_primitive(const Circuit& circuit, Index transformer,
                                std::span<const double> tap_pu);

/// Series impedance and half the shunt at each end. @throws InputError where z_ohm has no inverse
Primitive line_primitive(const Circuit& circuit, Index line);

/// With `steps_in` of the shunt's steps.
Primitive shunt_primitive(const Circuit& circuit, Index shunt, std::int32_t steps_in);

Primitive admittance_primitive(const Circuit& circuit, Index admittance);

/// The same conductor by conductor, for what flows at a terminal: `node` lists all conductors,
/// winding after winding as in Windings::nodes, ground and repeated nodes included.
Primitive transformer_conductors(const Circuit& circuit, Index transformer,
                                 std::span<const double> tap_pu);

/// Conductors of the from end, then those of the to end.
Primitive line_conductors(const Circuit& circuit, Index line);

/// Y_1 of one phase, its windings one volt each, with what flows at no load: windings squared,
/// row-major. No tap enters.
std::vector<Phasor> transformer_one_volt(const Circuit& circuit, Index transformer);

/// What a winding is wound for, in volts across one of its phases: kv for delta and one phase,
/// kv / sqrt(3) for a wye of two or three.
double winding_v(const Circuit& circuit, Index transformer, Index winding);

/// Conductors (positions in the winding's list) at the two ends of `phase` of a winding, given as a
/// position among the transformer's windings.
std::array<Index, 2> winding_ends(const Circuit& circuit, Index transformer, Index winding,
                                  Index phase);

/// Add an element that is given conductor by conductor, where conductors may share nodes and ground
/// may appear: rows and columns of equal nodes add up, those of ground fall away.
Primitive onto_nodes(std::span<const Index> conductors, std::span<const Phasor> y_s);

/// Inverse of an n x n matrix by elimination with full pivoting. Returns the smallest pivot over
/// the largest entry, 0 if there is no inverse.
double invert(std::span<const Phasor> matrix, std::span<Phasor> inverse);

}  // namespace gridswarm::inline GS_ABI::feeder

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/feeder/primitive.ipp"
#endif
