// SPDX-License-Identifier: BSD-3-Clause
// LENGTHS.csv: a length of one's own for every branch, for `edge_length = "custom"`.
//
// Columns fbus, tbus and length, in any order of rows, the two ends of a row in any order. Branches
// side by side take their rows in the case file's order. Every branch of the case has one row.
#pragma once

#include <string>
#include <vector>

#include "gridswarm/feeder/case.hpp"
#include "gridswarm/io/csv.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Lengths by branch row, in the file's unit, >= 0.
/// @throws FileError, InputError with line and cell; for a branch without row with its ends
std::vector<double> read_branch_lengths(const std::string& path, const feeder::Case& grid);

/// The same from a table in memory.
std::vector<double> branch_lengths_from_table(const CsvTable& table, const feeder::Case& grid);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/length_file.ipp"
#endif
