// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/witness.hpp"

#include <doctest/doctest.h>

#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

constexpr std::uint64_t now_s = 1700000000;

SigningKey witness_key(int number = 1) {
  std::array<std::byte, 32> seed{};
  seed[0] = static_cast<std::byte>(number);
  return make_key("witness" + std::to_string(number) + ".example", seed);
}

Policy logs_of(const std::vector<SigningKey>& keys) {
  Policy policy;
  for (const SigningKey& key : keys) policy.logs.push_back({verifier_of(key), ""});
  return policy;
}

/// The checkpoints of a log after each of its blocks, and proofs between them.
struct Story {
  MemoryFiles files;
  std::vector<std::string> notes;

  explicit Story(const std::vector<int>& blocks, const SigningKey& key = demo_key(1)) {
    Log log = Log::create(files, "log", key, sample::genesis());
    notes.push_back(LogReader(files, "log").note());
    for (const int count : blocks) {
      sample::append_block(log, count);
      notes.push_back(LogReader(files, "log").note());
    }
  }
  LogReader reader(std::size_t at) { return LogReader(files, "log", notes[at]); }
  /// From the head after `from` blocks to that after `to`.
  std::string request(std::size_t from, std::size_t to) {
    LogReader log = reader(to);
    return to_text(prove_consistency(log, reader(from).size()));
  }
};

const std::vector<int> blocks = {3, 40, 300, 2};

int status_of(Witness& witness, const std::string& request) {
  return static_cast<int>(witness.add_checkpoint(request, now_s).status);
}

}  // namespace

TEST_CASE("a witness follows a log step by step, and its lines verify under the checkpoint") {
  Story story(blocks);
  MemoryFiles files;
  Witness witness(files, "state", witness_key(), logs_of({demo_key(1)}));
  CHECK(witness.kept(demo_key(1).name) == Head{0, empty_root()});
  for (std::size_t to = 0; to < story.notes.size(); ++to) {
    const WitnessAnswer answer =
        witness.add_checkpoint(story.request(to == 0 ? 0 : to - 1, to), now_s + to);
    REQUIRE(answer.status == WitnessStatus::cosigned);
    REQUIRE(answer.reason.empty());
    const VerifierKey key = witness.verifier();
    const std::string note = add_cosignatures(story.notes[to], answer.lines, std::span(&key, 1));
    const auto parsed = parse_note(note);
    REQUIRE(parsed);
    REQUIRE(parsed->signatures.size() == 2);
    REQUIRE(verify_line(key, parsed->text, parsed->signatures[1]));
    REQUIRE(witness.kept(demo_key(1).name).size == story.reader(to).size());
  }
}

TEST_CASE("every rule of tlog-witness has its answer") {
  Story story(blocks);
  Story fork({3, 41, 300, 2});
  Story other(blocks, demo_key(2));
  SigningKey thief_key = demo_key(3);
  thief_key.name = demo_key(1).name;
  Story thief(blocks, thief_key);
  MemoryFiles files;
  Witness witness(files, "state", witness_key(), logs_of({demo_key(1)}));
  CHECK(status_of(witness, "") == 400);
  CHECK(status_of(witness, "old 0\n" + story.notes[1]) == 400);
  CHECK(status_of(witness, other.request(0, 1)) == 404);
  CHECK(status_of(witness, thief.request(0, 1)) == 403);
  CHECK(status_of(witness, story.request(1, 2)) == 409);  // nothing is kept yet
  CHECK(status_of(witness, story.request(0, 2)) == 200);
  const std::uint64_t kept = story.reader(2).size();
  const WitnessAnswer late = witness.add_checkpoint(story.request(0, 3), now_s);
  CHECK(late.status == WitnessStatus::conflict);
  CHECK(late.kept_size == kept);
  CHECK(late.lines.empty());
  CHECK(status_of(witness, story.request(1, 2)) == 409);  // rollback of the asker
  CHECK(status_of(witness, story.request(2, 2)) == 200);  // a replay changes nothing
  // The fork has the same size with another root, and a longer one with another past.
  REQUIRE(fork.reader(2).size() == kept + 1);
  CHECK(status_of(witness, fork.request(2, 3)) == 409);
  LogReader fork_log = fork.reader(3);
  CHECK(status_of(witness, to_text(prove_consistency(fork_log, kept))) == 422);
  const SigningKey key = demo_key(1);
  const auto ask = [&](std::uint64_t old_size, const Proof& path, const Head& head) {
    return status_of(
        witness, to_text(ConsistencyFile{
                     old_size, path, sign_checkpoint({key.name, head.size, head.root, {}}, key)}));
  };
  CHECK(ask(kept, {}, {kept, empty_root()}) == 409);
  CHECK(ask(kept, {}, {kept - 1, empty_root()}) == 400);
  CHECK(ask(kept, {}, {kept + 1, empty_root()}) == 422);
  CHECK(ask(kept, {empty_root()},
            story.reader(2).size() == kept ? Head{kept, tree_root(fork_log, kept)} : Head{}) ==
        409);
  CHECK(ask(kept, {empty_root()}, {kept, story.reader(2).checkpoint().root}) == 422);
  CHECK(status_of(witness, story.request(2, 4)) == 200);
  CHECK(witness.kept(key.name) == Head{story.reader(4).size(), story.reader(4).checkpoint().root});
}

TEST_CASE("an empty tree must have the root of nothing, and its proof no hashes") {
  MemoryFiles files;
  Witness witness(files, "state", witness_key(), logs_of({demo_key(1)}));
  const SigningKey key = demo_key(1);
  const auto ask = [&](const Proof& path, const Head& head) {
    return status_of(witness,
                     to_text(ConsistencyFile{
                         0, path, sign_checkpoint({key.name, head.size, head.root, {}}, key)}));
  };
  CHECK(ask({}, {0, leaf_hash({})}) == 422);
  CHECK(ask({empty_root()}, {1, leaf_hash({})}) == 422);
  CHECK(ask({}, {0, empty_root()}) == 200);
  CHECK(ask({}, {1, leaf_hash({})}) == 200);
}

TEST_CASE("two logs are kept apart") {
  Story one(blocks);
  Story two({9, 9}, demo_key(2));
  MemoryFiles files;
  Witness witness(files, "state", witness_key(), logs_of({demo_key(1), demo_key(2)}));
  CHECK(status_of(witness, one.request(0, 3)) == 200);
  CHECK(status_of(witness, two.request(0, 1)) == 200);
  CHECK(status_of(witness, one.request(3, 4)) == 200);
  CHECK(status_of(witness, two.request(1, 2)) == 200);
  CHECK(witness.kept(demo_key(1).name).size == one.reader(4).size());
  CHECK(witness.kept(demo_key(2).name).size == two.reader(2).size());
}

TEST_CASE("a revoked log key is trusted no more, and a log's own key witnesses nothing") {
  Story story(blocks);
  MemoryFiles files;
  {
    Witness witness(files, "state", witness_key(), logs_of({demo_key(1)}),
                    {{demo_key(1).public_key}, 0});
    CHECK(status_of(witness, story.request(0, 1)) == 403);
  }
  CHECK_THROWS_AS(Witness(files, "state", demo_key(1), logs_of({demo_key(1)})), UsageError);
}

TEST_CASE("what a witness has signed survives every power cut, and nothing is signed twice") {
  Story story(blocks);
  Story fork({3, 41, 300, 2});
  const Policy policy = logs_of({demo_key(1)});
  for (int at = 1, is_done = 0; !is_done; ++at)
    for (const Fate fate : {Fate::lost, Fate::torn, Fate::kept}) {
      MemoryFiles files;
      std::uint64_t signed_size = 0;
      try {
        Witness witness(files, "state", witness_key(), policy);
        REQUIRE(status_of(witness, story.request(0, 1)) == 200);
        signed_size = story.reader(1).size();
        files.fail_at(at);
        if (status_of(witness, story.request(1, 2)) == 200) signed_size = story.reader(2).size();
        is_done = 1;
      } catch (const FileError&) {
      }
      files.crash([&] { return fate; });
      CAPTURE(at);
      Witness witness(files, "state", witness_key(), policy);
      const Head kept = witness.kept(demo_key(1).name);
      REQUIRE(kept.size >= signed_size);
      REQUIRE((kept.size == story.reader(1).size() || kept.size == story.reader(2).size()));
      // Whatever happened, the fork that signs another second block finds no ear.
      if (kept.size == story.reader(2).size())
        REQUIRE(status_of(witness, fork.request(1, 2)) == 409);
      REQUIRE(status_of(witness, story.request(kept.size == story.reader(1).size() ? 1 : 2, 3)) ==
              200);
    }
}

TEST_CASE("after a failed write nothing more is signed until the folder is opened again") {
  Story story(blocks);
  MemoryFiles files;
  const Policy policy = logs_of({demo_key(1)});
  {
    Witness witness(files, "state", witness_key(), policy);
    files.fail_at(1);
    CHECK_THROWS_AS(witness.add_checkpoint(story.request(0, 1), now_s), FileError);
    CHECK_THROWS_AS(witness.add_checkpoint(story.request(0, 1), now_s), Error);
    CHECK_THROWS_AS(Witness(files, "state", witness_key(), policy), FileError);  // one at a time
  }
  Witness witness(files, "state", witness_key(), policy);
  CHECK(status_of(witness, story.request(0, 1)) == 200);
}

TEST_CASE("a damaged memory is never taken for none") {
  Story story(blocks);
  MemoryFiles files;
  std::string path;
  {
    Witness witness(files, "state", witness_key(), logs_of({demo_key(1)}));
    REQUIRE(status_of(witness, story.request(0, 1)) == 200);
  }
  for (const FolderEntry& entry : files.list("state"))
    if (entry.path != "lock") path = "state/" + entry.path;
  const Bytes good = files.read(path);
  Witness witness(files, "state", witness_key(), logs_of({demo_key(1)}));
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= std::byte{1};
    files.write(path, bad);
    REQUIRE_THROWS_AS(witness.add_checkpoint(story.request(1, 2), now_s), DamageError);
    files.write(path, ByteView(good).first(at));
    REQUIRE_THROWS_AS(witness.add_checkpoint(story.request(1, 2), now_s), DamageError);
  }
  files.write(path, good);
  CHECK(status_of(witness, story.request(1, 2)) == 200);
}

TEST_CASE("cosignatures are published under the checkpoint, survive reopening, satisfy a policy") {
  Story story(blocks);
  MemoryFiles state_files;
  Policy policy = logs_of({demo_key(1)});
  std::vector<VerifierKey> keys;
  std::string lines;
  for (int i = 1; i <= 3; ++i) {
    Witness witness(state_files, "state" + std::to_string(i), witness_key(i), policy);
    lines += witness.add_checkpoint(story.request(0, 4), now_s).lines;
    if (i < 3) keys.push_back(witness.verifier());
  }
  publish_cosignatures(story.files, "log", lines, keys);  // the third is not known: left out
  policy =
      parse_policy("log " + to_text(verifier_of(demo_key(1))) + "\nwitness a " + to_text(keys[0]) +
                       "\nwitness b " + to_text(keys[1]) + "\ngroup both all a b\nquorum both\n",
                   "p");
  VerifyOptions options;
  options.policy = policy;
  VerifyResult told = verify(story.files, "log", options);
  CHECK_MESSAGE(told.ok, told.file << " " << told.reason);
  CHECK(told.witnesses == 2);
  CHECK(told.anchored_to == "the policy with 2 cosignatures");
  CHECK(verify(story.files, "log", {}).ok);
  const std::string published = LogReader(story.files, "log").note();
  CHECK(parse_note(published)->signatures.size() == 3);
  Log::open(story.files, "log", demo_key(1)).close();
  CHECK(LogReader(story.files, "log").note() == published);
  // Twice is once; the newer line stays.
  publish_cosignatures(story.files, "log", lines, keys);
  CHECK(LogReader(story.files, "log").note() == published);
  // A new head needs new cosignatures.
  Log log = Log::open(story.files, "log", demo_key(1));
  sample::append_block(log, 1);
  log.close();
  told = verify(story.files, "log", options);
  CHECK(told.file == "checkpoint");
  CHECK(told.reason.find("too few witnesses") != std::string::npos);
}

TEST_CASE("lines that are none, wrong or too many are not published") {
  Story story({1});
  const VerifierKey key = verifier_of(witness_key(), KeyType::cosignature);
  const std::string note = story.notes[1];
  const auto add = [&](std::string_view lines, std::span<const VerifierKey> keys) {
    return add_cosignatures(note, lines, keys);
  };
  CHECK_THROWS_AS(add("", std::span(&key, 1)), UsageError);
  CHECK_THROWS_AS(add("line\n", std::span(&key, 1)), UsageError);
  CHECK_THROWS_AS(add_cosignatures("note", "line\n", std::span(&key, 1)), UsageError);
  const std::string text = parse_note(note)->text;
  CHECK(add(to_text(cosign_note(witness_key(), text + "x\n", now_s)), std::span(&key, 1)) == note);
  std::vector<VerifierKey> keys;
  std::string lines;
  for (int i = 1; i <= 16; ++i) {
    keys.push_back(verifier_of(witness_key(i), KeyType::cosignature));
    lines += to_text(cosign_note(witness_key(i), text, now_s));
  }
  CHECK_THROWS_AS(add(lines, keys), UsageError);
  CHECK(parse_note(add(lines, std::span(keys).first(15)))->signatures.size() == 16);
}
