// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/batch.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/damage.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/ledger/log_folder.hpp"

namespace gridswarm::inline GS_ABI::ledger {

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
      const bool is_superblock =
          entry.path == superblock_name(0) || entry.path == superblock_name(1);
      const bool is_torn_start =
          entry.path == "lock" || std::ranges::count(temporary_names, entry.path) > 0 ||
          (is_superblock && !decode_superblock(files.read(log.at(entry.path))));
      if (!is_torn_start)
        throw FileError(folder, "is not empty (" + entry.path + "); a new log needs a new folder");
    }
  files.make_folders(folder);
  auto lock = files.lock(log.at("lock"), true);
  for (const char* name : temporary_names) files.remove(log.at(name));
  const Head head{0, empty_root()};
  Superblock block{0, head, genesis, Hash{}, sign_checkpoint({key.name, 0, head.root, {}}, key)};
  files.write(log.at(superblock_name(0)), encode(block));
  ++block.sequence;
  files.write(log.at(superblock_name(1)), encode(block));
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

/// The log must be the key's: by name, and by signature.
GS_INLINE void require_signer(const std::string& where, const std::string& note,
                              const SigningKey& key) {
  const auto parsed = parse_note(note);
  const auto checkpoint = parsed ? parse_checkpoint(parsed->text) : std::nullopt;
  const VerifierKey verifier = verifier_of(key);
  if (parsed && !check_note(*parsed, std::span(&verifier, 1)).signers.empty()) return;
  if (checkpoint && checkpoint->origin != key.name)
    throw DamageError(where, "is the log of " + checkpoint->origin + ", not of " + key.name);
  throw DamageError(where, "is not signed by this key of " + key.name +
                               ": it was rewritten under another key, or this is the wrong one");
}

GS_INLINE Log Log::open(FileSystem& files, const std::string& folder, const SigningKey& key,
                        const std::string& anchor) {
  for (const char* name : {"wal.0", "wal.1"})
    if (files.exists(folder + "/" + name))
      throw FileError(folder + "/" + name,
                      "may hold acknowledged records that are in no block; open the log with them");
  return open_with_wal(files, folder, key, anchor);
}

GS_INLINE Log Log::open_with_wal(FileSystem& files, const std::string& folder,
                                 const SigningKey& key, const std::string& anchor) {
  const LogFolder log{files, folder};
  require_signer(folder, read_superblocks(log)[0].checkpoint, key);
  if (!anchor.empty()) require_signer("the anchor", anchor, key);
  auto lock = files.lock(log.at("lock"), true);
  Recovered now = recover_locked(log);
  if (!anchor.empty())
    require_former_state(log, now.block.head, origin_of(now.block), "the anchor", anchor);
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
