// SPDX-License-Identifier: BSD-3-Clause
// Health and its loss.
//
// A device of health h gives h of what it could: sun and wind h of what is there, storage h of its
// limits. At 0 it has tripped: no power, no reactive power, no message, and from the next ledger
// tick on no cluster. Two causes, the worse of which holds: an event on the plate (lost_from_h to
// lost_to_h at lost_health), and chance, by which a device fails within a tick of dt with
// probability 1 - exp(-dt / mtbf) and is repaired with 1 - exp(-dt / repair): times between are
// exponential, availability mtbf / (mtbf + repair). Draws are counted by (seed, agent, tick).
#pragma once

#include <cstdint>
#include <vector>

#include "gridswarm/fleet/device.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// Set State::health for a tick; call it once per tick, before sense.
/// @param tick  counted from the start of the run  @param time_s  the same in seconds
/// @return agents whose health is 0 now
std::int64_t update_health(Fleet& fleet, std::uint64_t seed, std::int64_t tick, double time_s,
                           double dt_s);

/// By agent row, 1 for those whose health is 0: who stays outside every cluster.
void find_lost(const Fleet& fleet, std::vector<std::uint8_t>& apart);

/// After all decisions of a tick: no power of those whose health is 0.
void silence_lost(const Fleet& fleet, std::span<double> p_kw, std::span<double> q_kvar);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/health.ipp"
#endif
