// SPDX-License-Identifier: BSD-3-Clause
// Made-up radial feeders that behave like real ones, the same for the same seed.
//
// A 20 kV feeder grows bus by bus: each new bus hangs on one of the last few (a window), which
// gives long trunks with short laterals as streets do; about a third of the buses end up as leaves.
// Loads are mostly small with a few large; lines are one of three cables. Last, all lengths are
// scaled so that the lossless voltage drop at nominal load is 6.2 %, which a power flow turns into
// about 0.93.
#pragma once

#include <cstdint>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::inline GS_ABI::feeder {

/// A radial medium-voltage feeder with one source at bus 1 and bus ids 1..buses.
/// @param buses  at least 2
/// @throws UsageError for fewer buses
Case make_synthetic(Index buses, std::uint64_t seed);

}  // namespace gridswarm::inline GS_ABI::feeder

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/feeder/synthetic.ipp"
#endif
