// SPDX-License-Identifier: BSD-3-Clause
// How fast one core of this machine can do rounds of SHA-256 at all.
#pragma once

namespace gridswarm::bench {

/// Seconds per block of 64 rounds by SHA instructions of independent messages, schedules and loads
/// left out: what no hashing of many messages can beat. 0 where there are no such instructions.
double sha_rounds_seconds();

}  // namespace gridswarm::bench
