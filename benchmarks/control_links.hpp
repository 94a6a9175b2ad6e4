// SPDX-License-Identifier: BSD-3-Clause
// Rows of ./dev bench control about messages and dispatch (control_links.cpp).
#pragma once

#include <vector>

#include "rows.hpp"

namespace gridswarm::bench {

/// message_ns_fixed_delay, message_ns_lognormal one with loss and a byte budget; dispatch_1m_ms.
std::vector<Row> link_rows();

}  // namespace gridswarm::bench
