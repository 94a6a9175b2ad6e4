// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 by OpenSSL, which uses the processor's SHA instructions. The digest is fetched once and
// the context is kept per thread: fetching for every message costs three times the hashing.
#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <new>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::inline GS_ABI::ledger {
namespace {

const EVP_MD* digest_method() {
  static const EVP_MD* method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}

void start(EVP_MD_CTX* context) {
  if (EVP_DigestInit_ex2(context, digest_method(), nullptr) != 1)
    throw Error(ExitCode::run_time, "OpenSSL has no SHA-256 on this machine");
}

EVP_MD_CTX* make_context() {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  if (!context) throw std::bad_alloc();
  return context;
}

EVP_MD_CTX* thread_context() {
  struct Owner {
    EVP_MD_CTX* context = make_context();
    ~Owner() { EVP_MD_CTX_free(context); }
  };
  thread_local Owner owner;
  return owner.context;
}

Hash finish(EVP_MD_CTX* context) {
  Hash digest;
  EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

Hash leaf_hash(EVP_MD_CTX* context, ByteView entry) {
  constexpr std::byte prefix{0};
  start(context);
  EVP_DigestUpdate(context, &prefix, 1);
  EVP_DigestUpdate(context, entry.data(), entry.size());
  return finish(context);
}

Hash node_hash(EVP_MD_CTX* context, const Hash& left, const Hash& right) {
  std::array<std::byte, 65> message;
  message[0] = std::byte{1};
  std::memcpy(message.data() + 1, left.data(), 32);
  std::memcpy(message.data() + 33, right.data(), 32);
  start(context);
  EVP_DigestUpdate(context, message.data(), message.size());
  return finish(context);
}

}  // namespace

Hash sha256(ByteView bytes) {
  EVP_MD_CTX* context = thread_context();
  start(context);
  EVP_DigestUpdate(context, bytes.data(), bytes.size());
  return finish(context);
}

Hash leaf_hash(ByteView entry) { return leaf_hash(thread_context(), entry); }

Hash node_hash(const Hash& left, const Hash& right) {
  return node_hash(thread_context(), left, right);
}

Hash empty_root() { return sha256({}); }

void leaf_hashes(const Entries& entries, std::span<Hash> out) {
  GRIDSWARM_ASSERT(out.size() == entries.size());
  EVP_MD_CTX* context = thread_context();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = leaf_hash(context, entries[i]);
}

void node_hashes(std::span<const Hash> in, std::span<Hash> out) {
  GRIDSWARM_ASSERT(in.size() == 2 * out.size());
  EVP_MD_CTX* context = thread_context();
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = node_hash(context, in[2 * i], in[2 * i + 1]);
}

Hasher::Hasher() : state_(make_context()) { start(static_cast<EVP_MD_CTX*>(state_)); }
Hasher::~Hasher() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(state_)); }

Hasher& Hasher::update(ByteView bytes) {
  EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(state_), bytes.data(), bytes.size());
  return *this;
}

Hash Hasher::finish() {
  auto* context = static_cast<EVP_MD_CTX*>(state_);
  const Hash digest = ledger::finish(context);
  start(context);
  return digest;
}

}  // namespace gridswarm::inline GS_ABI::ledger
