// SPDX-License-Identifier: BSD-3-Clause
// Files in memory that can lose power: the seam's second implementation, for tests and short logs.
//
// It keeps two worlds. The live one is what calls see. The durable one is what survives crash():
// bytes that were synced, under names that were synced, in folders whose own names were synced.
// Everything else may survive or not, each change by itself and in any order, and a written file
// may survive in part: crash() lets a chooser decide, so that a test can go through all the
// outcomes that a real disk might produce.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "gridswarm/ledger/file.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// What becomes of one thing that was not synced when the power went.
enum class Fate { lost, torn, kept };

class MemoryFiles final : public FileSystem {
 public:
  /// Calls that change something, so far; write_synced counts twice (bytes, sync).
  std::int64_t changes() const { return changes_; }
  /// Throw FileError at the `at`-th changing call from now on (1: the next), once. A failing write
  /// leaves half of its bytes, a failing sync makes nothing durable.
  void fail_at(std::int64_t at) { fail_at_ = changes_ + at; }
  /// Cut the power: locks are gone, what was synced stays, `fate` is asked about every other
  /// change. A torn file keeps its first half, one that write_at_synced() changed any of its
  /// sectors of 64 bytes; a torn name that was removed and made again is in neither state.
  void crash(const std::function<Fate()>& fate);
  /// The same files once more, synced or not, locks free: to crash a copy and go on with this one.
  MemoryFiles clone() const;

  bool exists(const std::string& path) override;
  Bytes read(const std::string& path) override;
  std::vector<FolderEntry> list(const std::string& folder) override;
  void write(const std::string& path, ByteView bytes) override;
  void write_synced(const std::string& path, ByteView bytes) override;
  void write_at_synced(const std::string& path, std::uint64_t offset, ByteView bytes) override;
  void rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;
  void make_folders(const std::string& path) override;
  void sync_folder(const std::string& path) override;
  void sync_all(const std::string& path) override;
  std::unique_ptr<FileLock> lock(const std::string& path, bool exclusive) override;

 private:
  struct Inode {
    Bytes live;
    Bytes durable;
    bool is_folder = false;
    bool is_patched = false;  ///< changed by write_at_synced() alone since it was durable
  };
  /// Path -> inode; folders are names too.
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  struct Lock;

  void count_change(const std::string& path);
  Inode& file_at(const std::string& path);
  static void tear_sectors(Inode& inode, const std::function<Fate()>& fate);
  void require_parent(const std::string& path);

  Names live_;
  Names durable_;
  std::set<std::string> removed_;  ///< names removed since they were durable
  std::shared_ptr<std::set<std::string>> locks_ = std::make_shared<std::set<std::string>>();
  std::int64_t changes_ = 0;
  std::int64_t fail_at_ = 0;
};

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/file_memory.ipp"
#endif
