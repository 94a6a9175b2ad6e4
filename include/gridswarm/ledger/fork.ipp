// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/fork.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE std::string to_text(const ForkFile& fork) {
  std::string text = std::string(fork_first_line) + "\nroot " + to_base64(fork.root) + "\n";
  for (const Hash& hash : fork.path) text += to_base64(hash) + "\n";
  return text + "\n" + fork.older + "\n" + fork.newer;
}

GS_INLINE std::optional<Checkpoint> checkpoint_of(const std::string& note) {
  const auto parsed = parse_note(note);
  return parsed ? parse_checkpoint(parsed->text) : std::nullopt;
}

GS_INLINE std::optional<ForkFile> parse_fork(std::string_view text) {
  // Neither a checkpoint's text nor signature lines have an empty line inside, so three of them cut
  // the file: before the older text, its signatures, the newer note.
  const std::size_t first = text.find("\n\n");
  const std::size_t second = first == text.npos ? text.npos : text.find("\n\n", first + 2);
  const std::size_t third = second == text.npos ? text.npos : text.find("\n\n", second + 2);
  if (third == text.npos) return std::nullopt;
  ForkFile fork;
  fork.older = text.substr(first + 2, third + 1 - (first + 2));
  fork.newer = text.substr(third + 2);
  const std::string start = std::string(fork_first_line) + "\nroot ";
  std::string_view lines = text.substr(0, first + 1);
  if (!lines.starts_with(start)) return std::nullopt;
  lines.remove_prefix(start.size());
  for (bool is_root = true; !lines.empty(); is_root = false) {
    const std::size_t end = lines.find('\n');
    const auto hash = hash_from_base64(lines.substr(0, end));
    if (!hash || fork.path.size() == max_proof_hashes) return std::nullopt;
    if (is_root)
      fork.root = *hash;
    else
      fork.path.push_back(*hash);
    lines.remove_prefix(end + 1);
  }
  if (!checkpoint_of(fork.older) || !checkpoint_of(fork.newer)) return std::nullopt;
  return fork;
}

GS_INLINE ProofResult verify_fork(const ForkFile& fork, const Policy& policy,
                                  const PolicyLimits& limits) {
  ProofResult result;
  const auto older = checkpoint_of(fork.older);
  const auto newer = checkpoint_of(fork.newer);
  if (!older || !newer) {
    result.reason = "holds no two checkpoints";
    return result;
  }
  result.origin = newer->origin;
  result.size = static_cast<std::int64_t>(newer->size);
  result.old_size = static_cast<std::int64_t>(older->size);
  result.root = to_hex(newer->root);
  Policy logs;
  logs.logs = policy.logs;
  for (const std::string* note : {&fork.older, &fork.newer})
    if (const PolicyCheck check = check_policy(logs, *parse_note(*note), limits); !check.ok) {
      result.reason = "a checkpoint does not count: " + check.reason;
      return result;
    }
  if (older->origin != newer->origin)
    result.reason = "the checkpoints are of two logs";
  else if (older->size > newer->size)
    result.reason = "the older checkpoint is the longer one";
  else if (!verify_consistency(older->size, newer->size, fork.path, fork.root, newer->root))
    result.reason = "the proof does not show what the newer tree begins with";
  else if (older->root == fork.root)
    result.reason = "both checkpoints tell the same story";
  else
    result.ok = true;
  return result;
}

}  // namespace gridswarm::inline GS_ABI::ledger
