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

/// Write a case so that read_matpower gives back the same numbers (`file` aside).
/// @throws FileError
void write_matpower(const feeder::Case& grid, const std::string& path);

/// The text that write_matpower writes.
std::string format_matpower(const feeder::Case& grid);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/matpower.ipp"
#include "gridswarm/io/matpower_write.ipp"
#endif
