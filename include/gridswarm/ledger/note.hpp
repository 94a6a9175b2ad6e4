// SPDX-License-Identifier: BSD-3-Clause
// Signed notes: a text that people can read, an empty line, and lines that sign it
// (c2sp.org/signed-note, c2sp.org/tlog-cosignature).
//
// Parsers accept one spelling of a note, so parse_note(to_text(n)) = n and the other way round. A
// signature by an unknown key says nothing and is ignored; one by a known key that fails condemns
// the whole note.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/ledger/sign.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// What a key signs: the first byte of a vkey's key part.
enum class KeyType : std::uint8_t {
  ed25519 = 0x01,      ///< the text
  cosignature = 0x04,  ///< cosignature/v1: a time and the text
};

/// A public key by name. As text ("vkey"): name+<8 hex digits of id>+<base64 of type and key>.
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;  ///< first four bytes of H(name || "\n" || type || key)
  KeyType type = KeyType::ed25519;
  PublicKey key{};
  bool operator==(const VerifierKey&) const = default;
};

/// True for a non-empty UTF-8 name without spaces (of any alphabet), control characters and '+'.
bool is_key_name(std::string_view name);
VerifierKey verifier_of(const SigningKey& key, KeyType type = KeyType::ed25519);
std::string to_text(const VerifierKey& key);
/// Nothing unless `text` is a vkey of a known type whose id fits.
std::optional<VerifierKey> parse_vkey(std::string_view text);

/// One signature line.
struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  Bytes bytes;  ///< after the key id: 64, or 72 with the time of a cosignature
};

struct Note {
  std::string text;  ///< ends in a newline
  std::vector<NoteSignature> signatures;
};

/// Lines above this many are refused (the specification asks for at least 16).
inline constexpr std::size_t max_note_signatures = 64;
/// Every verifier reads this many, so no more are published: a log's line and 15 cosignatures.
inline constexpr std::size_t max_published_signatures = 16;

/// The line, newline included.
std::string to_text(const NoteSignature& line);
std::string to_text(const Note& note);
/// Nothing unless `bytes` is a note in its one spelling with 1..max_note_signatures lines.
std::optional<Note> parse_note(std::string_view bytes);

/// Sign the text of a note with an Ed25519 key of type 0x01.
NoteSignature sign_note(const SigningKey& key, std::string_view text);
/// A cosignature/v1 at Unix time `time_s` < 2^63 by a key of type 0x04.
NoteSignature cosign_note(const SigningKey& key, std::string_view text, std::uint64_t time_s);
/// What a cosigner signs: "cosignature/v1\ntime <time_s>\n" and the text.
std::string cosignature_message(std::string_view text, std::uint64_t time_s);
/// True if `line` is a valid signature of `text` by `key` (name and id included).
bool verify_line(const VerifierKey& key, std::string_view text, const NoteSignature& line);

/// Which of the known keys signed a note; empty `signers` or a `reason` means: reject.
struct NoteCheck {
  std::vector<std::size_t> signers;  ///< positions in the list of known keys, each once
  std::string reason;                ///< why the note is rejected, empty if it's not
};
NoteCheck check_note(const Note& note, std::span<const VerifierKey> known);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/note.ipp"
#endif
