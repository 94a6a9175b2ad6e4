// SPDX-License-Identifier: BSD-3-Clause
// Lengths as OpenDSS names them.
#pragma once

#include "gridswarm/io/dss_object.hpp"

namespace gridswarm::inline GS_ABI::io {

enum class DssUnit : signed char { none, mi, kft, km, m, ft, in, cm, mm };

/// @throws InputError for a word that names no length
DssUnit unit_of(const DssValue& value);

/// Metres in one of `unit`; none counts as a metre.
double metres(DssUnit unit);

/// How many of `to` there are in one `from`; 1 where either is not said.
double converted(DssUnit from, DssUnit to);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_units.ipp"
#endif
