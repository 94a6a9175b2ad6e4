// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <string>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/sha256_reference.hpp"

using namespace gridswarm::ledger;

namespace {

Hash reference_hash(ByteView bytes) {
  Sha256 state;
  update(state, bytes);
  return finish(state);
}

}  // namespace

TEST_CASE("SHA-256 of FIPS 180-4's examples") {
  const auto check = [](const std::string& message, const char* digest) {
    CHECK(to_hex(sha256(bytes_of(message))) == digest);
    CHECK(to_hex(reference_hash(bytes_of(message))) == digest);
  };
  check("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  check("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  check(std::string(1'000'000, 'a'),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("OpenSSL and the plain SHA-256 agree at every length over two blocks") {
  std::string message;
  for (int length = 0; length <= 200; ++length) {
    CHECK(sha256(bytes_of(message)) == reference_hash(bytes_of(message)));
    message += static_cast<char>(31 * length + 7);
  }
}

TEST_CASE("a leaf of 32 zeros and a node of 64 zeros hash as published") {
  CHECK(to_hex(leaf_hash(Hash{})) ==
        "7f9c9e31ac8256ca2f258583df262dbc7d6f68f2a03043d5c99a4ae5a7396ce9");
  CHECK(to_hex(node_hash(Hash{}, Hash{})) ==
        "ae0798d0ecaed2b778eddebf18f071a561c53658c05e76cedecc27cafbdbc577");
  CHECK(empty_root() == sha256({}));
}

TEST_CASE("batches hash as single calls do, also in place") {
  Entries entries;
  for (const char* text : {"", "a", "meter reading", "x"}) entries.push_back(bytes_of(text));
  std::vector<Hash> hashes(entries.size());
  leaf_hashes(entries, hashes);
  for (std::size_t i = 0; i < entries.size(); ++i) CHECK(hashes[i] == leaf_hash(entries[i]));
  const Hash left = node_hash(hashes[0], hashes[1]);
  const Hash right = node_hash(hashes[2], hashes[3]);
  node_hashes(hashes, std::span(hashes).first(2));
  CHECK(hashes[0] == left);
  CHECK(hashes[1] == right);
}

TEST_CASE("a message in pieces hashes as the whole, and a hasher starts over") {
  Hasher hasher;
  CHECK(hasher.update(bytes_of("ab")).update(bytes_of("c")).finish() == sha256(bytes_of("abc")));
  CHECK(hasher.finish() == sha256({}));
}
