// SPDX-License-Identifier: BSD-3-Clause
// A file of results over scenarios and items (buses or branches), block of rows by block of rows.
//
// The suffix decides: .h5, .hdf5 and .nc are HDF5 that xarray opens, a dataset (scenario, item) per
// quantity; anything else is CSV, a line per scenario and item. Either takes its name when it is
// complete.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gridswarm/flow/circuit_figures.hpp"
#include "gridswarm/flow/figures.hpp"

namespace gridswarm::app {

/// What scenarios are called: instants or numbers.
struct ScenarioAxis {
  std::string name;                ///< "time" or "scenario"; empty: there is one, without a name
  std::string unit;                ///< of `value`, as CF wants it
  std::vector<double> value;       ///< by scenario
  std::vector<std::string> label;  ///< by scenario, for CSV and messages
};

/// What each scenario tells about.
struct ItemAxis {
  std::string name;                             ///< "bus" or "branch"
  std::string text;                             ///< what its ids are
  std::vector<std::int64_t> id;                 ///< by item
  std::vector<std::string> columns;             ///< of CSV, before the quantities
  std::vector<std::vector<std::string>> cells;  ///< by column, by item
};

struct Quantity {
  std::string name;
  std::string unit;
  std::string text;
};

class ResultTable {
 public:
  virtual ~ResultTable() = default;
  /// Scenarios first .. first + count - 1: per quantity, (scenario, item) numbers.
  virtual void write(std::int64_t first, Index count,
                     std::span<const std::vector<double>> values) = 0;
  /// Figures of all scenarios, in a file that has room for them (HDF5).
  virtual void write_figures(std::span<const flow::ScenarioFigures> figures) = 0;
  virtual void write_figures(std::span<const flow::CircuitFigures> figures) = 0;
  /// The file takes its name. @throws FileError
  virtual void close() = 0;
};

/// @throws FileError where it can't be made
std::unique_ptr<ResultTable> open_table(const std::string& path, const ScenarioAxis& scenarios,
                                        const ItemAxis& items,
                                        const std::vector<Quantity>& quantities);

/// The figures of all scenarios as CSV.
std::string figures_csv(const ScenarioAxis& scenarios,
                        std::span<const flow::ScenarioFigures> figures);
std::string figures_csv(const ScenarioAxis& scenarios,
                        std::span<const flow::CircuitFigures> figures);

}  // namespace gridswarm::app
