// SPDX-License-Identifier: BSD-3-Clause
// A power-grid-model network is refused, or its tables are the same after they were written and
// read again, and the case made of it (unless refused) has its rows where they should be.
#include <charconv>

#include "fuzz.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/pgm_case.hpp"
#include "gridswarm/io/pgm_file.hpp"

namespace gridswarm::fuzz {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "null";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string row_text(const io::PgmTable& table, Index row) {
  std::string text;
  Index column = 0;
  for (const io::PgmAttribute& attribute : io::component_of(table.type).attributes) {
    const Index width = io::pgm_columns(attribute.kind);
    const double* values = table.value.data() + std::size_t(row) * table.width + column;
    column += width;
    if (width == 1 && std::isnan(values[0])) continue;
    if (width == 3 && std::isnan(values[0]) && std::isnan(values[1]) && std::isnan(values[2]))
      continue;
    text += (text.empty() ? "{\"" : ", \"") + std::string(attribute.name) + "\": ";
    text += width == 1 ? number(values[0])
                       : "[" + number(values[0]) + ", " + number(values[1]) + ", " +
                             number(values[2]) + "]";
  }
  return text + "}";
}

std::string network_text(const io::PgmNetwork& network) {
  std::string text =
      "{\"version\": \"1.0\", \"type\": \"input\", \"is_batch\": false, "
      "\"attributes\": {}, \"data\": {";
  bool first = true;
  for (const io::PgmTable& table : network.tables) {
    if (table.size() == 0) continue;
    text += std::string(first ? "" : ", ") + "\"" + io::component_of(table.type).name + "\": [";
    first = false;
    for (Index row = 0; row < table.size(); ++row)
      text += (row > 0 ? ", " : "") + row_text(table, row);
    text += "]";
  }
  return text + "}}";
}

}  // namespace

void body(std::string_view text) {
  io::PgmNetwork first;
  try {
    first = io::parse_pgm(text, "fuzz.json");
  } catch (const InputError&) {
    return;
  }
  io::PgmNetwork again;
  try {
    again = io::parse_pgm(network_text(first), "again.json");
  } catch (const InputError& error) {
    claim(false, error.what());
  }
  for (int t = 0; t < io::pgm_type_count; ++t)
    claim_same(first.tables[t].value, again.tables[t].value, "a table");
  try {
    const io::PgmCase made = io::make_pgm_case(first);
    const feeder::Case& grid = made.grid;
    for (Index e = 0; e < grid.branches.size(); ++e)
      claim(grid.branches.from[e] >= 0 && grid.branches.from[e] < grid.buses.size() &&
                grid.branches.to[e] >= 0 && grid.branches.to[e] < grid.buses.size(),
            "ends of branches");
  } catch (const InputError&) {
    return;
  }
}

}  // namespace gridswarm::fuzz
