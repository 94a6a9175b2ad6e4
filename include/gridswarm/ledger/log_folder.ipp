// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/damage.hpp"
#include "gridswarm/ledger/log_folder.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE void LogFolder::write_superblock(const Superblock& block) const {
  files.write_synced(at(superblock_name(block.sequence)), encode(block));
}

GS_INLINE void LogFolder::write_stage(ByteView stage) const {
  files.write_synced(at("stage"), stage);
  files.sync_folder(path);
}

GS_INLINE void LogFolder::place(const Stage& stage) const {
  std::string last_parent;
  for (const StagedTile& tile : stage.tiles) {
    const std::string name = path_of(tile.id);
    std::string parent = name.substr(0, name.rfind('/'));
    if (parent != last_parent) files.make_folders(at(parent));
    last_parent = std::move(parent);
    files.write(at(name), tile.bytes);
  }
  files.sync_all(path);
}

/// The file is the old or the new one at every moment, and the new one when it returns.
GS_INLINE void LogFolder::replace(const std::string& name, ByteView bytes) const {
  files.write_synced(at(name + ".tmp"), bytes);
  files.rename(at(name + ".tmp"), at(name));
  files.sync_folder(path);
}

GS_INLINE void LogFolder::publish(const std::string& checkpoint) const {
  replace("checkpoint", bytes_of(checkpoint));
}

GS_INLINE void LogFolder::drop_superseded(std::uint64_t old_size, std::uint64_t size) const {
  for (int level = bundle_level; level < tile_levels; ++level) {
    const std::uint64_t index = count_at(level, old_size) / tile_width;
    const TileId before = tile_at(level, index, old_size);
    const TileId after = tile_at(level, index, size);
    if (before.width == 0 || before == after) continue;
    const std::string name = at(path_of(before));
    files.remove(name);
    // Once the tile is full its folder of partial tiles goes, with all that a crash left in it.
    const std::string partials = name.substr(0, name.rfind('/'));
    if (after.width < tile_width || !files.exists(partials)) continue;
    for (const FolderEntry& entry : files.list(partials)) files.remove(partials + "/" + entry.path);
    files.remove(partials);
  }
}

GS_INLINE std::vector<Superblock> read_superblocks(const LogFolder& log) {
  std::vector<Superblock> found;
  for (std::uint64_t slot = 0; slot < 2; ++slot) {
    const std::string name = log.at(superblock_name(slot));
    if (!log.files.exists(name)) continue;
    auto block = decode_superblock(log.files.read(name));
    if (block && block->sequence % 2 == slot) found.push_back(std::move(*block));
  }
  if (found.empty()) throw FileError(log.path, "holds no log (no valid superblock)");
  std::ranges::sort(found, std::ranges::greater(), &Superblock::sequence);
  return found;
}

GS_INLINE Hash last_leaf(const LogFolder& log, const TileEdge& edge) {
  if (edge.size == 0) return Hash{};
  if (!edge.rows[0].empty()) return edge.rows[0].back();
  TileNodes nodes(log.files, log.path, edge.size);
  return nodes.node(0, edge.size - 1);
}

/// The right edge from the tiles; throws if they don't give the superblock's root.
GS_INLINE Recovered load_edge(const LogFolder& log, const Superblock& block) {
  Recovered out{block, {}, {}};
  const std::uint64_t size = out.edge.size = block.head.size;
  for (int level = bundle_level; level < tile_levels; ++level) {
    const TileId tile = tile_at(level, count_at(level, size) / tile_width, size);
    if (tile.width == 0) continue;
    const std::string name = log.at(path_of(tile));
    Bytes bytes = log.files.read(name);
    if (level == bundle_level) {
      out.bundle = std::move(bytes);
      continue;
    }
    auto hashes = parse_tile(bytes, tile.width);
    if (!hashes) throw FileError(name, "has the wrong length; restore the log from a copy");
    out.edge.rows[static_cast<std::size_t>(level)] = std::move(*hashes);
  }
  if (root_of(out.edge) != block.head.root || last_leaf(log, out.edge) != block.tip)
    throw FileError(log.path, "its tiles do not give its root; restore the log from a copy");
  const auto entries = parse_bundle(out.bundle, static_cast<int>(out.edge.rows[0].size()));
  const auto fits = [&](std::size_t i) { return leaf_hash((*entries)[i]) == out.edge.rows[0][i]; };
  for (std::size_t i = 0; i < out.edge.rows[0].size(); ++i)
    if (!entries || !fits(i))
      throw FileError(log.path, "its last bundle is damaged; restore the log from a copy");
  return out;
}

GS_INLINE void require_former_state(const LogFolder& log, const Head& now,
                                    const std::string& origin, const std::string& whose,
                                    std::string_view note) {
  const auto parsed = parse_note(note);
  const auto then = parsed ? parse_checkpoint(parsed->text) : std::nullopt;
  if (!then) throw DamageError(whose, "holds no signed checkpoint; restore the log from a copy");
  if (then->origin != origin)
    throw DamageError(whose, "is a checkpoint of another log, " + then->origin);
  if (then->size > now.size)
    throw DamageError(log.path, "has " + std::to_string(now.size) + " entries, but " + whose +
                                    " says that it had " + std::to_string(then->size) +
                                    ": an older copy was restored; take the newest one");
  TileNodes nodes(log.files, log.path, now.size);
  if (tree_root(nodes, then->size) != then->root)
    throw DamageError(log.path, "does not begin with the " + std::to_string(then->size) +
                                    " entries of " + whose + ": history was rewritten");
}

GS_INLINE std::string origin_of(const Superblock& block) {
  const auto note = parse_note(block.checkpoint);
  const auto checkpoint = note ? parse_checkpoint(note->text) : std::nullopt;
  return checkpoint ? checkpoint->origin : std::string();
}

/// The published checkpoint must be of this log: now, or of an earlier state, as a crash can undo
/// a rename that was not synced.
GS_INLINE void require_published(const LogFolder& log, const Superblock& block) {
  const std::string name = log.at("checkpoint");
  if (!log.files.exists(name)) {
    if (block.head.size == 0) return;
    throw FileError(name, "is missing; restore the log from a copy");
  }
  const Bytes bytes = log.files.read(name);
  const std::string_view text = text_of(bytes);
  if (is_published_form(text, block.checkpoint)) return;
  require_former_state(log, block.head, origin_of(block), name, text);
  if (parse_checkpoint(parse_note(text)->text)->size == block.head.size)
    throw DamageError(name, "is not the one that was committed; restore the log from a copy");
}

GS_INLINE bool is_published(const LogFolder& log, const Superblock& block) {
  const std::string name = log.at("checkpoint");
  return log.files.exists(name) &&
         is_published_form(text_of(log.files.read(name)), block.checkpoint);
}

/// Do steps 5 to 7 again for a stage that the superblock committed; forget any other stage.
///
/// What is read here may lie in memory alone, if a writer was killed before an fsync or stopped
/// after a failed one: so the superblock is written anew (there is one under its name all the time)
/// before anything is done that rests on it.
GS_INLINE Recovered recover_locked(const LogFolder& log) {
  const std::vector<Superblock> found = read_superblocks(log);
  const Superblock& block = found[0];
  const bool is_staged = log.files.exists(log.at("stage"));
  const Bytes bytes = is_staged ? log.files.read(log.at("stage")) : Bytes();
  const auto stage = decode_stage(bytes);
  const bool is_committed = stage && stage->sequence == block.sequence && stage->head == block.head;
  const bool is_unfinished = is_staged || found.size() == 1 || !is_published(log, block);
  if (is_unfinished) {
    log.files.sync_all(log.path);
    log.replace(superblock_name(block.sequence), encode(block));
  }
  if (is_committed) log.place(*stage);
  Recovered out = load_edge(log, block);
  require_published(log, block);
  if (!is_published(log, block)) log.publish(block.checkpoint);  // what witnesses added stays
  if (is_committed) log.drop_superseded(stage->old_size, stage->head.size);
  if (found.size() == 1) {  // the other was torn: write a new one there, for the same head
    ++out.block.sequence;
    log.write_superblock(out.block);
  }
  for (const char* name : temporary_names)
    if (log.files.exists(log.at(name))) log.files.remove(log.at(name));
  if (is_staged) log.files.remove(log.at("stage"));
  return out;
}

}  // namespace gridswarm::inline GS_ABI::ledger
