// SPDX-License-Identifier: BSD-3-Clause
// How many records per second the log acknowledges, beside what the disk allows.
//
// Eight threads submit batches of 1,024 records of 118 bytes and wait for each: n = 8,192 records
// are under way. The model, from the same folder, before and after the run, means of both:
//   t = seconds of an fdatasync of 4 KiB written over in place
//   B = bytes per second of 4 MiB pieces written so, the sync's t taken off
// A record goes to the disk twice, into the write-ahead file (120 bytes) and to its place (bundle
// and tile, 152 bytes), so the disk allows n records in t + 272 n / B. Durable records per second
// over that is the fraction. Blocks are made and published meanwhile, their stage included, which
// the model leaves out; the last flush is not timed.
#include "ledger_durable.hpp"

#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/group_log.hpp"

namespace gridswarm::bench {
namespace {

using namespace ledger;
using Clock = std::chrono::steady_clock;

constexpr int threads = 8;
constexpr std::size_t batch_records = 1024;
constexpr std::size_t record_bytes = 118;
constexpr double run_s = 5.0;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Disk {
  double sync_s = 0.0;
  double bytes_per_s = 0.0;
};

/// Mean seconds to write a piece over in place and sync it.
double piece_seconds(const std::string& file, std::size_t bytes, int times) {
  const Bytes piece(bytes, std::byte{5});
  posix_files().write_synced(file, Bytes(bytes * 4, std::byte{1}));
  const auto begin = Clock::now();
  for (int k = 0; k < times; ++k)
    posix_files().write_at_synced(file, static_cast<std::uint64_t>(k % 4) * bytes, piece);
  const double taken = seconds_since(begin) / times;
  posix_files().remove(file);
  return taken;
}

Disk measure_disk(const std::string& folder) {
  constexpr std::size_t large = 4 << 20;
  Disk disk;
  disk.sync_s = piece_seconds(folder + "/probe", 4096, 100);
  const double piece_s = piece_seconds(folder + "/probe", large, 12);
  disk.bytes_per_s = static_cast<double>(large) / std::max(piece_s - disk.sync_s, 1e-9);
  return disk;
}

struct Run {
  double records_per_s = 0.0;
  double p99_s = 0.0;
};

Run run_log(const std::string& folder, double hold_ms) {
  const SigningKey key = demo_key(1);
  { Log::create(posix_files(), folder, key, Hash{}); }
  GroupOptions options;
  options.hold_ms = hold_ms;
  GroupLog log(
      posix_files(), folder, key, [](std::uint64_t) { return BlockInfo{}; }, options);
  Entries batch;
  for (std::size_t i = 0; i < batch_records; ++i)
    batch.push_back(Bytes(record_bytes, static_cast<std::byte>(i)));
  std::mutex mutex;
  std::vector<double> taken;
  std::atomic<std::uint64_t> records = 0;
  const auto begin = Clock::now();
  std::vector<std::jthread> all;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&] {
      std::vector<double> mine;
      while (seconds_since(begin) < run_s) {
        const auto sent = Clock::now();
        log.wait(log.submit(batch));
        mine.push_back(seconds_since(sent));
        records += batch_records;
      }
      const std::lock_guard lock(mutex);
      taken.insert(taken.end(), mine.begin(), mine.end());
    });
  all.clear();
  const double total_s = seconds_since(begin);
  log.close();
  std::ranges::sort(taken);
  return {static_cast<double>(records) / total_s, taken[taken.size() * 99 / 100]};
}

}  // namespace

std::vector<Row> durable_rows(const std::string& folder, double hold_ms) {
  const std::string path = folder + "/gridswarm-bench-" + std::to_string(::getpid());
  std::filesystem::create_directories(path);
  const Disk before = measure_disk(path);
  const Run run = run_log(path + "/log", hold_ms);
  const Disk after = measure_disk(path);
  std::filesystem::remove_all(path);
  const double sync_s = (before.sync_s + after.sync_s) / 2;
  const double bytes_per_s = (before.bytes_per_s + after.bytes_per_s) / 2;
  constexpr double n = threads * batch_records;
  constexpr double written = (record_bytes + 2) + (record_bytes + 2 + sizeof(Hash));
  const double model_per_s = n / (sync_s + n * written / bytes_per_s);
  const std::string command = "bench_ledger --json --durable --folder DIR --latency-ms MS";
  return {{"durable_fraction_of_disk", run.records_per_s / model_per_s, "", ">=", 0.6, 1, command},
          {"durable_ack_p99_ms", run.p99_s * 1e3, "ms", "<=", 50.0, 1, command},
          {"durable_records_per_s", run.records_per_s, "1/s", "", 0.0, 1, command},
          {"disk_sync_ms", sync_s * 1e3, "ms", "", 0.0, 200, command},
          {"disk_bytes_per_s", bytes_per_s, "B/s", "", 0.0, 24, command}};
}

}  // namespace gridswarm::bench
