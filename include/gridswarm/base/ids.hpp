// SPDX-License-Identifier: BSD-3-Clause
// Integers by role: positions inside arrays, and the names that files and people use.
#pragma once

#include <cstdint>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI {

/// Position of a row in a column, local to one process; -1 means "none".
using Index = std::int32_t;
/// The bus number that stands in the case file; never an array position.
using BusId = std::int64_t;
/// The agent number that stands in the fleet file; unique over all feeders of a run.
using AgentId = std::int64_t;
/// The id of a cluster: the smallest AgentId among its members when it was formed.
using ClusterId = std::int64_t;

/// "No row": the parent of a root, the cluster of a lone agent.
inline constexpr Index none = -1;

}  // namespace gridswarm::inline GS_ABI
