// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/link/event_queue.hpp"

namespace gridswarm::inline GS_ABI::link {

namespace queue_detail {

inline constexpr std::uint64_t within_slot = (std::uint64_t{1} << slot_bits) - 1;
inline constexpr int slots_bits = block_bits - slot_bits;  ///< of a block

/// For heaps with the earliest on top.
GS_INLINE bool is_later(const Numbered& a, const Numbered& b) {
  return a.event.at_ns != b.event.at_ns ? a.event.at_ns > b.event.at_ns : a.sequence > b.sequence;
}

GS_INLINE Wheel make_wheel() {
  return {std::vector<Slot>(ring), std::vector<std::uint64_t>(ring / 64, 0)};
}

/// The first filled position in from .. end - 1, at most one turn; -1 where there is none.
GS_INLINE std::int64_t next_filled(const Wheel& wheel, std::int64_t from, std::int64_t end) {
  while (from < end) {
    const std::int64_t at = from & (ring - 1);
    const std::uint64_t word = wheel.filled[at >> 6] >> (at & 63);
    if (word != 0) {
      const std::int64_t found = from + __builtin_ctzll(word);
      return found < end ? found : -1;
    }
    from += 64 - (at & 63);
  }
  return -1;
}

/// Fetch a chunk's lines now: a queue of many events lies beyond the inner caches.
GS_INLINE void fetch(const Chunk& chunk) {
  constexpr std::size_t line = 64 / sizeof(Event);
  for (std::size_t k = 0; k < chunk_events; k += line) __builtin_prefetch(&chunk.event[k], 1);
}

GS_INLINE std::int32_t take_chunk(EventQueue& queue) {
  if (queue.free_chunk >= 0) {
    const std::int32_t chunk = queue.free_chunk;
    queue.free_chunk = queue.older[chunk];
    if (queue.free_chunk >= 0) fetch(queue.chunks[queue.free_chunk]);
    return chunk;
  }
  queue.chunks.emplace_back();
  queue.older.push_back(-1);
  return static_cast<std::int32_t>(queue.chunks.size()) - 1;
}

/// Room for one more event at the end of a slot's list.
GS_INLINE Event& append(EventQueue& queue, Wheel& wheel, std::int64_t position) {
  const std::int64_t at = position & (ring - 1);
  Slot& slot = wheel.slot[at];
  const std::int32_t place = slot.count % chunk_events;
  if (place == 0) {
    const std::int32_t chunk = take_chunk(queue);
    queue.older[chunk] = slot.chunk;
    slot.chunk = chunk;
    wheel.filled[at >> 6] |= std::uint64_t{1} << (at & 63);
  }
  ++slot.count;
  return queue.chunks[slot.chunk].event[place];
}

/// Takes a slot's list out of its wheel.
GS_INLINE Slot take(Wheel& wheel, std::int64_t position) {
  const std::int64_t at = position & (ring - 1);
  const Slot taken = wheel.slot[at];
  wheel.slot[at] = {};
  wheel.filled[at >> 6] &= ~(std::uint64_t{1} << (at & 63));
  return taken;
}

/// Says the places of a slot's events by put(n-th, place), the oldest being n = 0.
/// @return the oldest chunk, the last of the slot's list
template <class Put>
std::int32_t list_places(const EventQueue& queue, const Slot& slot, Put&& put) {
  std::int32_t n = slot.count, oldest = slot.chunk;
  for (std::int32_t chunk = slot.chunk; n > 0; chunk = queue.older[chunk]) {
    const std::int32_t in_chunk = (n - 1) % chunk_events + 1;
    for (std::int32_t k = in_chunk - 1; k >= 0; --k) put(--n, chunk * chunk_events + k);
    oldest = chunk;
  }
  return oldest;
}

GS_INLINE void free_chunks(EventQueue& queue, std::int32_t newest, std::int32_t oldest) {
  queue.older[oldest] = queue.free_chunk;
  queue.free_chunk = newest;
}

GS_INLINE const Event& event_at(const EventQueue& queue, std::uint64_t place) {
  return queue.chunks[place / chunk_events].event[place % chunk_events];
}

GS_INLINE void push_heap(std::vector<Numbered>& heap, const Event& event, std::uint64_t sequence) {
  heap.push_back({event, sequence});
  std::push_heap(heap.begin(), heap.end(), is_later);
}

[[gnu::noinline]] GS_INLINE Event pop_heap(std::vector<Numbered>& heap) {
  std::pop_heap(heap.begin(), heap.end(), is_later);
  const Event event = heap.back().event;
  heap.pop_back();
  return event;
}

/// Room in the wheel that an event at that time belongs to; null: it belongs into the far heap.
GS_INLINE Event* room_at(EventQueue& queue, Nanoseconds at_ns) {
  const std::int64_t block = at_ns >> block_bits;
  if (block <= queue.block + 1) return &append(queue, queue.fine, at_ns >> slot_bits);
  if (block - queue.block < ring) return &append(queue, queue.coarse, block);
  return nullptr;
}

/// Spread a block over its fine slots. The events are copied first: chunks move while we append.
GS_INLINE void open_block(EventQueue& queue, std::int64_t block) {
  const Slot slot = take(queue.coarse, block);
  if (slot.count == 0) return;
  queue.moved.resize(slot.count);
  const std::int32_t oldest = list_places(queue, slot, [&](std::int32_t n, std::int32_t place) {
    queue.moved[n] = event_at(queue, static_cast<std::uint64_t>(place));
  });
  free_chunks(queue, slot.chunk, oldest);
  for (const Event& event : queue.moved)
    append(queue, queue.fine, event.at_ns >> slot_bits) = event;
}

/// Let the two open blocks be `block` and the next.
GS_INLINE void advance(EventQueue& queue, std::int64_t block) {
  const std::int64_t opened = queue.block + 1;
  queue.block = block;
  for (std::int64_t next = std::max(block, opened + 1); next <= block + 1; ++next)
    open_block(queue, next);
  while (!queue.far.empty() && (queue.far.front().event.at_ns >> block_bits) - block < ring) {
    const Event event = pop_heap(queue.far);
    *room_at(queue, event.at_ns) = event;
  }
}

/// Stable, by the slot_bits / 2 bits from `shift`.
template <int shift>
void radix_pass(const std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& to) {
  constexpr std::size_t values = std::size_t{1} << (slot_bits / 2);
  std::array<std::uint32_t, values + 1> first = {};
  for (const std::uint64_t key : from) ++first[(key >> shift) % values + 1];
  for (std::size_t v = 0; v < values; ++v) first[v + 1] += first[v];
  for (const std::uint64_t key : from) to[first[(key >> shift) % values]++] = key;
}

/// Stable, by the time within the slot (the upper half of a key).
GS_INLINE void sort_keys(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& scratch) {
  const std::size_t count = keys.size();
  const auto by_time = [](std::uint64_t a, std::uint64_t b) { return a >> 32 < b >> 32; };
  if (std::is_sorted(keys.begin(), keys.end(), by_time)) return;
  if (count <= 40) {
    for (std::size_t i = 1; i < count; ++i) {
      const std::uint64_t key = keys[i];
      std::size_t k = i;
      for (; k > 0 && keys[k - 1] >> 32 > key >> 32; --k) keys[k] = keys[k - 1];
      keys[k] = key;
    }
    return;
  }
  scratch.resize(count);
  radix_pass<32>(keys, scratch);
  radix_pass<32 + slot_bits / 2>(scratch, keys);
}

/// Fetch the chunks of the slot that will be opened next.
GS_INLINE void fetch_next(const EventQueue& queue, std::int64_t position) {
  const std::int64_t found = next_filled(queue.fine, position + 1, position + 64);
  if (found < 0) return;
  const Slot& slot = queue.fine.slot[found & (ring - 1)];
  std::int32_t left = slot.count;
  for (std::int32_t chunk = slot.chunk; left > 0; chunk = queue.older[chunk]) {
    fetch(queue.chunks[chunk]);
    left -= (left - 1) % chunk_events + 1;
  }
}

GS_INLINE void open_slot(EventQueue& queue, std::int64_t position) {
  if (position >> slots_bits != queue.block) advance(queue, position >> slots_bits);
  const Slot slot = take(queue.fine, position);
  queue.slot = position;
  queue.next_ready = 0;
  queue.ready.resize(slot.count);
  queue.open_newest = slot.chunk;
  queue.open_oldest = list_places(queue, slot, [&](std::int32_t n, std::int32_t place) {
    const auto where = static_cast<std::uint64_t>(place);
    const auto at_ns = static_cast<std::uint64_t>(event_at(queue, where).at_ns);
    queue.ready[n] = (at_ns & within_slot) << 32 | where;
  });
  sort_keys(queue.ready, queue.scratch);
  fetch_next(queue, position);
}

[[gnu::noinline]] GS_INLINE void close_slot(EventQueue& queue) {
  free_chunks(queue, queue.open_newest, queue.open_oldest);
  queue.slot = -1;
}

/// Open the next slot that holds something, if it begins by `until_ns`.
[[gnu::noinline]] GS_INLINE bool open_next(EventQueue& queue, Nanoseconds until_ns) {
  while (true) {
    const std::int64_t open = queue.block << slots_bits;
    const std::int64_t from = std::max(open, queue.now_ns >> slot_bits);
    const std::int64_t found = next_filled(queue.fine, from, open + ring);
    if (found >= 0) {
      if (found << slot_bits > until_ns) return false;
      open_slot(queue, found);
      return true;
    }
    std::int64_t block = next_filled(queue.coarse, queue.block + 2, queue.block + ring);
    if (block < 0 && !queue.far.empty()) block = queue.far.front().event.at_ns >> block_bits;
    if (block < 0 || block << block_bits > until_ns) return false;
    advance(queue, block);
  }
}

/// The next event of the open slot, if it is due. What was ready is older than what came late.
GS_INLINE bool pop_open(EventQueue& queue, Nanoseconds until_ns, Event& event) {
  const bool has_ready = queue.next_ready < queue.ready.size();
  const Event* ready =
      has_ready ? &event_at(queue, queue.ready[queue.next_ready] & 0xffffffffu) : nullptr;
  const bool has_late = !queue.late.empty();
  if (has_late && (!has_ready || queue.late.front().event.at_ns < ready->at_ns)) {
    if (queue.late.front().event.at_ns > until_ns) return false;
    event = pop_heap(queue.late);
    return true;
  }
  if (!has_ready || ready->at_ns > until_ns) return false;
  event = *ready;
  ++queue.next_ready;
  constexpr std::size_t ahead = 8;
  if (queue.next_ready + ahead < queue.ready.size())
    __builtin_prefetch(&event_at(queue, queue.ready[queue.next_ready + ahead] & 0xffffffffu));
  return true;
}

}  // namespace queue_detail

GS_INLINE EventQueue make_event_queue() {
  EventQueue queue;
  queue.fine = queue_detail::make_wheel();
  queue.coarse = queue_detail::make_wheel();
  return queue;
}

GS_INLINE void push(EventQueue& queue, const Event& event) {
  GRIDSWARM_ASSERT(event.at_ns >= queue.now_ns);
  const std::uint64_t sequence = queue.pushed++;
  ++queue.waiting;
  const bool is_open = event.at_ns >> queue_detail::slot_bits == queue.slot;
  Event* room = is_open ? nullptr : queue_detail::room_at(queue, event.at_ns);
  if (room == nullptr) {
    queue_detail::push_heap(is_open ? queue.late : queue.far, event, sequence);
    return;
  }
  room->at_ns = event.at_ns;  // number by number: copying it whole would wait for its last writes
  room->payload = event.payload;
  room->node = event.node;
  room->from = event.from;
  room->bytes = event.bytes;
  room->kind = event.kind;
  room->stage = event.stage;
}

GS_INLINE bool pop(EventQueue& queue, Nanoseconds until_ns, Event& event) {
  while (queue.waiting > 0) {
    if (queue.slot < 0 && !queue_detail::open_next(queue, until_ns)) break;
    if (queue_detail::pop_open(queue, until_ns, event)) {
      queue.now_ns = event.at_ns;
      --queue.waiting;
      return true;
    }
    if (queue.next_ready < queue.ready.size() || !queue.late.empty()) break;
    queue_detail::close_slot(queue);
  }
  if (until_ns != forever) queue.now_ns = std::max(queue.now_ns, until_ns);
  return false;
}

}  // namespace gridswarm::inline GS_ABI::link
