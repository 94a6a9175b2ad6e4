// SPDX-License-Identifier: BSD-3-Clause
// A signing key as one line of text, in the spelling of Go's note package, so that one file serves
// both: PRIVATE+KEY+<name>+<8 hex digits of id>+<base64 of type and seed>.
//
// The type is that of the key's public half: 1 signs a log, 4 cosigns. Whoever reads the line can
// sign; it never lies inside a log.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gridswarm/ledger/note.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// A signing key and what it may sign.
struct SecretKey {
  SigningKey key;
  KeyType type = KeyType::ed25519;
};

std::string to_text(const SecretKey& secret);
/// Nothing unless `text` is what to_text writes.
std::optional<SecretKey> parse_secret_key(std::string_view text);
/// A key that nobody else has, from the system's randomness (linked library only). Throws
/// UsageError if the name is not one that notes can carry.
SecretKey make_random_key(const std::string& name, KeyType type);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/secret_key.ipp"
#endif
