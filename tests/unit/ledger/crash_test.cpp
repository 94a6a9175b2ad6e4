// SPDX-License-Identifier: BSD-3-Clause
// The power goes between any two calls, and every unsynced change may or may not have reached the
// disk. And the tests can tell: leave out any one fsync, and they fail.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <set>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/ledger/file_faulty.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

/// Records of each block: a tile full to the brim, and past it, and many small ones.
std::vector<int> some_blocks(std::size_t count) {
  std::vector<int> blocks = {10, 244, 1, 0, 3};
  while (blocks.size() < count) blocks.push_back(static_cast<int>(blocks.size() * 5 % 7));
  return blocks;
}

/// Heads after each number of blocks.
std::vector<Head> heads_of(const std::vector<int>& blocks) {
  MemoryFiles files;
  Log log = Log::create(files, "log", demo_key(1), sample::genesis());
  std::vector<Head> heads = {log.head()};
  for (int count : blocks) heads.push_back(sample::append_block(log, count));
  return heads;
}

std::function<Fate()> fates(std::uint32_t luck, std::uint64_t where) {
  return [luck, where, step = std::uint32_t{0}]() mutable {
    if (luck < 3) return static_cast<Fate>(luck);  // all lost, all torn, all kept
    return static_cast<Fate>(draw_below(luck, Stream::test, where, step++, 3));
  };
}

/// What a writer had been told when the power went.
struct Told {
  const std::vector<Head>& heads;
  const std::vector<int>& blocks;
  int acknowledged = -1;  ///< blocks; -1: not even the empty log
};

/// A reader of the published checkpoint, before any recovery, finds its tree whole and in it all
/// that was acknowledged.
std::string check_published(FileSystem& files, const Told& told) {
  try {
    if (told.acknowledged < 0) return {};
    LogReader reader(files, "log");
    if (reader.size() < told.heads[static_cast<std::size_t>(told.acknowledged)].size)
      return "the published checkpoint went back";
    return tree_root(reader, reader.size()) == reader.checkpoint().root ? "" : "published tree";
  } catch (const FileError& error) {
    return error.what();
  }
}

/// Reopen after a crash: a prefix with all that was acknowledged, which verifies and goes on. What
/// is wrong, or nothing.
std::string check_recovery(FileSystem& files, const Told& told) {
  try {
    std::optional<Log> log;
    const auto begin = std::chrono::steady_clock::now();
    try {
      log.emplace(Log::open(files, "log", demo_key(1)));
    } catch (const FileError&) {
      if (told.acknowledged >= 0) throw;
      log.emplace(Log::create(files, "log", demo_key(1), sample::genesis()));
    }
    if (std::chrono::steady_clock::now() - begin > std::chrono::seconds(1)) return "slow recovery";
    const auto height = static_cast<int>(log->height());
    if (height < told.acknowledged) return "an acknowledged block is gone";
    if (height > told.acknowledged + 1) return "a block that nobody wrote";
    if (log->head() != told.heads[static_cast<std::size_t>(height)]) return "another head";
    log->close();
    const VerifyOptions options{};
    if (const VerifyResult result = verify(files, "log", options); !result.ok)
      return result.file + " " + result.reason;
    log.emplace(Log::open(files, "log", demo_key(1)));
    if (static_cast<std::size_t>(height) < told.blocks.size() &&
        sample::append_block(*log, told.blocks[static_cast<std::size_t>(height)]) !=
            told.heads[static_cast<std::size_t>(height) + 1])
      return "another head after the next block";
    log->close();
    const VerifyResult result = verify(files, "log", options);
    return result.ok ? "" : result.file + " " + result.reason;
  } catch (const Error& error) {
    return error.what();
  }
}

/// Which sync this is: its kind, its file, and the call before it, without numbers of tiles.
std::string name_call(FileCall kind, const std::string& path) {
  static const char* const names[] = {"write",       "sync_file",   "rename",   "remove",
                                      "make_folder", "sync_folder", "sync_all", "lock"};
  std::string name = path == "log" ? path : path.substr(4);
  if (const auto slash = name.find('/'); slash != std::string::npos) name.resize(slash);
  if (name.starts_with("superblock.")) name.erase(11, 1);
  return names[static_cast<int>(kind)] + (" " + name);
}

/// Write the blocks; between any two calls, crash copies in several ways and recover them. One sync
/// is skipped wherever it's called. Returns the first thing that went wrong.
struct Exploration {
  std::vector<int> blocks;
  std::uint32_t lucks = 6;
  std::uint64_t nested_every = 0;  ///< crash every so many'th recovery at each of its calls again
  std::string skipped;             ///< name of the sync left out
  std::set<std::string> syncs;     ///< all that were called
  std::uint64_t calls = 0;
  std::uint64_t crashes = 0;

  std::string run();
  std::string run_with_failures();

 private:
  CallFault decide(FileCall kind, const std::string& path);
  std::string crash(const MemoryFiles& files, const Told& told, std::uint32_t luck);
  std::string crash_again(MemoryFiles& files, const Told& told, std::uint32_t luck);
  std::string before_;
};

CallFault Exploration::decide(FileCall kind, const std::string& path) {
  std::string name = name_call(kind, path);
  const bool is_sync =
      kind == FileCall::sync_file || kind == FileCall::sync_folder || kind == FileCall::sync_all;
  const std::string site = name + " after " + before_;
  before_ = std::move(name);
  if (is_sync) syncs.insert(site);
  return site == skipped ? CallFault::skip : CallFault::none;
}

/// The recovery loses power before each of its calls, and the one after it does not.
std::string Exploration::crash_again(MemoryFiles& files, const Told& told, std::uint32_t luck) {
  std::string wrong;
  MemoryFiles first = files.clone();
  FaultyFiles faulty(first);
  faulty.fault = [&](FileCall kind, const std::string& path) {
    const CallFault chosen = decide(kind, path);
    if (!wrong.empty()) return chosen;
    MemoryFiles second = first.clone();
    second.crash(fates(luck, 1000 * calls + crashes++));
    wrong = check_recovery(second, told);
    return chosen;
  };
  try {
    recover(faulty, "log");
  } catch (const FileError&) {  // no log yet
  }
  return wrong;
}

std::string Exploration::crash(const MemoryFiles& files, const Told& told, std::uint32_t luck) {
  MemoryFiles copy = files.clone();
  copy.crash(fates(luck, calls));
  ++crashes;
  std::string wrong = check_published(copy, told);
  if (wrong.empty() && nested_every > 0 && (calls + luck) % nested_every == 0)
    wrong = crash_again(copy, told, luck);
  return wrong.empty() ? check_recovery(copy, told) : wrong;
}

std::string Exploration::run() {
  const std::vector<Head> heads = heads_of(blocks);
  Told told{heads, blocks};
  MemoryFiles files;
  FaultyFiles faulty(files);
  std::string wrong;
  const auto look = [&] {
    ++calls;
    const std::string kept = before_;
    for (std::uint32_t luck = 0; luck < lucks && wrong.empty(); ++luck)
      wrong = crash(files, told, luck);
    before_ = kept;
    if (!wrong.empty()) wrong += " (call " + std::to_string(calls) + ")";
  };
  faulty.fault = [&](FileCall kind, const std::string& path) {
    if (wrong.empty()) look();
    return decide(kind, path);
  };
  Log log = Log::create(faulty, "log", demo_key(1), sample::genesis());
  for (int count : blocks) {
    ++told.acknowledged;
    sample::append_block(log, count);
    if (!wrong.empty()) return wrong;
  }
  ++told.acknowledged;
  look();
  return wrong;
}

/// Fail each call once; a second writer then goes on without a crash, and what it says survives
/// one, though some pages are clean and on no disk.
std::string Exploration::run_with_failures() {
  const std::vector<Head> heads = heads_of(blocks);
  std::string wrong;
  bool is_whole = false;
  for (std::int64_t at = 1; !is_whole && wrong.empty(); ++at) {
    MemoryFiles files;
    FaultyFiles faulty(files);
    std::int64_t count = 0;
    faulty.fault = [&](FileCall kind, const std::string& path) {
      const CallFault chosen = decide(kind, path);
      return ++count == at ? CallFault::error : chosen;
    };
    Told told{heads, blocks};
    std::optional<Log> log;
    try {
      log.emplace(Log::create(faulty, "log", demo_key(1), sample::genesis()));
      told.acknowledged = 0;
      for (int records : blocks) {
        sample::append_block(*log, records);
        ++told.acknowledged;
      }
      is_whole = true;
    } catch (const FileError&) {
      if (log) CHECK_THROWS_AS(sample::append_block(*log, 1), Error);
    }
    log.reset();
    faulty.fault = [&](FileCall kind, const std::string& path) {
      for (std::uint32_t luck = 0; luck < lucks && wrong.empty(); ++luck) {
        MemoryFiles copy = files.clone();
        copy.crash(fates(luck, static_cast<std::uint64_t>(++count)));
        wrong = check_recovery(copy, told);
      }
      return decide(kind, path);
    };
    try {
      Log second = Log::open(faulty, "log", demo_key(1));
      told.acknowledged = static_cast<int>(second.height());
    } catch (const FileError&) {
    }
    for (std::uint32_t luck = 0; luck < lucks && wrong.empty(); ++luck) {
      MemoryFiles copy = files.clone();
      copy.crash(fates(luck, static_cast<std::uint64_t>(at)));
      wrong = check_recovery(copy, told);
    }
    faulty.fault = nullptr;
    if (wrong.empty()) wrong = check_recovery(faulty, told);
    if (!wrong.empty()) wrong += " (failed call " + std::to_string(at) + ")";
  }
  return wrong;
}

bool is_slow_run() { return std::getenv("GRIDSWARM_SLOW") != nullptr; }

}  // namespace

TEST_CASE("power lost between any two calls of fifty blocks: nothing acknowledged is lost") {
  Exploration all;
  all.blocks = some_blocks(50);
  all.lucks = is_slow_run() ? 24 : 3;
  const std::string wrong = all.run();
  CHECK_MESSAGE(wrong.empty(), wrong);
  CHECK(all.calls > 500);
}

TEST_CASE("power lost again at every call of the recovery") {
  Exploration all;
  all.blocks = some_blocks(is_slow_run() ? 12 : 4);
  all.nested_every = is_slow_run() ? 1 : 5;
  const std::string wrong = all.run();
  CHECK_MESSAGE(wrong.empty(), wrong);
}

TEST_CASE("after a failed call the writer stops, and a new one goes on, with a crash or without") {
  Exploration all;
  all.blocks = some_blocks(is_slow_run() ? 12 : 4);
  all.lucks = is_slow_run() ? 24 : 2;
  const std::string wrong = all.run_with_failures();
  CHECK_MESSAGE(wrong.empty(), wrong);
}

TEST_CASE("with any single fsync left out, some crash loses a block or breaks the log") {
  Exploration whole;
  whole.blocks = {3, 0};
  whole.lucks = 4;
  whole.nested_every = 2;
  std::string wrong = whole.run();
  REQUIRE_MESSAGE(wrong.empty(), wrong);
  wrong = whole.run_with_failures();
  REQUIRE_MESSAGE(wrong.empty(), wrong);
  CHECK(whole.syncs.size() >= 9);
  for (const std::string& site : whole.syncs) {
    Exploration mutant = whole;
    mutant.skipped = site;
    mutant.nested_every = 0;
    wrong = mutant.run();
    if (wrong.empty()) wrong = mutant.run_with_failures();
    if (wrong.empty()) {
      mutant.nested_every = 1;
      wrong = mutant.run();
    }
    CHECK_MESSAGE(!wrong.empty(), "nothing needs this sync: ", site);
  }
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
