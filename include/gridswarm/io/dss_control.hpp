// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's RegControl, CapControl and InvControl: who moves taps, banks and inverters.
//
// They name what they control, so everything that carries current comes first.
#pragma once

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Every RegControl, CapControl and InvControl of the text.
/// @throws InputError with file and line for elements that are not there, and settings that can't
/// be
void add_controls(DssBuild& build);
void add_regulators(DssBuild& build);
void add_capacitor_controls(DssBuild& build);
void add_inverter_controls(DssBuild& build);

/// A phase to sense: its position from 0, -1 for max, -2 for min, -3 for avg.
std::int32_t sensed_phase(const DssValue& value);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_capacitor_control.ipp"
#include "gridswarm/io/dss_inverter_control.ipp"
#include "gridswarm/io/dss_regulator.ipp"
#endif
