// SPDX-License-Identifier: BSD-3-Clause
// Between a control plane in real time and its log: a ring that never makes a tick wait and never
// loses anything settled.
//
// One thread writes (the tick), one reads (the log's), memory is fixed, no lock is taken. A slot is
// free again only once its entry is durable (anchor()), so the ring holds exactly what a power
// failure would lose. Where it is full,
//   decisions  fold into one interval: how many, from which tick to which, and the Merkle root
//              (RFC 6962) over their 32-byte leaves, kept in at most 64 hashes
//   energies   are added up per agent, and the next entry of the agent carries the sum: what is
//              settled stays exact, only its ticks are known less finely
// and nothing folds again while there is room. The last `reserve` slots take no decisions, so that
// energies find room first. Each call takes a bounded number of steps, whatever the reader does. A
// simulated run may not fold, since what folds depends on how fast the reader is: there, a full
// ring is an error.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/base/ids.hpp"
#include "gridswarm/contract/records.hpp"
#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// One thing on its way into the log.
struct JournalEntry {
  enum class Kind : std::uint8_t {
    decision,  ///< a set-point: a = milliwatts, b = millivars, into the grid
    energy,    ///< settled: a = milliwatt-hours taken, b = given
    interval,  ///< decisions that folded: count and hash
  };
  Kind kind = Kind::decision;
  AgentId agent = none;         ///< none: an interval
  std::int64_t first_tick = 0;  ///< control ticks that it covers, both ends included
  std::int64_t last_tick = 0;
  std::int64_t count = 1;  ///< of an interval: decisions; of energy: ticks added up
  std::int64_t a = 0;
  std::int64_t b = 0;
  ledger::Hash hash{};       ///< of an interval
  std::int64_t time_ns = 0;  ///< when the oldest part of it was pushed, by the writer's clock
  bool operator==(const JournalEntry&) const = default;
};

/// The 32 bytes of a decision that its leaf hashes: agent, tick, milliwatts, millivars.
ledger::Hash decision_leaf(AgentId agent, std::int64_t tick, std::int64_t p_milliwatt,
                           std::int64_t q_millivar);
/// An interval entry as the contracts' record.
contract::Interval to_interval(const JournalEntry& entry, std::int64_t feeder);

/// What a ring does with decisions when it is full.
enum class Overflow {
  fold,   ///< real time: into one interval
  error,  ///< a simulated run: throw
};

/// What the writer knows of its ring. Ages and records count what a power failure would lose.
struct RingFigures {
  std::int64_t pushed = 0;          ///< decisions and energies, folded or not
  std::int64_t folded = 0;          ///< decisions that went into intervals
  std::int64_t folds = 0;           ///< intervals begun
  std::int64_t carried = 0;         ///< energies that were added to a later one
  std::int64_t age_max_ns = 0;      ///< age of the oldest entry not durable, largest observed
  std::int64_t unanchored_max = 0;  ///< entries not durable, folded ones counted each; likewise
};

class JournalRing {
 public:
  /// @param slots   2 at least; memory is slots entries and 48 bytes per agent
  /// @param agents  whose energies may be pushed, ascending
  JournalRing(std::size_t slots, std::span<const AgentId> agents, Overflow overflow);
  JournalRing(const JournalRing&) = delete;
  JournalRing& operator=(const JournalRing&) = delete;

  // The writer's side.
  /// A set-point was given. @throws Error if the ring is full and may not fold
  void decide(AgentId agent, std::int64_t tick, std::int64_t p_milliwatt, std::int64_t q_millivar,
              std::int64_t now_ns);
  /// Energy of a tick is settled. @throws UsageError for an agent that was not named; Error if the
  /// ring is full in a simulated run
  void settle(AgentId agent, std::int64_t tick, std::int64_t in_milliwh, std::int64_t out_milliwh,
              std::int64_t now_ns);
  /// Move what folded and what is carried into the ring as far as there is room.
  /// @return true if nothing is left outside the ring
  bool flush();
  /// Note age and count of what is not durable; once per tick.
  void observe(std::int64_t now_ns);
  /// Push time of the oldest entry that is not durable, -1 if all are.
  std::int64_t oldest_ns() const;
  /// Entries that are not durable, folded and carried ones counted each.
  std::int64_t unanchored() const;
  const RingFigures& figures() const { return figures_; }

  // The reader's side.
  /// Entries that can be read, oldest first.
  std::size_t ready() const;
  /// Entry k < ready(); it stays where it is until anchor().
  const JournalEntry& entry(std::size_t k) const;
  /// The oldest `count` entries are durable; their slots are free.
  void anchor(std::size_t count);

 private:
  /// Energies of an agent that found no room.
  struct Carry {
    std::int64_t ticks = 0;
    std::int64_t first_tick = 0;
    std::int64_t last_tick = 0;
    std::int64_t in_milliwh = 0;
    std::int64_t out_milliwh = 0;
    std::int64_t time_ns = 0;
  };
  std::size_t room() const;
  void put(const JournalEntry& entry);
  void fold(const JournalEntry& decision);
  bool put_fold(std::size_t keep_free);
  void put_carry(std::size_t row);
  void refuse(std::int64_t tick) const;

  std::vector<JournalEntry> slots_;
  std::size_t reserve_;
  Overflow overflow_;
  std::vector<AgentId> agents_;
  std::vector<Carry> carry_;
  std::int64_t carried_now_ = 0;  ///< ticks in carry_
  JournalEntry fold_;             ///< count 0: nothing folded
  std::array<ledger::Hash, 64> fold_hashes_{};
  RingFigures figures_;
  alignas(64) std::atomic<std::uint64_t> head_{0};  ///< entries put; the writer's
  alignas(64) std::atomic<std::uint64_t> tail_{0};  ///< entries durable; the reader's
};

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/journal_ring.ipp"
#endif
