// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's Capacitor: a bank to ground, to a neutral or between phases becomes a shunt; one
// between two buses is a line whose reactance is negative.
#pragma once

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

/// Every Capacitor of the text.
/// @throws InputError with file and line for ratings that can't be, steps of unlike size and
/// filters
void add_capacitors(DssBuild& build);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_capacitor.ipp"
#endif
