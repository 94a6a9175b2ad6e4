// SPDX-License-Identifier: BSD-3-Clause
// What the command line of `gridswarm flow` says.
#pragma once

#include <string>

#include "app/series_profiles.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::app {

struct FlowSettings {
  std::string path;
  std::string branches;
  std::string scenarios;
  std::string update;
  bool asymmetric = false;
  bool margin = false;
  bool warm_start = false;
  std::int64_t hosted_ranks = 1;
  SeriesOptions series;
  flow::FlowOptions options;
  // Circuits alone:
  std::string taps;         ///< taps and capacitor states to hold
  std::string taps_out;     ///< where to write those that were reached
  std::string case_folder;  ///< what files may be read; empty: the master's own folder
  bool constant_power = false;
  bool daily = false;
  std::int64_t max_control_iterations = -1;  ///< negative: what the circuit's file says
};

}  // namespace gridswarm::app
