// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/log_reader.hpp"

#include <doctest/doctest.h>

#include "gridswarm/ledger/file_memory.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

TEST_CASE("every entry of a log is read and proves itself, without the writer's lock") {
  MemoryFiles files;
  Log log = Log::create(files, "log", demo_key(1), sample::genesis());
  for (const int count : {100, 154, 20}) sample::append_block(log, count);
  LogReader reader(files, "log");  // the writer still holds the lock
  REQUIRE(reader.size() == log.head().size);
  CHECK(reader.checkpoint().root == log.head().root);
  CHECK(tree_root(reader, reader.size()) == log.head().root);
  for (std::uint64_t i = 0; i < reader.size(); ++i)
    REQUIRE(verify_inclusion(leaf_hash(reader.entry(i)), i, reader.size(), reader.inclusion(i),
                             log.head().root));
  for (std::uint64_t m = 1; m <= reader.size(); ++m)
    REQUIRE(verify_consistency(m, reader.size(), reader.consistency(m), tree_root(reader, m),
                               log.head().root));
}

TEST_CASE("an old checkpoint stays readable after its partial tiles were replaced") {
  MemoryFiles files;
  Log log = Log::create(files, "log", demo_key(1), sample::genesis());
  std::vector<std::string> notes;
  std::vector<Bytes> entries;
  for (const int count : {3, 40, 300, 2, 600}) {
    sample::append_block(log, count);
    notes.push_back(LogReader(files, "log").note());
  }
  LogReader last(files, "log");
  for (std::uint64_t i = 0; i < last.size(); ++i) entries.push_back(last.entry(i));
  for (const std::string& note : notes) {
    LogReader reader(files, "log", note);
    CAPTURE(reader.size());
    REQUIRE(tree_root(reader, reader.size()) == reader.checkpoint().root);
    for (std::uint64_t i = 0; i < reader.size(); i += 7) {
      REQUIRE(reader.entry(i) == entries[i]);
      REQUIRE(verify_inclusion(leaf_hash(entries[i]), i, reader.size(), reader.inclusion(i),
                               reader.checkpoint().root));
    }
  }
}

TEST_CASE("what lies outside a log is refused, what is malformed under it is damage") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", {3, 300});
  LogReader reader(files, "log");
  CHECK_THROWS_AS(reader.entry(head.size), UsageError);
  CHECK_THROWS_AS(reader.inclusion(head.size), UsageError);
  CHECK_THROWS_AS(reader.consistency(head.size + 1), UsageError);
  CHECK_THROWS_AS(LogReader(files, "other"), FileError);
  CHECK(reader.minimum_index() == 0);
  const auto status_of = [&](auto&& read) {
    try {
      read();
    } catch (const Error& error) {
      return static_cast<int>(error.exit_code);
    }
    return 0;
  };
  const auto damaged = [&](const std::string& name, const std::string& bytes, auto&& read) {
    const bool was_there = files.exists("log/" + name);
    const Bytes good = was_there ? files.read("log/" + name) : Bytes();
    files.write("log/" + name, bytes_of(bytes));
    CHECK_MESSAGE(status_of(read) == 5, name);
    if (was_there)
      files.write("log/" + name, good);
    else
      files.remove("log/" + name);
    CHECK_MESSAGE(status_of(read) == 0, name);
  };
  const auto open = [&] { LogReader(files, "log"); };
  const auto first = [&] { LogReader(files, "log").entry(0); };
  const auto path = [&] { LogReader(files, "log").inclusion(300); };
  const auto minimum = [&] { LogReader(files, "log").minimum_index(); };
  damaged("checkpoint", "log\n1\n", open);
  damaged("tile/entries/000", "ab", first);
  damaged("tile/0/000", "short", [&] { LogReader(files, "log").inclusion(1); });
  damaged("tile/0/001.p/49", std::string(50 * 32, 'x'), path);
  for (const char* text : {"", "1", "01\n", "-1\n", "999999\n", "1\n\n"})
    damaged("minimum-index", text, minimum);
  files.remove("log/tile/entries/000");
  CHECK(status_of(first) == 4);
}
