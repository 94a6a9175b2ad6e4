// SPDX-License-Identifier: BSD-3-Clause
// What happens next on the virtual clock: events in the order of (time, sequence).
//
// A calendar of two wheels. A slot of the fine wheel is 2^16 ns (66 us), a block 2^11 slots (134
// ms); the coarse wheel has a slot per block, and what lies further than 2^12 blocks (9 minutes)
// waits in a heap. Pushing is an append to a slot's list of chunks. A slot is sorted when the clock
// reaches it, by insertion if few, else by radix: its events differ in 16 bits of time alone.
// Two blocks are open in the fine wheel at a time, the clock's own and the next: an event goes to
// the fine wheel directly only after its block was opened, so every slot lists its events in the
// order of their numbers and a stable sort by time is the order by (time, sequence). What is pushed
// into the slot being emptied waits in a small heap beside it. (Brown, Calendar queues, CACM 31,
// 1988; Varghese and Lauck, Hashed and hierarchical timing wheels, SOSP 1987.)
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/link/delay.hpp"

namespace gridswarm::inline GS_ABI::link {

/// What travels with a message: a row of the caller's own table, or the bits of a number.
using Payload = std::uint64_t;

/// Where an event stands on its way.
enum class Stage : std::int16_t { arrival, handled, timer };

/// A message that arrived, or a timer that rang. Half a cache line.
struct Event {
  Nanoseconds at_ns = 0;
  Payload payload = 0;
  Index node = none;  ///< who receives it
  Index from = none;  ///< who sent it; none: a timer
  std::int32_t bytes = 0;
  std::int16_t kind = 0;
  Stage stage = Stage::timer;
};

namespace queue_detail {
inline constexpr int slot_bits = 16;                         ///< of time, within a slot
inline constexpr int block_bits = 27;                        ///< of time, within a block
inline constexpr std::int64_t ring = std::int64_t{1} << 12;  ///< slots of a wheel; two blocks fit
inline constexpr int chunk_events = 8;

struct Chunk {
  std::array<Event, chunk_events> event;
};

/// An event of a heap, with its number.
struct Numbered {
  Event event;
  std::uint64_t sequence;
};

/// Events of one slot: `count` of them, the newest chunk first.
struct Slot {
  std::int32_t chunk = -1;
  std::int32_t count = 0;
};

/// A ring of slots and which of them hold something.
struct Wheel {
  std::vector<Slot> slot;
  std::vector<std::uint64_t> filled;
};
}  // namespace queue_detail

/// Owned by one simulation; keeps its memory for the next events.
struct EventQueue {
  Nanoseconds now_ns = 0;    ///< of the last event popped, or where the clock was set
  std::uint64_t pushed = 0;  ///< the next event's sequence
  std::int64_t waiting = 0;  ///< events not yet popped
  std::int64_t block = 0;    ///< fine slots of `block` and `block + 1` are open
  std::int64_t slot = -1;    ///< the fine slot that is being emptied; -1: none
  queue_detail::Wheel fine, coarse;
  Column<queue_detail::Chunk> chunks;
  std::vector<std::int32_t>
      older;  ///< chunk -> the one before it in its slot, or the next free one
  std::int32_t free_chunk = -1;
  std::vector<queue_detail::Numbered> far;  ///< heap by (time, sequence)
  std::vector<std::uint64_t> ready;         ///< open slot: time within it << 32 | place in chunks
  std::size_t next_ready = 0;
  std::int32_t open_newest = -1, open_oldest = -1;  ///< its chunks, first and last of their list
  std::vector<queue_detail::Numbered> late;         ///< heap of what was pushed into the open slot
  std::vector<std::uint64_t> scratch;
  std::vector<Event> moved;
};

/// An empty queue at time 0.
EventQueue make_event_queue();

/// Adds an event, whose time must not lie before now_ns, and numbers it.
void push(EventQueue& queue, const Event& event);

/// A bound that is none: the clock stays at the last event when nothing is left.
inline constexpr Nanoseconds forever = std::numeric_limits<Nanoseconds>::max();

/// Takes the next event and sets the clock to it; false if none is due at or before `until_ns`,
/// and then the clock stands at the later of now and until_ns.
bool pop(EventQueue& queue, Nanoseconds until_ns, Event& event);

}  // namespace gridswarm::inline GS_ABI::link

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/link/event_queue.ipp"
#endif
