// SPDX-License-Identifier: BSD-3-Clause
// A power-grid-model network as a case, and how the case's rows answer for the file's components.
//
// Per unit on 1 MVA, as power-grid-model; the symmetric part. Models (its manual, components):
//   line          y = 2 pi f c (tan + j), half at each end
//   link          series admittance (1 + j) 1e6 p.u.
//   transformer   |z| = uk, r = pk / sn on its rating, |y| = i0, g = p0 / sn; ratio at the end with
//                 the taps, impedance seen from the other end, so that taps change the ratio only
//   three windings  three transformers to a star bus; magnetisation at side 1
//   source        u_ref behind z = 1 MVA / sk; those of one node as one, sum(y u) / sum(y). From
//                 sk = 1e18 VA on (1e-12 p.u.) the node itself is held
//   open end      the pi seen from the closed end, y/2 + 1 / (z + 2/y), as a shunt
// Loads and generators of constant power stand in the buses' pd and qd, those of constant current
// or impedance in the case's loads, regulated ones in its generators.
#pragma once

#include <array>
#include <complex>
#include <vector>

#include "gridswarm/feeder/case.hpp"
#include "gridswarm/io/pgm_branch.hpp"
#include "gridswarm/io/pgm_file.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A branch, or one leg of three windings, between two bus rows, in the file's direction.
struct PgmBranch {
  PgmPort y;
  Index from;
  Index to;
  bool live;  ///< an end is closed
};

/// The sources of one node as one.
struct PgmFeed {
  Index node;               ///< bus row
  Index bus;                ///< bus row that holds the voltage; the node itself where stiff
  std::complex<double> u;   ///< held, p.u.
  std::complex<double> y;   ///< between bus and node, p.u.; 0 where stiff
  std::vector<Index> rows;  ///< of the sources in service here
};

/// By appliance type and row: row of the regulator in service, or none.
using PgmRegulators = std::array<std::vector<Index>, 4>;

struct PgmCase {
  feeder::Case grid;  ///< bus rows: nodes in the file's order, then star buses, then sources' buses
  std::array<std::vector<PgmBranch>, 7>
      ports;  ///< by branch type and row; three per three windings
  std::vector<PgmFeed> feeds;
  std::array<std::vector<Index>, 4> load_row;  ///< by appliance type and row: row of grid.loads
  PgmRegulators regulator;
  std::vector<Index> tap_row;  ///< by tap regulator: row of grid.tap_changers, none if idle
};

/// What an appliance consumes at 1 p.u. as the file states it, MVA, whatever its status.
/// @throws InputError if it states none
std::complex<double> pgm_consumption(const PgmNetwork& network, PgmType type, Index row);

/// Of one of the phases that its powers are stated for.
std::complex<double> pgm_consumption(const PgmNetwork& network, PgmType type, Index row,
                                     Index phase);

/// For how many phases an appliance's powers are stated: one number for all, or one each.
inline Index pgm_phases_of(PgmType type) {
  return type == PgmType::asym_load || type == PgmType::asym_gen ? 3 : 1;
}

/// The types that consume or generate as stated, in the order of PgmCase's arrays.
inline constexpr PgmType pgm_appliances[] = {PgmType::sym_load, PgmType::sym_gen,
                                             PgmType::asym_load, PgmType::asym_gen};
inline constexpr PgmType pgm_branches[] = {
    PgmType::line,           PgmType::asym_line,   PgmType::link,
    PgmType::generic_branch, PgmType::transformer, PgmType::three_winding_transformer};

/// Build the case of a network as it stands.
/// @throws InputError with file, line, id and value for what no power flow can be made of
PgmCase make_pgm_case(const PgmNetwork& network, double frequency_hz = 50.0);

/// Read a network as a case alone; what was passed over stands in its warnings.
feeder::Case parse_pgm_case(std::string_view text, const std::string& file);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/pgm_case.ipp"
#endif
