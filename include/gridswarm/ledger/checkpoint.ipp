// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/checkpoint.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE std::string to_text(const Checkpoint& checkpoint) {
  std::string text = checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
                     to_base64(checkpoint.root) + "\n";
  for (const std::string& line : checkpoint.extensions) text += line + "\n";
  return text;
}

GS_INLINE std::optional<Checkpoint> parse_checkpoint(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return std::nullopt;
  const auto size = from_decimal(lines[1]);
  const auto root = hash_from_base64(lines[2]);
  if (!size || !root) return std::nullopt;
  Checkpoint checkpoint{std::string(lines[0]), *size, *root, {}};
  checkpoint.extensions.assign(lines.begin() + 3, lines.end());
  return checkpoint;
}

GS_INLINE std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key) {
  const std::string text = to_text(checkpoint);
  return to_text(Note{text, {sign_note(key, text)}});
}

GS_INLINE bool is_published_form(std::string_view published, std::string_view committed) {
  if (published == committed) return true;
  if (!published.starts_with(committed)) return false;
  const auto note = parse_note(published);
  const auto before = parse_note(committed);
  return note && before && note->text == before->text &&
         note->signatures.size() <= max_published_signatures;
}

}  // namespace gridswarm::inline GS_ABI::ledger
