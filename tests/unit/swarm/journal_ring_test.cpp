// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/journal_ring.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/batch.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/log.hpp"

using namespace gridswarm;
using namespace gridswarm::swarm;

namespace {

std::vector<AgentId> some_agents(int count) {
  std::vector<AgentId> agents(static_cast<std::size_t>(count));
  std::iota(agents.begin(), agents.end(), AgentId{10});
  return agents;
}

/// Files whose syncs wait behind a gate: a disk that stalls.
class StallingFiles final : public ledger::FileSystem {
 public:
  void close_gate() { set(false); }
  void open_gate() { set(true); }
  bool exists(const std::string& path) override { return files_.exists(path); }
  Bytes read(const std::string& path) override { return files_.read(path); }
  std::vector<ledger::FolderEntry> list(const std::string& folder) override {
    return files_.list(folder);
  }
  void write(const std::string& path, ledger::ByteView bytes) override {
    files_.write(path, bytes);
  }
  void write_synced(const std::string& path, ledger::ByteView bytes) override {
    wait();
    files_.write_synced(path, bytes);
  }
  void write_at_synced(const std::string& path, std::uint64_t offset,
                       ledger::ByteView bytes) override {
    wait();
    files_.write_at_synced(path, offset, bytes);
  }
  void rename(const std::string& from, const std::string& to) override { files_.rename(from, to); }
  void remove(const std::string& path) override { files_.remove(path); }
  void make_folders(const std::string& path) override { files_.make_folders(path); }
  void sync_folder(const std::string& path) override {
    wait();
    files_.sync_folder(path);
  }
  void sync_all(const std::string& path) override {
    wait();
    files_.sync_all(path);
  }
  std::unique_ptr<ledger::FileLock> lock(const std::string& path, bool exclusive) override {
    return files_.lock(path, exclusive);
  }

 private:
  void set(bool open) {
    const std::lock_guard guard(mutex_);
    is_open_ = open;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return is_open_; });
  }
  ledger::MemoryFiles files_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = true;
};

/// What came out of a ring, added up.
struct Drained {
  std::int64_t decisions = 0;  ///< folded ones included
  std::int64_t energies = 0;   ///< added-up ticks counted each
  std::map<AgentId, std::int64_t> in_milliwh, out_milliwh;
  std::int64_t last_tick = -1;
  bool has_order = true;

  void take(const JournalEntry& entry) {
    if (entry.kind == JournalEntry::Kind::energy) {
      energies += entry.count;
      in_milliwh[entry.agent] += entry.a;
      out_milliwh[entry.agent] += entry.b;
      return;
    }
    decisions += entry.count;
    has_order &= entry.first_tick >= last_tick && entry.last_tick >= entry.first_tick;
    last_tick = entry.last_tick;
  }
};

void drain(JournalRing& ring, Drained& out) {
  while (ring.ready() > 0) {
    out.take(ring.entry(0));
    ring.anchor(1);
  }
}

}  // namespace

TEST_CASE("what goes into a ring comes out in order, and its slot is free once it's anchored") {
  JournalRing ring(4, some_agents(2), Overflow::error);
  for (std::int64_t tick = 0; tick < 100; ++tick) {
    ring.decide(10, tick, 5 * tick, -tick, tick);
    ring.settle(11, tick, 3, 4, tick);
    REQUIRE(ring.ready() == 2);
    CHECK(ring.entry(0).kind == JournalEntry::Kind::decision);
    CHECK(ring.entry(0).a == 5 * tick);
    CHECK(ring.entry(1).agent == 11);
    CHECK(ring.oldest_ns() == tick);
    CHECK(ring.unanchored() == 2);
    ring.anchor(2);
    CHECK(ring.unanchored() == 0);
    CHECK(ring.oldest_ns() == -1);
  }
}

TEST_CASE("a full ring is an error in a simulated run, and says what to do") {
  JournalRing ring(3, some_agents(1), Overflow::error);
  for (std::int64_t tick = 0; tick < 3; ++tick) ring.decide(10, tick, 0, 0, tick);
  CHECK_THROWS_AS(ring.decide(10, 3, 0, 0, 3), Error);
  CHECK_THROWS_AS(ring.settle(10, 3, 0, 0, 3), Error);
  CHECK(ring.figures().folds == 0);
}

TEST_CASE("a full ring folds decisions into one interval with their count and Merkle root") {
  for (const std::int64_t extra : {1, 2, 3, 7, 8, 100}) {
    CAPTURE(extra);
    JournalRing ring(8, some_agents(1), Overflow::fold);  // two slots reserved: six decisions fit
    std::vector<ledger::Hash> leaves;
    for (std::int64_t tick = 0; tick < 6 + extra; ++tick) {
      ring.decide(10, tick, 1000 * tick, 7, tick);
      if (tick >= 6) leaves.push_back(decision_leaf(10, tick, 1000 * tick, 7));
    }
    CHECK(ring.ready() == 6);
    CHECK(ring.figures().folded == extra);
    CHECK(ring.figures().folds == 1);
    CHECK(ring.unanchored() == 6 + extra);
    ring.anchor(6);
    CHECK(ring.flush());
    REQUIRE(ring.ready() == 1);
    const JournalEntry& interval = ring.entry(0);
    CHECK(interval.kind == JournalEntry::Kind::interval);
    CHECK(interval.count == extra);
    CHECK(interval.first_tick == 6);
    CHECK(interval.last_tick == 5 + extra);
    CHECK(interval.time_ns == 6);
    CHECK(interval.hash == ledger::root_of_leaves(leaves));
    CHECK(to_interval(interval, 3).feeder == 3);
    ring.anchor(1);
    ring.decide(10, 200, 0, 0, 200);  // as if nothing had been
    CHECK(ring.entry(0).kind == JournalEntry::Kind::decision);
  }
}

TEST_CASE("energies that find no room are added up per agent, exactly") {
  JournalRing ring(4, some_agents(3), Overflow::fold);
  for (std::int64_t tick = 0; tick < 50; ++tick)
    for (std::int64_t k = 0; k < 3; ++k) ring.settle(10 + k, tick, tick * (k + 1), 1000 + k, tick);
  CHECK(ring.ready() == 4);
  CHECK(ring.unanchored() == 150);
  CHECK(ring.oldest_ns() == 0);
  Drained out;
  while (!ring.flush()) drain(ring, out);
  drain(ring, out);
  CHECK(out.energies == 150);
  for (std::int64_t k = 0; k < 3; ++k) {
    CHECK(out.in_milliwh[10 + k] == 49 * 50 / 2 * (k + 1));
    CHECK(out.out_milliwh[10 + k] == 50 * (1000 + k));
  }
  CHECK_THROWS_AS(ring.settle(99, 0, 0, 0, 0), UsageError);
}

TEST_CASE("age and loss bound are those of what is not durable yet") {
  JournalRing ring(8, some_agents(1), Overflow::fold);
  ring.decide(10, 0, 0, 0, 1000);
  ring.settle(10, 0, 1, 1, 2000);
  ring.observe(5000);
  CHECK(ring.figures().age_max_ns == 4000);
  CHECK(ring.figures().unanchored_max == 2);
  ring.anchor(1);
  ring.observe(5500);
  CHECK(ring.figures().age_max_ns == 4000);
  CHECK(ring.oldest_ns() == 2000);
}

TEST_CASE("a writer and a reader on two threads lose nothing and keep the order") {
  constexpr std::int64_t ticks = 20000;
  JournalRing ring(64, some_agents(4), Overflow::fold);
  Drained out;
  std::atomic<bool> is_over{false};
  std::thread reader([&] {
    while (!is_over.load(std::memory_order_acquire) || ring.ready() > 0) drain(ring, out);
  });
  for (std::int64_t tick = 0; tick < ticks; ++tick) {
    for (std::int64_t k = 0; k < 4; ++k) {
      ring.decide(10 + k, tick, tick, k, tick);
      ring.settle(10 + k, tick, k, tick, tick);
    }
    ring.observe(tick);
  }
  while (!ring.flush()) std::this_thread::yield();
  is_over.store(true, std::memory_order_release);
  reader.join();
  CHECK(out.decisions == 4 * ticks);
  CHECK(out.energies == 4 * ticks);
  CHECK(out.has_order);
  for (std::int64_t k = 0; k < 4; ++k) {
    CHECK(out.in_milliwh[10 + k] == k * ticks);
    CHECK(out.out_milliwh[10 + k] == ticks * (ticks - 1) / 2);
  }
}

TEST_CASE(
    "60 s of ticks go through while the log's disk stalls, and all of it is in the log after") {
  // Ten ticks a second, for 60 s of the writer's clock, none of which waits for the disk.
  constexpr std::int64_t ticks = 600, step_ns = 100'000'000;
  StallingFiles files;
  ledger::Log log = ledger::Log::create(files, "log", ledger::demo_key(1), {});
  const auto agents = some_agents(20);
  JournalRing ring(256, agents, Overflow::fold);
  std::atomic<bool> is_over{false};
  Drained out;
  files.close_gate();
  std::thread reader([&] {
    while (!is_over.load(std::memory_order_acquire) || ring.ready() > 0) {
      const std::size_t count = ring.ready();
      if (count == 0) continue;
      ledger::Entries records;
      for (std::size_t k = 0; k < count; ++k) {
        const JournalEntry& entry = ring.entry(k);
        ledger::Writer(records.bytes).i64(entry.agent);
        records.close_entry();
        out.take(entry);
      }
      log.append_block(records, {});  // the disk has it, or this waits
      ring.anchor(count);
    }
  });
  for (std::int64_t tick = 0; tick < ticks; ++tick) {
    for (const AgentId agent : agents) {
      ring.decide(agent, tick, tick, agent, tick * step_ns);
      ring.settle(agent, tick, agent, 2 * agent, tick * step_ns);
    }
    ring.observe(tick * step_ns);
  }
  CHECK(log.head().size == 0);  // all ticks are over, and the disk has nothing
  CHECK(ring.figures().folds == 1);
  CHECK(ring.figures().age_max_ns == (ticks - 1) * step_ns);
  CHECK(ring.unanchored() == 2 * 20 * ticks);
  files.open_gate();
  while (!ring.flush()) std::this_thread::yield();
  is_over.store(true, std::memory_order_release);
  reader.join();
  CHECK(ring.unanchored() == 0);
  CHECK(log.head().size > 0);
  CHECK(out.decisions == 20 * ticks);
  CHECK(out.energies == 20 * ticks);
  for (const AgentId agent : agents) {
    CHECK(out.in_milliwh[agent] == agent * ticks);
    CHECK(out.out_milliwh[agent] == 2 * agent * ticks);
  }
}
