// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/mirror.hpp"

#include <doctest/doctest.h>

#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/fork.hpp"
#include "gridswarm/ledger/prune.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

const Policy policy = policy_of(verifier_of(demo_key(1)));

/// Every published file of `from` is in `to`, byte for byte.
void check_same(FileSystem& from, FileSystem& to) {
  for (const FolderEntry& entry : from.list("log"))
    if (entry.path == "checkpoint" || entry.path.starts_with("tile/")) {
      CAPTURE(entry.path);
      REQUIRE(to.exists("copy/" + entry.path));
      if (entry.type == FolderEntry::Type::file)
        REQUIRE(to.read("copy/" + entry.path) == from.read("log/" + entry.path));
    }
}

void check_verified(FileSystem& files) {
  VerifyOptions options;
  options.policy = policy;
  const VerifyResult told = verify(files, "copy", options);
  CAPTURE(told.file);
  CAPTURE(told.reason);
  REQUIRE(told.ok);
  REQUIRE(told.kind == "mirror");
}

}  // namespace

TEST_CASE("a mirror follows a growing log, byte for byte, and verifies") {
  MemoryFiles from, to;
  Log log = Log::create(from, "log", demo_key(1), sample::genesis());
  std::int64_t before = 0;
  for (const int count : {0, 3, 40, 211, 300, 0, 700, 2}) {  // 211: ends on a full tile
    sample::append_block(log, count);
    const MirrorResult result = mirror(from, "log", to, "copy", policy);
    CAPTURE(result.reason);
    REQUIRE(result.ok);
    REQUIRE(result.old_size == before);
    REQUIRE(result.size == static_cast<std::int64_t>(log.head().size));
    REQUIRE(result.root == to_hex(log.head().root));
    before = result.size;
    check_same(from, to);
    check_verified(to);
  }
  const MirrorResult again = mirror(from, "log", to, "copy", policy);
  CHECK(again.ok);
  CHECK(again.bytes == 0);
}

TEST_CASE("mirrors of mirrors and of the empty log are as good") {
  MemoryFiles from, to, third;
  Log log = Log::create(from, "log", demo_key(1), sample::genesis());
  CHECK(mirror(from, "log", to, "copy", policy).ok);
  check_verified(to);
  sample::append_block(log, 300);
  CHECK(mirror(from, "log", to, "copy", policy).ok);
  CHECK(mirror(to, "copy", third, "copy", policy).ok);
  check_verified(third);
  CHECK_THROWS_AS(mirror(from, "log", from, "log", policy), UsageError);
}

TEST_CASE("a log of entries that are no records is mirrored and verified too") {
  MemoryFiles from, to;
  from.make_folders("log/tile/0/000.p");
  from.make_folders("log/tile/entries/000.p");
  Bytes bundle;
  std::vector<Hash> leaves;
  for (const char* entry : {"plain", "", "text"}) {
    append_to_bundle(bundle, bytes_of(entry));
    leaves.push_back(leaf_hash(bytes_of(entry)));
  }
  MemoryTree tree;
  for (const Hash& leaf : leaves) tree.append(leaf);
  from.write("log/tile/entries/000.p/3", bundle);
  from.write("log/tile/0/000.p/3", std::as_bytes(std::span(leaves)));
  const SigningKey key = demo_key(1);
  from.write("log/checkpoint",
             bytes_of(sign_checkpoint({key.name, 3, tree_root(tree, 3), {"extension"}}, key)));
  CHECK(mirror(from, "log", to, "copy", policy).ok);
  check_verified(to);
  CHECK(verify(to, "copy", {}).blocks == 0);
}

TEST_CASE("another key, another log and a source that fell back are refused") {
  MemoryFiles from, to, shorter, stranger, thief_files;
  sample::write(from, "log", {3, 300});
  sample::write(shorter, "log", {3});
  sample::write(stranger, "log", {3, 300, 1}, demo_key(2));
  SigningKey thief = demo_key(2);
  thief.name = demo_key(1).name;
  sample::write(thief_files, "log", {3, 300, 1}, thief);
  REQUIRE(mirror(from, "log", to, "copy", policy).ok);
  const auto refused = [&](MemoryFiles& source, const Policy& by, const char* words) {
    const MirrorResult result = mirror(source, "log", to, "copy", by);
    CHECK_FALSE(result.ok);
    CHECK_MESSAGE(result.reason.find(words) != std::string::npos, result.reason);
    CHECK(result.evidence.empty());
    check_same(from, to);
    check_verified(to);
  };
  refused(thief_files, policy, "no log of the policy");
  refused(stranger, policy, "no log of the policy");
  refused(stranger, policy_of(verifier_of(demo_key(2))), "another log");
  refused(shorter, policy, "rolled back");
}

TEST_CASE("a fork is refused and convicted by both checkpoints, whichever is the longer") {
  const std::vector<int> mine = {3, 300};  // 305 entries
  for (const std::vector<int>& theirs :
       {std::vector<int>{4, 299}, {4, 299, 5}, {4}, {4, 300, 600}, {3, 299}}) {
    MemoryFiles from, to, fork;
    sample::write(from, "log", mine);
    sample::write(fork, "log", theirs);
    REQUIRE(mirror(from, "log", to, "copy", policy).ok);
    const MirrorResult result = mirror(fork, "log", to, "copy", policy);
    CHECK_FALSE(result.ok);
    CAPTURE(result.reason);
    REQUIRE(result.evidence == "copy/fork");
    const Bytes bytes = to.read("copy/fork");
    const auto evidence = parse_fork(text_of(bytes));
    REQUIRE(evidence);
    REQUIRE(to_text(*evidence) == text_of(bytes));
    const ProofResult judged = verify_fork(*evidence, policy);
    CHECK_MESSAGE(judged.ok, judged.reason);
    CHECK(verify(to, "copy", {}).file == "fork");
    CHECK(mirror(from, "log", to, "copy", policy).reason.find("evidence") != std::string::npos);
    to.remove("copy/fork");
    check_same(from, to);
    check_verified(to);
    CHECK(mirror(from, "log", to, "copy", policy).ok);
  }
}

TEST_CASE("evidence that was tampered with, or of one history, convicts nobody") {
  MemoryFiles from, to, fork;
  sample::write(from, "log", {3, 300});
  sample::write(fork, "log", {4, 299, 5});
  REQUIRE(mirror(from, "log", to, "copy", policy).ok);
  mirror(fork, "log", to, "copy", policy);
  const Bytes bytes = to.read("copy/fork");
  const std::string good(text_of(bytes));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    if (const auto evidence = parse_fork(bad)) {
      REQUIRE(to_text(*evidence) == bad);
      REQUIRE_FALSE(verify_fork(*evidence, policy).ok);
    }
    CHECK_FALSE(parse_fork(good.substr(0, at)));
  }
  CHECK_FALSE(verify_fork(*parse_fork(good), policy_of(verifier_of(demo_key(2)))).ok);
  LogReader now(from, "log");
  sample::write(to, "early", {3});
  LogReader early(to, "early");
  const ForkFile same{tree_root(now, 4), now.consistency(4), early.note(), now.note()};
  CHECK(verify_fork(same, policy).reason == "both checkpoints tell the same story");
}

TEST_CASE("a damaged source is refused without blaming the log") {
  MemoryFiles from, to;
  Log log = Log::create(from, "log", demo_key(1), sample::genesis());
  sample::append_block(log, 100);
  REQUIRE(mirror(from, "log", to, "copy", policy).ok);
  sample::append_block(log, 300);
  log.close();
  for (const char* name : {"log/tile/entries/000", "log/tile/entries/001.p/146"}) {
    const Bytes good = from.read(name);
    Bytes bad = good;
    bad[bad.size() - 5] ^= std::byte{1};
    from.write(name, bad);
    const MirrorResult result = mirror(from, "log", to, "copy", policy);
    CHECK_FALSE(result.ok);
    CHECK(result.reason.find("damaged") != std::string::npos);
    CHECK(result.evidence.empty());
    check_verified(to);
    from.write(name, ByteView(good).first(good.size() - 1));
    CHECK_THROWS_AS(mirror(from, "log", to, "copy", policy), DamageError);
    from.write(name, good);
  }
  CHECK(mirror(from, "log", to, "copy", policy).ok);
  check_same(from, to);
  check_verified(to);
}

TEST_CASE("a mirror keeps what its source prunes, and says what it never had") {
  MemoryFiles from, keeper, late;
  Log log = Log::create(from, "log", demo_key(1), sample::genesis());
  sample::append_block(log, 300);
  REQUIRE(mirror(from, "log", keeper, "copy", policy).ok);
  sample::append_block(log, 600);
  log.close();
  prune(from, "log", 700);
  CHECK(mirror(from, "log", late, "copy", policy).ok);
  check_verified(late);
  CHECK(verify(late, "copy", {}).pruned == 512);
  CHECK(LogReader(late, "copy").minimum_index() == 512);
  CHECK(mirror(from, "log", keeper, "copy", policy).ok);
  check_verified(keeper);
  CHECK(verify(keeper, "copy", {}).pruned == 256);  // it had entries 0 to 300 of the second bundle
  CHECK(keeper.exists("copy/tile/entries/000"));
}

TEST_CASE(
    "a power cut anywhere in a copy leaves the old head or the new one, and the next run ends it") {
  MemoryFiles from;
  Log log = Log::create(from, "log", demo_key(1), sample::genesis());
  sample::append_block(log, 100);
  const std::string early = LogReader(from, "log").note();
  MemoryFiles first;
  REQUIRE(mirror(from, "log", first, "copy", policy).ok);
  const auto saved = first.list("copy");
  sample::append_block(log, 400);
  for (int at = 1, is_done = 0; !is_done; ++at)
    for (int way = 0; way < 3; ++way) {
      MemoryFiles to;
      to.make_folders("copy");
      for (const FolderEntry& entry : saved)
        if (entry.type == FolderEntry::Type::folder)
          to.make_folders("copy/" + entry.path);
        else
          to.write("copy/" + entry.path, first.read("copy/" + entry.path));
      to.sync_all("copy");
      to.fail_at(at);
      try {
        is_done = mirror(from, "log", to, "copy", policy).ok;
      } catch (const FileError&) {
      }
      int turn = at;
      to.crash(
          [&] { return way == 2 ? static_cast<Fate>(turn++ % 3) : static_cast<Fate>(2 * way); });
      CAPTURE(at);
      CAPTURE(way);
      LogReader reader(to, "copy");
      REQUIRE((reader.note() == early || reader.size() == log.head().size));
      REQUIRE(tree_root(reader, reader.size()) == reader.checkpoint().root);
      for (std::uint64_t i = 0; i < reader.size(); i += 9)
        REQUIRE(leaf_hash(reader.entry(i)) == reader.node(0, i));
      REQUIRE(mirror(from, "log", to, "copy", policy).ok);
      check_same(from, to);
      check_verified(to);
    }
}
