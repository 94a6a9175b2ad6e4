// SPDX-License-Identifier: BSD-3-Clause
// Rows of the control tick: how long 10,000 and one million agents take, and what a tick allocates.
#pragma once

#include <vector>

#include "rows.hpp"

namespace gridswarm::bench {

/// tick_10k_ms, tick_1m_ms, allocations_per_tick.
std::vector<Row> tick_rows();

}  // namespace gridswarm::bench
