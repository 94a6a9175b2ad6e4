// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/prune.hpp"

namespace gridswarm::inline GS_ABI {

template <>
GS_INLINE std::span<const Field<ledger::PruneResult>> fields<ledger::PruneResult>() {
  using R = ledger::PruneResult;
  static const Field<R> table[] = {
      {"minimum_index", "", &R::minimum_index, 0, no_limit, "first entry that is kept"},
      {"bundles", "", &R::bundles, 0, no_limit, "bundles removed"},
      {"bytes", "B", &R::bytes, 0, no_limit, "bytes removed"},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI

namespace gridswarm::inline GS_ABI::ledger {

/// Bundles below `end` that are still there.
GS_INLINE std::vector<TileId> kept_bundles(FileSystem& files, const std::string& folder,
                                           std::uint64_t end) {
  std::vector<TileId> kept;
  for (std::uint64_t index = 0; index < end; ++index)
    if (const TileId id{bundle_level, index, tile_width}; files.exists(folder + "/" + path_of(id)))
      kept.push_back(id);
  return kept;
}

/// Once an entry is gone, its leaf is all that speaks for it.
GS_INLINE void require_leaves(FileSystem& files, const std::string& folder, const TileId& bundle) {
  const Bytes bytes = read_tile(files, folder, bundle);
  const auto views = parse_bundle(bytes, bundle.width);
  Entries entries;
  for (const ByteView entry : *views) entries.push_back(entry);
  std::vector<Hash> leaves(entries.size());
  leaf_hashes(entries, leaves);
  const TileId tile{0, bundle.index, tile_width};
  if (!same_bytes(read_tile(files, folder, tile), std::as_bytes(std::span(leaves))))
    throw DamageError(folder + "/" + path_of(bundle),
                      "its entries are not those of the tree; nothing was pruned");
}

GS_INLINE void write_minimum_index(FileSystem& files, const std::string& folder,
                                   std::uint64_t minimum_index) {
  const std::string path = folder + "/" + minimum_index_name;
  files.write_synced(path + ".tmp", bytes_of(std::to_string(minimum_index) + "\n"));
  files.rename(path + ".tmp", path);
  files.sync_folder(folder);
}

/// The bundle and what crashes left of its partial versions.
GS_INLINE std::int64_t remove_bundle(FileSystem& files, const std::string& folder,
                                     const TileId& bundle) {
  const std::string path = folder + "/" + path_of(bundle);
  const std::string partials = path + ".p";
  if (files.exists(partials)) {
    for (const FolderEntry& entry : files.list(partials)) files.remove(partials + "/" + entry.path);
    files.remove(partials);
  }
  const auto bytes = static_cast<std::int64_t>(files.read(path).size());
  files.remove(path);
  return bytes;
}

GS_INLINE PruneResult prune(FileSystem& files, const std::string& folder,
                            std::uint64_t minimum_index) {
  if (!files.exists(folder + "/checkpoint"))
    throw FileError(folder, "holds no log (no checkpoint)");
  const auto lock = files.lock(folder + "/lock", true);
  const LogReader log(files, folder);
  const std::uint64_t before = log.minimum_index();
  if (minimum_index > log.size())
    throw UsageError(folder + " has " + std::to_string(log.size()) +
                     " entries; it can't be pruned up to " + std::to_string(minimum_index));
  if (minimum_index < before)
    throw UsageError(folder + " is pruned up to " + std::to_string(before) +
                     " already; what is gone does not come back");
  PruneResult result{static_cast<std::int64_t>(minimum_index), 0, 0};
  if (minimum_index == 0) return result;
  const std::uint64_t last = (log.size() - 1) / tile_width;
  const std::vector<TileId> kept =
      kept_bundles(files, folder, std::min(minimum_index / tile_width, last));
  for (const TileId& bundle : kept) require_leaves(files, folder, bundle);
  write_minimum_index(files, folder, minimum_index);
  for (const TileId& bundle : kept) {
    result.bytes += remove_bundle(files, folder, bundle);
    ++result.bundles;
  }
  files.sync_all(folder);
  return result;
}

}  // namespace gridswarm::inline GS_ABI::ledger
