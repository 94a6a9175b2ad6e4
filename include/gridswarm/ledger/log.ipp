// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/batch.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/ledger/superblock.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// A log folder and the calls that change it, each repeatable: appends and recovery share them.
struct LogFolder {
  FileSystem& files;
  std::string path;

  std::string at(const std::string& name) const { return path + "/" + name; }
  void write_superblock(const Superblock& block) const;
  void write_stage(ByteView stage) const;
  void place(const Stage& stage) const;
  void publish(const std::string& checkpoint) const;
  void drop_superseded(std::uint64_t old_size, std::uint64_t size) const;
};

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

GS_INLINE void LogFolder::publish(const std::string& checkpoint) const {
  files.write_synced(at("checkpoint.tmp"), bytes_of(checkpoint));
  files.rename(at("checkpoint.tmp"), at("checkpoint"));
  files.sync_folder(path);
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

/// What recovery finds: the committed state and the tree's right edge.
struct Recovered {
  Superblock block;
  TileEdge edge;
  Bytes bundle;  ///< the entries after the last full bundle
};

/// Both superblocks as far as they are valid, the newest first.
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

/// A crash leaves the checkpoint of the newest superblock or of the one before; all else is damage.
GS_INLINE void require_known_checkpoint(const LogFolder& log,
                                        const std::vector<Superblock>& found) {
  const std::string name = log.at("checkpoint");
  if (!log.files.exists(name)) {
    if (found[0].head.size == 0) return;
    throw FileError(name, "is missing; restore the log from a copy");
  }
  const Bytes bytes = log.files.read(name);
  for (const Superblock& block : found)
    if (is_published_form(text_of(bytes), block.checkpoint)) return;
  throw FileError(name, "belongs to neither superblock; restore the log from a copy");
}

/// Do steps 5 to 7 again for a stage that the superblock committed; forget any other stage.
GS_INLINE void finish_append(const LogFolder& log, const Superblock& block) {
  const std::string name = log.at("stage");
  const bool is_staged = log.files.exists(name);
  const Bytes bytes = is_staged ? log.files.read(name) : Bytes();
  const auto stage = decode_stage(bytes);
  const bool is_committed = stage && stage->sequence == block.sequence && stage->head == block.head;
  if (is_committed) log.place(*stage);
  const std::string published = log.at("checkpoint");
  if (!log.files.exists(published) ||
      !is_published_form(text_of(log.files.read(published)), block.checkpoint))
    log.publish(block.checkpoint);  // what witnesses added to it stays
  if (log.files.exists(log.at("checkpoint.tmp"))) log.files.remove(log.at("checkpoint.tmp"));
  if (is_committed) log.drop_superseded(stage->old_size, stage->head.size);
  if (is_staged) log.files.remove(name);
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

GS_INLINE Recovered recover_locked(const LogFolder& log) {
  std::vector<Superblock> found = read_superblocks(log);
  require_known_checkpoint(log, found);
  finish_append(log, found[0]);
  Recovered out = load_edge(log, found[0]);
  if (found.size() == 1) {  // the other was torn: write a new one there, for the same head
    ++out.block.sequence;
    log.write_superblock(out.block);
    log.files.sync_folder(log.path);
  }
  return out;
}

GS_INLINE Head recover(FileSystem& files, const std::string& folder) {
  const LogFolder log{files, folder};
  read_superblocks(log);
  const auto lock = files.lock(log.at("lock"), true);
  return recover_locked(log).block.head;
}

struct Log::State {
  LogFolder log;
  SigningKey key;
  std::unique_ptr<FileLock> lock;
  Recovered now;
  std::uint64_t height = 0;
  bool is_stopped = false;
  int threads = 1;
  // Buffers of an append, kept for their capacity.
  Bytes stage;
  std::vector<Hash> leaves;

  BlockHeader make_header(const BlockInfo& info, std::size_t count) const;
  void build(const Entries& records, ByteView header);
  void commit_block(const Hash& tip);
};

GS_INLINE Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
GS_INLINE Log::Log(Log&&) noexcept = default;
GS_INLINE Log::~Log() = default;
GS_INLINE const Head& Log::head() const { return state_->now.block.head; }
GS_INLINE std::uint64_t Log::height() const { return state_->height; }
GS_INLINE const Hash& Log::genesis() const { return state_->now.block.genesis; }
GS_INLINE void Log::use_threads(int threads) { state_->threads = threads; }
GS_INLINE void Log::close() { state_->lock.reset(); }

GS_INLINE Log Log::create(FileSystem& files, const std::string& folder, const SigningKey& key,
                          const Hash& genesis) {
  const LogFolder log{files, folder};
  if (files.exists(folder))
    for (const FolderEntry& entry : files.list(folder)) {
      const bool is_torn_start =
          entry.path == "lock" || (entry.path.starts_with("superblock.") &&
                                   !decode_superblock(files.read(log.at(entry.path))));
      if (!is_torn_start)
        throw FileError(folder, "is not empty (" + entry.path + "); a new log needs a new folder");
    }
  files.make_folders(folder);
  auto lock = files.lock(log.at("lock"), true);
  const Head head{0, empty_root()};
  Superblock block{0, head, genesis, Hash{}, sign_checkpoint({key.name, 0, head.root, {}}, key)};
  log.write_superblock(block);
  ++block.sequence;
  log.write_superblock(block);
  files.sync_all(folder);
  log.publish(block.checkpoint);
  return Log(std::make_unique<State>(
      State{log, key, std::move(lock), {block, {}, {}}, 0, false, 1, {}, {}}));
}

/// Height after the last block, from its header.
GS_INLINE std::uint64_t height_of(const LogFolder& log, std::uint64_t size) {
  if (size == 0) return 0;
  const Bytes leaf = read_entry(log.files, log.path, size - 1, size);
  const auto record = decode_record(leaf);
  const auto header = record ? decode_header(*record) : std::nullopt;
  if (!header) throw FileError(log.path, "its last entry is no block header");
  return header->height + 1;
}

GS_INLINE Log Log::open(FileSystem& files, const std::string& folder, const SigningKey& key) {
  const LogFolder log{files, folder};
  const Superblock newest = read_superblocks(log)[0];
  const auto note = parse_note(newest.checkpoint);
  const VerifierKey verifier = verifier_of(key);
  if (!note || check_note(*note, std::span(&verifier, 1)).signers.empty())
    throw FileError(folder, "is not a log of " + key.name + " (its checkpoint has another signer)");
  auto lock = files.lock(log.at("lock"), true);
  Recovered now = recover_locked(log);
  const std::uint64_t height = height_of(log, now.block.head.size);
  return Log(std::make_unique<State>(
      State{log, key, std::move(lock), std::move(now), height, false, 1, {}, {}}));
}

GS_INLINE BlockHeader Log::State::make_header(const BlockInfo& info, std::size_t count) const {
  BlockHeader header;
  header.genesis = now.block.genesis;
  header.epoch = info.epoch;
  header.height = height;
  header.origin_view = info.origin_view;
  header.parent = now.block.tip;
  header.first_index = now.block.head.size;
  header.count = count;
  header.batch_root = root_of_leaves(std::span(leaves).first(count), threads);
  header.post_state_root = info.post_state_root;
  header.contract_set = info.contract_set;
  header.proposer = info.proposer;
  header.time_s = info.time_s;
  return header;
}

/// Grow the edge by the block's leaves and stage every tile and bundle that changed.
GS_INLINE void Log::State::build(const Entries& records, ByteView header) {
  const std::uint64_t old_size = now.edge.size;
  begin_stage(stage, now.block.sequence + 1, old_size);
  const auto keep = [&](const TileId& tile, std::span<const Hash> hashes) {
    if (tile.width == tile_width || tile != tile_at(tile.level, tile.index, old_size))
      stage_tile(stage, tile, std::as_bytes(hashes));
  };
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    append_to_bundle(now.bundle, i < records.size() ? records[i] : header);
    const std::uint64_t size = old_size + i + 1;
    if (size % tile_width != 0) continue;
    stage_tile(stage, {bundle_level, size / tile_width - 1, tile_width}, now.bundle);
    now.bundle.clear();
  }
  append_leaves(now.edge, leaves, threads, keep);
  visit_partial(now.edge, keep);
  if (const TileId last = tile_at(bundle_level, now.edge.size / tile_width, now.edge.size);
      last.width > 0)
    stage_tile(stage, last, now.bundle);
  close_stage(stage, {now.edge.size, root_of(now.edge)});
}

/// Steps 2 to 7 for what build() staged.
GS_INLINE void Log::State::commit_block(const Hash& tip) {
  const std::uint64_t old_size = now.block.head.size;
  log.write_stage(stage);
  Superblock next = now.block;
  ++next.sequence;
  next.head = {now.edge.size, root_of(now.edge)};
  next.tip = tip;
  next.checkpoint = sign_checkpoint({key.name, next.head.size, next.head.root, {}}, key);
  log.write_superblock(next);
  now.block = std::move(next);
  log.place(*decode_stage(stage));
  log.publish(now.block.checkpoint);
  log.drop_superseded(old_size, now.block.head.size);
  log.files.remove(log.at("stage"));
}

GS_INLINE Head Log::append_block(const Entries& records, const BlockInfo& info) {
  State& state = *state_;
  if (!state.lock) throw Error(ExitCode::run_time, state.log.path + ": the log is closed");
  if (state.is_stopped)
    throw Error(ExitCode::run_time,
                state.log.path + ": the log stopped after a failed write; open it again");
  for (std::size_t i = 0; i < records.size(); ++i)
    if (records[i].size() > max_entry_size)
      throw UsageError("record " + std::to_string(i) + " of a block is longer than 65535 bytes");
  state.is_stopped = true;  // until everything below has worked
  state.leaves.resize(records.size());
  leaf_hashes(records, state.leaves, state.threads);
  const Bytes header =
      header_leaf(state.make_header(info, records.size()), info.tick, info.cluster_epoch);
  state.leaves.push_back(leaf_hash(header));
  const Hash tip = state.leaves.back();
  state.build(records, header);
  state.commit_block(tip);
  ++state.height;
  state.is_stopped = false;
  return head();
}

}  // namespace gridswarm::inline GS_ABI::ledger
