// SPDX-License-Identifier: BSD-3-Clause
// A power-grid-model network as a circuit, and how the circuit's rows answer for its components.
//
// Every node is a bus of the nodes 1, 2, 3, in the file's order; 1 p.u. is u_rated / sqrt(3).
//   line, link   rows of lines; one end open: what its other end sees, as an admittance
//   transformer  an admittance among six nodes; three windings: three of them to a star bus
//   shunt        a row of shunts
//   source       those of one node as one: sum(y u) / sum(y) behind 1 / sum(y), by sequence
//   load         a row of loads of three phases, or a row per phase where the file tells phases
//                apart; generators are loads of negative power. No voltage limits: the laws hold at
//                any voltage
//   regulator    the kvar of a row per phase of its node holds |V| there (flow/circuit_hold.hpp);
//                regulated appliances of a node share it alike
//   nothing      a section of deltas and ungrounded stars that nothing unbalances in zero sequence
//                has none: as large an admittance as its transformers' says so at one of its nodes
#pragma once

#include <array>
#include <complex>
#include <vector>

#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/io/pgm_case.hpp"
#include "gridswarm/io/pgm_phases.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A branch, or one leg of three windings, between two buses.
struct PgmPhaseBranch {
  PgmBlocks y;
  Index from;  ///< bus row
  Index to;
  bool live;  ///< an end is closed
};

/// The sources of one node as one.
struct PgmPhaseFeed {
  Index node;               ///< bus row
  std::complex<double> u;   ///< phase 1 of the voltage behind them, p.u.
  std::complex<double> y1;  ///< p.u. on 1 MVA; 0 where stiff
  std::complex<double> y0;
  std::vector<Index> rows;  ///< of the sources in service here
};

/// A node whose |V| is held phase by phase.
struct PgmPhaseHold {
  Index node;        ///< bus row
  double u_pu;       ///< wanted
  Index first_load;  ///< row of loads of phase 1, then come those of 2 and 3
  Index appliances;  ///< in service, that share its kvar
};

struct PgmCircuit {
  feeder::Circuit circuit;  ///< bus rows: nodes in the file's order, then star buses; three nodes
                            ///< each, in order
  std::array<std::vector<PgmPhaseBranch>, 7> branches;  ///< by type and row; three windings: three
  std::vector<PgmPhaseFeed> feeds;
  std::array<Index, 4> first_load{};  ///< by appliance type: its first row of loads; those of
                                      ///< asymmetric appliances have three rows each
  PgmRegulators regulator;
  std::vector<PgmPhaseHold> holds;
};

/// Build the circuit of a network as it stands.
/// @throws InputError with file, line, id and value for what no asymmetric power flow can be made
/// of
PgmCircuit make_pgm_circuit(const PgmNetwork& network, double frequency_hz = 50.0);

/// Read a network as a circuit alone; what was passed over stands in its warnings.
feeder::Circuit parse_pgm_circuit(std::string_view text, const std::string& file);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/pgm_circuit.ipp"
#endif
