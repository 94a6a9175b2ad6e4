// SPDX-License-Identifier: BSD-3-Clause
// Rows of bench_clusters about events: what one costs a membership that lives on.
#pragma once

#include <string>
#include <vector>

#include "rows.hpp"

namespace gridswarm::bench {

/// 3,000 joins, leaves, isolations, returns and switchings on a feeder of 1,000 buses, one a
/// minute, each with the look at dirty feeders that follows it. Every event counts with the best of
/// `repeats` runs of the same sequence.
void add_event_rows(const std::string& command, std::vector<Row>& rows);

}  // namespace gridswarm::bench
