// SPDX-License-Identifier: BSD-3-Clause
// Our side of ./dev peers ledger, as JSON.
//
//   peer_ledger sodium                        seconds per node by libsodium's SHA-256
//   peer_ledger durable FOLDER COUNT SECONDS  blocks of COUNT records, one after the other
//
// A record that comes while a block is on its way to the disk waits for the next one. So at full
// load the longest wait of a block's records is the time of the block before plus its own; that is
// what is counted, for every record, though most wait less.
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/ledger/record.hpp"
#include "gridswarm/ledger/sign.hpp"
#include "rows.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

volatile unsigned char kept;  // so that nothing is optimised away

void measure_sodium() {
  constexpr int nodes = 4096;
  unsigned char message[65] = {1}, digest[32] = {};
  const double seconds = bench::best_seconds(50, [&] {
    for (int i = 0; i < nodes; ++i) {
      std::memcpy(message + 1, digest, sizeof digest);
      crypto_hash_sha256(digest, message, sizeof message);
    }
    kept = digest[0];
  });
  std::printf("{\"node_s\": %.4g}\n", seconds / nodes);
}

/// Settlements of 118 bytes.
Entries some_records(std::int64_t count, const Hash& genesis) {
  Entries entries;
  const Bytes payload(118 - record_header_size, std::byte{7});
  for (std::int64_t i = 0; i < count; ++i) {
    Record record;
    record.kind = Kind::settlement;
    record.genesis = genesis;
    record.author = i + 1;
    record.payload = payload;
    append(entries, record);
  }
  return entries;
}

void measure_durable(const char* folder, std::int64_t count, double seconds) {
  using Clock = std::chrono::steady_clock;
  const Hash genesis = sha256(bytes_of("peer"));
  Log log = Log::create(posix_files(), folder, demo_key(1), genesis);
  const Entries records = some_records(count, genesis);
  std::vector<double> taken_s;
  const auto begin = Clock::now();
  auto last = begin;
  double all_s = 0.0;
  while (all_s < seconds) {
    BlockInfo info;
    info.time_s = 1700000000;
    log.append_block(records, info);
    const auto now = Clock::now();
    taken_s.push_back(std::chrono::duration<double>(now - last).count());
    all_s = std::chrono::duration<double>(now - begin).count();
    last = now;
  }
  std::vector<double> waits_s;
  for (std::size_t i = 1; i < taken_s.size(); ++i) waits_s.push_back(taken_s[i - 1] + taken_s[i]);
  if (waits_s.empty()) throw UsageError("the time is too short for two blocks");
  std::ranges::sort(waits_s);
  std::printf("{\"records_per_s\": %.6g, \"p50_ms\": %.4g, \"p99_ms\": %.4g}\n",
              static_cast<double>(count) * static_cast<double>(taken_s.size()) / all_s,
              1e3 * waits_s[waits_s.size() / 2], 1e3 * waits_s[waits_s.size() * 99 / 100]);
}

}  // namespace

int main(int count, char** words) {
  try {
    if (count == 2 && std::strcmp(words[1], "sodium") == 0) {
      measure_sodium();
    } else if (count == 5 && std::strcmp(words[1], "durable") == 0) {
      measure_durable(words[2], std::atoll(words[3]), std::atof(words[4]));
    } else {
      throw UsageError("usage: peer_ledger sodium | durable FOLDER COUNT SECONDS");
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.exit_code);
  }
}
