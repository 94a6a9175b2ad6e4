// SPDX-License-Identifier: BSD-3-Clause
// A store that fails as disks do, over any other: the seam's third implementation.
//
// Before every call that changes something it asks `fault` what shall happen, so that a test can
// fail the n-th call, leave out one fsync, or look at the files between two calls. A failing write
// leaves the first half of its bytes, as a disk that fills up does. A failing sync is Linux's: the
// bytes that it should have made durable stay readable, count as clean, and are gone at the next
// crash, though every later sync succeeds; only writing them again helps (Rebello et al., ATC
// 2020).
#pragma once

#include <array>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "gridswarm/ledger/file.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// A changing call as FaultyFiles sees it; write_synced and write_at_synced are two: write, sync.
enum class FileCall { write, sync_file, rename, remove, make_folder, sync_folder, sync_all, lock };
inline constexpr int file_calls = 8;

/// What happens to a call: as asked, FileError, or (a sync) success without doing anything.
enum class CallFault { none, error, skip };

class FaultyFiles final : public FileSystem {
 public:
  /// `inner` must outlive it.
  explicit FaultyFiles(FileSystem& inner) : inner_(inner) {}

  /// Asked before each call; empty: nothing fails.
  std::function<CallFault(FileCall, const std::string& path)> fault;
  /// The disk takes that many more bytes, then writes fail for lack of space.
  std::uint64_t space_left_bytes = std::numeric_limits<std::uint64_t>::max();
  /// Calls of a kind so far.
  std::int64_t calls(FileCall kind) const { return counts_[static_cast<std::size_t>(kind)]; }

  bool exists(const std::string& path) override { return inner_.exists(path); }
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
  CallFault ask(FileCall kind, const std::string& path);
  Bytes begin_write(const std::string& path, ByteView bytes);
  void lose(const std::string& path, Bytes on_disk);

  FileSystem& inner_;
  std::array<std::int64_t, file_calls> counts_{};
  /// What reads see of files whose bytes a failed sync dropped; `inner_` holds what the disk has.
  std::map<std::string, Bytes> clean_;
  std::set<std::string> unsynced_;  ///< written since the last sync_all()
};

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/file_faulty.ipp"
#endif
