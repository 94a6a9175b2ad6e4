// SPDX-License-Identifier: BSD-3-Clause
// The calls that change a log's folder, each repeatable, and the recovery that repeats them.
//
// Appends and recovery share them (log.hpp says in which order and why). What recovery needs lies
// in the folder, the signed checkpoint too, so it asks for no key.
#pragma once

#include <string>
#include <vector>

#include "gridswarm/ledger/file.hpp"
#include "gridswarm/ledger/superblock.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// A log folder; the FileSystem must outlive it. All calls throw FileError.
struct LogFolder {
  FileSystem& files;
  std::string path;

  std::string at(const std::string& name) const { return path + "/" + name; }
  void write_superblock(const Superblock& block) const;
  void write_stage(ByteView stage) const;
  void place(const Stage& stage) const;
  void replace(const std::string& name, ByteView bytes) const;
  void publish(const std::string& checkpoint) const;
  void drop_superseded(std::uint64_t old_size, std::uint64_t size) const;
};

/// What a crash between write and rename leaves.
inline constexpr const char* temporary_names[] = {"checkpoint.tmp", "superblock.0.tmp",
                                                  "superblock.1.tmp"};

/// What recovery finds: the committed state and the tree's right edge.
struct Recovered {
  Superblock block;
  TileEdge edge;
  Bytes bundle;  ///< the entries after the last full bundle
};

/// Both superblocks as far as they are valid, the newest first. Throws FileError if there is none.
std::vector<Superblock> read_superblocks(const LogFolder& log);
/// The tree of `note`'s checkpoint must be the beginning of the log's, which is of `origin`;
/// `whose` names the note. Throws DamageError.
void require_former_state(const LogFolder& log, const Head& now, const std::string& origin,
                          const std::string& whose, std::string_view note);
/// The name of the log in its superblock's checkpoint.
std::string origin_of(const Superblock& block);
/// Finish or forget the append that a crash cut off; the caller holds the lock.
Recovered recover_locked(const LogFolder& log);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/log_folder.ipp"
#endif
