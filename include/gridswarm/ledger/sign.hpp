// SPDX-License-Identifier: BSD-3-Clause
// Ed25519: who said it.
//
// Signatures are decided by libsodium's strict single verification alone
// (src/ledger/sign_sodium.cpp): libraries disagree on edge cases, and two that vote differently
// would split a quorum. The bodies exist in the linked library only.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::inline GS_ABI::ledger {

using PublicKey = std::array<std::byte, 32>;
using Signature = std::array<std::byte, 64>;

/// A key that signs, with the name that stands in the notes it signs. It never lies inside a log.
struct SigningKey {
  std::string name;                ///< no spaces, no '+'
  std::array<std::byte, 32> seed;  ///< secret
  PublicKey public_key;
};

/// The key of an Ed25519 seed (RFC 8032).
SigningKey make_key(std::string name, const std::array<std::byte, 32>& seed);
/// The key of a demonstration: anybody can derive it from the seed of the run, so its name says
/// that it is worthless: gridswarm.example/demo-key-is-worthless/seed-<seed>.
SigningKey demo_key(std::uint64_t seed);
/// The same for a device: seed H("gridswarm/demo-device-key/v1\n" || seed of the run || agent), no
/// name, since records name their author by its id.
SigningKey demo_device_key(std::uint64_t seed, std::int64_t agent);

/// @pre public_key is that of the seed, as make_key() gives it
Signature sign(const SigningKey& key, ByteView message);
bool verify_signature(const PublicKey& key, ByteView message, const Signature& signature);

}  // namespace gridswarm::inline GS_ABI::ledger
