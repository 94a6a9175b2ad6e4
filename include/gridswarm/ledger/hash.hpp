// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 and the two ways in which a Merkle tree uses it.
//
// leaf(e)    = H(0x00 || e)
// node(l, r) = H(0x01 || l || r)        RFC 6962 section 2.1, H = SHA-256
// The prefixes keep a leaf from ever passing for an inner node. Leaves and nodes are kernels
// (kernel/hash_views.hpp), streams OpenSSL's (src/ledger/hash_openssl.cpp), which is also the
// oracle of the kernels; headers mode hashes with sha256_reference.hpp. All give the same bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/base/exchange.hpp"
#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// A SHA-256 digest.
using Hash = std::array<std::byte, 32>;
/// Bytes that somebody else owns.
using ByteView = std::span<const std::byte>;

/// H(bytes).
Hash sha256(ByteView bytes);
/// Hash of a log entry: H(0x00 || entry).
Hash leaf_hash(ByteView entry);
/// Hash of an inner node: H(0x01 || left || right).
Hash node_hash(const Hash& left, const Hash& right);
/// Root of the tree without leaves: H of nothing.
Hash empty_root();

/// Byte strings one after the other: entry i is bytes[first[i]] .. bytes[first[i + 1] - 1].
/// clear() keeps the capacity, so a tick that refills it allocates nothing.
struct Entries {
  Bytes bytes;
  std::vector<std::uint64_t> first = {0};

  std::size_t size() const { return first.size() - 1; }
  ByteView operator[](std::size_t i) const {
    return {bytes.data() + first[i], bytes.data() + first[i + 1]};
  }
  void push_back(ByteView entry) {
    bytes.insert(bytes.end(), entry.begin(), entry.end());
    first.push_back(bytes.size());
  }
  /// For writers that append to `bytes` themselves: all bytes since the last entry are one entry.
  void close_entry() { first.push_back(bytes.size()); }
  void clear() {
    bytes.clear();
    first.assign(1, 0);
  }
};

/// leaf_hash of every entry; `out` has entries.size() places.
void leaf_hashes(const Entries& entries, std::span<Hash> out);
/// out[i] = node_hash(in[2 i], in[2 i + 1]); `in` has twice as many hashes as `out`, which may be
/// the first half of `in`.
void node_hashes(std::span<const Hash> in, std::span<Hash> out);

/// SHA-256 of bytes that come in pieces.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  Hasher& update(ByteView bytes);
  /// Digest of everything since the last finish().
  Hash finish();

 private:
  void* state_;
};

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/hash.ipp"
#endif
