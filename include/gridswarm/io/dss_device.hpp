// SPDX-License-Identifier: BSD-3-Clause
// What OpenDSS's Generator, PVSystem and Storage share: where and how they are connected, and the
// row of feeder::Ders they become.
#pragma once

#include <cstdint>

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

/// What Generator, PVSystem and Storage have in common, while their properties are replayed.
struct DssDevice {
  std::int32_t phases = 3;
  feeder::Connection connection = feeder::Connection::wye;
  DssBus bus;
  double kv = 12.47;
  double v_min = 0.9, v_max = 1.1;
  std::int64_t model = 1;
  Index daily = none, yearly = none, duty = none;
};

/// Read a property that all three share. Returns false for others.
bool replay_device(DssBuild& build, DssDevice& device, const DssProperty& property);

/// A row of Ders of constant power.
/// @param kva  rating of the inverter, 0: unlimited
/// @param kw, kvar  injection
void append_device(DssBuild& build, const DssObject& object, const DssDevice& device,
                   feeder::DerKind kind, double kva, double kw, double kvar);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_device.ipp"
#endif
