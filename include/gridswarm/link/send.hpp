// SPDX-License-Identifier: BSD-3-Clause
// Sending, waiting and receiving in virtual time.
//
//   send(network, link, kind, bytes, payload);            as often as one likes, at the clock's
//   time while (next(network, forever, event)) answer(event);  the clock goes from event to event
// A message's way: wire (byte budget, queue bound) -> chance -> travel -> arrival -> ingest of the
// receiver -> delivered. Everything happens in the order of (time, sequence), in one thread; runs
// side by side share nothing.
#pragma once

#include "gridswarm/link/network.hpp"

namespace gridswarm::inline GS_ABI::link {

/// Hands a message to a link now. What becomes of it is counted; the sender isn't told.
void send(Network& network, Index link, std::int16_t kind, std::int32_t bytes, Payload payload = 0);

/// Rings at `at_ns` (not before the clock) at a node.
void wake(Network& network, Index node, Nanoseconds at_ns, std::int16_t kind, Payload payload = 0);

/// The next message delivered or timer that rings, at or before `until_ns`; sets the clock to it.
/// False if there is none; the clock then stands at `until_ns` (if that isn't `forever`).
bool next(Network& network, Nanoseconds until_ns, Event& event);

/// The virtual clock.
Nanoseconds now_ns(const Network& network);

}  // namespace gridswarm::inline GS_ABI::link

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/link/send.ipp"
#endif
