// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/checkpoint.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

SigningKey key_of(const char* name, const char* seed) {
  return make_key(name, Reader(*from_hex(seed)).hash());
}

// Keys of RFC 8032: Ed25519 is deterministic, so every byte below is exact.
const SigningKey log_key = key_of(
    "gridswarm.example/log0", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const SigningKey cosigner = key_of(
    "gridswarm.example/v1", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");

const std::string text =
    "gridswarm.example/log0\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";

std::string hash_of(std::string_view bytes) { return to_hex(sha256(bytes_of(bytes))); }

Note both() { return {text, {sign_note(log_key, text), cosign_note(cosigner, text, 1700000000)}}; }

}  // namespace

TEST_CASE("the specification's own note verifies under its key") {
  const auto key =
      parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  REQUIRE(key);
  const auto note = parse_note(
      "This is an example message.\n\n\xe2\x80\x94 example.com/foo "
      "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
      "\n");
  REQUIRE(note);
  CHECK(check_note(*note, std::span(&*key, 1)).signers == std::vector<std::size_t>{0});
}

TEST_CASE("keys are written and read with their ids") {
  CHECK(to_text(verifier_of(log_key)) ==
        "gridswarm.example/log0+148d9955+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
  CHECK(to_text(verifier_of(cosigner, KeyType::cosignature)) ==
        "gridswarm.example/v1+5f692e4f+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM");
  for (const VerifierKey& key : {verifier_of(log_key), verifier_of(cosigner, KeyType::cosignature)})
    CHECK(parse_vkey(to_text(key)) == key);
}

TEST_CASE("a key with another id, length, type or spelling is refused") {
  const std::string good = to_text(verifier_of(log_key));
  REQUIRE(parse_vkey(good));
  const auto changed = [&](std::size_t at, char value) {
    std::string bad = good;
    bad[at] = value;
    return bad;
  };
  const std::size_t id = good.find('+') + 1;
  for (const std::string& bad :
       {std::string(), std::string("name"), std::string("name+12345678"), changed(id, '0'),
        changed(id + 3, 'D'), changed(0, 'h'), changed(good.size() - 1, '='), good + "=",
        good.substr(0, good.size() - 4), "a b" + good, good + "\n"})
    CHECK_FALSE_MESSAGE(parse_vkey(bad), bad);
}

TEST_CASE("log line, cosignature and whole note are the expected bytes") {
  CHECK(hash_of(text) == "aa36d9f2909194dbd3a10e9643da17c37719d142d3df0c9431559da370620d73");
  const std::string message = cosignature_message(text, 1700000000);
  CHECK(message.size() == 101);
  CHECK(hash_of(message) == "76a71229c4144e734d5b4cca4b2dbb940b0c260710d951354bb11ea61b423fa1");
  const std::string note = to_text(both());
  CHECK(
      note.find("FI2ZVbsTHgV9gyNIT3sxMHbyizVd7mQ0pabmSFcwF0T/Krf5c5o4i64j3shG2mA3kiub1cvRkS2JDbMvT"
                "iVFhX0slw0=\n") != std::string::npos);
  CHECK(
      note.find("X2kuTwAAAABlU/EADizVuyU6NsBKJXqhn+8t1bQeggX4Kh4f56ek/DUDk9dSG2hR5klBszDUkNbK8rzwYT"
                "+puJavlYHaz5Kyz/PNAw==\n") != std::string::npos);
  CHECK(note.size() == 321);
  CHECK(hash_of(note) == "4f42af5202bba456d1a83bc8f21cd30d030fbd272a7d8d254f04f0b0bf9d5111");
}

TEST_CASE("every note that parses is written back byte for byte, whatever byte was changed") {
  const std::string good = to_text(both());
  int accepted = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(value);
      if (const auto note = parse_note(bytes)) {
        ++accepted;
        REQUIRE(to_text(*note) == bytes);
      }
    }
  CHECK(accepted > 0);
}

TEST_CASE("no changed byte of a note leaves both signatures valid") {
  const std::vector keys = {verifier_of(log_key), verifier_of(cosigner, KeyType::cosignature)};
  const std::string good = to_text(both());
  REQUIRE(check_note(*parse_note(good), keys).signers.size() == 2);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    if (const auto note = parse_note(bytes)) REQUIRE(check_note(*note, keys).signers.size() < 2);
  }
}

TEST_CASE("unknown keys are ignored, known keys that fail condemn the note, repeats count once") {
  const std::vector log_only = {verifier_of(log_key)};
  const std::vector nobody = {verifier_of(demo_key(5))};
  Note note = both();
  CHECK(check_note(note, log_only).signers.size() == 1);
  CHECK(check_note(note, nobody).reason == "no known key signed it");
  note.signatures.push_back(note.signatures[0]);
  CHECK(check_note(note, log_only).signers.size() == 1);
  note.signatures.back().bytes[0] ^= std::byte{1};
  CHECK(check_note(note, log_only).signers.empty());
  CHECK(check_note(note, log_only).reason == "the signature of gridswarm.example/log0 is wrong");
}

TEST_CASE("a cosignature's time is signed and below 2^63") {
  const VerifierKey key = verifier_of(cosigner, KeyType::cosignature);
  NoteSignature line = cosign_note(cosigner, text, 1700000000);
  CHECK(verify_line(key, text, line));
  line.bytes[7] ^= std::byte{1};
  CHECK_FALSE(verify_line(key, text, line));
  CHECK(verify_line(key, text, cosign_note(cosigner, text, (std::uint64_t{1} << 63) - 1)));
  CHECK_FALSE(verify_line(key, text, cosign_note(cosigner, text, std::uint64_t{1} << 63)));
  CHECK_FALSE(verify_line(verifier_of(cosigner), text, line));
}

TEST_CASE("malformed notes are refused") {
  const std::string line = "\xe2\x80\x94 a AAAAAAA=\n";
  REQUIRE(parse_note("text\n\n" + line));
  const std::vector<std::string> bad_notes = {std::string(),
                                              std::string("text\n"),
                                              std::string("text\n\n"),
                                              "text\n" + line,
                                              "text\n\n" + line.substr(0, line.size() - 1),
                                              "te\rxt\n\n" + line,
                                              "te\xffxt\n\n" + line,
                                              "te\xc0\xaft\n\n" + line,
                                              "text\n\n- a AAAAAAA=\n",
                                              std::string("text\n\n\xe2\x80\x94 a AAAA=\n"),
                                              std::string("text\n\n\xe2\x80\x94 a+b AAAAAAA=\n"),
                                              std::string("text\n\n\xe2\x80\x94  AAAAAAA=\n"),
                                              std::string("text\n\n\xe2\x80\x94 a\xc2\xa0"
                                                          "b AAAAAAA=\n"),
                                              std::string("text\n\n\xe2\x80\x94 a AAAAAAB=\n"),
                                              std::string("text\n\n\xe2\x80\x94 a AAAAAA==\n"),
                                              "text\n\n" + line + "\n",
                                              "text\n\n" + line + "stranger\n"};
  for (const std::string& bad : bad_notes) CHECK_FALSE_MESSAGE(parse_note(bad), bad);
}

TEST_CASE("the text is split from the signatures at the last empty line") {
  const auto note = parse_note("a\n\nb\n\n\xe2\x80\x94 k AAAAAAA=\n");
  REQUIRE(note);
  CHECK(note->text == "a\n\nb\n");
}

TEST_CASE("a checkpoint reads as it was written, and nothing else reads as one") {
  const auto checkpoint = parse_checkpoint(text);
  REQUIRE(checkpoint);
  CHECK(checkpoint->origin == "gridswarm.example/log0");
  CHECK(checkpoint->size == 8);
  CHECK(to_hex(checkpoint->root) ==
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  CHECK(to_text(*checkpoint) == text);
  CHECK(parse_checkpoint(text + "extension\n")->extensions.size() == 1);
  const std::string root = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";
  for (const std::string& bad :
       {std::string(), "\n8\n" + root, "a\n08\n" + root, "a\n-8\n" + root, "a\n8 \n" + root,
        "a\n18446744073709551616\n" + root, std::string("a\n8\n"), "a\n8\n" + root.substr(1),
        "a\n8\n" + root.substr(0, root.size() - 1), "a\n8\n" + root + "\n", "a\n8\n\n" + root})
    CHECK_FALSE_MESSAGE(parse_checkpoint(bad), bad);
}
