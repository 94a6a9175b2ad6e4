// SPDX-License-Identifier: BSD-3-Clause
// The power goes at every single call, and every unsynced change may or may not have reached the
// disk.
#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

const std::vector<int> blocks = {10, 244, 1, 0, 3};  // a tile full to the brim, and past it

/// Size after each number of blocks, and the roots that go with them.
std::vector<Head> all_heads() {
  MemoryFiles files;
  std::vector<Head> heads;
  Log log = Log::create(files, "log", demo_key(1), sample::genesis());
  heads.push_back(log.head());
  for (int count : blocks) heads.push_back(sample::append_block(log, count));
  return heads;
}

/// Write until the failing call; how many blocks were acknowledged (-1: not even the empty log).
int write_until_failure(MemoryFiles& files) {
  int acknowledged = -1;
  try {
    Log log = Log::create(files, "log", demo_key(1), sample::genesis());
    for (acknowledged = 0; acknowledged < static_cast<int>(blocks.size()); ++acknowledged)
      sample::append_block(log, blocks[static_cast<std::size_t>(acknowledged)]);
  } catch (const FileError&) {
  }
  return acknowledged;
}

/// Reopen after the crash: a prefix with all that was acknowledged, which verifies and goes on.
void check_recovery(MemoryFiles& files, const std::vector<Head>& heads, int acknowledged) {
  std::optional<Log> log;
  try {
    log.emplace(Log::open(files, "log", demo_key(1)));
  } catch (const FileError& error) {
    REQUIRE_MESSAGE(acknowledged < 0, error.what());
    log.emplace(Log::create(files, "log", demo_key(1), sample::genesis()));
  }
  const auto height = static_cast<int>(log->height());
  REQUIRE(height >= acknowledged);
  REQUIRE(height <= acknowledged + 1);
  REQUIRE(log->head() == heads[static_cast<std::size_t>(height)]);
  log->close();
  const VerifyOptions options{verifier_of(demo_key(1)), ""};
  VerifyResult result = verify(files, "log", options);
  REQUIRE_MESSAGE(result.ok, result.file, " ", result.reason);
  Log again = Log::open(files, "log", demo_key(1));
  for (std::size_t i = static_cast<std::size_t>(height); i < blocks.size(); ++i)
    REQUIRE(sample::append_block(again, blocks[i]) == heads[i + 1]);
  again.close();
  result = verify(files, "log", options);
  REQUIRE_MESSAGE(result.ok, result.file, " ", result.reason);
}

std::int64_t calls_of_a_run() {
  MemoryFiles files;
  REQUIRE(write_until_failure(files) == static_cast<int>(blocks.size()));
  return files.changes();
}

}  // namespace

TEST_CASE("power lost at every call: nothing acknowledged is lost, whatever reached the disk") {
  const std::vector<Head> heads = all_heads();
  const std::int64_t calls = calls_of_a_run();
  REQUIRE(calls > 80);
  for (std::int64_t at = 1; at <= calls; ++at)
    for (std::uint32_t luck = 0; luck < 12; ++luck) {
      CAPTURE(at);
      CAPTURE(luck);
      MemoryFiles files;
      files.fail_at(at);
      const int acknowledged = write_until_failure(files);
      std::uint32_t step = 0;
      files.crash([&] {
        if (luck < 3) return static_cast<Fate>(luck);  // all lost, all torn, all kept
        return static_cast<Fate>(
            draw_below(luck, Stream::test, static_cast<std::uint64_t>(at), step++, 3));
      });
      check_recovery(files, heads, acknowledged);
    }
}

TEST_CASE("power lost again at every call of the recovery") {
  const std::vector<Head> heads = all_heads();
  const std::int64_t calls = calls_of_a_run();
  const auto fate_of = [](std::uint32_t luck, std::int64_t at) {
    return [luck, at, step = std::uint32_t{0}]() mutable {
      return static_cast<Fate>(
          draw_below(luck, Stream::test, static_cast<std::uint64_t>(at), step++, 3));
    };
  };
  for (std::int64_t at = calls / 2; at <= calls; ++at)
    for (std::int64_t second = 1; second <= 12; ++second) {
      CAPTURE(at);
      CAPTURE(second);
      MemoryFiles files;
      files.fail_at(at);
      const int acknowledged = write_until_failure(files);
      files.crash(fate_of(1, at));
      files.fail_at(second);
      try {
        recover(files, "log");
      } catch (const FileError&) {
      }
      files.crash(fate_of(2, at + second));
      check_recovery(files, heads, acknowledged);
    }
}

TEST_CASE("after a failed call the writer stops, and a new one goes on without a crash between") {
  const std::vector<Head> heads = all_heads();
  const std::int64_t calls = calls_of_a_run();
  for (std::int64_t at = 1; at <= calls; ++at) {
    CAPTURE(at);
    MemoryFiles files;
    files.fail_at(at);
    const int acknowledged = write_until_failure(files);
    check_recovery(files, heads, acknowledged);
  }
}

TEST_CASE("a stopped log refuses every further block") {
  MemoryFiles files;
  Log log = Log::create(files, "log", demo_key(1), sample::genesis());
  files.fail_at(2);  // the fsync of the stage
  CHECK_THROWS_AS(sample::append_block(log, 1), FileError);
  CHECK_THROWS_AS(sample::append_block(log, 1), Error);
}

TEST_CASE("a log left in the middle of an append is named by verify and mended by recover") {
  MemoryFiles files;
  Head head;
  {
    Log log = Log::create(files, "log", demo_key(1), sample::genesis());
    sample::append_block(log, 10);
    head = log.head();
    files.fail_at(3);  // the folder's fsync after the stage was written
    CHECK_THROWS_AS(sample::append_block(log, 1), FileError);
  }
  const VerifyResult before = verify(files, "log", {});
  CHECK_FALSE(before.ok);
  CHECK(before.file == "stage");
  CHECK(recover(files, "log") == head);
  CHECK(verify(files, "log", {}).ok);
}
