// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "rows.hpp"

namespace gridswarm::bench {

/// Rows about records made durable in a new folder below `folder`, which is removed afterwards;
/// no group is held back for longer than `hold_ms`.
std::vector<Row> durable_rows(const std::string& folder, double hold_ms);

}  // namespace gridswarm::bench
