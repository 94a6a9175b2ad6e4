// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

#include "gridswarm/ledger/batch.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/verify_walk.hpp"

namespace gridswarm::inline GS_ABI::ledger {

class Walk {
 public:
  Walk(const LogFiles& log, const WalkOptions& options) : log_(log), options_(options) {}
  WalkResult run();

 private:
  bool read_bundle(std::uint64_t index);
  void read_pruned(std::uint64_t index);
  void note_head();
  void grow(const Hash& leaf);
  void walk_entry(ByteView entry, const Hash& leaf, const std::string& bundle);
  void walk_header(const Record& record, const Hash& leaf, const std::string& bundle);
  bool fits_leaves(const BlockHeader& header);
  void compare_tile(const TileId& tile, std::span<const Hash> hashes);
  void suspect(const std::string& file, const std::string& reason);
  std::optional<Fault> judge() const;

  const LogFiles& log_;
  const WalkOptions& options_;
  WalkResult out_;
  TileEdge edge_;
  std::optional<Hash> genesis_;
  bool is_first_ = true;  ///< no entry was read yet
  // The chain of blocks; unknown after pruned bundles until the next header.
  bool is_chained_ = true;
  std::uint64_t height_ = 0;
  std::uint64_t block_first_ = 0;
  std::vector<Hash> batch_;
  // Whom to blame.
  std::optional<std::uint64_t> differing_bundle_;
  std::string differing_tile_, differing_leaves_;
  std::optional<Fault> suspect_;
};

/// Remember what looks wrong in an entry; whether its bundle or a tile is to blame shows later.
GS_INLINE void Walk::suspect(const std::string& file, const std::string& reason) {
  if (!suspect_) suspect_ = Fault{file, reason};
}

GS_INLINE void Walk::compare_tile(const TileId& tile, std::span<const Hash> hashes) {
  const std::string name = path_of(tile);
  if (differing_tile_.empty() && !same_bytes(log_.read(name), std::as_bytes(hashes)))
    differing_tile_ = name;
}

GS_INLINE void Walk::note_head() {
  if (options_.heads_at.contains(edge_.size)) out_.roots.emplace_back(edge_.size, root_of(edge_));
}

GS_INLINE void Walk::grow(const Hash& leaf) {
  append(edge_, leaf, [&](const TileId& tile, std::span<const Hash> hashes) {
    if (tile.level > 0) compare_tile(tile, hashes);
  });
  note_head();
}

/// A header whose block's records, or some of them, were pruned: their leaves are still there.
GS_INLINE bool Walk::fits_leaves(const BlockHeader& header) {
  if (header.first_index + header.count != edge_.size || header.first_index > edge_.size)
    return false;
  TileNodes nodes(log_.files, log_.folder, options_.head.size);
  std::vector<Hash> leaves;
  for (std::uint64_t i = header.first_index; i < edge_.size; ++i)
    leaves.push_back(nodes.node(0, i));
  const Hash parent = header.first_index == 0 ? Hash{} : nodes.node(0, header.first_index - 1);
  return header.parent == parent && header.batch_root == root_of_leaves(leaves);
}

GS_INLINE void Walk::walk_header(const Record& record, const Hash& leaf,
                                 const std::string& bundle) {
  const std::uint64_t index = edge_.size;
  const auto header = decode_header(record);
  const std::string who = "the block header at entry " + std::to_string(index);
  if (!header) return suspect(bundle, who + " is malformed");
  if (!is_chained_) {
    if (!fits_leaves(*header)) suspect(bundle, who + " does not fit the leaves of its block");
    out_.block_ends.push_back(header->first_index);
  } else {
    if (header->height != height_ || header->parent != out_.tip)
      suspect(bundle, who + " does not follow the block before it");
    if (header->first_index != block_first_ || header->count != index - block_first_ ||
        header->batch_root != root_of_leaves(batch_))
      suspect(bundle, who + " does not fit the records of its block");
  }
  is_chained_ = true;
  height_ = header->height + 1;
  out_.tip = leaf;
  ++out_.blocks;
  batch_ = {};
  block_first_ = index + 1;
  out_.block_ends.push_back(block_first_);
}

GS_INLINE void Walk::walk_entry(ByteView entry, const Hash& leaf, const std::string& bundle) {
  const std::string who = "entry " + std::to_string(edge_.size);
  const auto record = decode_record(entry);
  if (is_first_) out_.has_records = record || !options_.takes_any_entry;
  is_first_ = false;
  if (!out_.has_records) return;
  if (!record) return suspect(bundle, who + " is not a record");
  if (!genesis_) genesis_ = record->genesis;
  if (record->genesis != genesis_) suspect(bundle, who + " is a record of another log");
  if (record->kind == Kind::header)
    walk_header(*record, leaf, bundle);
  else if (is_chained_)
    batch_.push_back(leaf);
}

GS_INLINE bool Walk::read_bundle(std::uint64_t index) {
  const TileId bundle = tile_at(bundle_level, index, options_.head.size);
  const std::string name = path_of(bundle);
  const Bytes bytes = log_.read(name);
  const auto views = parse_bundle(bytes, bundle.width);
  if (!views) {
    out_.fault = Fault{name, "is not a bundle of " + std::to_string(bundle.width) + " entries"};
    return false;
  }
  Entries entries;
  for (const ByteView view : *views) entries.push_back(view);
  std::vector<Hash> leaves(entries.size());
  leaf_hashes(entries, leaves);
  const Bytes tile = log_.read(path_of(tile_at(0, index, options_.head.size)));
  if (!differing_bundle_ && !same_bytes(tile, std::as_bytes(std::span(leaves))))
    differing_bundle_ = index;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    walk_entry(entries[i], leaves[i], name);
    grow(leaves[i]);
  }
  if (edge_.size == options_.head.size && out_.has_records && block_first_ != edge_.size)
    suspect(name, "the last block has no header");
  return true;
}

/// The leaves of a pruned bundle, from the hash tile that stayed.
GS_INLINE void Walk::read_pruned(std::uint64_t index) {
  const TileId tile = tile_at(0, index, options_.head.size);
  const auto leaves = *parse_tile(log_.read(path_of(tile)), tile.width);
  const Bytes above = log_.read(path_of(tile_at(1, index / tile_width, options_.head.size)));
  const std::size_t at = index % tile_width * sizeof(Hash);
  if (differing_leaves_.empty() &&
      !same_bytes(ByteView(above).subspan(at, sizeof(Hash)), perfect_root(leaves)))
    differing_leaves_ = path_of(tile);
  for (const Hash& leaf : leaves) grow(leaf);
  is_chained_ = false;
  batch_ = {};
  block_first_ = edge_.size;
  out_.block_ends.assign(1, edge_.size);
}

/// Who is to blame: if the leaves give the signed root, any tile that differs; otherwise the
/// leaves.
GS_INLINE std::optional<Fault> Walk::judge() const {
  if (root_of(edge_) != options_.head.root) {
    if (differing_bundle_)
      return Fault{path_of(tile_at(bundle_level, *differing_bundle_, options_.head.size)),
                   "its entries do not hash to the tree"};
    if (!differing_leaves_.empty())
      return Fault{differing_leaves_, "its hashes do not hash to the tree"};
    return Fault{"checkpoint", "its root is not that of the entries"};
  }
  if (differing_bundle_)
    return Fault{path_of(tile_at(0, *differing_bundle_, options_.head.size)),
                 "its hashes are not those of the entries"};
  if (!differing_tile_.empty())
    return Fault{differing_tile_, "its hashes are not those of the tiles below"};
  return suspect_;
}

GS_INLINE WalkResult Walk::run() {
  genesis_ = options_.genesis;
  out_.block_ends.assign(1, 0);
  note_head();
  for (std::uint64_t index = 0; index * tile_width < options_.head.size; ++index) {
    const std::string name = path_of(tile_at(bundle_level, index, options_.head.size));
    if (!log_.has(name))
      read_pruned(index);
    else if (!read_bundle(index))
      return std::move(out_);
  }
  visit_partial(edge_, [&](const TileId& tile, std::span<const Hash> hashes) {
    if (tile.level > 0) compare_tile(tile, hashes);
  });
  out_.fault = judge();
  return std::move(out_);
}

GS_INLINE WalkResult walk_log(const LogFiles& log, const WalkOptions& options) {
  return Walk(log, options).run();
}

}  // namespace gridswarm::inline GS_ABI::ledger
