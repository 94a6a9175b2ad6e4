// SPDX-License-Identifier: BSD-3-Clause
// Groups from threads, on the files of this machine.
#include <doctest/doctest.h>

#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <thread>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/file_faulty.hpp"
#include "gridswarm/ledger/group_log.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

struct TemporaryLog {
  std::string path;
  TemporaryLog()
      : path(std::filesystem::temp_directory_path() /
             ("gridswarm-groups-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path);
    Log::create(posix_files(), path, demo_key(1), sample::genesis());
  }
  ~TemporaryLog() { std::filesystem::remove_all(path); }
};

Bytes some_record(int thread, int number) {
  Entries entries;
  Record record;
  record.kind = Kind::settlement;
  record.genesis = sample::genesis();
  record.author = thread + 1;
  record.author_sequence = static_cast<std::uint64_t>(number);
  append(entries, record);
  return entries.bytes;
}

}  // namespace

TEST_CASE("records of four threads lie where each was told, over several blocks") {
  const TemporaryLog made;
  GroupOptions options;
  options.block_bytes = 4000;
  GroupLog log(posix_files(), made.path, demo_key(1), sample::info_of, options);
  std::vector<std::vector<std::uint64_t>> indices(4);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 40; ++i)
        indices[static_cast<std::size_t>(t)].push_back(log.append(some_record(t, i)));
    });
  threads.clear();
  const Entries batch = sample::records_of(3, 30);
  const std::uint64_t last = log.wait(log.submit(batch));
  const Head head = log.close();
  CHECK_THROWS_AS(log.submit(some_record(0, 0)), UsageError);
  const VerifyResult result = verify(posix_files(), made.path, {verifier_of(demo_key(1)), ""});
  CHECK_MESSAGE(result.ok, result.file, " ", result.reason);
  CHECK(result.blocks > 1);
  CHECK(static_cast<std::uint64_t>(result.size) == head.size);
  CHECK(result.size == 4 * 40 + 30 + result.blocks);
  LogReader reader(posix_files(), made.path);
  for (int t = 0; t < 4; ++t)
    for (int i = 0; i < 40; ++i)
      CHECK(reader.entry(indices[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)]) ==
            some_record(t, i));
  const Bytes entry = reader.entry(last);
  CHECK(std::ranges::equal(entry, batch[29]));
}

TEST_CASE("flush publishes all that was submitted") {
  const TemporaryLog made;
  GroupLog log(posix_files(), made.path, demo_key(1), sample::info_of);
  log.submit(sample::records_of(0, 3));
  CHECK(log.flush().size == 4);
  CHECK(LogReader(posix_files(), made.path).size() == 4);
  CHECK(log.flush().size == 4);
  CHECK(log.append(some_record(0, 0)) == 4);
  CHECK(log.close().size == 6);
}

TEST_CASE("a failed sync ends every wait with its error, and every later submit") {
  const TemporaryLog made;
  FaultyFiles faulty(posix_files());
  bool fail = false;
  faulty.fault = [&](FileCall kind, const std::string&) {
    return fail && kind == FileCall::sync_file ? CallFault::error : CallFault::none;
  };
  GroupOptions options;
  options.block_s = 1000.0;
  options.hold_ms = 50.0;
  {
    GroupLog log(faulty, made.path, demo_key(1), sample::info_of, options);
    log.append(some_record(0, 0));
    fail = true;
    const std::uint64_t first = log.submit(some_record(0, 1));
    const std::uint64_t second = log.submit(some_record(0, 2));
    CHECK_THROWS_AS(log.wait(first), FileError);
    CHECK_THROWS_AS(log.wait(second), FileError);
    CHECK_THROWS_AS(log.submit(some_record(0, 3)), FileError);
    CHECK_THROWS_AS(log.flush(), FileError);
    CHECK(log.wait(1) == 0);
  }
  // The writer's second fsync would have succeeded, and the bytes are on no disk.
  GroupLog again(posix_files(), made.path, demo_key(1), sample::info_of);
  CHECK(again.append(some_record(0, 9)) == 2);  // record 0 and its block's header
  again.close();
  CHECK(verify(posix_files(), made.path, {}).ok);
}

TEST_CASE("a full queue makes submit wait, and drops nothing") {
  const TemporaryLog made;
  GroupOptions options;
  options.queue_bytes = 200;  // two records
  GroupLog log(posix_files(), made.path, demo_key(1), sample::info_of, options);
  for (int i = 0; i < 50; ++i) log.submit(some_record(0, i));
  CHECK(log.close().size == 51);
}

TEST_CASE("a second writer of a log of groups is refused") {
  const TemporaryLog made;
  GroupLog log(posix_files(), made.path, demo_key(1), sample::info_of);
  CHECK_THROWS_WITH_AS(GroupLog(posix_files(), made.path, demo_key(1), sample::info_of),
                       doctest::Contains("another process is writing this log"), FileError);
}
