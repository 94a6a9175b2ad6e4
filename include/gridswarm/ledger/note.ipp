// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/note.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// Em dash and space, the start of a signature line.
inline constexpr std::string_view signature_mark = "\xe2\x80\x94 ";

/// Take the next code point off `text`; nothing if the bytes are no shortest-form UTF-8 of a
/// scalar.
GS_INLINE std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : 4;
  if (length == 4 && first >> 3 != 30) return std::nullopt;
  if (text.size() < length) return std::nullopt;
  char32_t point = length == 1 ? first : first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) return std::nullopt;
    point = point << 6 | (byte(i) & 0x3f);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < smallest[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
    return std::nullopt;
  text.remove_prefix(length);
  return point;
}

GS_INLINE bool is_space(char32_t point) {
  return (point >= 9 && point <= 13) || point == 0x20 || point == 0x85 || point == 0xa0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
         point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

GS_INLINE bool is_key_name(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto point = take_code_point(name);
    if (!point || *point < 0x20 || *point == U'+' || is_space(*point)) return false;
  }
  return true;
}

/// UTF-8 without control characters below 0x20 other than newline.
GS_INLINE bool is_note_text(std::string_view text) {
  while (!text.empty()) {
    const auto point = take_code_point(text);
    if (!point || (*point < 0x20 && *point != U'\n')) return false;
  }
  return true;
}

GS_INLINE std::uint32_t key_id(std::string_view name, KeyType type, const PublicKey& key) {
  const std::byte separator[] = {std::byte{'\n'}, static_cast<std::byte>(type)};
  const Hash digest = Hasher().update(bytes_of(name)).update(separator).update(key).finish();
  return Reader(digest).u32();
}

GS_INLINE VerifierKey verifier_of(const SigningKey& key, KeyType type) {
  return {key.name, key_id(key.name, type, key.public_key), type, key.public_key};
}

GS_INLINE std::string to_text(const VerifierKey& key) {
  Bytes id;
  Writer(id).u32(key.id);
  Bytes bytes;
  Writer writer(bytes);
  writer.u8(static_cast<std::uint8_t>(key.type));
  writer.raw(key.key);
  return key.name + "+" + to_hex(id) + "+" + to_base64(bytes);
}

GS_INLINE std::optional<VerifierKey> parse_vkey(std::string_view text) {
  const std::size_t first = text.find('+');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find('+', first + 1);
  if (second != first + 9) return std::nullopt;
  const auto id = from_hex(text.substr(first + 1, 8));
  const auto bytes = from_base64(text.substr(second + 1));
  if (!id || !bytes || bytes->size() != 33) return std::nullopt;
  VerifierKey key;
  key.name = text.substr(0, first);
  key.id = Reader(*id).u32();
  Reader reader(*bytes);
  key.type = static_cast<KeyType>(reader.u8());
  key.key = reader.array<32>();
  if (key.type != KeyType::ed25519 && key.type != KeyType::cosignature) return std::nullopt;
  if (!is_key_name(key.name) || key.id != key_id(key.name, key.type, key.key)) return std::nullopt;
  return key;
}

GS_INLINE std::string to_text(const NoteSignature& line) {
  Bytes payload;
  Writer writer(payload);
  writer.u32(line.id);
  writer.raw(line.bytes);
  return std::string(signature_mark) + line.name + " " + to_base64(payload) + "\n";
}

GS_INLINE std::string to_text(const Note& note) {
  std::string out = note.text + "\n";
  for (const NoteSignature& line : note.signatures) out += to_text(line);
  return out;
}

GS_INLINE std::optional<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(signature_mark)) return std::nullopt;
  line.remove_prefix(signature_mark.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) return std::nullopt;
  const auto payload = from_base64(line.substr(space + 1));
  if (!payload || payload->size() < 5) return std::nullopt;
  return NoteSignature{std::string(line.substr(0, space)), Reader(*payload).u32(),
                       Bytes(payload->begin() + 4, payload->end())};
}

GS_INLINE std::optional<Note> parse_note(std::string_view bytes) {
  if (!is_note_text(bytes) || !bytes.ends_with('\n')) return std::nullopt;
  const std::size_t gap = bytes.rfind("\n\n");
  if (gap == std::string_view::npos) return std::nullopt;
  Note note;
  note.text = bytes.substr(0, gap + 1);
  for (std::string_view rest = bytes.substr(gap + 2); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    auto line = parse_signature_line(rest.substr(0, end));
    if (!line || note.signatures.size() == max_note_signatures) return std::nullopt;
    note.signatures.push_back(std::move(*line));
    rest.remove_prefix(end + 1);
  }
  if (note.signatures.empty()) return std::nullopt;
  return note;
}

GS_INLINE NoteSignature sign_note(const SigningKey& key, std::string_view text) {
  const Signature signature = sign(key, bytes_of(text));
  return {key.name, verifier_of(key).id, Bytes(signature.begin(), signature.end())};
}

GS_INLINE std::string cosignature_message(std::string_view text, std::uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(text);
}

GS_INLINE NoteSignature cosign_note(const SigningKey& key, std::string_view text,
                                    std::uint64_t time_s) {
  Bytes payload;
  Writer writer(payload);
  writer.u64(time_s);
  writer.raw(sign(key, bytes_of(cosignature_message(text, time_s))));
  return {key.name, verifier_of(key, KeyType::cosignature).id, payload};
}

GS_INLINE bool verify_line(const VerifierKey& key, std::string_view text,
                           const NoteSignature& line) {
  if (line.name != key.name || line.id != key.id) return false;
  Reader reader(line.bytes);
  const std::uint64_t time_s = key.type == KeyType::cosignature ? reader.u64() : 0;
  const Signature signature = reader.array<64>();
  if (!reader.done() || time_s >> 63 != 0) return false;
  if (key.type == KeyType::ed25519) return verify_signature(key.key, bytes_of(text), signature);
  return verify_signature(key.key, bytes_of(cosignature_message(text, time_s)), signature);
}

GS_INLINE NoteCheck check_note(const Note& note, std::span<const VerifierKey> known) {
  NoteCheck check;
  for (const NoteSignature& line : note.signatures)
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (line.name != known[i].name || line.id != known[i].id) continue;
      if (!verify_line(known[i], note.text, line)) {
        check.signers.clear();
        check.reason = "the signature of " + line.name + " is wrong";
        return check;
      }
      if (std::ranges::find(check.signers, i) == check.signers.end()) check.signers.push_back(i);
    }
  if (check.signers.empty()) check.reason = "no known key signed it";
  return check;
}

}  // namespace gridswarm::inline GS_ABI::ledger
