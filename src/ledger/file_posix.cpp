// SPDX-License-Identifier: BSD-3-Clause
// The log's files on this machine.
//
// One syncfs() makes a block's hundred tiles and their names durable at once, where an fsync each
// would wait for the disk a hundred times. It is enough: syncfs writes back all dirty pages and all
// metadata of the file system (that of `path`) and commits its journal, and since Linux 5.8 it
// returns errors of any of those writes that nobody has seen yet.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/file.hpp"

namespace gridswarm::inline GS_ABI::ledger {
namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw FileError(path, std::string(what) + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) fail(path, "can't be opened");
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  /// Closing can report a failed write, so writers close by hand.
  void close(const std::string& path) {
    const int fd = fd_;
    fd_ = -1;
    if (::close(fd) != 0) fail(path, "can't be written");
  }

 private:
  int fd_;
};

void write_bytes(const std::string& path, ByteView bytes, bool is_synced) {
  Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail(path, "can't be written");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  if (is_synced && ::fsync(file.get()) != 0) fail(path, "can't be made durable");
  file.close(path);
}

void write_at(const std::string& path, std::uint64_t offset, ByteView bytes) {
  Descriptor file(path, O_WRONLY);
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail(path, "can't be written");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  if (::fdatasync(file.get()) != 0) fail(path, "can't be made durable");
  file.close(path);
}

class PosixLock final : public FileLock {
 public:
  PosixLock(const std::string& path, bool exclusive)
      : file_(path, exclusive ? O_RDWR | O_CREAT : O_RDONLY) {
    if (::flock(file_.get(), (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK)
        throw FileError(path, "another process is writing this log; wait until it has ended");
      fail(path, "can't be locked");
    }
  }

 private:
  Descriptor file_;
};

class PosixFiles final : public FileSystem {
 public:
  bool exists(const std::string& path) override {
    struct stat status;
    return ::lstat(path.c_str(), &status) == 0;
  }

  Bytes read(const std::string& path) override {
    const Descriptor file(path, O_RDONLY);
    struct stat status;
    if (::fstat(file.get(), &status) != 0) fail(path, "can't be read");
    Bytes bytes(static_cast<std::size_t>(status.st_size));
    std::size_t filled = 0;
    for (;;) {
      if (filled == bytes.size()) bytes.resize(filled + 1);  // one more, to see the end
      const ssize_t count = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail(path, "can't be read");
      if (count == 0) break;
      filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    return bytes;
  }

  std::vector<FolderEntry> list(const std::string& folder) override {
    namespace fs = std::filesystem;
    std::vector<FolderEntry> entries;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      const fs::file_status status = at->symlink_status();
      FolderEntry entry{at->path().lexically_relative(folder).generic_string(),
                        FolderEntry::Type::other, 0};
      if (fs::is_directory(status)) entry.type = FolderEntry::Type::folder;
      if (fs::is_regular_file(status)) {
        entry.type = FolderEntry::Type::file;
        entry.size = at->file_size(error);
      }
      entries.push_back(std::move(entry));
    }
    if (error) throw FileError(folder, "can't be listed: " + error.message());
    std::ranges::sort(entries, {}, &FolderEntry::path);
    return entries;
  }

  void write(const std::string& path, ByteView bytes) override { write_bytes(path, bytes, false); }
  void write_synced(const std::string& path, ByteView bytes) override {
    write_bytes(path, bytes, true);
  }
  void write_at_synced(const std::string& path, std::uint64_t offset, ByteView bytes) override {
    write_at(path, offset, bytes);
  }

  void rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) != 0) fail(from, "can't be renamed");
  }

  void remove(const std::string& path) override {
    if (std::remove(path.c_str()) != 0 && errno != ENOENT) fail(path, "can't be removed");
  }

  void make_folders(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) throw FileError(path, "can't be made: " + error.message());
  }

  void sync_folder(const std::string& path) override {
    const Descriptor folder(path, O_RDONLY | O_DIRECTORY);
    if (::fsync(folder.get()) != 0) fail(path, "can't be made durable");
  }

  void sync_all(const std::string& path) override {
    const Descriptor folder(path, O_RDONLY | O_DIRECTORY);
    if (::syncfs(folder.get()) != 0) fail(path, "can't be made durable");
  }

  std::unique_ptr<FileLock> lock(const std::string& path, bool exclusive) override {
    return std::make_unique<PosixLock>(path, exclusive);
  }
};

}  // namespace

FileSystem& posix_files() {
  static PosixFiles files;
  return files;
}

}  // namespace gridswarm::inline GS_ABI::ledger
