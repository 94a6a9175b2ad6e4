// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/proof_file.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<ledger::ProofResult>> fields<ledger::ProofResult>() {
  using R = ledger::ProofResult;
  static const Field<R> table[] = {
      {"origin", "", &R::origin, 0, no_limit, "name of the log"},
      {"size", "", &R::size, 0, no_limit, "entries of the tree proved against"},
      {"root", "", &R::root, 0, no_limit, "Merkle root in hexadecimal"},
      {"index", "", &R::index, -1, no_limit, "place of the record; -1 for consistency"},
      {"old_size", "", &R::old_size, -1, no_limit, "entries of the older tree; -1 for inclusion"},
      {"witnesses", "", &R::witnesses, 0, no_limit, "witnesses of the policy that cosigned"},
      {"ok", "", &R::ok, 0, 1, "proved"},
      {"reason", "", &R::reason, 0, no_limit, "why it proves nothing"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI

namespace gridswarm::inline GS_ABI::ledger {

inline constexpr std::string_view inclusion_first_line = "c2sp.org/tlog-proof@v1";

/// Hashes one to a line, an empty line, the note.
GS_INLINE std::string proof_tail(const Proof& path, const std::string& note) {
  std::string text;
  for (const Hash& hash : path) text += to_base64(hash) + "\n";
  return text + "\n" + note;
}

GS_INLINE std::string to_text(const InclusionFile& proof) {
  std::string text = std::string(inclusion_first_line) + "\n";
  if (!proof.extra.empty()) text += "extra " + to_base64(proof.extra) + "\n";
  return text + "index " + std::to_string(proof.index) + "\n" + proof_tail(proof.path, proof.note);
}

GS_INLINE std::string to_text(const ConsistencyFile& proof) {
  return "old " + std::to_string(proof.old_size) + "\n" + proof_tail(proof.path, proof.note);
}

/// Take a line off `text`; nothing if there is no newline.
GS_INLINE std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// "<word> <decimal>".
GS_INLINE std::optional<std::uint64_t> numbered_line(std::optional<std::string_view> line,
                                                     std::string_view word) {
  if (!line || !line->starts_with(word) || line->size() <= word.size() ||
      (*line)[word.size()] != ' ')
    return std::nullopt;
  return from_decimal(line->substr(word.size() + 1));
}

/// The hashes up to the empty line, and a note that holds a checkpoint.
GS_INLINE bool parse_tail(std::string_view text, Proof& path, std::string& note) {
  for (;;) {
    const auto line = take_line(text);
    if (!line) return false;
    if (line->empty()) break;
    const auto hash = hash_from_base64(*line);
    if (!hash || path.size() == max_proof_hashes) return false;
    path.push_back(*hash);
  }
  note = text;
  const auto parsed = parse_note(note);
  return parsed && parse_checkpoint(parsed->text);
}

GS_INLINE std::optional<InclusionFile> parse_inclusion(std::string_view text) {
  InclusionFile proof;
  if (take_line(text) != inclusion_first_line) return std::nullopt;
  auto line = take_line(text);
  if (line && line->starts_with("extra ")) {
    auto extra = from_base64(line->substr(6));
    if (!extra || extra->empty()) return std::nullopt;
    proof.extra = std::move(*extra);
    line = take_line(text);
  }
  const auto index = numbered_line(line, "index");
  if (!index || !parse_tail(text, proof.path, proof.note)) return std::nullopt;
  proof.index = *index;
  return proof;
}

GS_INLINE std::optional<ConsistencyFile> parse_consistency(std::string_view text) {
  ConsistencyFile proof;
  const auto old_size = numbered_line(take_line(text), "old");
  if (!old_size || !parse_tail(text, proof.path, proof.note)) return std::nullopt;
  proof.old_size = *old_size;
  return proof;
}

GS_INLINE InclusionFile prove_inclusion(LogReader& log, std::uint64_t index) {
  return {{}, index, log.inclusion(index), log.note()};
}

GS_INLINE ConsistencyFile prove_consistency(LogReader& log, std::uint64_t old_size) {
  return {old_size, log.consistency(old_size), log.note()};
}

/// The checkpoint of a proof if the policy accepts it; fills what the result says of it.
GS_INLINE std::optional<Checkpoint> accepted_checkpoint(const std::string& text,
                                                        const Policy& policy,
                                                        const PolicyLimits& limits,
                                                        ProofResult& result) {
  const auto note = parse_note(text);
  const auto checkpoint = note ? parse_checkpoint(note->text) : std::nullopt;
  if (!checkpoint) {
    result.reason = "the proof holds no signed checkpoint";
    return std::nullopt;
  }
  result.origin = checkpoint->origin;
  result.size = static_cast<std::int64_t>(checkpoint->size);
  result.root = to_hex(checkpoint->root);
  const PolicyCheck check = check_policy(policy, *note, limits);
  result.witnesses = static_cast<std::int64_t>(check.witnesses.size());
  if (!check.ok) {
    result.reason = "the checkpoint does not count: " + check.reason;
    return std::nullopt;
  }
  return checkpoint;
}

GS_INLINE ProofResult verify_proof(ByteView record, const InclusionFile& proof,
                                   const Policy& policy, const PolicyLimits& limits) {
  ProofResult result;
  result.index = static_cast<std::int64_t>(proof.index);
  const auto checkpoint = accepted_checkpoint(proof.note, policy, limits, result);
  if (!checkpoint) return result;
  result.ok = verify_inclusion(leaf_hash(record), proof.index, checkpoint->size, proof.path,
                               checkpoint->root);
  if (!result.ok)
    result.reason = proof.index >= checkpoint->size
                        ? "the index lies beyond the tree"
                        : "the path does not lead from this record to the signed root";
  return result;
}

GS_INLINE ProofResult verify_proof(const Checkpoint& old, const ConsistencyFile& proof,
                                   const Policy& policy, const PolicyLimits& limits) {
  ProofResult result;
  result.old_size = static_cast<std::int64_t>(proof.old_size);
  const auto checkpoint = accepted_checkpoint(proof.note, policy, limits, result);
  if (!checkpoint) return result;
  if (old.origin != checkpoint->origin)
    result.reason = "the older checkpoint is one of another log, " + old.origin;
  else if (old.size != proof.old_size)
    result.reason = "the proof starts at size " + std::to_string(proof.old_size) +
                    ", the older checkpoint has " + std::to_string(old.size);
  else if (old.size > checkpoint->size)
    result.reason = "the tree is shorter than the older checkpoint: the log was rolled back";
  else if (!verify_consistency(old.size, checkpoint->size, proof.path, old.root, checkpoint->root))
    result.reason = "the signed tree does not begin with that of the older checkpoint";
  else
    result.ok = true;
  return result;
}

}  // namespace gridswarm::inline GS_ABI::ledger
