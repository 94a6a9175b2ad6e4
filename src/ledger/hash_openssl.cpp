// SPDX-License-Identifier: BSD-3-Clause
// SHA-256: leaves and nodes by our kernels, all else by OpenSSL, which takes single leaves and
// nodes too where the processor has no SHA instructions. OpenSSL's digest is fetched once and its
// context kept per thread: fetching for every message costs three times the hashing.
#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <new>

#include "gridswarm/base/error.hpp"
#include "gridswarm/kernel/kernels.hpp"
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

const std::uint8_t* pointer_to(const std::byte* bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes);
}
std::uint8_t* pointer_to(std::byte* bytes) { return reinterpret_cast<std::uint8_t*>(bytes); }

}  // namespace

Hash sha256(ByteView bytes) {
  EVP_MD_CTX* context = thread_context();
  start(context);
  EVP_DigestUpdate(context, bytes.data(), bytes.size());
  return finish(context);
}

Hash leaf_hash(ByteView entry) {
  if (!kernel::sha_in_use()) return leaf_hash(thread_context(), entry);
  const std::uint64_t first[] = {0, entry.size()};
  Hash out;
  kernel::hash_kernels().leaves(pointer_to(entry.data()), first, 1, pointer_to(out.data()));
  return out;
}

Hash node_hash(const Hash& left, const Hash& right) {
  if (!kernel::sha_in_use()) return node_hash(thread_context(), left, right);
  const std::array<Hash, 2> children = {left, right};
  Hash out;
  kernel::hash_kernels().nodes(pointer_to(children[0].data()), 1, pointer_to(out.data()));
  return out;
}

Hash empty_root() { return sha256({}); }

void leaf_hashes(const Entries& entries, std::span<Hash> out) {
  GRIDSWARM_ASSERT(out.size() == entries.size());
  if (out.empty()) return;
  kernel::hash_kernels().leaves(pointer_to(entries.bytes.data()), entries.first.data(), out.size(),
                                pointer_to(out[0].data()));
}

void node_hashes(std::span<const Hash> in, std::span<Hash> out) {
  GRIDSWARM_ASSERT(in.size() == 2 * out.size());
  if (out.empty()) return;
  kernel::hash_kernels().nodes(pointer_to(in[0].data()), out.size(), pointer_to(out[0].data()));
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
