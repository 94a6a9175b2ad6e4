// SPDX-License-Identifier: BSD-3-Clause
// Rows of ./dev bench control about inverters on their own (control_devices.cpp).
#pragma once

#include <vector>

#include "rows.hpp"

namespace gridswarm::bench {

/// ieee1547_ns_per_device: volt-var, volt-watt, droop, trips and service; one thread.
std::vector<Row> device_rows();

}  // namespace gridswarm::bench
