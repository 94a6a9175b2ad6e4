// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's LoadShape into Profiles.
#pragma once

#include "gridswarm/io/dss_build.hpp"

namespace gridswarm::inline GS_ABI::io {

/// All load shapes. One with hours of its own that are not evenly spaced is passed over with a
/// warning: loads that name it have no profile.
void add_shapes(DssBuild& build);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_shape.ipp"
#endif
