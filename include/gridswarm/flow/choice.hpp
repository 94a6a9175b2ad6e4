// SPDX-License-Identifier: BSD-3-Clause
// Which method solves a case: what the case asks for, what a method can do, which is fastest.
//
// docs/decisions/0013 has the measurements behind the choice.
#pragma once

#include <string>
#include <vector>

#include "gridswarm/feeder/spanning.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// The word for a method, as --method takes it and results report it.
const char* name_of(Method method);

/// @throws UsageError for another word; the known ones are named
Method method_of(const std::string& name);

/// What of a case bears on the choice.
struct Survey {
  feeder::SpanningForest spanning;
  std::vector<Index> held;   ///< bus rows: PV, with a generator in service, supplied
  bool has_devices = false;  ///< loads or inverters that stand apart, taps that move
};
Survey survey(const feeder::Case& grid, const FlowOptions& options);

/// The method for a case that asks for none.
Method choose(const feeder::Case& grid, const Survey& found);

/// @throws UsageError where a method that was asked for can't solve this case; the branches or the
///         bus in its way are named
void require_able(const feeder::Case& grid, const Survey& found, Method method);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/choice.ipp"
#endif
