// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's Load.
//
// A load's power is given in one of five ways (kW and pf, kW and kvar, kVA and pf, a transformer's
// kVA and an allocation factor, billed kWh); whichever of their properties comes last decides, and
// the rest is worked out when the command ends.
#pragma once

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Every Load of the text, the option loadmult applied to those of status=variable.
/// @throws InputError with file and line for models other than 1, 2, 4, 5 and 8, and ratings that
///         can't be
void add_loads(DssBuild& build);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_load.ipp"
#endif
