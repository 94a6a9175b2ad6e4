// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/fork.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/mirror.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<ledger::MirrorResult>> fields<ledger::MirrorResult>() {
  using R = ledger::MirrorResult;
  static const Field<R> table[] = {
      {"origin", "", &R::origin, 0, no_limit, "name of the log"},
      {"old_size", "", &R::old_size, 0, no_limit, "entries before"},
      {"size", "", &R::size, 0, no_limit, "entries now"},
      {"root", "", &R::root, 0, no_limit, "Merkle root in hexadecimal"},
      {"witnesses", "", &R::witnesses, 0, no_limit, "witnesses of the policy that cosigned"},
      {"entries", "", &R::entries, 0, no_limit, "entries copied"},
      {"bytes", "B", &R::bytes, 0, no_limit, "bytes of bundles copied"},
      {"ok", "", &R::ok, 0, 1, "the mirror is at the source's checkpoint"},
      {"reason", "", &R::reason, 0, no_limit, "why nothing was taken over"},
      {"evidence", "", &R::evidence, 0, no_limit, "file that convicts the log of a fork"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI

namespace gridswarm::inline GS_ABI::ledger {

/// One run of a mirror. Steps return false after they have said why.
class MirrorRun {
 public:
  MirrorRun(FileSystem& source_files, const std::string& source, FileSystem& files,
            const std::string& folder)
      : source_files_(source_files),
        files_(files),
        folder_(folder),
        source_(source_files, source) {}
  MirrorResult run(const Policy& policy, const PolicyLimits& limits);

 private:
  bool refuse(std::string reason) {
    result_.reason = std::move(reason);
    return false;
  }
  std::string at(const std::string& name) const { return folder_ + "/" + name; }
  bool accept_source(const Policy& policy, const PolicyLimits& limits);
  bool read_own(const Policy& policy, const PolicyLimits& limits);
  bool follow();
  bool keep_evidence(LogReader& newer, LogReader& older, const Hash& older_root);
  void load_edge();
  bool copy_bundle(std::uint64_t index);
  void stage(const TileId& tile, ByteView bytes);
  void place();
  void publish(const std::string& name, const std::string& text);
  void tell_minimum();
  void drop_superseded();
  void remove_tree(const std::string& path);

  FileSystem& source_files_;
  FileSystem& files_;
  const std::string& folder_;
  LogReader source_;
  std::optional<LogReader> own_;
  Head head_{0, {}};
  TileEdge edge_;
  std::vector<TileId> staged_;
  std::string last_parent_;
  MirrorResult result_;
};

GS_INLINE bool MirrorRun::accept_source(const Policy& policy, const PolicyLimits& limits) {
  result_.origin = source_.checkpoint().origin;
  const PolicyCheck check = check_policy(policy, *parse_note(source_.note()), limits);
  result_.witnesses = static_cast<std::int64_t>(check.witnesses.size());
  if (!check.ok) return refuse("the source's checkpoint does not count: " + check.reason);
  if (source_.size() >> 56 != 0) return refuse("the source has a size that no log reaches");
  return true;
}

/// The mirror's own head; a new mirror has that of the empty tree.
GS_INLINE bool MirrorRun::read_own(const Policy& policy, const PolicyLimits& limits) {
  head_ = {0, empty_root()};
  if (!files_.exists(at("checkpoint"))) return true;
  own_.emplace(files_, folder_);
  if (own_->checkpoint().origin != result_.origin)
    return refuse("the mirror holds another log, " + own_->checkpoint().origin);
  Policy logs;
  logs.logs = policy.logs;
  const PolicyCheck check = check_policy(logs, *parse_note(own_->note()), limits);
  if (!check.ok) return refuse("the mirror's own checkpoint does not count: " + check.reason);
  head_ = {own_->size(), own_->checkpoint().root};
  if (tree_root(*own_, own_->size()) != head_.root)
    throw DamageError(folder_, "its tiles do not give its root; make the mirror anew");
  return true;
}

/// `older_root`: what the newer tree has at the older size. Always false.
GS_INLINE bool MirrorRun::keep_evidence(LogReader& newer, LogReader& older,
                                        const Hash& older_root) {
  const ForkFile fork{older_root, newer.consistency(older.size()), older.note(), newer.note()};
  publish("fork", to_text(fork));
  result_.evidence = at("fork");
  return refuse("the source's history is not the mirror's: the log signed two, see " +
                result_.evidence);
}

GS_INLINE void MirrorRun::load_edge() {
  edge_.size = head_.size;
  for (int level = 0; level < tile_levels; ++level)
    if (const TileId tile = tile_at(level, count_at(level, head_.size) / tile_width, head_.size);
        tile.width > 0)
      edge_.rows[static_cast<std::size_t>(level)] =
          *parse_tile(read_tile(files_, folder_, tile), tile.width);
}

GS_INLINE void MirrorRun::stage(const TileId& tile, ByteView bytes) {
  const std::string path = at("incoming/" + path_of(tile));
  std::string parent = path.substr(0, path.rfind('/'));
  if (parent != last_parent_) files_.make_folders(parent);
  last_parent_ = std::move(parent);
  files_.write(path, bytes);
  staged_.push_back(tile);
}

/// Take a bundle of the source into the tree; false if it does not begin with what is known of it.
GS_INLINE bool MirrorRun::copy_bundle(std::uint64_t index) {
  const TileId id = tile_at(bundle_level, index, source_.size());
  const bool is_pruned = (index + 1) * tile_width <= source_.minimum_index() &&
                         !source_files_.exists(source_.folder() + "/" + path_of(id));
  std::vector<Hash> leaves(static_cast<std::size_t>(id.width));
  if (is_pruned) {
    const TileId tile{0, index, tile_width};
    leaves = *parse_tile(read_tile(source_files_, source_.folder(), tile), tile.width);
  } else {
    const Bytes bytes = read_tile(source_files_, source_.folder(), id);
    const auto views = parse_bundle(bytes, id.width);
    Entries entries;
    for (const ByteView entry : *views) entries.push_back(entry);
    leaf_hashes(entries, leaves);
    stage(id, bytes);
    result_.bytes += static_cast<std::int64_t>(bytes.size());
  }
  const std::size_t known = edge_.size % tile_width;
  if (!std::ranges::equal(std::span(leaves).first(known), edge_.rows[0])) return false;
  for (const Hash& leaf : std::span(leaves).subspan(known))
    append(edge_, leaf, [&](const TileId& tile, std::span<const Hash> hashes) {
      stage(tile, std::as_bytes(hashes));
    });
  return true;
}

/// Copy what is new, and see whether it continues what is here.
GS_INLINE bool MirrorRun::follow() {
  load_edge();
  bool is_same = true;
  for (std::uint64_t index = head_.size / tile_width;
       is_same && index * tile_width < source_.size(); ++index)
    is_same = copy_bundle(index);
  if (is_same && root_of(edge_) == source_.checkpoint().root) {
    visit_partial(edge_, [&](const TileId& tile, std::span<const Hash> hashes) {
      stage(tile, std::as_bytes(hashes));
    });
    return true;
  }
  // Did the log sign two histories, or is the source damaged? Its own tiles can tell.
  const Hash root = tree_root(source_, head_.size);
  if (own_ && root != head_.root &&
      verify_consistency(head_.size, source_.size(), source_.consistency(head_.size), root,
                         source_.checkpoint().root))
    return keep_evidence(source_, *own_, root);
  return refuse("the source's entries do not hash to the root that it signed: it is damaged");
}

GS_INLINE void MirrorRun::place() {
  files_.sync_all(folder_);
  for (const TileId& tile : staged_) {
    const std::string path = at(path_of(tile));
    std::string parent = path.substr(0, path.rfind('/'));
    if (parent != last_parent_) files_.make_folders(parent);
    last_parent_ = std::move(parent);
    files_.rename(at("incoming/" + path_of(tile)), path);
  }
  files_.sync_all(folder_);
}

GS_INLINE void MirrorRun::publish(const std::string& name, const std::string& text) {
  files_.write_synced(at(name + ".tmp"), bytes_of(text));
  files_.rename(at(name + ".tmp"), at(name));
  files_.sync_folder(folder_);
}

/// Where the source had no entries to give, the mirror must say so.
GS_INLINE void MirrorRun::tell_minimum() {
  const LogReader now(files_, folder_);
  std::uint64_t missing = now.minimum_index();
  for (std::uint64_t index = missing / tile_width; index < source_.minimum_index() / tile_width;
       ++index)
    if (!files_.exists(at(path_of({bundle_level, index, tile_width}))))
      missing = (index + 1) * tile_width;
  if (missing != now.minimum_index()) publish(minimum_index_name, std::to_string(missing) + "\n");
}

/// Partial versions of what was staged, from this head or from runs that crashed.
GS_INLINE void MirrorRun::drop_superseded() {
  const auto drop = [&](const TileId& tile) {
    const std::string partials = at(path_of({tile.level, tile.index, tile_width})) + ".p";
    if (!files_.exists(partials)) return;
    for (const FolderEntry& entry : files_.list(partials))
      if (entry.path != std::to_string(tile.width)) files_.remove(partials + "/" + entry.path);
    if (tile.width == tile_width) files_.remove(partials);
  };
  for (const TileId& tile : staged_) {
    drop(tile);
    if (tile.level == 0) drop({bundle_level, tile.index, tile.width});  // it may be a pruned one
  }
}

GS_INLINE void MirrorRun::remove_tree(const std::string& path) {
  if (!files_.exists(path)) return;
  const std::vector<FolderEntry> entries = files_.list(path);
  for (std::size_t i = entries.size(); i-- > 0;) files_.remove(path + "/" + entries[i].path);
  files_.remove(path);
}

GS_INLINE MirrorResult MirrorRun::run(const Policy& policy, const PolicyLimits& limits) {
  if (!accept_source(policy, limits) || !read_own(policy, limits)) return std::move(result_);
  result_.old_size = result_.size = static_cast<std::int64_t>(head_.size);
  result_.root = to_hex(head_.root);
  if (files_.exists(at("fork"))) {
    refuse("holds evidence of a fork (" + at("fork") + "); look at it and move it away");
    return std::move(result_);
  }
  if (source_.size() < head_.size ||
      (own_ && source_.size() == head_.size && source_.checkpoint().root != head_.root)) {
    const Hash root = tree_root(*own_, source_.size());
    if (root != source_.checkpoint().root)
      keep_evidence(*own_, source_, root);
    else
      refuse("the source has " + std::to_string(source_.size()) + " entries, the mirror " +
             std::to_string(head_.size) + ": it was rolled back, or is an old copy");
    return std::move(result_);
  }
  remove_tree(at("incoming"));  // of a run that crashed
  for (const char* name : {"checkpoint.tmp", "minimum-index.tmp", "fork.tmp"})
    files_.remove(at(name));
  if (source_.size() > head_.size || !own_) {
    if (!follow()) {
      remove_tree(at("incoming"));
      return std::move(result_);
    }
    place();
  }
  if (!own_ || own_->note() != source_.note()) publish("checkpoint", source_.note());
  tell_minimum();
  drop_superseded();
  remove_tree(at("incoming"));
  result_.ok = true;
  result_.size = static_cast<std::int64_t>(source_.size());
  result_.entries = result_.size - result_.old_size;
  result_.root = to_hex(source_.checkpoint().root);
  return std::move(result_);
}

GS_INLINE MirrorResult mirror(FileSystem& source_files, const std::string& source,
                              FileSystem& files, const std::string& folder, const Policy& policy,
                              const PolicyLimits& limits) {
  for (const char* name : {"/superblock.0", "/superblock.1"})
    if (files.exists(folder + name))
      throw UsageError(folder + " is a writer's log; mirror into another folder");
  files.make_folders(folder);
  const auto lock = files.lock(folder + "/lock", true);
  return MirrorRun(source_files, source, files, folder).run(policy, limits);
}

}  // namespace gridswarm::inline GS_ABI::ledger
