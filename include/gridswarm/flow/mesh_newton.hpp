// SPDX-License-Identifier: BSD-3-Clause
// Newton's power flow of any network.
#pragma once

#include <memory>

#include "gridswarm/feeder/admittance.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// A network prepared once; never changed by solving.
struct Mesh {
  feeder::Admittance y;
};

/// Whether this build has KLU, without which no mesh can be prepared.
bool klu_available();

/// @throws InputError for sources of different voltage joined by no impedance, UsageError in a
///         build without KLU
std::shared_ptr<const Mesh> prepare_mesh(const feeder::Case& grid);

/// Solve all scenarios.
/// @param grid  the case the mesh was prepared from
/// @throws UsageError if an array of injections has another size than scenarios * buses
void solve_mesh(const Mesh& mesh, const feeder::Case& grid, const Injections& injections,
                const FlowOptions& options, FlowWork& work, FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/without_klu.ipp"
#endif
