// SPDX-License-Identifier: BSD-3-Clause
// Every file call of the log, through one seam, so that tests can cut the power at each of them.
//
// Nothing is durable until it was synced: bytes of a file by write_synced() or sync_all(), names in
// a folder (new, renamed, removed) by sync_folder() or sync_all(). Failed calls throw FileError
// with the path; after a failed sync the state of the file is unknown and the writer must stop
// (Linux marks the pages clean, so trying again would lie; Rebello et al., ATC 2020).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// One thing below a folder.
struct FolderEntry {
  enum class Type { file, folder, other };
  std::string path;  ///< relative to the folder, '/' between parts
  Type type = Type::file;
  std::uint64_t size = 0;  ///< bytes of a file
};

/// Held while alive; nobody else can hold the same one.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// True if the path is there, whatever it is.
  virtual bool exists(const std::string& path) = 0;
  virtual Bytes read(const std::string& path) = 0;
  /// Everything below `folder`, sorted by path. Symbolic links are `other` and not followed.
  virtual std::vector<FolderEntry> list(const std::string& folder) = 0;
  /// Create or replace the file's bytes. Not durable.
  virtual void write(const std::string& path, ByteView bytes) = 0;
  /// The same, then fsync of the file through the same descriptor. The name is not durable.
  virtual void write_synced(const std::string& path, ByteView bytes) = 0;
  /// Replace the bytes from `offset` on in a file that is there, growing it if need be, then
  /// fdatasync. What lay beyond stays.
  virtual void write_at_synced(const std::string& path, std::uint64_t offset, ByteView bytes) = 0;
  /// Atomic; replaces `to`. Not durable.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  /// Remove a file or an empty folder; nothing happens if it's missing. Not durable.
  virtual void remove(const std::string& path) = 0;
  /// Make the folder and its parents where missing. Not durable.
  virtual void make_folders(const std::string& path) = 0;
  /// Names in the folder become durable.
  virtual void sync_folder(const std::string& path) = 0;
  /// All bytes and names of the file system that holds the path become durable.
  virtual void sync_all(const std::string& path) = 0;
  /// Take the lock file (made if missing): the writer exclusively, readers together.
  virtual std::unique_ptr<FileLock> lock(const std::string& path, bool exclusive) = 0;
};

/// The files of this machine (linked library only: src/ledger/file_posix.cpp).
FileSystem& posix_files();

}  // namespace gridswarm::inline GS_ABI::ledger
