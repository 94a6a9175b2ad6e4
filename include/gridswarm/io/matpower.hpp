// SPDX-License-Identifier: BSD-3-Clause
// MATPOWER version 2 case files (.m), read as they are found and written so that they read back.
#pragma once

#include <string>
#include <string_view>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Read a case file. Unit conversions written below the tables are carried out (io/mfile.hpp).
/// per_phase is set where baseMVA is written as an expression that ends in /3 and base kV over
/// sqrt(3).
/// @throws FileError if it cannot be read; InputError with file, line, id and value otherwise: cut
///         off, binary, empty, missing tables or columns, duplicate or unknown bus ids, values that
///         are not numbers, negative ratings, no source, statements that are not understood
feeder::Case read_matpower(const std::string& path);

/// The same from text; `file` is what messages call it.
feeder::Case parse_matpower(std::string_view text, const std::string& file);

/// The same network in what MATPOWER can say; what changes is listed in its warnings.
///   loads        constant power and impedance become demand and shunts of their bus
///   inverters    without curves: negative demand
///   tap changers stay at their tap
///   g_pu         half a shunt at either end of a branch in service
///   bus ids      0 and below: buses are counted anew from 1, names tell the old ids
/// @throws UsageError where a device in service follows its voltage in a way MATPOWER can't say
feeder::Case as_matpower(const feeder::Case& grid);

/// Write a case so that read_matpower gives back the same numbers (`file` and warnings aside).
/// @throws FileError; UsageError where the case needs as_matpower first
void write_matpower(const feeder::Case& grid, const std::string& path);

/// The text that write_matpower writes.
std::string format_matpower(const feeder::Case& grid);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/matpower.ipp"
#include "gridswarm/io/matpower_plain.ipp"
#include "gridswarm/io/matpower_write.ipp"
#endif
