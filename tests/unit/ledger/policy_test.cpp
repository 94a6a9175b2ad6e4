// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/policy.hpp"

#include <doctest/doctest.h>

#include <bit>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

SigningKey key_of(int number, const std::string& name) {
  std::array<std::byte, 32> seed{};
  seed[0] = static_cast<std::byte>(number);
  return make_key(name, seed);
}

const SigningKey log_key = key_of(100, "example.com/log");

SigningKey witness_key(int number) {
  return key_of(number, "witness" + std::to_string(number) + ".example");
}

std::string vkey_of(const SigningKey& key, KeyType type = KeyType::cosignature) {
  return to_text(verifier_of(key, type));
}

const std::string log_line = "log " + vkey_of(log_key, KeyType::ed25519) + "\n";

std::string witness_line(int number) {
  return "witness w" + std::to_string(number) + " " + vkey_of(witness_key(number)) + "\n";
}

std::string witness_lines(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += witness_line(i);
  return text;
}

/// A checkpoint signed by the log and cosigned by the witnesses whose bit is set.
Note cosigned(std::uint64_t witnesses, std::uint64_t time_s = 1700000000) {
  Note note{to_text(Checkpoint{log_key.name, 8, empty_root(), {}}), {}};
  note.signatures.push_back(sign_note(log_key, note.text));
  for (int i = 1; witnesses >> i != 0; ++i)
    if (witnesses >> i & 1)
      note.signatures.push_back(cosign_note(witness_key(i), note.text, time_s));
  return note;
}

/// Where and why a policy is refused.
struct Refusal {
  std::int64_t line = -1;
  std::string words;
};

Refusal refusal_of(const std::string& text) {
  try {
    parse_policy(text, "policy.txt");
  } catch (const InputError& error) {
    CHECK(error.file == "policy.txt");
    return {error.line, error.what()};
  }
  return {};
}

void check_refused(const std::string& text, std::int64_t line, const char* words) {
  const Refusal refusal = refusal_of(text);
  CAPTURE(text);
  CAPTURE(refusal.words);
  CHECK(refusal.line == line);
  CHECK(refusal.words.find(words) != std::string::npos);
}

}  // namespace

TEST_CASE("the specification's example counts two of three sites and one of three others") {
  const std::string text = "# two organisations\n" + log_line + "\n" + witness_lines(3) +
                           "group\tX-witnesses 2 w1 w2 w3\n" + witness_line(4) + witness_line(5) +
                           "  " + witness_line(6) +
                           "group Y-witnesses any w4 w5 w6\n"
                           "group X-and-Y all X-witnesses Y-witnesses \t\nquorum X-and-Y\n";
  const Policy policy = parse_policy(text, "policy.txt");
  CHECK(policy.witnesses.size() == 6);
  CHECK(fewest_lines(policy) == 4);
  for (std::uint64_t witnesses = 0; witnesses < 128; witnesses += 2) {
    const bool expected = std::popcount(witnesses >> 1 & 7u) >= 2 && (witnesses >> 4) != 0;
    const PolicyCheck check = check_policy(policy, cosigned(witnesses));
    CAPTURE(witnesses);
    CAPTURE(check.reason);
    REQUIRE(check.ok == expected);
    REQUIRE(check.reason.empty() == expected);
    REQUIRE(static_cast<int>(check.witnesses.size()) == std::popcount(witnesses));
  }
}

TEST_CASE("every k of n is counted, and a policy is read as it is written") {
  for (int n = 1; n <= 5; ++n)
    for (int k = 1; k <= n; ++k) {
      std::string text = log_line + witness_lines(n) + "group site " + std::to_string(k);
      for (int i = 1; i <= n; ++i) text += " w" + std::to_string(i);
      const Policy policy = parse_policy(text + "\nquorum site\n", "policy.txt");
      CHECK(parse_policy(to_text(policy), "again") == policy);
      CHECK(fewest_lines(policy) == static_cast<std::size_t>(k) + 1);
      for (std::uint64_t witnesses = 0; witnesses < 2u << n; witnesses += 2)
        REQUIRE(check_policy(policy, cosigned(witnesses)).ok == (std::popcount(witnesses) >= k));
    }
}

TEST_CASE("quorums of a single witness and of nobody, and logs with several keys") {
  const Policy one = parse_policy(log_line + witness_lines(2) + "quorum w2\n", "p");
  CHECK_FALSE(check_policy(one, cosigned(0b010)).ok);
  CHECK(check_policy(one, cosigned(0b100)).ok);
  const Policy nobody = parse_policy(log_line + "quorum none\n", "p");
  CHECK(check_policy(nobody, cosigned(0)).ok);
  CHECK(nobody == policy_of(verifier_of(log_key)));
  const std::string renewed = vkey_of(key_of(101, log_key.name), KeyType::ed25519);
  const Policy both = parse_policy(
      "log " + renewed + " https://example.com/log\n" + log_line + "quorum none\n", "p");
  const PolicyCheck check = check_policy(both, cosigned(0));
  CHECK(check.ok);
  CHECK(check.log == 1);
  CHECK(parse_policy(to_text(both), "again") == both);
}

TEST_CASE("a policy refuses what is malformed, unknown, doubled, circular or out of range") {
  const std::string two = log_line + witness_lines(2);  // lines 1 to 3
  CHECK(refusal_of(two + "quorum none\n").line == -1);
  check_refused("", 0, "no quorum");
  check_refused(two, 0, "no quorum");
  check_refused(two + "quorum none", 4, "newline");
  check_refused(two + "quorum none\nquorum none\n", 5, "second");
  check_refused(two + "quorum\n", 4, "expected");
  check_refused(two + "quorum w1 w2\n", 4, "expected");
  check_refused(two + "quorum w3\n", 4, "no witness");
  check_refused("quorum w1\n" + two, 1, "no witness");
  check_refused(two + "wintess w3\n", 4, "wintess");
  check_refused(two + "quorum none\r\n", 4, "control");
  check_refused(two + "group g all\n", 4, "expected");
  check_refused(two + "group g 0 w1 w2\n", 4, "0 of 2");
  check_refused(two + "group g 3 w1 w2\n", 4, "3 of 2");
  check_refused(two + "group g 01 w1 w2\n", 4, "01 of 2");
  check_refused(two + "group g -1 w1 w2\n", 4, "-1 of 2");
  check_refused(two + "group g some w1 w2\n", 4, "some of 2");
  check_refused(two + "group g any w1 w1\n", 4, "member already");
  check_refused(two + "group g any w1\ngroup h any w2 w1\n", 5, "member already");
  check_refused(two + "group g any g\n", 4, "no witness");
  check_refused(two + "group g any h\ngroup h any g\n", 4, "no witness");
  check_refused(two + "group w1 any w2\n", 4, "taken");
  check_refused(two + "group none any w2\n", 4, "none");
  check_refused(two + "group g any none\n", 4, "none");
  check_refused(two + "witness w1 " + vkey_of(witness_key(3)) + "\n", 4, "taken");
  check_refused("witness w1\n", 1, "expected");
  check_refused("log a b c\n", 1, "expected");
  check_refused("log a\n", 1, "is not a public key");
  check_refused("witness w " + vkey_of(witness_key(1), KeyType::ed25519) + "\n", 1, "type 1");
  check_refused("log " + vkey_of(log_key) + "\n", 1, "type 4");
}

TEST_CASE("one public key under two names is refused, whoever holds it") {
  const SigningKey twin{"other.example", witness_key(1).seed, witness_key(1).public_key};
  const std::string one = log_line + witness_line(1);  // lines 1 and 2
  check_refused(one + "witness w2 " + vkey_of(twin) + "\nquorum none\n", 3, "line 2");
  check_refused(one + "witness w2 " + vkey_of(witness_key(1)) + "\nquorum none\n", 3, "line 2");
  check_refused(one + log_line + "quorum none\n", 3, "line 1");
  check_refused(one + "log " + vkey_of(twin, KeyType::ed25519) + "\nquorum none\n", 3, "line 2");
}

TEST_CASE("repeated lines count once, unknown ones nothing, and a wrong one condemns the note") {
  const Policy policy =
      parse_policy(log_line + witness_lines(2) + "group g all w1 w2\nquorum g\n", "p");
  Note note = cosigned(0b010);
  note.signatures.push_back(note.signatures.back());
  note.signatures.push_back(cosign_note(witness_key(1), note.text, 1700000001));
  note.signatures.push_back(cosign_note(witness_key(9), note.text, 1700000001));
  const PolicyCheck check = check_policy(policy, note);
  CHECK_FALSE(check.ok);
  CHECK(check.witnesses == std::vector<std::size_t>{0});
  note.signatures.push_back(cosign_note(witness_key(2), note.text, 1700000001));
  CHECK(check_policy(policy, note).ok);
  note.signatures.back().bytes[20] ^= std::byte{1};
  CHECK(check_policy(policy, note).reason == "the signature of witness2.example is wrong");
}

TEST_CASE("another origin, another key, no log line: refused") {
  const Policy policy = parse_policy(log_line + "quorum none\n", "p");
  Note other = cosigned(0);
  other.text = to_text(Checkpoint{"example.com/other", 8, empty_root(), {}});
  other.signatures = {sign_note(log_key, other.text)};  // the right key under another origin
  CHECK_FALSE(check_policy(policy, other).ok);
  Note thief = cosigned(0);
  thief.signatures = {sign_note(key_of(7, log_key.name), thief.text)};
  CHECK(check_policy(policy, thief).reason ==
        "no log of the policy named example.com/log signed it");
  const Policy empty = parse_policy("quorum none\n", "p");
  CHECK_FALSE(check_policy(empty, cosigned(0)).ok);
}

TEST_CASE("a revoked key counts for nobody, and the reason names it") {
  const Policy policy =
      parse_policy(log_line + witness_lines(2) + "group g any w1 w2\nquorum g\n", "p");
  PolicyLimits limits;
  limits.revoked = {witness_key(1).public_key};
  CHECK(check_policy(policy, cosigned(0b110), limits).ok);
  const PolicyCheck check = check_policy(policy, cosigned(0b010), limits);
  CHECK_FALSE(check.ok);
  CHECK(check.reason.find("witness1.example was revoked") != std::string::npos);
  limits.revoked = {log_key.public_key};
  CHECK(check_policy(policy, cosigned(0b110), limits).reason.find("was revoked") !=
        std::string::npos);
}

TEST_CASE("a cosignature older than the reader allows does not count") {
  const Policy policy = parse_policy(log_line + witness_lines(1) + "quorum w1\n", "p");
  PolicyLimits limits;
  limits.oldest_time_s = 1700000000;
  CHECK(check_policy(policy, cosigned(0b10, 1700000000), limits).ok);
  CHECK_FALSE(check_policy(policy, cosigned(0b10, 1699999999), limits).ok);
}

TEST_CASE("32 logs, 32 witnesses and 32 groups are read, and a note of 33 lines is checked") {
  std::string text = log_line;
  for (int i = 1; i < 32; ++i)
    text += "log " + vkey_of(key_of(120 + i, "log" + std::to_string(i)), KeyType::ed25519) + "\n";
  text += witness_lines(32);
  std::string before = "w1";
  for (int i = 2; i <= 32; ++i) {
    const std::string name = "g" + std::to_string(i);
    text += "group " + name + " all " + before + " w" + std::to_string(i) + "\n";
    before = name;
  }
  text += "group last any " + before + "\nquorum last\n";
  const Policy policy = parse_policy(text, "p");
  CHECK(policy.groups.size() == 32);
  CHECK(fewest_lines(policy) == 33);
  CHECK(check_policy(policy, cosigned(0x1fffffffe)).ok);
  CHECK_FALSE(check_policy(policy, cosigned(0x1fffffffe ^ 1u << 17)).ok);
}
