// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/prune.hpp"

#include <doctest/doctest.h>

#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/proof_file.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

const std::vector<int> blocks = {100, 154, 300, 255, 700, 3};  // 1518 entries, six bundles

int status_of(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return static_cast<int>(error.exit_code);
  }
  return 0;
}

}  // namespace

TEST_CASE("pruning removes the bundles wholly below the index, and nothing else") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", blocks);
  REQUIRE(head.size == 1518);
  const auto before = files.list("log");
  const PruneResult result = prune(files, "log", 600);
  CHECK(result.bundles == 2);
  CHECK(result.bytes > 2 * 256 * 74);
  CHECK(text_of(files.read("log/minimum-index")) == "600\n");
  CHECK(files.list("log").size() == before.size() - 2 + 1);
  CHECK_FALSE(files.exists("log/tile/entries/001"));
  CHECK(files.exists("log/tile/entries/002"));
  LogReader log(files, "log");
  CHECK(log.minimum_index() == 600);
  CHECK(status_of([&] { log.entry(511); }) == 4);
  CHECK(log.entry(512).size() > 72);  // below the index, in a bundle that is not
  const VerifyResult told = verify(files, "log", {});
  CHECK_MESSAGE(told.ok, told.file << " " << told.reason);
  CHECK(told.minimum_index == 600);
  CHECK(told.pruned == 512);
  CHECK(told.blocks == 4);  // the headers of the first two blocks are gone
}

TEST_CASE("old and new proofs of a pruned entry are the same, and hold") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", blocks);
  std::vector<Bytes> entries;
  std::vector<InclusionFile> proofs;
  std::vector<Hash> roots;
  {
    LogReader log(files, "log");
    for (std::uint64_t i = 0; i < head.size; ++i) {
      entries.push_back(log.entry(i));
      proofs.push_back(prove_inclusion(log, i));
      roots.push_back(tree_root(log, i));
    }
  }
  prune(files, "log", head.size);
  LogReader log(files, "log");
  const Policy policy = policy_of(verifier_of(demo_key(1)));
  for (std::uint64_t i = 0; i < head.size; ++i) {
    REQUIRE(prove_inclusion(log, i) == proofs[i]);
    REQUIRE(verify_proof(entries[i], proofs[i], policy).ok);
    REQUIRE(tree_root(log, i) == roots[i]);
  }
  CHECK(verify(files, "log", {}).ok);
}

TEST_CASE("a pruned log is opened and goes on; pruned again it goes on too") {
  MemoryFiles files, whole;
  sample::write(whole, "log", {100, 154, 300, 255, 700, 3, 9, 500});
  sample::write(files, "log", blocks);
  prune(files, "log", 1000);
  {
    Log log = Log::open(files, "log", demo_key(1));
    CHECK(log.height() == 6);
    sample::append_block(log, 9);
    CHECK_THROWS_AS(prune(files, "log", 1100), FileError);  // a writer holds it
  }
  CHECK(verify(files, "log", {}).ok);
  prune(files, "log", 1500);
  Log log = Log::open(files, "log", demo_key(1));
  const Head head = sample::append_block(log, 500);
  log.close();
  CHECK(head.root == LogReader(whole, "log").checkpoint().root);
  const VerifyResult told = verify(files, "log", {});
  CHECK_MESSAGE(told.ok, told.file << " " << told.reason);
}

TEST_CASE("the bundle of the last entry stays, so that a log pruned to its end opens") {
  MemoryFiles files;
  REQUIRE(sample::write(files, "log", {100, 154, 255}).size == 512);
  CHECK(prune(files, "log", 512).bundles == 1);
  CHECK(files.exists("log/tile/entries/001"));
  CHECK(verify(files, "log", {}).ok);
  Log log = Log::open(files, "log", demo_key(1));
  CHECK(log.height() == 3);
}

TEST_CASE("pruning beyond the checkpoint, backwards, of nothing or of damage is refused") {
  MemoryFiles files;
  const Head head = sample::write(files, "log", blocks);
  CHECK_THROWS_AS(prune(files, "log", head.size + 1), UsageError);
  CHECK_THROWS_AS(prune(files, "other", 0), FileError);
  CHECK(prune(files, "log", 0).bundles == 0);
  CHECK_FALSE(files.exists("log/minimum-index"));
  prune(files, "log", 256);
  CHECK_THROWS_AS(prune(files, "log", 255), UsageError);
  CHECK(prune(files, "log", 256).bundles == 0);
  Bytes bad = files.read("log/tile/entries/002");
  bad[100] ^= std::byte{1};
  files.write("log/tile/entries/002", bad);
  CHECK_THROWS_AS(prune(files, "log", 800), DamageError);
  CHECK(files.exists("log/tile/entries/001"));
  CHECK(text_of(files.read("log/minimum-index")) == "256\n");
}

TEST_CASE("a flipped byte of a pruned log is found and its file named") {
  MemoryFiles files;
  sample::write(files, "log", blocks);
  prune(files, "log", 900);
  for (const FolderEntry& entry : files.list("log")) {
    if (entry.type != FolderEntry::Type::file || entry.size == 0) continue;
    const Bytes good = files.read("log/" + entry.path);
    for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 12) {
      Bytes bad = good;
      bad[at] ^= std::byte{1};
      files.write("log/" + entry.path, bad);
      const VerifyResult told = verify(files, "log", {});
      if (entry.path == "minimum-index" && told.ok) {  // 901: as good a number
        CHECK(told.minimum_index != 900);
        continue;
      }
      CAPTURE(entry.path);
      CAPTURE(at);
      REQUIRE_FALSE(told.ok);
      if (entry.path != "minimum-index") REQUIRE(told.file == entry.path);
    }
    files.write("log/" + entry.path, good);
  }
  files.write("log/minimum-index", bytes_of("0\n"));
  CHECK(verify(files, "log", {}).file == "tile/entries/000");
}

TEST_CASE("a power cut anywhere in pruning loses nothing that is kept") {
  for (int at = 1, is_done = 0; !is_done; ++at) {
    for (int way = 0; way < 3; ++way) {
      MemoryFiles files;
      sample::write(files, "log", {100, 154, 300, 3});
      files.sync_all("log");
      files.fail_at(at);
      const int status = status_of([&] { prune(files, "log", 520); });
      is_done = status == 0;
      int turn = 0;
      files.crash(
          [&] { return way == 2 ? static_cast<Fate>(turn++ % 3) : static_cast<Fate>(2 * way); });
      CAPTURE(at);
      CAPTURE(way);
      Log::open(files, "log", demo_key(1)).close();
      LogReader log(files, "log");
      for (std::uint64_t i = 520; i < log.size(); ++i) REQUIRE(log.entry(i).size() >= 72);
      REQUIRE(prune(files, "log", 520).minimum_index == 520);  // finishes what was cut off
      const VerifyResult told = verify(files, "log", {});
      CAPTURE(told.file);
      CAPTURE(told.reason);
      REQUIRE(told.ok);
      REQUIRE(told.pruned == 512);
    }
  }
}
