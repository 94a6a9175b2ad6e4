// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/secret_key.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

TEST_CASE("a secret key is the line that Go's note package reads, and reads back") {
  std::array<std::byte, 32> seed{};
  const SecretKey secret{make_key("example.com/log", seed), KeyType::ed25519};
  const std::string text = to_text(secret);
  // 0x01 and 32 zero bytes; the id is that of the public key.
  const std::string id = to_text(verifier_of(secret.key)).substr(16, 8);
  CHECK(text ==
        "PRIVATE+KEY+example.com/log+" + id + "+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  const auto read = parse_secret_key(text);
  REQUIRE(read);
  CHECK(read->key.public_key == secret.key.public_key);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string bad = text;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    CHECK_FALSE_MESSAGE(parse_secret_key(bad), bad);
    CHECK_FALSE(parse_secret_key(text.substr(0, at)));
  }
}

TEST_CASE("random keys differ, sign as their type, and need a name that notes can carry") {
  const SecretKey a = make_random_key("w.example", KeyType::cosignature);
  const SecretKey b = make_random_key("w.example", KeyType::cosignature);
  CHECK(a.key.public_key != b.key.public_key);
  CHECK(parse_secret_key(to_text(a))->type == KeyType::cosignature);
  for (const char* name : {"", "a b", "a+b", "a\nb"})
    CHECK_THROWS_AS(make_random_key(name, KeyType::ed25519), UsageError);
}
