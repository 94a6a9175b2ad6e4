// SPDX-License-Identifier: BSD-3-Clause
// Power-grid-model JSON as it stands in the file: a table per component type, and batch updates.
//
// Both ways of writing a component are read and may be mixed: an object of attributes, or a list of
// values in the order that the file's "attributes" gives. null and absent mean "not given" (NaN in
// the tables). References to other components are checked here; what the numbers mean electrically
// stands in io/pgm_case.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/io/pgm_schema.hpp"

namespace gridswarm::inline GS_ABI::io {

/// All components of one type, in the file's order.
struct PgmTable {
  PgmType type = PgmType::node;
  Index width = 0;                 ///< pgm_width(type)
  std::vector<std::int64_t> line;  ///< in the file, by row
  Column<double> value;            ///< (row, column of the schema); NaN where not given
  Index size() const { return static_cast<Index>(line.size()); }
  /// Value of an attribute, NaN where not given.
  double at(Index row, std::string_view attribute, Index phase = 0) const;
  std::int64_t id(Index row) const;
};

/// Where a component stands.
struct PgmPlace {
  std::int64_t id;
  PgmType type;
  Index row;
};

struct PgmNetwork {
  std::string file;  ///< for messages
  std::array<PgmTable, pgm_type_count> tables;
  std::vector<PgmPlace> places;       ///< every component, by ascending id
  std::vector<std::string> warnings;  ///< what the file holds and a power flow does not use
  const PgmTable& of(PgmType type) const { return tables[static_cast<std::size_t>(type)]; }
  PgmTable& of(PgmType type) { return tables[static_cast<std::size_t>(type)]; }
  /// The component of that id, null if there is none.
  const PgmPlace* find(std::int64_t id) const;
};

/// One number that a scenario changes.
struct PgmChange {
  PgmType type;
  Index row;
  Index column;
  double value;
};

/// Scenarios as differences from the network: scenario s owns changes first[s] to first[s + 1].
struct PgmBatch {
  std::string file;
  std::vector<PgmChange> changes;
  std::vector<std::size_t> first{0};
  std::vector<std::string> warnings;
  Index scenarios() const { return static_cast<Index>(first.size()) - 1; }
};

/// Read a network (a dataset of type "input").
/// @throws FileError if it cannot be read; InputError with file, line, id and value otherwise
PgmNetwork read_pgm(const std::string& path);

/// The same from text; `file` is what messages call it.
PgmNetwork parse_pgm(std::string_view text, const std::string& file);

/// Read updates of that network (a dataset of type "update"; one that is no batch is one scenario).
/// @throws as read_pgm
PgmBatch read_pgm_batch(const std::string& path, const PgmNetwork& network);

/// The same from text.
PgmBatch parse_pgm_batch(std::string_view text, const std::string& file, const PgmNetwork& network);

/// Whether a text looks like a power-grid-model dataset: JSON that says "is_batch" near its
/// beginning or end, which pandapower's does not.
bool looks_like_pgm(std::string_view text);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/pgm_file.ipp"
#endif
