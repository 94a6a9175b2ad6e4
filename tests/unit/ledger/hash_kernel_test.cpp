// SPDX-License-Identifier: BSD-3-Clause
// The hash kernels of every instruction set, with and without SHA instructions, against OpenSSL.
#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

#include "gridswarm/kernel/isa.hpp"
#include "gridswarm/kernel/kernels.hpp"
#include "gridswarm/ledger/bytes.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

Hash openssl_hash(std::uint8_t prefix, ByteView bytes) {
  Bytes message = {std::byte{prefix}};
  message.insert(message.end(), bytes.begin(), bytes.end());
  Hash out;
  REQUIRE(EVP_Digest(message.data(), message.size(), reinterpret_cast<unsigned char*>(out.data()),
                     nullptr, EVP_sha256(), nullptr) == 1);
  return out;
}

/// Bytes without a pattern that a wrong offset could hide in.
Bytes some_bytes(std::size_t count) {
  Bytes bytes(count);
  std::uint64_t state = 1;
  for (std::byte& b : bytes) {
    state = 6364136223846793005u * state + 1442695040888963407u;
    b = static_cast<std::byte>(state >> 56);
  }
  return bytes;
}

/// Calls check(name) once for each table of hash kernels that this processor can run.
template <class Check>
void with_every_table(Check&& check) {
  const kernel::Isa isa = kernel::isa_in_use();
  const bool sha = kernel::sha_in_use();
  REQUIRE(kernel::use_sha(false));
  for (int i = 0; i < kernel::isa_count; ++i)
    if (kernel::use_isa(static_cast<kernel::Isa>(i))) {
      INFO(kernel::name_of(static_cast<kernel::Isa>(i)));
      check();
    }
  if (kernel::use_sha(true)) {
    INFO("SHA instructions");
    check();
  }
  kernel::use_isa(isa);
  kernel::use_sha(sha);
}

/// Leaves of these lengths, one after the other from an odd address, with nothing after the last
/// that may be read.
void check_leaves(const std::vector<std::size_t>& lengths) {
  Entries entries;
  for (std::size_t length : lengths) entries.push_back(some_bytes(length));
  entries.bytes.shrink_to_fit();
  std::vector<Hash> truth, hashes(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) truth.push_back(openssl_hash(0, entries[i]));
  with_every_table([&] {
    std::ranges::fill(hashes, Hash{});
    leaf_hashes(entries, hashes);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      INFO("length ", lengths[i], " at ", i, " of ", lengths.size());
      REQUIRE(hashes[i] == truth[i]);
    }
  });
}

}  // namespace

TEST_CASE("leaves of every length up to five blocks hash as OpenSSL hashes them") {
  std::vector<std::size_t> lengths;
  for (std::size_t length = 0; length <= 330; ++length) lengths.push_back(length);
  check_leaves(lengths);
}

TEST_CASE("one leaf alone hashes as OpenSSL hashes it, whatever its length") {
  for (std::size_t length = 0; length <= 200; ++length) {
    const Bytes entry = some_bytes(length);
    const Hash truth = openssl_hash(0, entry);
    check_leaves({length});
    with_every_table([&] { REQUIRE(leaf_hash(entry) == truth); });
  }
}

TEST_CASE("long leaves between short ones hash as OpenSSL hashes them") {
  check_leaves({65535, 0, 1, 118, 65535, 54, 55, 56, 62, 63, 64, 119, 4096, 127, 65534, 3});
  check_leaves({3, 65535, 118});
}

TEST_CASE("runs of leaves of one length hash as OpenSSL hashes them, also as the last bytes") {
  for (std::size_t length = 0; length <= 200; ++length)
    check_leaves(std::vector<std::size_t>(16 + length % 7, length));
}

TEST_CASE("runs of equal leaves between others hash as OpenSSL hashes them") {
  std::vector<std::size_t> lengths = {3};
  for (std::size_t run : {15u, 16u, 17u, 40u, 1u, 23u}) {
    lengths.insert(lengths.end(), run, 118 - run);
    lengths.push_back(500);
  }
  check_leaves(lengths);
}

TEST_CASE("any number of nodes hashes as OpenSSL hashes them, from any address, also in place") {
  constexpr std::size_t most = 300;
  for (std::size_t count = 0; count <= most; count = count < 40 ? count + 1 : count + 65) {
    for (std::size_t offset : {0, 1, 7}) {
      const Bytes bytes = some_bytes(64 * count + offset);
      const ByteView in = ByteView(bytes).subspan(offset);
      std::vector<Hash> truth(count);
      for (std::size_t i = 0; i < count; ++i) truth[i] = openssl_hash(1, in.subspan(64 * i, 64));
      with_every_table([&] {
        Bytes place(bytes);
        auto* at = reinterpret_cast<std::uint8_t*>(place.data()) + offset;
        Bytes apart(32 * count);
        kernel::hash_kernels().nodes(at, count, reinterpret_cast<std::uint8_t*>(apart.data()));
        kernel::hash_kernels().nodes(at, count, at);
        INFO(count, " nodes at offset ", offset);
        REQUIRE(same_bytes(apart, std::as_bytes(std::span(truth))));
        REQUIRE(same_bytes(ByteView(place).subspan(offset, 32 * count), apart));
      });
    }
  }
}

TEST_CASE("a node ends on any byte: each has its own row of the table") {
  for (int last = 0; last < 256; ++last) {
    Hash left{}, right{};
    right[31] = static_cast<std::byte>(last);
    Bytes message(64);
    std::memcpy(message.data() + 32, right.data(), 32);
    const Hash truth = openssl_hash(1, message);
    with_every_table([&] { REQUIRE(node_hash(left, right) == truth); });
  }
}

TEST_CASE("SHA instructions can be left aside, and asked for only where there are any") {
  const bool in_use = kernel::sha_in_use();
  CHECK(in_use == kernel::has_sha());
  REQUIRE(kernel::use_sha(false));
  CHECK_FALSE(kernel::sha_in_use());
  CHECK(&kernel::hash_kernels() == &kernel::kernels().hash);
  CHECK(kernel::use_sha(true) == kernel::has_sha());
  CHECK(kernel::sha_in_use() == kernel::has_sha());
  kernel::use_sha(in_use);
}
