// SPDX-License-Identifier: BSD-3-Clause
// Signs and bases, stated once.
//
// Agents count power INTO the grid as positive (PV > 0, a charging battery < 0). A case file keeps
// its own sign: pd_mw > 0 is consumption. Names end in their unit; no unit means dimensionless.
// Inside flow/ everything is per unit on the case's base_mva.
#pragma once

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI {

inline constexpr double kw_per_mw = 1000.0;
inline constexpr double s_per_h = 3600.0;
inline constexpr double va_per_mva = 1e6;
inline constexpr double pi = 3.14159265358979323846;
inline constexpr double sqrt3 = 1.7320508075688772;
inline constexpr double rad_per_deg = pi / 180.0;

}  // namespace gridswarm::inline GS_ABI
