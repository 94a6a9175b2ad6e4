// SPDX-License-Identifier: BSD-3-Clause
// `gridswarm flow` of a power-grid-model network with a batch of its own updates.
#pragma once

#include <string>
#include <vector>

#include "gridswarm/flow/figures.hpp"

namespace gridswarm::app {

struct PgmFlow {
  std::string path;    ///< dataset of type "input"
  std::string update;  ///< dataset of type "update"; empty: the network as it stands
  std::string out;     ///< .json: a dataset of its results' format; else a table of nodes
  bool symmetric = true;
  flow::FlowOptions options;
};

struct PgmFigures {
  std::vector<flow::ScenarioFigures> scenarios;
  flow::BatchSummary summary;
};

/// Read, solve, write. Warnings of the reader go to stderr.
/// @throws FileError, InputError, UsageError
PgmFigures flow_of_pgm(const PgmFlow& wanted);

}  // namespace gridswarm::app
