// SPDX-License-Identifier: BSD-3-Clause
// Ed25519 by libsodium.
#include <sodium.h>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/sign.hpp"

namespace gridswarm::inline GS_ABI::ledger {
namespace {

const unsigned char* raw(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

template <std::size_t N>
unsigned char* raw(std::array<std::byte, N>& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

void start_sodium() {
  static const int started = sodium_init();
  if (started < 0) throw Error(ExitCode::run_time, "libsodium can't start on this machine");
}

}  // namespace

SigningKey make_key(std::string name, const std::array<std::byte, 32>& seed) {
  start_sodium();
  SigningKey key{std::move(name), seed, {}};
  std::array<std::byte, crypto_sign_SECRETKEYBYTES> secret;
  crypto_sign_seed_keypair(raw(key.public_key), raw(secret), raw(seed));
  sodium_memzero(secret.data(), secret.size());
  return key;
}

SigningKey demo_key(std::uint64_t seed) {
  Bytes message;
  Writer writer(message);
  writer.raw(bytes_of("gridswarm/demo-key/v1\n"));
  writer.u64(seed);
  return make_key("gridswarm.example/demo-key-is-worthless/seed-" + std::to_string(seed),
                  sha256(message));
}

Signature sign(const SigningKey& key, ByteView message) {
  start_sodium();
  std::array<std::byte, crypto_sign_SECRETKEYBYTES> secret;
  PublicKey public_key;
  crypto_sign_seed_keypair(raw(public_key), raw(secret), raw(key.seed));
  Signature signature;
  crypto_sign_detached(raw(signature), nullptr, raw(message), message.size(), raw(secret));
  sodium_memzero(secret.data(), secret.size());
  return signature;
}

bool verify_signature(const PublicKey& key, ByteView message, const Signature& signature) {
  start_sodium();
  return crypto_sign_verify_detached(raw(signature), raw(message), message.size(), raw(key)) == 0;
}

}  // namespace gridswarm::inline GS_ABI::ledger
