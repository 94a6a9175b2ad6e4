// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/batch.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/header.hpp"
#include "gridswarm/ledger/superblock.hpp"
#include "gridswarm/ledger/verify.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<ledger::VerifyResult>> fields<ledger::VerifyResult>() {
  using R = ledger::VerifyResult;
  static const Field<R> table[] = {
      {"log", "", &R::log, 0, no_limit, "folder that was checked"},
      {"origin", "", &R::origin, 0, no_limit, "name of the log"},
      {"size", "", &R::size, 0, no_limit, "entries, block headers included"},
      {"root", "", &R::root, 0, no_limit, "Merkle root in hexadecimal"},
      {"blocks", "", &R::blocks, 0, no_limit, "blocks whose headers chain"},
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
  bool check_note(const std::string& name, const std::string& note, Checkpoint& out);
  bool check_superblocks();
  bool check_tiles_exist();
  bool walk_bundles();
  void walk_entry(ByteView entry, const Hash& leaf, const std::string& bundle);
  void walk_header(const Record& record, const Hash& leaf, const std::string& bundle);
  void compare_tile(const TileId& tile, std::span<const Hash> hashes);
  void note_head(std::uint64_t size);
  bool check_tree();
  bool check_older_superblock();
  bool check_strangers();
  bool is_superseded(const std::string& path, const TileId& tile);
  bool check_anchor();
  void tell_anchor();

  bool fail(const std::string& file, const std::string& reason);
  void suspect(const std::string& file, const std::string& reason);
  bool require_file(const std::string& name);
  Bytes read(const std::string& name) { return files_.read(folder_ + "/" + name); }

  FileSystem& files_;
  const std::string& folder_;
  const VerifyOptions& options_;
  std::optional<Checkpoint> anchor_;
  VerifyResult result_;
  std::map<std::string, FolderEntry> present_;
  std::set<std::string> expected_;
  Head head_;
  Superblock newest_, older_;
  // The walk.
  TileEdge edge_;
  std::vector<Hash> batch_;
  Hash tip_{};
  std::uint64_t block_first_ = 0;
  std::vector<std::uint64_t> block_ends_ = {0};
  std::optional<std::uint64_t> differing_bundle_;
  std::string differing_tile_;
  std::string suspect_file_, suspect_reason_;
  std::optional<Hash> anchor_root_, older_root_;
  Hash older_tip_{};
};

GS_INLINE Verification::Verification(FileSystem& files, const std::string& folder,
                                     const VerifyOptions& options)
    : files_(files), folder_(folder), options_(options) {
  result_.log = folder;
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

/// Remember what looks wrong in an entry; whether its bundle or a tile is to blame shows later.
GS_INLINE void Verification::suspect(const std::string& file, const std::string& reason) {
  if (!suspect_file_.empty()) return;
  suspect_file_ = file;
  suspect_reason_ = reason;
}

GS_INLINE bool Verification::require_file(const std::string& name) {
  const auto found = present_.find(name);
  if (found == present_.end()) return fail(name, "is missing");
  if (found->second.type != FolderEntry::Type::file) return fail(name, "is not a plain file");
  expected_.insert(name);
  return true;
}

GS_INLINE bool Verification::check_fixed_files() {
  for (const char* name : {"checkpoint", "lock", "superblock.0", "superblock.1"})
    if (!require_file(name)) return false;
  if (present_.at("lock").size != 0) return fail("lock", "is not empty");
  for (const char* name : {"stage", "checkpoint.tmp"})
    if (present_.contains(name))
      return fail(name, "was left by an append that did not end; recover the log first");
  return true;
}

GS_INLINE bool Verification::check_note(const std::string& name, const std::string& note,
                                        Checkpoint& out) {
  const auto parsed = parse_note(note);
  const auto checkpoint = parsed ? parse_checkpoint(parsed->text) : std::nullopt;
  if (!checkpoint) return fail(name, "holds no signed checkpoint");
  if (!checkpoint->extensions.empty()) return fail(name, "has lines that this log never writes");
  if (parsed->signatures.size() != 1 || parsed->signatures[0].name != checkpoint->origin ||
      parsed->signatures[0].bytes.size() != sizeof(Signature))
    return fail(name, "is not signed by its own log alone");
  if (options_.key) {
    const NoteCheck check = ledger::check_note(*parsed, std::span(&*options_.key, 1));
    if (check.signers.empty())
      return fail(name, "is not signed by the key " + options_.key->name + ": " + check.reason);
  }
  out = *checkpoint;
  return true;
}

GS_INLINE bool Verification::check_checkpoint() {
  Checkpoint checkpoint;
  const Bytes bytes = read("checkpoint");
  if (!check_note("checkpoint", std::string(text_of(bytes)), checkpoint)) return false;
  head_ = {checkpoint.size, checkpoint.root};
  result_.origin = checkpoint.origin;
  result_.size = static_cast<std::int64_t>(checkpoint.size);
  result_.root = to_hex(checkpoint.root);
  if (checkpoint.size >> 56 != 0) return fail("checkpoint", "has a size that no log reaches");
  return true;
}

GS_INLINE bool Verification::check_superblocks() {
  std::optional<Superblock> slots[2];
  for (std::uint64_t slot = 0; slot < 2; ++slot) {
    const std::string name = superblock_name(slot);
    slots[slot] = decode_superblock(read(name));
    if (!slots[slot]) return fail(name, "is damaged");
    if (slots[slot]->sequence % 2 != slot) return fail(name, "lies in the wrong place");
  }
  const std::uint64_t last = slots[0]->sequence > slots[1]->sequence ? 0 : 1;
  newest_ = *slots[last];
  older_ = *slots[1 - last];
  const std::string name = superblock_name(last);
  const std::string older_name = superblock_name(1 - last);
  if (text_of(read("checkpoint")) != newest_.checkpoint)
    return fail("checkpoint", "is not the one that " + name + " committed");
  if (newest_.head != head_) return fail(name, "has another size or root than the checkpoint");
  if (newest_.sequence != older_.sequence + 1 || newest_.genesis != older_.genesis)
    return fail(older_name, "does not precede " + name);
  Checkpoint before;
  if (!check_note(older_name, older_.checkpoint, before)) return false;
  if (before.origin != result_.origin || older_.head != Head{before.size, before.root} ||
      before.size > head_.size)
    return fail(older_name, "does not precede " + name);
  return true;
}

GS_INLINE bool Verification::check_tiles_exist() {
  for (int level = bundle_level; level < tile_levels; ++level)
    for (std::uint64_t index = 0;; ++index) {
      const TileId tile = tile_at(level, index, head_.size);
      if (tile.width == 0) break;
      const std::string name = path_of(tile);
      if (!require_file(name)) return false;
      const auto bytes = static_cast<std::uint64_t>(tile.width) * sizeof(Hash);
      if (level != bundle_level && present_.at(name).size != bytes)
        return fail(name, "has the wrong length");
      if (tile.width < tile_width) break;
    }
  return true;
}

GS_INLINE void Verification::compare_tile(const TileId& tile, std::span<const Hash> hashes) {
  const std::string name = path_of(tile);
  if (differing_tile_.empty() && !same_bytes(read(name), std::as_bytes(hashes)))
    differing_tile_ = name;
}

/// Keep the roots that are compared later with the anchor and the older superblock.
GS_INLINE void Verification::note_head(std::uint64_t size) {
  if (anchor_ && anchor_->size == size) anchor_root_ = root_of(edge_);
  if (older_.head.size != size) return;
  older_root_ = root_of(edge_);
  older_tip_ = tip_;
}

GS_INLINE void Verification::walk_header(const Record& record, const Hash& leaf,
                                         const std::string& bundle) {
  const std::uint64_t index = edge_.size;
  const auto header = decode_header(record);
  const std::string who = "the block header at entry " + std::to_string(index);
  if (!header) return suspect(bundle, who + " is malformed");
  if (header->height != block_ends_.size() - 1 || header->parent != tip_)
    suspect(bundle, who + " does not follow the block before it");
  if (header->first_index != block_first_ || header->count != index - block_first_ ||
      header->batch_root != root_of_leaves(batch_))
    suspect(bundle, who + " does not fit the records of its block");
  tip_ = leaf;
  batch_ = {};
  block_first_ = index + 1;
  block_ends_.push_back(block_first_);
}

GS_INLINE void Verification::walk_entry(ByteView entry, const Hash& leaf,
                                        const std::string& bundle) {
  const auto record = decode_record(entry);
  if (!record) return suspect(bundle, "entry " + std::to_string(edge_.size) + " is not a record");
  if (record->genesis != newest_.genesis)
    suspect(bundle, "entry " + std::to_string(edge_.size) + " is a record of another log");
  if (record->kind == Kind::header)
    walk_header(*record, leaf, bundle);
  else
    batch_.push_back(leaf);
}

GS_INLINE bool Verification::walk_bundles() {
  note_head(0);
  Entries entries;
  std::vector<Hash> leaves;
  for (std::uint64_t index = 0; index * tile_width < head_.size; ++index) {
    const TileId bundle = tile_at(bundle_level, index, head_.size);
    const std::string name = path_of(bundle);
    const Bytes bytes = read(name);
    const auto views = parse_bundle(bytes, bundle.width);
    if (!views)
      return fail(name, "is not a bundle of " + std::to_string(bundle.width) + " entries");
    entries.clear();
    for (const ByteView view : *views) entries.push_back(view);
    leaves.resize(entries.size());
    leaf_hashes(entries, leaves);
    if (!differing_bundle_ &&
        !same_bytes(read(path_of(tile_at(0, index, head_.size))), std::as_bytes(std::span(leaves))))
      differing_bundle_ = index;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      walk_entry(entries[i], leaves[i], name);
      append(edge_, leaves[i], [&](const TileId& tile, std::span<const Hash> hashes) {
        if (tile.level > 0) compare_tile(tile, hashes);
      });
      note_head(edge_.size);
    }
    if (edge_.size == head_.size && block_first_ != head_.size)
      suspect(name, "the last block has no header");
  }
  visit_partial(edge_, [&](const TileId& tile, std::span<const Hash> hashes) {
    if (tile.level > 0) compare_tile(tile, hashes);
  });
  return true;
}

/// Who is to blame: if the entries give the signed root, any tile that differs; otherwise the
/// entries.
GS_INLINE bool Verification::check_tree() {
  result_.blocks = static_cast<std::int64_t>(block_ends_.size()) - 1;
  if (root_of(edge_) != head_.root) {
    if (!differing_bundle_) return fail("checkpoint", "its root is not that of the entries");
    return fail(path_of(tile_at(bundle_level, *differing_bundle_, head_.size)),
                "its entries do not hash to the tree");
  }
  if (differing_bundle_)
    return fail(path_of(tile_at(0, *differing_bundle_, head_.size)),
                "its hashes are not those of the entries");
  if (!differing_tile_.empty())
    return fail(differing_tile_, "its hashes are not those of the tiles below");
  if (!suspect_file_.empty()) return fail(suspect_file_, suspect_reason_);
  if (newest_.tip != tip_)
    return fail(superblock_name(newest_.sequence), "does not know the last header");
  return true;
}

GS_INLINE bool Verification::check_older_superblock() {
  const std::uint64_t previous = block_ends_.size() > 1 ? block_ends_[block_ends_.size() - 2] : 0;
  const bool is_same = older_.head.size == head_.size;
  if ((!is_same && older_.head.size != previous) || older_root_ != older_.head.root ||
      older_.tip != older_tip_)
    return fail(superblock_name(older_.sequence), "is not the state before the last block");
  return true;
}

/// A partial tile of a size that was published once, and a prefix of what the tile became.
GS_INLINE bool Verification::is_superseded(const std::string& path, const TileId& tile) {
  const TileId now = tile_at(tile.level, tile.index, head_.size);
  const Bytes bytes = read(path);
  const Bytes whole = read(path_of(now));
  if (bytes.size() > whole.size() || !same_bytes(bytes, ByteView(whole).first(bytes.size())))
    return false;
  if (tile.level == bundle_level) return parse_bundle(bytes, tile.width).has_value();
  return bytes.size() == static_cast<std::size_t>(tile.width) * sizeof(Hash);
}

GS_INLINE bool Verification::check_strangers() {
  std::set<std::string> folders;
  const auto expect_folders = [&](const std::string& path) {
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
      folders.insert(path.substr(0, at));
  };
  for (const std::string& path : expected_) expect_folders(path);
  std::map<std::string, TileId> superseded;
  for (const std::uint64_t size : block_ends_)
    for (int level = bundle_level; level < tile_levels; ++level) {
      const TileId tile = tile_at(level, count_at(level, size) / tile_width, size);
      if (tile.width == 0 || tile == tile_at(level, tile.index, head_.size)) continue;
      superseded[path_of(tile)] = tile;
      expect_folders(path_of(tile));
    }
  for (const auto& [path, entry] : present_) {
    if (entry.type == FolderEntry::Type::folder && folders.contains(path)) continue;
    if (entry.type == FolderEntry::Type::file && expected_.contains(path)) continue;
    const auto old = superseded.find(path);
    if (entry.type == FolderEntry::Type::file && old != superseded.end()) {
      if (is_superseded(path, old->second)) continue;
      return fail(path, "is an outdated tile that differs from its successor");
    }
    return fail(path, "does not belong to the log");
  }
  return true;
}

GS_INLINE bool Verification::check_anchor() {
  if (!anchor_) return true;
  const std::string size = std::to_string(anchor_->size);
  if (anchor_->origin != result_.origin)
    return fail("checkpoint", "the anchor is a checkpoint of another log, " + anchor_->origin);
  if (options_.key && ledger::check_note(*parse_note(options_.anchor), std::span(&*options_.key, 1))
                          .signers.empty())
    return fail("checkpoint", "the anchor is not signed by the key " + options_.key->name);
  if (anchor_->size > head_.size)
    return fail("checkpoint",
                "the log is shorter than the anchor of size " + size + ": it was rolled back");
  if (anchor_root_ != anchor_->root)
    return fail("checkpoint", "the log's first " + size +
                                  " entries are not those of the anchor: history was rewritten");
  return true;
}

GS_INLINE void Verification::tell_anchor() {
  std::string& text = result_.anchored_to;
  if (options_.key) text = "the key " + to_text(*options_.key);
  if (anchor_)
    text += (text.empty() ? "" : " and ") + std::string("the given checkpoint of size ") +
            std::to_string(anchor_->size);
  if (text.empty())
    text = "nothing but itself: self-consistent, key not pinned, signature not checked";
  else if (!options_.key)
    text += "; key not pinned";
}

GS_INLINE bool Verification::check() {
  for (FolderEntry& entry : files_.list(folder_)) present_.emplace(entry.path, entry);
  return check_fixed_files() && check_checkpoint() && check_superblocks() && check_tiles_exist() &&
         walk_bundles() && check_tree() && check_older_superblock() && check_strangers() &&
         check_anchor();
}

GS_INLINE VerifyResult Verification::run() {
  if (!files_.exists(folder_)) throw FileError(folder_, "is not there; give the folder of a log");
  const std::string lock_name = folder_ + "/lock";
  const auto lock = files_.exists(lock_name) ? files_.lock(lock_name, false) : nullptr;
  result_.ok = check();
  if (result_.ok) tell_anchor();
  return result_;
}

GS_INLINE VerifyResult verify(FileSystem& files, const std::string& folder,
                              const VerifyOptions& options) {
  return Verification(files, folder, options).run();
}

}  // namespace gridswarm::inline GS_ABI::ledger
