// SPDX-License-Identifier: BSD-3-Clause
// A scenario as people write it: TOML whose keys are the fields of the options it fills.
#pragma once

#include <string>

#include "gridswarm/fleet/profile.hpp"
#include "gridswarm/swarm/run.hpp"
#include "gridswarm/swarm/scenario.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Read and check a scenario; paths in it become relative to the working folder.
/// @throws InputError with line and key: unknown, mistyped, out of range, or absent where needed
swarm::Scenario read_scenario(const std::string& path);

/// Read the scenario's profiles and set their time 0 to run.start.
fleet::ProfileSet load_profiles(const swarm::Scenario& scenario);

/// Feeder k of the scenario, 0 <= k < feeder_count(): listed, or varied by seed for a town. Agent
/// ids of synthetic fleets are made unique over the run.
swarm::FeederInput load_feeder(const swarm::Scenario& scenario, Index k);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/scenario_file.ipp"
#endif
