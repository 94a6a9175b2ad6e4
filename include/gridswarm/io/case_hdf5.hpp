// SPDX-License-Identifier: BSD-3-Clause
// A case as an HDF5 file: everything of feeder::Case, columns as datasets, read back bit for bit.
//
// One group per table that has rows, each with an axis and one dataset per column, named as in
// feeder/case.hpp, with units:
//   buses         (bus)          bus = id, type, pd_mw, ..., name where the case has names
//   branches      (branch)       branch = row from 1, fbus and tbus by id, r_pu, ...
//   generators    (generator)    generator = row from 1, bus by id, pg_mw, ...
//   loads         (load)         load = id, bus by id, p_mw, ...
//   inverters     (inverter)     inverter = id, bus by id, ...; curves as volt_var_points,
//                 (inverter, point)  volt_var_u, volt_var_share, and volt_watt_... alike
//   tap_changers  (tap_changer)  tap_changer = id, branch = row from 1, bus by id, ...
// The file's attributes: title "gridswarm case", version, name, base_mva, per_phase.
#pragma once

#include <string>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Write everything but `file` and `warnings`.
/// @throws FileError; UsageError in a build without HDF5
void write_case_hdf5(const feeder::Case& grid, const std::string& path);

/// Read it back.
/// @throws FileError if it is no such file or damaged; InputError for columns of different length,
///         unknown buses or values that no case has; UsageError in a build without HDF5
feeder::Case read_case_hdf5(const std::string& path);

}  // namespace gridswarm::inline GS_ABI::io
