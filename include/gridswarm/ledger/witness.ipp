// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/witness.hpp"

namespace gridswarm::inline GS_ABI::ledger {

struct Witness::State {
  FileSystem& files;
  std::string folder;
  SigningKey key;
  Policy policy;
  PolicyLimits limits;
  std::unique_ptr<FileLock> lock;
  bool is_stopped = false;

  std::string path_for(const std::string& origin) const {
    return folder + "/" + to_hex(sha256(bytes_of(origin)));
  }
  Head kept(const std::string& origin) const;
  void keep(const Checkpoint& checkpoint);
  std::optional<WitnessAnswer> check_log(const Note& note, const Checkpoint& checkpoint) const;
};

inline constexpr std::string_view witness_first_line = "gridswarm/witness/v1\n";

/// What is kept of a log: first line, checkpoint text, base64 of H of both.
GS_INLINE std::string kept_text(const Checkpoint& checkpoint) {
  const std::string text =
      std::string(witness_first_line) +
      to_text(Checkpoint{checkpoint.origin, checkpoint.size, checkpoint.root, {}});
  return text + to_base64(sha256(bytes_of(text))) + "\n";
}

GS_INLINE Head Witness::State::kept(const std::string& origin) const {
  const std::string path = path_for(origin);
  if (!files.exists(path)) return {0, empty_root()};
  const Bytes bytes = files.read(path);
  std::string_view text = text_of(bytes);
  std::optional<Checkpoint> checkpoint;
  if (text.starts_with(witness_first_line) && text.size() > 45) {
    text.remove_prefix(witness_first_line.size());
    checkpoint = parse_checkpoint(text.substr(0, text.size() - 45));  // without the digest's line
  }
  if (!checkpoint || checkpoint->origin != origin || kept_text(*checkpoint) != text_of(bytes))
    throw DamageError(path,
                      "is not what this witness wrote; never delete it: a witness that "
                      "forgot signs anything. Make a new witness with a new key");
  return {checkpoint->size, checkpoint->root};
}

GS_INLINE void Witness::State::keep(const Checkpoint& checkpoint) {
  const std::string path = path_for(checkpoint.origin);
  is_stopped = true;  // until all of it has worked
  files.write_synced(path + ".tmp", bytes_of(kept_text(checkpoint)));
  files.rename(path + ".tmp", path);
  files.sync_folder(folder);
  is_stopped = false;
}

GS_INLINE Witness::Witness(FileSystem& files, std::string folder, const SigningKey& key,
                           const Policy& policy, PolicyLimits limits) {
  for (const PolicyLog& log : policy.logs)
    if (log.key.key == key.public_key)
      throw UsageError("the key of " + key.name + " is that of the log " + log.key.name +
                       "; a witness needs a key of its own");
  files.make_folders(folder);
  files.sync_all(folder);  // the folder's own name too: forgetting it would be forgetting all
  auto lock = files.lock(folder + "/lock", true);
  state_ = std::make_unique<State>(
      State{files, std::move(folder), key, policy, std::move(limits), std::move(lock), false});
  state_->policy.quorum.reset();
}

GS_INLINE Witness::Witness(Witness&&) noexcept = default;
GS_INLINE Witness::~Witness() = default;
GS_INLINE Head Witness::kept(const std::string& origin) const { return state_->kept(origin); }
GS_INLINE VerifierKey Witness::verifier() const {
  return verifier_of(state_->key, KeyType::cosignature);
}

GS_INLINE WitnessAnswer refusal(WitnessStatus status, std::uint64_t kept_size, std::string reason) {
  return {status, {}, kept_size, std::move(reason)};
}

GS_INLINE std::optional<WitnessAnswer> Witness::State::check_log(
    const Note& note, const Checkpoint& checkpoint) const {
  const auto names_it = [&](const PolicyLog& log) { return log.key.name == checkpoint.origin; };
  if (std::ranges::none_of(policy.logs, names_it))
    return refusal(WitnessStatus::unknown_log, 0, "no log named " + checkpoint.origin);
  Policy logs;
  logs.logs = policy.logs;
  const PolicyCheck check = check_policy(logs, note, limits);
  if (!check.ok) return refusal(WitnessStatus::untrusted, 0, check.reason);
  return std::nullopt;
}

/// The rules between what is kept and what is asked; nothing if they hold.
GS_INLINE std::optional<WitnessAnswer> check_step(const Head& kept, const ConsistencyFile& request,
                                                  const Checkpoint& checkpoint) {
  if (request.old_size > checkpoint.size)
    return refusal(WitnessStatus::malformed, kept.size, "the old size lies beyond the new one");
  if (request.old_size != kept.size)
    return refusal(WitnessStatus::conflict, kept.size,
                   "the size kept is " + std::to_string(kept.size));
  if (checkpoint.size == kept.size && checkpoint.root != kept.root)
    return refusal(checkpoint.size == 0 ? WitnessStatus::unproved : WitnessStatus::conflict,
                   kept.size, "another root is kept for this size: the log has forked");
  if (!verify_consistency(kept.size, checkpoint.size, request.path, kept.root, checkpoint.root))
    return refusal(WitnessStatus::unproved, kept.size,
                   "the proof does not lead from the tree kept to the new one");
  return std::nullopt;
}

GS_INLINE WitnessAnswer Witness::add_checkpoint(std::string_view text, std::uint64_t time_s) {
  State& state = *state_;
  if (state.is_stopped)
    throw Error(ExitCode::run_time,
                state.folder + ": the witness stopped after a failed write; start it again");
  if (time_s >> 63 != 0) throw UsageError("a cosignature's time lies below 2^63 seconds");
  const auto request = parse_consistency(text);
  if (!request) return refusal(WitnessStatus::malformed, 0, "is not a request to a witness");
  const Note note = *parse_note(request->note);
  const Checkpoint checkpoint = *parse_checkpoint(note.text);
  if (auto answer = state.check_log(note, checkpoint)) return *answer;
  const Head kept = state.kept(checkpoint.origin);
  if (auto answer = check_step(kept, *request, checkpoint)) return *answer;
  if (checkpoint.size != kept.size || !state.files.exists(state.path_for(checkpoint.origin)))
    state.keep(checkpoint);
  const std::string line = to_text(cosign_note(state.key, note.text, time_s));
  return {WitnessStatus::cosigned, line, checkpoint.size, {}};
}

GS_INLINE std::string add_cosignatures(const std::string& text, std::string_view lines,
                                       std::span<const VerifierKey> cosigners) {
  auto note = parse_note(text);
  if (!note) throw UsageError("cosignatures belong under a signed checkpoint");
  const auto added = parse_note(note->text + "\n" + std::string(lines));
  if (!added || added->text != note->text)
    throw UsageError("expected signature lines as a witness answers them");
  for (const NoteSignature& line : added->signatures) {
    const auto signs = [&](const VerifierKey& key) { return verify_line(key, note->text, line); };
    if (std::ranges::none_of(cosigners, signs)) continue;
    const auto same = std::ranges::find_if(note->signatures, [&](const NoteSignature& other) {
      return other.name == line.name && other.id == line.id;
    });
    if (same != note->signatures.end())
      *same = line;
    else
      note->signatures.push_back(line);
  }
  if (note->signatures.size() > max_published_signatures)
    throw UsageError("a published checkpoint has at most " +
                     std::to_string(max_published_signatures) +
                     " signature lines; give each site a note and a policy of its own");
  return to_text(*note);
}

GS_INLINE std::string publish_cosignatures(FileSystem& files, const std::string& folder,
                                           std::string_view lines,
                                           std::span<const VerifierKey> cosigners) {
  const std::string path = folder + "/checkpoint";
  if (!files.exists(path)) throw FileError(folder, "holds no log (no checkpoint)");
  const auto lock = files.lock(folder + "/lock", true);
  const std::string before(text_of(files.read(path)));
  const std::string note = add_cosignatures(before, lines, cosigners);
  if (note == before) return note;
  files.write_synced(path + ".tmp", bytes_of(note));
  files.rename(path + ".tmp", path);
  files.sync_folder(folder);
  return note;
}

}  // namespace gridswarm::inline GS_ABI::ledger
