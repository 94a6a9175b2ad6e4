// SPDX-License-Identifier: BSD-3-Clause
// The checkpoint: which log, how many leaves, which root, as the text of a signed note
// (c2sp.org/tlog-checkpoint).
//
//   <origin>\n<size in decimal>\n<root in base64>\n[extension lines]
// The log signs with a key that has the origin's name and must never sign two trees of one size.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/ledger/note.hpp"

namespace gridswarm::inline GS_ABI::ledger {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
  std::vector<std::string> extensions;  ///< each non-empty; our own logs write none
};

/// The text that is signed.
std::string to_text(const Checkpoint& checkpoint);
/// Nothing unless `text` is exactly what to_text writes.
std::optional<Checkpoint> parse_checkpoint(std::string_view text);
/// The note with the log's own signature.
std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key);
/// True if `published` is the note `committed`, byte for byte, or that and cosignature lines after
/// it: what a log may publish for a head that it committed.
bool is_published_form(std::string_view published, std::string_view committed);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/checkpoint.ipp"
#endif
