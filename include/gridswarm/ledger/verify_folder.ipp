// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/verify_folder.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE void list_folder(LogFiles& log) {
  log.present.clear();
  log.expected.clear();
  log.pruned.clear();
  for (FolderEntry& entry : log.files.list(log.folder)) log.present.emplace(entry.path, entry);
}

GS_INLINE std::optional<Fault> require_file(LogFiles& log, const std::string& name) {
  const auto found = log.present.find(name);
  if (found == log.present.end()) return Fault{name, "is missing"};
  if (found->second.type != FolderEntry::Type::file) return Fault{name, "is not a plain file"};
  log.expected.insert(name);
  return std::nullopt;
}

GS_INLINE std::optional<Fault> require_tiles(LogFiles& log, std::uint64_t size,
                                             std::uint64_t minimum_index) {
  for (int level = bundle_level; level < tile_levels; ++level)
    for (std::uint64_t index = 0;; ++index) {
      const TileId tile = tile_at(level, index, size);
      if (tile.width == 0) break;
      const std::string name = path_of(tile);
      const bool is_pruned =
          level == bundle_level && (index + 1) * tile_width <= minimum_index && !log.has(name);
      if (is_pruned)
        log.pruned.insert(name);
      else if (auto fault = require_file(log, name))
        return fault;
      const auto bytes = static_cast<std::uint64_t>(tile.width) * sizeof(Hash);
      if (level != bundle_level && log.present.at(name).size != bytes)
        return Fault{name, "has the wrong length"};
      if (tile.width < tile_width) break;
    }
  return std::nullopt;
}

/// The tile or bundle that a path names; nothing if it names none.
GS_INLINE std::optional<TileId> parse_tile_path(const std::string& path) {
  std::string_view rest = path;
  if (!rest.starts_with("tile/")) return std::nullopt;
  rest.remove_prefix(5);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  TileId tile;
  const auto level = from_decimal(rest.substr(0, slash));
  if (rest.substr(0, slash) == "entries")
    tile.level = bundle_level;
  else if (level && *level < tile_levels)
    tile.level = static_cast<int>(*level);
  else
    return std::nullopt;
  rest.remove_prefix(slash + 1);
  if (const std::size_t dot = rest.find(".p/"); dot != std::string_view::npos) {
    const auto width = from_decimal(rest.substr(dot + 3));
    if (!width || *width == 0 || *width >= tile_width) return std::nullopt;
    tile.width = static_cast<int>(*width);
    rest = rest.substr(0, dot);
  }
  for (const char c : rest)
    if (c >= '0' && c <= '9') tile.index = 10 * tile.index + static_cast<std::uint64_t>(c - '0');
  return path_of(tile) == path ? std::optional(tile) : std::nullopt;
}

/// Was a tile of this width published with one of the earlier sizes?
GS_INLINE bool was_published(const TileId& tile, const EarlierSizes& earlier) {
  const int shift = tile.level == bundle_level ? 0 : 8 * tile.level;
  const auto width = static_cast<std::uint64_t>(tile.width);
  if (tile.index > (~std::uint64_t{0} >> shift) / tile_width - 1) return false;
  // Sizes from `first` to `last` have so many hashes there.
  const std::uint64_t first = (tile.index * tile_width + width) << shift;
  const std::uint64_t last = first + ((std::uint64_t{1} << shift) - 1);
  if (first <= earlier.any_up_to) return true;
  const auto found = earlier.sizes.lower_bound(first);
  return found != earlier.sizes.end() && *found <= last;
}

/// Is a left-over partial tile the beginning of what stands in its place now?
GS_INLINE bool is_beginning(const LogFiles& log, const std::string& path, const TileId& tile,
                            std::uint64_t size) {
  const TileId now = tile_at(tile.level, tile.index, size);
  const Bytes bytes = log.read(path);
  if (now.width < tile.width || !log.has(path_of(now))) return false;
  const Bytes whole = log.read(path_of(now));
  if (bytes.size() > whole.size() || !same_bytes(bytes, ByteView(whole).first(bytes.size())))
    return false;
  if (tile.level == bundle_level) return parse_bundle(bytes, tile.width).has_value();
  return bytes.size() == static_cast<std::size_t>(tile.width) * sizeof(Hash);
}

GS_INLINE std::optional<Fault> refuse_strangers(const LogFiles& log, std::uint64_t size,
                                                const EarlierSizes& earlier) {
  std::set<std::string> folders;
  const auto expect_folders = [&](const std::string& path) {
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
      folders.insert(path.substr(0, at));
  };
  for (const std::string& path : log.pruned) expect_folders(path);
  for (const std::string& path : log.expected) {
    expect_folders(path);
    if (path.starts_with("tile/")) folders.insert(path + ".p");  // may stay, empty
  }
  for (const auto& [path, entry] : log.present) {
    const bool is_file = entry.type == FolderEntry::Type::file;
    if (is_file && log.expected.contains(path)) continue;
    if (entry.type == FolderEntry::Type::folder && folders.contains(path)) continue;
    const auto tile = is_file ? parse_tile_path(path) : std::nullopt;
    if (!tile || tile->width == tile_width || !was_published(*tile, earlier))
      return Fault{path, "does not belong to the log"};
    if (!is_beginning(log, path, *tile, size))
      return Fault{path, "is an outdated tile that differs from its successor"};
  }
  return std::nullopt;
}

}  // namespace gridswarm::inline GS_ABI::ledger
