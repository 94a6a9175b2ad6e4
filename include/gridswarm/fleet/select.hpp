// SPDX-License-Identifier: BSD-3-Clause
// Some agents of a fleet as a fleet of their own.
#pragma once

#include <span>

#include "gridswarm/fleet/fleet.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// The agents of these rows, in this order (ascending keeps a fleet sorted by id). Columns that are
/// empty stay so.
Fleet select(const Fleet& fleet, std::span<const Index> rows);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/select.ipp"
#endif
