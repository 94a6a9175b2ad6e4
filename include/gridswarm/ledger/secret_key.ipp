// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/secret_key.hpp"

namespace gridswarm::inline GS_ABI::ledger {

inline constexpr std::string_view secret_key_start = "PRIVATE+KEY+";

GS_INLINE std::string to_text(const SecretKey& secret) {
  const VerifierKey verifier = verifier_of(secret.key, secret.type);
  Bytes id, bytes;
  Writer(id).u32(verifier.id);
  Writer writer(bytes);
  writer.u8(static_cast<std::uint8_t>(secret.type));
  writer.raw(secret.key.seed);
  return std::string(secret_key_start) + secret.key.name + "+" + to_hex(id) + "+" +
         to_base64(bytes);
}

GS_INLINE std::optional<SecretKey> parse_secret_key(std::string_view text) {
  if (!text.starts_with(secret_key_start)) return std::nullopt;
  const std::string_view rest = text.substr(secret_key_start.size());
  const std::size_t first = rest.find('+');
  if (first == std::string_view::npos || rest.size() < first + 10) return std::nullopt;
  const auto bytes = from_base64(rest.substr(first + 10));
  if (!bytes || bytes->size() != 33 || !is_key_name(rest.substr(0, first))) return std::nullopt;
  Reader reader(*bytes);
  const auto type = static_cast<KeyType>(reader.u8());
  if (type != KeyType::ed25519 && type != KeyType::cosignature) return std::nullopt;
  const SecretKey secret{make_key(std::string(rest.substr(0, first)), reader.array<32>()), type};
  return to_text(secret) == text ? std::optional(secret) : std::nullopt;
}

}  // namespace gridswarm::inline GS_ABI::ledger
