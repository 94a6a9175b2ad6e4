// SPDX-License-Identifier: BSD-3-Clause
// write_sample_log FOLDER COUNT...: a log signed by demo_key(1), one block per COUNT records; the
// public key goes to stdout. With COUNT "time" instead: 96 blocks of 10,000, and how long each
// took.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/note.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm::ledger;

namespace {

void time_blocks(const char* folder) {
  using Clock = std::chrono::steady_clock;
  Log log = Log::create(posix_files(), folder, demo_key(1), sample::genesis());
  std::vector<double> taken_ms;
  Entries records;
  const std::string payload(78, 'p');
  for (std::int64_t block = 0; block < 96; ++block) {
    records.clear();
    for (std::int64_t i = 0; i < 10000; ++i) {
      Record record;
      record.genesis = sample::genesis();
      record.kind = Kind::settlement;
      record.author = i + 1;
      record.author_sequence = static_cast<std::uint64_t>(block);
      record.payload = bytes_of(payload);
      append(records, record);
    }
    const auto begin = Clock::now();
    log.append_block(records, sample::info_of(static_cast<std::uint64_t>(block)));
    taken_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  std::ranges::sort(taken_ms);
  std::printf(
      "append of 10,000 records of 150 bytes: median %.1f ms, 90th %.1f ms, worst %.1f ms\n",
      taken_ms[48], taken_ms[86], taken_ms[95]);
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 2;
  try {
    if (count > 2 && std::strcmp(words[2], "time") == 0) {
      time_blocks(words[1]);
      return 0;
    }
    std::vector<int> blocks;
    for (int i = 2; i < count; ++i) blocks.push_back(std::atoi(words[i]));
    sample::write(posix_files(), words[1], blocks);
    std::printf("%s\n", to_text(verifier_of(demo_key(1))).c_str());
  } catch (const gridswarm::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.exit_code);
  }
}
