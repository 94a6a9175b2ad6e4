// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>

#include "gridswarm/base/error.hpp"
#include "gridswarm/swarm/journal_ring.hpp"

namespace gridswarm::inline GS_ABI::swarm {

GS_INLINE ledger::Hash decision_leaf(AgentId agent, std::int64_t tick, std::int64_t p_milliwatt,
                                     std::int64_t q_millivar) {
  std::array<std::byte, 32> bytes;  // big-endian, on the stack: a tick allocates nothing
  const std::int64_t values[] = {agent, tick, p_milliwatt, q_millivar};
  for (std::size_t k = 0; k < bytes.size(); ++k)
    bytes[k] = static_cast<std::byte>(static_cast<std::uint64_t>(values[k / 8]) >> 8 * (7 - k % 8));
  return ledger::leaf_hash(bytes);
}

GS_INLINE contract::Interval to_interval(const JournalEntry& entry, std::int64_t feeder) {
  GRIDSWARM_ASSERT(entry.kind == JournalEntry::Kind::interval);
  return {feeder, entry.first_tick, entry.last_tick, entry.count, entry.hash};
}

GS_INLINE JournalRing::JournalRing(std::size_t slots, std::span<const AgentId> agents,
                                   Overflow overflow)
    : slots_(slots),
      reserve_(overflow == Overflow::fold ? slots / 4 : 0),
      overflow_(overflow),
      agents_(agents.begin(), agents.end()),
      carry_(agents.size()) {
  if (slots < 2) throw UsageError("a journal's ring needs two slots at least");
  if (!std::is_sorted(agents_.begin(), agents_.end()))
    throw UsageError("the agents of a journal's ring must ascend by id");
  fold_.kind = JournalEntry::Kind::interval;
  fold_.count = 0;
}

GS_INLINE std::size_t JournalRing::room() const {
  const std::uint64_t used =
      head_.load(std::memory_order_relaxed) - tail_.load(std::memory_order_acquire);
  return slots_.size() - static_cast<std::size_t>(used);
}

GS_INLINE void JournalRing::put(const JournalEntry& entry) {
  const std::uint64_t head = head_.load(std::memory_order_relaxed);
  slots_[head % slots_.size()] = entry;
  head_.store(head + 1, std::memory_order_release);
}

GS_INLINE void JournalRing::refuse(std::int64_t tick) const {
  throw Error(
      ExitCode::run_time,
      "the journal is full at tick " + std::to_string(tick) + ": " + std::to_string(slots_.size()) +
          " entries wait for the log, and a simulated run may not fold; give it more slots");
}

/// Add a decision's leaf to the tree of those folded: fold_hashes_[l] is the root of the perfect
/// subtree of 2^l leaves wherever bit l of the count is set.
GS_INLINE void JournalRing::fold(const JournalEntry& decision) {
  if (fold_.count == 0) {
    fold_.first_tick = decision.first_tick;
    fold_.time_ns = decision.time_ns;
    ++figures_.folds;
  }
  ledger::Hash hash = decision_leaf(decision.agent, decision.first_tick, decision.a, decision.b);
  const int level = std::countr_one(static_cast<std::uint64_t>(fold_.count));
  for (int l = 0; l < level; ++l)
    hash = ledger::node_hash(fold_hashes_[static_cast<std::size_t>(l)], hash);
  fold_hashes_[static_cast<std::size_t>(level)] = hash;
  fold_.last_tick = decision.first_tick;
  ++fold_.count;
  ++figures_.folded;
}

/// Put the interval into the ring if that leaves `keep_free` slots. True if none is left outside.
GS_INLINE bool JournalRing::put_fold(std::size_t keep_free) {
  if (fold_.count == 0) return true;
  if (room() <= keep_free) return false;
  auto left = static_cast<std::uint64_t>(fold_.count);
  const auto take = [&] {
    const int level = std::countr_zero(left);
    left &= left - 1;
    return fold_hashes_[static_cast<std::size_t>(level)];
  };
  fold_.hash = take();
  while (left != 0) fold_.hash = ledger::node_hash(take(), fold_.hash);
  put(fold_);
  fold_.count = 0;
  return true;
}

GS_INLINE void JournalRing::decide(AgentId agent, std::int64_t tick, std::int64_t p_milliwatt,
                                   std::int64_t q_millivar, std::int64_t now_ns) {
  const JournalEntry entry{
      JournalEntry::Kind::decision, agent, tick, tick, 1, p_milliwatt, q_millivar, {}, now_ns};
  ++figures_.pushed;
  const bool is_clear = put_fold(reserve_ + 1);
  if (is_clear && room() > reserve_) return put(entry);
  if (overflow_ == Overflow::error) refuse(tick);
  fold(entry);
}

GS_INLINE void JournalRing::put_carry(std::size_t row) {
  Carry& carry = carry_[row];
  put({JournalEntry::Kind::energy,
       agents_[row],
       carry.first_tick,
       carry.last_tick,
       carry.ticks,
       carry.in_milliwh,
       carry.out_milliwh,
       {},
       carry.time_ns});
  carried_now_ -= carry.ticks;
  carry = {};
}

GS_INLINE void JournalRing::settle(AgentId agent, std::int64_t tick, std::int64_t in_milliwh,
                                   std::int64_t out_milliwh, std::int64_t now_ns) {
  const auto at = std::lower_bound(agents_.begin(), agents_.end(), agent);
  if (at == agents_.end() || *at != agent)
    throw UsageError("agent " + std::to_string(agent) + " has no place in this journal's ring");
  if (room() == 0 && overflow_ == Overflow::error) refuse(tick);
  const auto row = static_cast<std::size_t>(at - agents_.begin());
  Carry& carry = carry_[row];
  if (carry.ticks == 0) {
    carry.first_tick = tick;
    carry.time_ns = now_ns;
  } else {
    ++figures_.carried;
  }
  carry.last_tick = tick;
  carry.in_milliwh += in_milliwh;
  carry.out_milliwh += out_milliwh;
  ++carry.ticks;
  ++carried_now_;
  ++figures_.pushed;
  if (room() > 0) put_carry(row);
}

GS_INLINE bool JournalRing::flush() {
  const bool is_clear = put_fold(0);
  for (std::size_t row = 0; row < carry_.size() && carried_now_ > 0; ++row)
    if (carry_[row].ticks > 0 && room() > 0) put_carry(row);
  return is_clear && carried_now_ == 0;
}

GS_INLINE std::int64_t JournalRing::oldest_ns() const {
  const std::uint64_t tail = tail_.load(std::memory_order_acquire);
  // Only this thread writes slots, so the slot can't change while it is read.
  std::int64_t oldest =
      tail == head_.load(std::memory_order_relaxed) ? -1 : slots_[tail % slots_.size()].time_ns;
  const auto older = [&](std::int64_t time_ns) {
    if (oldest < 0 || time_ns < oldest) oldest = time_ns;
  };
  if (fold_.count > 0) older(fold_.time_ns);
  if (carried_now_ > 0)
    for (const Carry& carry : carry_)
      if (carry.ticks > 0) older(carry.time_ns);
  return oldest;
}

GS_INLINE std::int64_t JournalRing::unanchored() const {
  return static_cast<std::int64_t>(slots_.size() - room()) + fold_.count + carried_now_;
}

GS_INLINE void JournalRing::observe(std::int64_t now_ns) {
  const std::int64_t oldest = oldest_ns();
  if (oldest >= 0) figures_.age_max_ns = std::max(figures_.age_max_ns, now_ns - oldest);
  figures_.unanchored_max = std::max(figures_.unanchored_max, unanchored());
}

GS_INLINE std::size_t JournalRing::ready() const {
  return static_cast<std::size_t>(head_.load(std::memory_order_acquire) -
                                  tail_.load(std::memory_order_relaxed));
}

GS_INLINE const JournalEntry& JournalRing::entry(std::size_t k) const {
  return slots_[(tail_.load(std::memory_order_relaxed) + k) % slots_.size()];
}

GS_INLINE void JournalRing::anchor(std::size_t count) {
  GRIDSWARM_ASSERT(count <= ready());
  tail_.store(tail_.load(std::memory_order_relaxed) + count, std::memory_order_release);
}

}  // namespace gridswarm::inline GS_ABI::swarm
