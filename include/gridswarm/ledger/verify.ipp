// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/superblock.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "gridswarm/ledger/verify_walk.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<ledger::VerifyResult>> fields<ledger::VerifyResult>() {
  using R = ledger::VerifyResult;
  static const Field<R> table[] = {
      {"log", "", &R::log, 0, no_limit, "folder that was checked"},
      {"kind", "", &R::kind, 0, no_limit, "log of a writer, or mirror"},
      {"origin", "", &R::origin, 0, no_limit, "name of the log"},
      {"size", "", &R::size, 0, no_limit, "entries, block headers included"},
      {"root", "", &R::root, 0, no_limit, "Merkle root in hexadecimal"},
      {"blocks", "", &R::blocks, 0, no_limit, "blocks whose headers chain"},
      {"minimum_index", "", &R::minimum_index, 0, no_limit, "first entry that the log keeps"},
      {"pruned", "", &R::pruned, 0, no_limit, "entries that can't be read; their hashes are there"},
      {"witnesses", "", &R::witnesses, 0, no_limit, "witnesses of the policy that cosigned"},
      {"anchored_to", "", &R::anchored_to, 0, no_limit, "what trust in it rests on"},
      {"ok", "", &R::ok, 0, 1, "whole and unchanged"},
      {"reason", "", &R::reason, 0, no_limit, "what is wrong"},
      {"file", "", &R::file, 0, no_limit, "where it is wrong"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI

namespace gridswarm::inline GS_ABI::ledger {

/// One verification. Each check returns false after it has named the first thing that is wrong.
class Verification {
 public:
  Verification(FileSystem& files, const std::string& folder, const VerifyOptions& options);
  VerifyResult run();

 private:
  bool check();
  bool check_fixed_files();
  bool check_checkpoint();
  bool check_policy_of(const Note& note);
  bool check_own_note(const std::string& name, const std::string& note, Checkpoint& out);
  bool check_superblocks();
  bool check_minimum();
  bool check_entries();
  bool check_older_superblock();
  bool check_strangers();
  bool check_anchor();
  bool is_signed_by_log(const Note& note, const std::string& origin) const;
  void tell_anchor();
  bool is_log() const { return result_.kind == "log"; }
  bool fail(const std::string& file, const std::string& reason);
  bool pass(const std::optional<Fault>& fault);
  std::optional<Hash> root_at(std::uint64_t size) const;

  const VerifyOptions& options_;
  std::optional<Policy> policy_;  ///< what key and policy ask for together
  std::optional<Checkpoint> anchor_;
  VerifyResult result_;
  LogFiles log_;
  Head head_;
  std::string note_;
  Superblock newest_, older_;
  WalkResult walk_;
};

GS_INLINE Verification::Verification(FileSystem& files, const std::string& folder,
                                     const VerifyOptions& options)
    : options_(options), policy_(options.policy), log_{files, folder, {}, {}, {}} {
  result_.log = folder;
  if (options.key) {
    if (!policy_) policy_ = policy_of(*options.key);
    policy_->logs = {{*options.key, ""}};
  }
  if (options.anchor.empty()) return;
  const auto note = parse_note(options.anchor);
  anchor_ = note ? parse_checkpoint(note->text) : std::nullopt;
  if (!anchor_) throw InputError("anchor", 0, "is not a signed checkpoint");
}

GS_INLINE bool Verification::fail(const std::string& file, const std::string& reason) {
  result_.file = file;
  result_.reason = reason;
  return false;
}

GS_INLINE bool Verification::pass(const std::optional<Fault>& fault) {
  return fault ? fail(fault->file, fault->reason) : true;
}

GS_INLINE bool Verification::check_fixed_files() {
  // A writer's folder has superblocks, a mirror has none; with one of them it is a damaged log.
  result_.kind = log_.has("superblock.0") || log_.has("superblock.1") ? "log" : "mirror";
  if (!pass(require_file(log_, "checkpoint")) || !pass(require_file(log_, "lock"))) return false;
  if (is_log())
    for (const char* name : {"superblock.0", "superblock.1"})
      if (!pass(require_file(log_, name))) return false;
  if (log_.present.at("lock").size != 0) return fail("lock", "is not empty");
  constexpr std::pair<const char*, const char*> left_overs[] = {
      {"stage", "was left by an append that did not end; recover the log first"},
      {"checkpoint.tmp", "was left by an append that did not end; recover the log first"},
      {"wal.0", "may hold acknowledged records that are in no block; open the log with its key"},
      {"wal.1", "may hold acknowledged records that are in no block; open the log with its key"},
      {"minimum-index.tmp", "was left by a pruning that did not end; prune again"},
      {"incoming", "was left by a copy that did not end; mirror again"},
      {"fork", "says that the log signed two histories; check it as a proof, then move it away"}};
  for (const auto& [name, reason] : left_overs)
    if (log_.has(name)) return fail(name, reason);
  return true;
}

/// By a log key of the policy that was not revoked.
GS_INLINE bool Verification::is_signed_by_log(const Note& note, const std::string& origin) const {
  Policy logs = *policy_;
  logs.quorum.reset();
  const auto checkpoint = parse_checkpoint(note.text);
  return checkpoint && checkpoint->origin == origin &&
         check_policy(logs, note, {options_.limits.revoked, 0}).ok;
}

GS_INLINE bool Verification::check_policy_of(const Note& note) {
  if (!policy_) return true;
  const PolicyCheck check = check_policy(*policy_, note, options_.limits);
  result_.witnesses = static_cast<std::int64_t>(check.witnesses.size());
  if (check.ok) return true;
  if (options_.policy) return fail("checkpoint", check.reason);
  return fail("checkpoint", "is not signed by the key " + options_.key->name + ": " + check.reason);
}

/// A note as the log itself commits it: no extension lines, one signature, its own.
GS_INLINE bool Verification::check_own_note(const std::string& name, const std::string& text,
                                            Checkpoint& out) {
  const auto note = parse_note(text);
  const auto checkpoint = note ? parse_checkpoint(note->text) : std::nullopt;
  if (!checkpoint) return fail(name, "holds no signed checkpoint");
  if (!checkpoint->extensions.empty()) return fail(name, "has lines that this log never writes");
  if (note->signatures.size() != 1 || note->signatures[0].name != checkpoint->origin ||
      note->signatures[0].bytes.size() != sizeof(Signature))
    return fail(name, "is not signed by its own log alone");
  if (policy_ && !is_signed_by_log(*note, checkpoint->origin))
    return fail(name, "is not signed by a key of the log that counts");
  out = *checkpoint;
  return true;
}

GS_INLINE bool Verification::check_checkpoint() {
  note_ = text_of(log_.read("checkpoint"));
  const auto note = parse_note(note_);
  const auto checkpoint = note ? parse_checkpoint(note->text) : std::nullopt;
  if (!checkpoint) return fail("checkpoint", "holds no signed checkpoint");
  head_ = {checkpoint->size, checkpoint->root};
  result_.origin = checkpoint->origin;
  result_.size = static_cast<std::int64_t>(checkpoint->size);
  result_.root = to_hex(checkpoint->root);
  if (checkpoint->size >> 56 != 0) return fail("checkpoint", "has a size that no log reaches");
  if (is_log() && !checkpoint->extensions.empty())
    return fail("checkpoint", "has lines that this log never writes");
  return check_policy_of(*note);
}

GS_INLINE bool Verification::check_superblocks() {
  if (!is_log()) return true;
  std::optional<Superblock> slots[2];
  for (std::uint64_t slot = 0; slot < 2; ++slot) {
    const std::string name = superblock_name(slot);
    slots[slot] = decode_superblock(log_.read(name));
    if (!slots[slot]) return fail(name, "is damaged");
    if (slots[slot]->sequence % 2 != slot) return fail(name, "lies in the wrong place");
  }
  const std::uint64_t last = slots[0]->sequence > slots[1]->sequence ? 0 : 1;
  newest_ = *slots[last];
  older_ = *slots[1 - last];
  const std::string name = superblock_name(last);
  const std::string older_name = superblock_name(1 - last);
  if (!is_published_form(note_, newest_.checkpoint))
    return fail("checkpoint", "is not the one that " + name + " committed");
  if (newest_.head != head_) return fail(name, "has another size or root than the checkpoint");
  if (newest_.sequence != older_.sequence + 1 || newest_.genesis != older_.genesis)
    return fail(older_name, "does not precede " + name);
  Checkpoint now, before;
  if (!check_own_note(name, newest_.checkpoint, now)) return false;
  if (!check_own_note(older_name, older_.checkpoint, before)) return false;
  if (before.origin != result_.origin || older_.head != Head{before.size, before.root} ||
      before.size > head_.size)
    return fail(older_name, "does not precede " + name);
  return true;
}

GS_INLINE bool Verification::check_minimum() {
  if (!log_.has(minimum_index_name)) return true;
  if (!pass(require_file(log_, minimum_index_name))) return false;
  const auto minimum = parse_minimum_index(text_of(log_.read(minimum_index_name)));
  if (!minimum || *minimum > head_.size)
    return fail(minimum_index_name, "is not one decimal number up to the size of the log");
  result_.minimum_index = static_cast<std::int64_t>(*minimum);
  return true;
}

GS_INLINE bool Verification::check_entries() {
  WalkOptions options;
  options.head = head_;
  if (is_log()) options.genesis = newest_.genesis;
  options.takes_any_entry = !is_log();
  if (is_log()) options.heads_at.insert(older_.head.size);
  if (anchor_) options.heads_at.insert(anchor_->size);
  walk_ = walk_log(log_, options);
  result_.blocks = walk_.blocks;
  result_.pruned = static_cast<std::int64_t>(log_.pruned.size()) * tile_width;
  return pass(walk_.fault);
}

GS_INLINE std::optional<Hash> Verification::root_at(std::uint64_t size) const {
  for (const auto& [at, root] : walk_.roots)
    if (at == size) return root;
  return std::nullopt;
}

GS_INLINE bool Verification::check_older_superblock() {
  if (!is_log()) return true;
  if (newest_.tip != walk_.tip)
    return fail(superblock_name(newest_.sequence), "does not know the last header");
  const auto& ends = walk_.block_ends;
  const std::uint64_t size = older_.head.size;
  const bool is_known = size == head_.size || std::ranges::find(ends, size) != ends.end();
  Hash tip{};
  if (size > 0 && size <= head_.size)
    tip = TileNodes(log_.files, log_.folder, head_.size).node(0, size - 1);
  if (!is_known || root_at(size) != older_.head.root || older_.tip != tip)
    return fail(superblock_name(older_.sequence), "is not the state before the last block");
  return true;
}

GS_INLINE bool Verification::check_strangers() {
  EarlierSizes earlier;
  earlier.sizes = {walk_.block_ends.begin(), walk_.block_ends.end()};
  // A mirror doesn't know which sizes were published if it can't read the headers; after pruning
  // nobody does, up to the first header that is left.
  earlier.any_up_to = walk_.has_records || is_log() ? walk_.block_ends.front() : head_.size;
  return pass(refuse_strangers(log_, head_.size, earlier));
}

GS_INLINE bool Verification::check_anchor() {
  if (!anchor_) return true;
  const std::string size = std::to_string(anchor_->size);
  if (anchor_->origin != result_.origin)
    return fail("checkpoint", "the anchor is a checkpoint of another log, " + anchor_->origin);
  if (policy_ && !is_signed_by_log(*parse_note(options_.anchor), anchor_->origin))
    return fail("checkpoint", options_.policy
                                  ? "the anchor is not signed by a log of the policy"
                                  : "the anchor is not signed by the key " + options_.key->name);
  if (anchor_->size > head_.size)
    return fail("checkpoint",
                "the log is shorter than the anchor of size " + size + ": it was rolled back");
  if (root_at(anchor_->size) != anchor_->root)
    return fail("checkpoint", "the log's first " + size +
                                  " entries are not those of the anchor: history was rewritten");
  return true;
}

GS_INLINE void Verification::tell_anchor() {
  std::string& text = result_.anchored_to;
  if (options_.key) text = "the key " + to_text(*options_.key);
  if (options_.policy)
    text += (text.empty() ? "" : " and ") + std::string("the policy with ") +
            std::to_string(result_.witnesses) + " cosignatures";
  if (anchor_)
    text += (text.empty() ? "" : " and ") + std::string("the given checkpoint of size ") +
            std::to_string(anchor_->size);
  if (text.empty())
    text = "nothing but itself: self-consistent, key not pinned, signature not checked";
  else if (!policy_)
    text += "; key not pinned";
}

GS_INLINE bool Verification::check() {
  list_folder(log_);
  return check_fixed_files() && check_checkpoint() && check_superblocks() && check_minimum() &&
         pass(require_tiles(log_, head_.size, static_cast<std::uint64_t>(result_.minimum_index))) &&
         check_entries() && check_older_superblock() && check_strangers() && check_anchor();
}

GS_INLINE VerifyResult Verification::run() {
  if (!log_.files.exists(log_.folder))
    throw FileError(log_.folder, "is not there; give the folder of a log");
  const std::string lock_name = log_.folder + "/lock";
  const auto lock = log_.files.exists(lock_name) ? log_.files.lock(lock_name, false) : nullptr;
  result_.ok = check();
  if (result_.ok) tell_anchor();
  return result_;
}

GS_INLINE VerifyResult verify(FileSystem& files, const std::string& folder,
                              const VerifyOptions& options) {
  return Verification(files, folder, options).run();
}

}  // namespace gridswarm::inline GS_ABI::ledger
