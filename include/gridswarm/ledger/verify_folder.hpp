// SPDX-License-Identifier: BSD-3-Clause
// Verification, first and last part: is everything there that a log of this size has, and nothing
// else?
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "gridswarm/ledger/file.hpp"
#include "gridswarm/ledger/tile.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// The first thing that is wrong: a file, relative to the folder, and what it is that is wrong.
struct Fault {
  std::string file;
  std::string reason;
};

/// A folder as it was listed, and which of its files the log accounts for.
struct LogFiles {
  FileSystem& files;
  std::string folder;
  std::map<std::string, FolderEntry> present;
  std::set<std::string> expected;
  std::set<std::string> pruned;  ///< bundles that may be gone and are

  Bytes read(const std::string& name) const { return files.read(folder + "/" + name); }
  bool has(const std::string& name) const { return present.contains(name); }
};

/// List the folder anew; nothing is accounted for yet.
void list_folder(LogFiles& log);
/// The file must be there and plain; it is accounted for from now on.
std::optional<Fault> require_file(LogFiles& log, const std::string& name);
/// All tiles and bundles of a tree of `size` leaves must be there, hash tiles at their length.
/// Bundles that end at or below `minimum_index` may be gone.
std::optional<Fault> require_tiles(LogFiles& log, std::uint64_t size, std::uint64_t minimum_index);

/// What was published before: partial tiles of these sizes may have been left behind.
struct EarlierSizes {
  std::set<std::uint64_t> sizes;
  std::uint64_t any_up_to = 0;  ///< and of every size up to this one
};

/// Whatever is left must be folders of known files, or partial tiles of earlier sizes that are
/// the beginning of their successors.
std::optional<Fault> refuse_strangers(const LogFiles& log, std::uint64_t size,
                                      const EarlierSizes& earlier);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/verify_folder.ipp"
#endif
