// SPDX-License-Identifier: BSD-3-Clause
// Does a log whose disk stalls slow a control tick down?
//
// A tick gives each of 10,000 devices a set-point from a short computation, not from a whole
// control tick, so that the ring's part shows; all go into the journal's ring, and every 20th tick
// settles energies. The log's thread appends what it finds to files in memory. In one run they
// answer at once, in the other each block waits until the run is over. Ticks come every 10 ms of
// wall time; the runs alternate in slices so that a busy machine disturbs them alike. A stall lasts
// as long as its slice; `--stall-s 60` makes it a minute.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <thread>
#include <vector>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/swarm/journal_ring.hpp"
#include "rows.hpp"

using namespace gridswarm;
using namespace gridswarm::swarm;

namespace {

using Clock = std::chrono::steady_clock;
constexpr int devices = 10000;
constexpr std::size_t slots = std::size_t{1} << 16;
constexpr auto step = std::chrono::milliseconds(10);

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

/// CPU time of this thread: what a busy machine does not add to.
double thread_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

/// Files whose blocks wait until release().
class StallingFiles final : public ledger::FileSystem {
 public:
  explicit StallingFiles(bool stalls) : stalls_(stalls) {}
  void release() {
    const std::lock_guard guard(mutex_);
    stalls_ = false;
    changed_.notify_all();
  }
  bool exists(const std::string& path) override { return files_.exists(path); }
  Bytes read(const std::string& path) override { return files_.read(path); }
  std::vector<ledger::FolderEntry> list(const std::string& path) override {
    return files_.list(path);
  }
  void write(const std::string& path, ledger::ByteView bytes) override {
    files_.write(path, bytes);
  }
  void write_synced(const std::string& path, ledger::ByteView bytes) override {
    if (path.ends_with("stage")) wait();
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
  void sync_folder(const std::string& path) override { files_.sync_folder(path); }
  void sync_all(const std::string& path) override { files_.sync_all(path); }
  std::unique_ptr<ledger::FileLock> lock(const std::string& path, bool exclusive) override {
    return files_.lock(path, exclusive);
  }

 private:
  void wait() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return !stalls_; });
  }
  ledger::MemoryFiles files_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stalls_;
};

/// What a tick computes.
struct Work {
  std::vector<double> v = std::vector<double>(devices, 1.0);
  std::vector<double> p = std::vector<double>(devices, 0.0);
  void tick(std::int64_t k) {
    for (int i = 0; i < devices; ++i) {
      v[static_cast<std::size_t>(i)] = 1.0 + 0.5 * (v[static_cast<std::size_t>(i)] - 1.0) +
                                       1e-6 * static_cast<double>((k + i) % 7);
      p[static_cast<std::size_t>(i)] = std::sqrt(v[static_cast<std::size_t>(i)]) * 5.0;
    }
  }
};

struct Slice {
  std::vector<double> tick_us;  ///< by the wall
  std::vector<double> cpu_us;   ///< of the tick's thread
  RingFigures figures;
  bool is_exact = false;  ///< every decision and energy was read in the end
};

/// Read the ring into the log until told to stop and nothing is left.
void run_log(JournalRing& ring, ledger::Log& log, const std::atomic<bool>& is_over,
             std::int64_t& decisions, std::int64_t& energies) {
  ledger::Entries records;
  while (!is_over.load(std::memory_order_acquire) || ring.ready() > 0) {
    const std::size_t count = std::min<std::size_t>(ring.ready(), 4096);
    if (count == 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      continue;
    }
    records.clear();
    for (std::size_t k = 0; k < count; ++k) {
      const JournalEntry& entry = ring.entry(k);
      (entry.kind == JournalEntry::Kind::energy ? energies : decisions) += entry.count;
      ledger::Writer writer(records.bytes);
      writer.i64(entry.agent);
      writer.i64(entry.a);
      writer.i64(entry.b);
      records.close_entry();
    }
    log.append_block(records, {});
    ring.anchor(count);
  }
}

Slice run_slice(bool stalls, double seconds) {
  std::vector<AgentId> agents(devices);
  for (int i = 0; i < devices; ++i) agents[static_cast<std::size_t>(i)] = i;
  JournalRing ring(slots, agents, Overflow::fold);
  StallingFiles files(stalls);
  ledger::Log log = ledger::Log::create(files, "log", ledger::demo_key(1), {});
  std::atomic<bool> is_over{false};
  std::int64_t decisions = 0, energies = 0;
  std::thread reader([&] { run_log(ring, log, is_over, decisions, energies); });
  Slice slice;
  Work work;
  const auto ticks = static_cast<std::int64_t>(seconds / 0.01);
  auto next = Clock::now();
  for (std::int64_t tick = 0; tick < ticks; ++tick, next += step) {
    std::this_thread::sleep_until(next);
    const auto begin = Clock::now();
    const double begin_us = thread_us();
    work.tick(tick);
    const std::int64_t now = now_ns();
    for (int i = 0; i < devices; ++i)
      ring.decide(i, tick, static_cast<std::int64_t>(1e3 * work.p[static_cast<std::size_t>(i)]), 0,
                  now);
    if (tick % 20 == 0)
      for (int i = 0; i < devices; ++i) ring.settle(i, tick, i, tick, now);
    slice.tick_us.push_back(
        std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    slice.cpu_us.push_back(thread_us() - begin_us);
    ring.observe(now);
  }
  files.release();
  while (!ring.flush()) std::this_thread::sleep_for(step);
  is_over.store(true, std::memory_order_release);
  reader.join();
  slice.figures = ring.figures();
  const std::int64_t settled = devices * ((ticks + 19) / 20);
  slice.is_exact = decisions == devices * ticks && energies == settled;
  return slice;
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  double stall_s = 2.0;
  for (int k = 1; k + 1 < argc; ++k)
    if (std::strcmp(argv[k], "--stall-s") == 0) stall_s = std::atof(argv[k + 1]);
  const int slices = stall_s < 10.0 ? 4 : 1;
  std::vector<double> free_us, stalled_us, free_cpu, stalled_cpu;
  RingFigures figures;
  bool is_exact = true;
  for (int k = 0; k < slices; ++k) {
    const Slice free = run_slice(false, stall_s), stalled = run_slice(true, stall_s);
    free_us.insert(free_us.end(), free.tick_us.begin(), free.tick_us.end());
    stalled_us.insert(stalled_us.end(), stalled.tick_us.begin(), stalled.tick_us.end());
    free_cpu.insert(free_cpu.end(), free.cpu_us.begin(), free.cpu_us.end());
    stalled_cpu.insert(stalled_cpu.end(), stalled.cpu_us.begin(), stalled.cpu_us.end());
    figures = stalled.figures;
    is_exact &= free.is_exact && stalled.is_exact;
  }
  if (!is_exact) return 1;
  const std::string command = "./dev bench journal";
  const double p99 = quantile(free_us, 0.99), p99_stalled = quantile(stalled_us, 0.99);
  const int ticks = static_cast<int>(free_us.size());
  std::vector<bench::Row> rows = {
      {"tick_p50_us", quantile(free_us, 0.5), "us", "", 0.0, ticks, command},
      {"tick_p50_stalled_us", quantile(stalled_us, 0.5), "us", "", 0.0, ticks, command},
      {"tick_p99_us", p99, "us", "", 0.0, ticks, command},
      {"tick_p99_stalled_us", p99_stalled, "us", "", 0.0, ticks, command},
      {"tick_p99_stalled_ratio", p99_stalled / p99, "", "<=", 1.1, ticks, command},
      {"tick_cpu_p99_us", quantile(free_cpu, 0.99), "us", "", 0.0, ticks, command},
      {"tick_cpu_p99_stalled_us", quantile(stalled_cpu, 0.99), "us", "", 0.0, ticks, command},
      {"age_of_oldest_unanchored_max_ms", 1e-6 * static_cast<double>(figures.age_max_ns), "ms", "",
       0.0, 1, command},
      {"loss_bound_records", static_cast<double>(figures.unanchored_max), "", "", 0.0, 1, command},
      {"folds", static_cast<double>(figures.folds), "", "", 0.0, 1, command},
      {"folded_decisions", static_cast<double>(figures.folded), "", "", 0.0, 1, command},
      {"carried_energies", static_cast<double>(figures.carried), "", "", 0.0, 1, command},
  };
  bench::print_rows(rows, bench::wants_json(argc, argv));
}
