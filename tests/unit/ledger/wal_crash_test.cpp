// SPDX-License-Identifier: BSD-3-Clause
// Groups under a power cut at every call, with every sync and without each.
#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/ledger/file_faulty.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "gridswarm/ledger/write_ahead.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

Bytes record_of(std::uint64_t number) {
  Record record;
  record.kind = Kind::settlement;
  record.genesis = sample::genesis();
  record.author = 5;
  record.author_sequence = number;
  record.payload = bytes_of("some bytes of a settlement");
  Entries entries;
  append(entries, record);
  return entries.bytes;
}

/// Recover; every record whose index was acknowledged must be there. What is wrong, or nothing.
std::string check_recovery(FileSystem& files, const std::vector<std::uint64_t>& indices) {
  try {
    Head head;
    {
      WriteAhead log(files, "log", demo_key(1), sample::info_of);
      log.append(sample::records_of(7, 2));
      log.close();
      head = log.log().head();
    }
    LogReader reader(files, "log");
    for (std::size_t i = 0; i < indices.size(); ++i)
      if (indices[i] >= head.size || reader.entry(indices[i]) != record_of(i))
        return "acknowledged record " + std::to_string(i) + " is gone";
    const VerifyResult result = verify(files, "log", {});
    return result.ok ? "" : result.file + " " + result.reason;
  } catch (const Error& error) {
    return error.what();
  }
}

struct GroupRun {
  int groups = 12;
  std::uint32_t lucks = 4;
  std::string skipped;
  std::set<std::string> syncs;
  std::uint64_t calls = 0;
  std::string run();
};

/// Groups of one to three records, a block after every fourth; its making overlaps the next group.
std::string GroupRun::run() {
  MemoryFiles files;
  { Log::create(files, "log", demo_key(1), sample::genesis()); }
  std::vector<std::uint64_t> indices;
  FaultyFiles faulty(files);
  std::string wrong, before;
  const auto look = [&] {
    for (std::uint32_t luck = 0; luck < lucks && wrong.empty(); ++luck) {
      MemoryFiles copy = files.clone();
      copy.crash([&, step = std::uint32_t{0}]() mutable {
        return luck < 3 ? static_cast<Fate>(luck)
                        : static_cast<Fate>(draw_below(luck, Stream::test, calls, step++, 3));
      });
      wrong = check_recovery(copy, indices);
    }
  };
  faulty.fault = [&](FileCall kind, const std::string& path) {
    ++calls;
    look();
    const bool is_wal = path.starts_with("log/wal.");
    const std::string name =
        std::to_string(static_cast<int>(kind)) + (is_wal ? " wal" : " " + path);
    const bool is_sync = kind == FileCall::sync_file || kind == FileCall::sync_folder;
    const std::string site = name + " after " + before;
    before = name;
    if (is_sync && (is_wal || before.starts_with("0 wal"))) syncs.insert(site);
    if (kind == FileCall::sync_folder && site.ends_with("after 0 wal")) syncs.insert(site);
    return site == skipped ? CallFault::skip : CallFault::none;
  };
  WriteAhead log(faulty, "log", demo_key(1), sample::info_of);
  std::optional<WriteAhead::Waiting> waiting;
  for (int g = 0; g < groups && wrong.empty(); ++g) {
    Entries group;
    for (int i = 0; i <= g % 3; ++i)
      group.push_back(record_of(indices.size() + static_cast<std::size_t>(i)));
    std::uint64_t index = log.append(group);
    for (std::size_t i = 0; i < group.size(); ++i) indices.push_back(index++);
    if (waiting) log.make_block(*std::exchange(waiting, {}));
    if (g % 4 == 3) waiting = log.turn();
  }
  if (waiting) log.make_block(*waiting);
  look();
  return wrong;
}

}  // namespace

TEST_CASE("power lost between any two calls: no acknowledged record of a group is lost") {
  GroupRun all;
  if (std::getenv("GRIDSWARM_SLOW") != nullptr) all = {60, 24, {}, {}, 0};
  const std::string wrong = all.run();
  CHECK_MESSAGE(wrong.empty(), wrong);
}

TEST_CASE("with any sync of the write-ahead files left out, a crash loses a record") {
  GroupRun whole;
  whole.groups = 6;
  REQUIRE(whole.run().empty());
  CHECK(whole.syncs.size() == 2);  // a group's, and the files' names
  for (const std::string& site : whole.syncs) {
    GroupRun mutant = whole;
    mutant.skipped = site;
    CHECK_MESSAGE(!mutant.run().empty(), "nothing needs this sync: ", site);
  }
}

TEST_CASE("after any failed call a log of groups takes nothing more, and nothing is lost") {
  for (std::int64_t at = 1, ended = 0; !ended; ++at) {
    CAPTURE(at);
    MemoryFiles files;
    { Log::create(files, "log", demo_key(1), sample::genesis()); }
    FaultyFiles faulty(files);
    std::int64_t count = 0;
    faulty.fault = [&](FileCall, const std::string&) {
      return ++count == at ? CallFault::error : CallFault::none;
    };
    std::vector<std::uint64_t> indices;
    try {
      WriteAhead log(faulty, "log", demo_key(1), sample::info_of);
      for (int g = 0; g < 4; ++g) {
        Entries one;
        one.push_back(record_of(indices.size()));
        indices.push_back(log.append(one));
        if (g % 2 == 1) log.make_block(log.turn());
      }
      ended = 1;
    } catch (const FileError&) {
    }
    for (int fate = 0; fate < 3; ++fate) {
      MemoryFiles copy = files.clone();
      copy.crash([&] { return static_cast<Fate>(fate); });
      const std::string wrong = check_recovery(copy, indices);
      CHECK_MESSAGE(wrong.empty(), wrong);
    }
  }
}

TEST_CASE("a full disk stops the log with one sentence, and what was acknowledged is there") {
  for (std::uint64_t space = 0; space < 4000; space += 97) {
    CAPTURE(space);
    MemoryFiles files;
    { Log::create(files, "log", demo_key(1), sample::genesis()); }
    FaultyFiles faulty(files);
    faulty.space_left_bytes = space;
    std::vector<std::uint64_t> indices;
    try {
      WriteAhead log(faulty, "log", demo_key(1), sample::info_of);
      for (int g = 0; g < 40; ++g) {
        Entries one;
        one.push_back(record_of(indices.size()));
        indices.push_back(log.append(one));
        if (g % 4 == 3) log.make_block(log.turn());
      }
      FAIL("the disk was large enough");
    } catch (const FileError& error) {
      CHECK(std::string(error.what()).find("no space left") != std::string::npos);
    }
    const std::string wrong = check_recovery(files, indices);
    CHECK_MESSAGE(wrong.empty(), wrong);
  }
}
