// SPDX-License-Identifier: BSD-3-Clause
// Headers mode: the plain SHA-256. The linked library uses src/ledger/hash_openssl.cpp.
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/hash.hpp"
#include "gridswarm/ledger/sha256_reference.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE Hash sha256(ByteView bytes) {
  Sha256 state;
  update(state, bytes);
  return finish(state);
}

GS_INLINE Hash leaf_hash(ByteView entry) {
  constexpr std::byte prefix[] = {std::byte{0}};
  Sha256 state;
  update(state, prefix);
  update(state, entry);
  return finish(state);
}

GS_INLINE Hash node_hash(const Hash& left, const Hash& right) {
  constexpr std::byte prefix[] = {std::byte{1}};
  Sha256 state;
  update(state, prefix);
  update(state, left);
  update(state, right);
  return finish(state);
}

GS_INLINE Hash empty_root() { return sha256({}); }

GS_INLINE void leaf_hashes(const Entries& entries, std::span<Hash> out) {
  GRIDSWARM_ASSERT(out.size() == entries.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = leaf_hash(entries[i]);
}

GS_INLINE void node_hashes(std::span<const Hash> in, std::span<Hash> out) {
  GRIDSWARM_ASSERT(in.size() == 2 * out.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = node_hash(in[2 * i], in[2 * i + 1]);
}

GS_INLINE Hasher::Hasher() : state_(new Sha256) {}
GS_INLINE Hasher::~Hasher() { delete static_cast<Sha256*>(state_); }

GS_INLINE Hasher& Hasher::update(ByteView bytes) {
  ledger::update(*static_cast<Sha256*>(state_), bytes);
  return *this;
}

GS_INLINE Hash Hasher::finish() {
  auto& state = *static_cast<Sha256*>(state_);
  const Hash digest = ledger::finish(state);
  state = Sha256();
  return digest;
}

}  // namespace gridswarm::inline GS_ABI::ledger
