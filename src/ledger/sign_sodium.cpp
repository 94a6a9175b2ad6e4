// SPDX-License-Identifier: BSD-3-Clause
// Ed25519 by libsodium.
#include <sodium.h>

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/secret_key.hpp"
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

SigningKey demo_device_key(std::uint64_t seed, std::int64_t agent) {
  Bytes message;
  Writer writer(message);
  writer.raw(bytes_of("gridswarm/demo-device-key/v1\n"));
  writer.u64(seed);
  writer.i64(agent);
  return make_key({}, sha256(message));
}

SecretKey make_random_key(const std::string& name, KeyType type) {
  if (!is_key_name(name))
    throw UsageError("a key can't be named \"" + name + "\"; take a name without spaces and +");
  start_sodium();
  std::array<std::byte, 32> seed;
  randombytes_buf(raw(seed), seed.size());
  return {make_key(name, seed), type};
}

Signature sign(const SigningKey& key, ByteView message) {
  start_sodium();
  // libsodium's secret key is the seed and the public key; making it anew would double the time.
  std::array<std::byte, crypto_sign_SECRETKEYBYTES> secret;
  static_assert(secret.size() == sizeof key.seed + sizeof key.public_key);
  std::copy(key.seed.begin(), key.seed.end(), secret.begin());
  std::copy(key.public_key.begin(), key.public_key.end(), secret.begin() + key.seed.size());
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
