// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/units.hpp"
#include "gridswarm/fleet/on_feeder.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE double agent_kw_to_case_pu(const feeder::Case& grid) {
  return 1.0 / (kw_per_mw * grid.base_mva * (grid.per_phase ? 3.0 : 1.0));
}

GS_INLINE double case_mw_to_agent_kw(const feeder::Case& grid) {
  return kw_per_mw * (grid.per_phase ? 3.0 : 1.0);
}

}  // namespace gridswarm::inline GS_ABI::fleet
