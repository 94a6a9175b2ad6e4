// SPDX-License-Identifier: BSD-3-Clause
// One door to the case files people have: their contents say which reader reads.
#pragma once

#include <string>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Read a case file, whatever its suffix: MATPOWER (.m), JSON of pandapower or of power-grid-model
/// (its base scenario), or gridswarm's own HDF5 (linked builds only). What the reader passed over
/// stands in the case's `warnings`.
/// @throws FileError if it cannot be read, InputError with file, line, id and value for what the
///         reader refuses
feeder::Case read_case(const std::string& path);

/// The same, and of a circuit its reduction (feeder/reduction.hpp) with a warning that says what
/// is lost.
feeder::Case read_balanced_case(const std::string& path);

/// read_balanced_case for those who know constant power alone (a swarm's run, a balance).
/// @throws InputError also for a case with loads or inverters in service that follow their voltage,
///         or with taps that move: the first is named, since nothing may be left out in silence
feeder::Case read_plain_case(const std::string& path);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/case_file.ipp"
#endif
