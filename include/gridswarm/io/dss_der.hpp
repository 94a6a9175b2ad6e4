// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's Generator, PVSystem and Storage: rows of feeder::Ders with the power they inject in a
// snapshot.
//
// A generator's power is as stated. A PV system's comes from its panel (irradiance, Pmpp, the
// temperature's curve), its inverter's efficiency and limits; a storage unit's from its state and
// rates. What a file says of time, dynamics and harmonics has no part in a snapshot.
#pragma once

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Every Generator, PVSystem and Storage of the text.
/// @throws InputError with file and line for models other than constant power, and ratings that
///         can't be
void add_ders(DssBuild& build);
void add_generators(DssBuild& build);
void add_pv_systems(DssBuild& build);
void add_storages(DssBuild& build);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_generator.ipp"
#include "gridswarm/io/dss_pv.ipp"
#include "gridswarm/io/dss_storage.ipp"
#endif
