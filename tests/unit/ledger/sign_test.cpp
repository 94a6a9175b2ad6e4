// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <algorithm>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/sign.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

template <std::size_t N>
std::array<std::byte, N> hex_array(const char* text) {
  return Reader(*from_hex(text)).array<N>();
}

}  // namespace

TEST_CASE("Ed25519 of RFC 8032, TEST 1 and TEST 2") {
  const SigningKey one = make_key(
      "one", hex_array<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  CHECK(to_hex(one.public_key) ==
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(
      to_hex(sign(one, {})) ==
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
      "b46bd25bf5f0595bbe24655141438e7a100b");
  const SigningKey two = make_key(
      "two", hex_array<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  const Bytes message = *from_hex("72");
  CHECK(to_hex(two.public_key) ==
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  CHECK(verify_signature(two.public_key, message, sign(two, message)));
  CHECK_FALSE(verify_signature(one.public_key, message, sign(two, message)));
}

TEST_CASE("a signature fails for any flipped byte of message or signature") {
  const SigningKey key = demo_key(1);
  Bytes message = {std::byte{1}, std::byte{2}};
  Signature signature = sign(key, message);
  for (std::byte& b : message) {
    b ^= std::byte{1};
    CHECK_FALSE(verify_signature(key.public_key, message, signature));
    b ^= std::byte{1};
  }
  for (std::byte& b : signature) {
    b ^= std::byte{0x80};
    CHECK_FALSE(verify_signature(key.public_key, message, signature));
    b ^= std::byte{0x80};
  }
  CHECK(verify_signature(key.public_key, message, signature));
}

TEST_CASE("the demo key follows from the seed and says that it is worthless") {
  CHECK(demo_key(1).public_key == demo_key(1).public_key);
  CHECK(demo_key(1).public_key != demo_key(2).public_key);
  CHECK(demo_key(42).name == "gridswarm.example/demo-key-is-worthless/seed-42");
}

TEST_CASE("malleable and small-order signatures are refused") {
  const SigningKey key = demo_key(1);
  const Bytes message = *from_hex("72");
  Signature signature = sign(key, message);
  // S + L is the same scalar in another spelling (L, the group order, little-endian).
  const auto order =
      hex_array<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (int i = 0; i < 32; ++i) {
    carry += static_cast<unsigned>(signature[32 + i]) + static_cast<unsigned>(order[i]);
    signature[32 + i] = static_cast<std::byte>(carry);
    carry >>= 8;
  }
  CHECK_FALSE(verify_signature(key.public_key, message, signature));
  // The neutral element as key and R, S = 0: satisfies the equation for every message.
  PublicKey neutral{};
  neutral[0] = std::byte{1};
  Signature trivial{};
  trivial[0] = std::byte{1};
  CHECK_FALSE(verify_signature(neutral, message, trivial));
}
