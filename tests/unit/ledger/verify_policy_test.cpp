// SPDX-License-Identifier: BSD-3-Clause
// What verification does with policies, revoked keys, cosignatures, and what others left behind.
#include <doctest/doctest.h>

#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

SigningKey witness_key(int number) {
  std::array<std::byte, 32> seed{};
  seed[0] = static_cast<std::byte>(number);
  return make_key("w" + std::to_string(number) + ".example", seed);
}

/// Put cosignatures of witnesses 1 to `count` under the checkpoint.
void cosign(FileSystem& files, int count, std::uint64_t time_s = 1700000000) {
  Note note = *parse_note(LogReader(files, "log").note());
  for (int i = 1; i <= count; ++i)
    note.signatures.push_back(cosign_note(witness_key(i), note.text, time_s));
  files.write("log/checkpoint", bytes_of(to_text(note)));
}

/// Demands `needed` of two witnesses.
VerifyOptions by_policy(std::size_t needed) {
  VerifyOptions options;
  options.policy = policy_of(verifier_of(demo_key(1)));
  for (int i = 1; i <= 2; ++i)
    options.policy->witnesses.push_back(
        {"w" + std::to_string(i), verifier_of(witness_key(i), KeyType::cosignature), ""});
  options.policy->groups = {{"site", needed, {{false, 0}, {false, 1}}}};
  options.policy->quorum = PolicyMember{true, 0};
  return options;
}

}  // namespace

TEST_CASE("a policy is satisfied by its quorum, and strangers' lines change nothing") {
  MemoryFiles files;
  sample::write(files, "log", {3, 40});
  CHECK(verify(files, "log", by_policy(1)).reason.find("too few witnesses") != std::string::npos);
  cosign(files, 1);
  CHECK(verify(files, "log", by_policy(1)).ok);
  CHECK(verify(files, "log", by_policy(2)).file == "checkpoint");
  MemoryFiles more;
  sample::write(more, "log", {3, 40});
  cosign(more, 5);  // three of them unknown to the policy
  const VerifyResult told = verify(more, "log", by_policy(2));
  CHECK_MESSAGE(told.ok, told.reason);
  CHECK(told.witnesses == 2);
  CHECK(verify(more, "log", {}).ok);
}

TEST_CASE("a wrong, doubled-up or overlong list of cosignatures is refused") {
  MemoryFiles files;
  sample::write(files, "log", {3});
  const Bytes good = files.read("log/checkpoint");
  cosign(files, 15);
  CHECK(verify(files, "log", {}).ok);
  files.write("log/checkpoint", good);
  cosign(files, 16);  // 17 lines
  CHECK(verify(files, "log", {}).file == "checkpoint");
  files.write("log/checkpoint", good);
  cosign(files, 2);
  Note note = *parse_note(LogReader(files, "log").note());
  note.signatures[2].bytes[30] ^= std::byte{1};
  files.write("log/checkpoint", bytes_of(to_text(note)));
  CHECK(verify(files, "log", by_policy(1)).reason == "the signature of w2.example is wrong");
  // The log's own line must stand first, as it was committed.
  std::swap(note.signatures[0], note.signatures[1]);
  files.write("log/checkpoint", bytes_of(to_text(note)));
  CHECK(verify(files, "log", {}).file == "checkpoint");
}

TEST_CASE("a key beside a policy picks the log, a revoked one ends it, old cosignatures expire") {
  MemoryFiles files;
  sample::write(files, "log", {3});
  cosign(files, 2, 1700000000);
  VerifyOptions options = by_policy(2);
  options.key = verifier_of(demo_key(1));
  CHECK(verify(files, "log", options).anchored_to ==
        "the key " + to_text(*options.key) + " and the policy with 2 cosignatures");
  options.key = verifier_of(demo_key(2));
  CHECK(verify(files, "log", options).file == "checkpoint");
  options = by_policy(2);
  options.limits.oldest_time_s = 1700000001;
  CHECK(verify(files, "log", options).file == "checkpoint");
  options = by_policy(2);
  options.limits.revoked = {demo_key(1).public_key};
  CHECK(verify(files, "log", options).reason.find("was revoked") != std::string::npos);
  options = by_policy(1);
  options.limits.revoked = {witness_key(2).public_key};
  CHECK(verify(files, "log", options).witnesses == 1);
}

TEST_CASE("what crashed copies and prunings leave is named, with what to do") {
  MemoryFiles files;
  sample::write(files, "log", {3});
  for (const auto& [name, words] :
       {std::pair("incoming", "mirror again"), std::pair("minimum-index.tmp", "prune again"),
        std::pair("fork", "two histories"), std::pair("stage", "recover"),
        std::pair("checkpoint.tmp", "recover")}) {
    files.write(std::string("log/") + name, bytes_of("x"));
    const VerifyResult told = verify(files, "log", {});
    CHECK(told.file == name);
    CHECK_MESSAGE(told.reason.find(words) != std::string::npos, told.reason);
    files.remove(std::string("log/") + name);
  }
  CHECK(verify(files, "log", {}).ok);
}
