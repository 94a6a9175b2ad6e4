// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/proof_file.hpp"

#include <doctest/doctest.h>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

const Policy policy = policy_of(verifier_of(demo_key(1)));

struct Sample {
  MemoryFiles files;
  std::unique_ptr<LogReader> log;
  explicit Sample(const std::vector<int>& blocks, const SigningKey& key = demo_key(1)) {
    sample::write(files, "log", blocks, key);
    log = std::make_unique<LogReader>(files, "log");
  }
};

}  // namespace

TEST_CASE("a proof of inclusion is the text that tlog-proof describes") {
  Sample sample({3});
  InclusionFile proof = prove_inclusion(*sample.log, 1);
  const std::string expected =
      "c2sp.org/tlog-proof@v1\nindex 1\n" + to_base64(leaf_hash(sample.log->entry(0))) + "\n" +
      to_base64(node_hash(leaf_hash(sample.log->entry(2)), leaf_hash(sample.log->entry(3)))) +
      "\n\n" + sample.log->note();
  CHECK(to_text(proof) == expected);
  CHECK(parse_inclusion(expected) == proof);
  proof.extra = Bytes(5, std::byte{7});
  CHECK(to_text(proof).find("v1\nextra BwcHBwc=\nindex 1\n") != std::string::npos);
  CHECK(parse_inclusion(to_text(proof)) == proof);
}

TEST_CASE("every record of a log proves itself without the log, and no other record does") {
  Sample sample({100, 154, 20});
  for (std::uint64_t i = 0; i < sample.log->size(); ++i) {
    const auto proof = parse_inclusion(to_text(prove_inclusion(*sample.log, i)));
    REQUIRE(proof);
    const ProofResult result = verify_proof(sample.log->entry(i), *proof, policy);
    REQUIRE(result.ok);
    REQUIRE(result.index == static_cast<std::int64_t>(i));
    REQUIRE(result.origin == demo_key(1).name);
    const std::uint64_t other = (i + 1) % sample.log->size();
    REQUIRE_FALSE(verify_proof(sample.log->entry(other), *proof, policy).ok);
  }
}

TEST_CASE("no changed, missing or added byte of a proof leaves it valid") {
  Sample sample({4});
  const std::string good = to_text(prove_inclusion(*sample.log, 2));
  const Bytes record = sample.log->entry(2);
  int parsed = 0;
  const auto check = [&](const std::string& text) {
    const auto proof = parse_inclusion(text);
    if (!proof) return;
    ++parsed;
    REQUIRE(to_text(*proof) == text);  // one spelling
    REQUIRE_FALSE(verify_proof(record, *proof, policy).ok);
  };
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int flip : {1, 2, 4, 8, 16, 32, 64, 128}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ flip);
      check(bad);
    }
    check(good.substr(0, at));
    check(good.substr(0, at) + good.substr(at + 1));
    check(good.substr(0, at) + good[at] + good.substr(at));
  }
  CHECK(parsed > 100);  // what parses is refused by its hashes or signature
  CHECK(verify_proof(record, *parse_inclusion(good), policy).ok);
}

TEST_CASE("proofs that are spelt otherwise are refused") {
  Sample sample({4});
  const std::string note = sample.log->note();
  const std::string hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  const std::string first = "c2sp.org/tlog-proof@v1\n";
  REQUIRE(parse_inclusion(first + "index 0\n" + hash + "\n" + note));
  REQUIRE(parse_inclusion(first + "index 0\n\n" + note));
  std::string too_long;
  for (int i = 0; i < 64; ++i) too_long += hash;
  REQUIRE(parse_consistency("old 1\n" + too_long.substr(hash.size()) + "\n" + note));
  for (const std::string& bad : {std::string(),
                                 first,
                                 first + "\n" + note,
                                 first + "index 00\n\n" + note,
                                 first + "index -1\n\n" + note,
                                 first + "index 18446744073709551616\n\n" + note,
                                 first + "index  1\n\n" + note,
                                 first + "index 1 \n\n" + note,
                                 first + "index1\n\n" + note,
                                 first + "extra \nindex 1\n\n" + note,
                                 first + "extra AA\nindex 1\n\n" + note,
                                 first + "index 1\nextra AAAA\n\n" + note,
                                 first + "index 1\n\n",
                                 first + "index 1\n" + note,
                                 first + "index 1\n" + hash + note,
                                 first + "index 1\nAAAA\n\n" + note,
                                 first + "index 1\n" + hash.substr(0, 42) + "B=\n\n" + note,
                                 first + "index 1\n" + too_long + "\n" + note,
                                 first + "index 1\n\n" + note + "\n",
                                 "c2sp.org/tlog-proof@v2\nindex 1\n\n" + note,
                                 "\n" + first + "index 1\n\n" + note,
                                 first + "index 1\r\n\n" + note,
                                 first + "index 1\n\ntext\n\n\xe2\x80\x94 a AAAAAAA=\n"})
    CHECK_FALSE_MESSAGE(parse_inclusion(bad), bad);
  for (const std::string& bad :
       {std::string(), "old 1\n" + note, "old 01\n\n" + note, "new 1\n\n" + note,
        "old 1\n" + too_long + "\n" + note, "old\n\n" + note, "old 1\n\n\n" + note})
    CHECK_FALSE_MESSAGE(parse_consistency(bad), bad);
}

TEST_CASE("a proof from another log, key, tree or index proves nothing, and says why") {
  Sample sample({4});
  Sample longer({4, 2});
  Sample stranger({4}, demo_key(2));
  const Bytes record = sample.log->entry(2);
  const auto reason_of = [&](const InclusionFile& proof, const Policy& by = policy) {
    const ProofResult result = verify_proof(record, proof, by);
    CHECK_FALSE(result.ok);
    return result.reason;
  };
  const InclusionFile good = prove_inclusion(*sample.log, 2);
  CHECK(reason_of(good, policy_of(verifier_of(demo_key(2)))).find("no log of the policy") !=
        std::string::npos);
  CHECK(reason_of(prove_inclusion(*stranger.log, 2)).find("no log of the policy") !=
        std::string::npos);
  InclusionFile bad = good;
  bad.note = longer.log->note();
  CHECK(reason_of(bad).find("does not lead") != std::string::npos);
  bad = good;
  bad.index = 3;
  CHECK(reason_of(bad).find("does not lead") != std::string::npos);
  bad.index = 5;
  CHECK(reason_of(bad) == "the index lies beyond the tree");
}

TEST_CASE("a proof of consistency binds an older checkpoint to the signed tree") {
  Sample sample({100, 154, 20});
  Sample rewritten({99, 155, 20});
  Sample stranger({100}, demo_key(2));
  for (std::uint64_t m = 0; m <= sample.log->size(); ++m) {
    const Checkpoint old{demo_key(1).name, m, tree_root(*sample.log, m), {}};
    const auto proof = parse_consistency(to_text(prove_consistency(*sample.log, m)));
    REQUIRE(proof);
    REQUIRE(verify_proof(old, *proof, policy).ok);
    const Checkpoint other{old.origin, m, tree_root(*rewritten.log, m), {}};
    if (m > 99) REQUIRE_FALSE(verify_proof(other, *proof, policy).ok);
  }
  const ConsistencyFile proof = prove_consistency(*sample.log, 101);
  const auto reason_of = [&](const Checkpoint& old) {
    const ProofResult result = verify_proof(old, proof, policy);
    CHECK_FALSE(result.ok);
    return result.reason;
  };
  CHECK(reason_of(stranger.log->checkpoint()).find("another log") != std::string::npos);
  CHECK(reason_of(sample.log->checkpoint()).find("starts at size 101") != std::string::npos);
  const Checkpoint beyond{demo_key(1).name, 101, tree_root(*sample.log, 101), {}};
  Sample shorter({7});
  ConsistencyFile short_proof{101, {}, shorter.log->note()};
  CHECK(verify_proof(beyond, short_proof, policy).reason.find("rolled back") != std::string::npos);
}
