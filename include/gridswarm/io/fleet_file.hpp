// SPDX-License-Identifier: BSD-3-Clause
// FLEET.csv: the devices of a feeder, one line per agent. docs/reference/fleet.md has the columns.
//
// Only agent, bus, kind and rating_kw must be there; an empty or missing cell takes its kind's
// default, so that a list of PV plants is four columns. A row that can't be right is refused with
// its line. On circuits buses go by name, and `phases` says which of its bus's phases an agent
// joins.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gridswarm/feeder/case.hpp"
#include "gridswarm/fleet/fleet.hpp"
#include "gridswarm/io/csv.hpp"

namespace gridswarm::inline GS_ABI::io {

/// The columns in the order in which they are written.
std::span<const std::string_view> fleet_columns();

/// A bus as a cell of a table names it: its number, or its name in a circuit's reduction.
std::string bus_text(const feeder::Case& grid, Index bus_row);

/// Read a fleet; rows sorted by agent id, buses looked up in `grid`, profiles by name in
/// Fleet::profile_names (sorted). p_kw, p_min_kw and p_max_kw go into the state, with p_want = p.
/// @throws FileError, InputError with line, agent and value.
fleet::Fleet read_fleet(const std::string& path, const feeder::Case& grid);

/// The same from a table in memory.
fleet::Fleet fleet_from_table(const CsvTable& table, const feeder::Case& grid);

/// The text of a fleet file that read_fleet turns into the same fleet, numbers in shortest exact
/// form.
std::string fleet_text(const fleet::Fleet& fleet, const feeder::Case& grid);

/// Write it. @throws FileError where `path` can't be written.
void write_fleet(const std::string& path, const fleet::Fleet& fleet, const feeder::Case& grid);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/fleet_file.ipp"
#endif
