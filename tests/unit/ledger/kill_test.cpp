// SPDX-License-Identifier: BSD-3-Clause
// A writer killed at random moments; what it reported through a pipe is in the log.
#include <doctest/doctest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <filesystem>
#include <optional>

#include "gridswarm/base/random.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "gridswarm/ledger/write_ahead.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

Entries numbered(std::uint64_t number) {
  Entries entries;
  Record record;
  record.kind = Kind::settlement;
  record.genesis = sample::genesis();
  record.author = 1;
  record.author_sequence = number;
  append(entries, record);
  return entries;
}

/// The killed process: open, append until death, report each acknowledged index.
[[noreturn]] void write_until_killed(const std::string& folder, std::uint64_t number, int out) {
  try {
    WriteAhead log(posix_files(), folder, demo_key(1), sample::info_of);
    for (;; ++number) {
      const std::uint64_t report[2] = {number, log.append(numbered(number))};
      if (::write(out, report, sizeof report) != sizeof report) break;
      if (number % 3 == 2) log.make_block(log.turn());
    }
  } catch (...) {
  }
  ::_exit(1);  // only a kill ends it rightly
}

}  // namespace

TEST_CASE("a writer killed at random moments loses no record that it reported") {
  constexpr int kills = 1000;
  const std::string folder =
      std::filesystem::temp_directory_path() / ("gridswarm-kill-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  { Log::create(posix_files(), folder, demo_key(1), sample::genesis()); }
  std::vector<std::uint64_t> index_of;  // by record number
  for (int kill = 0; kill < kills; ++kill) {
    CAPTURE(kill);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) write_until_killed(folder, index_of.size(), ends[1]);
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(
        draw_below(9, Stream::test, static_cast<std::uint64_t>(kill), 0, 9000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    std::uint64_t report[2];
    while (::read(ends[0], report, sizeof report) == sizeof report) {
      REQUIRE(report[0] == index_of.size());
      index_of.push_back(report[1]);
    }
    ::close(ends[0]);
    // A record may have been written and not reported: then its number comes twice in the log.
    if (kill % 25 != 24 && kill + 1 < kills) continue;
    WriteAhead log(posix_files(), folder, demo_key(1), sample::info_of);
    log.close();
    LogReader reader(posix_files(), folder);
    for (std::size_t number = 0; number < index_of.size(); ++number)
      REQUIRE(reader.entry(index_of[number]) == numbered(number).bytes);
    const VerifyResult result = verify(posix_files(), folder, {verifier_of(demo_key(1)), ""});
    REQUIRE_MESSAGE(result.ok, result.file, " ", result.reason);
  }
  CHECK(index_of.size() > 0);
  std::filesystem::remove_all(folder);
}
