// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/file_faulty.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE CallFault FaultyFiles::ask(FileCall kind, const std::string& path) {
  ++counts_[static_cast<std::size_t>(kind)];
  const CallFault chosen = fault ? fault(kind, path) : CallFault::none;
  if (chosen == CallFault::error && kind != FileCall::sync_file && kind != FileCall::sync_all &&
      kind != FileCall::write)
    throw FileError(path, "Input/output error");
  return chosen;
}

/// Asks for a write and takes its space; returns the part that fits if not all of it does.
GS_INLINE Bytes FaultyFiles::begin_write(const std::string& path, ByteView bytes) {
  const CallFault chosen = ask(FileCall::write, path);
  std::uint64_t fits = std::min<std::uint64_t>(bytes.size(), space_left_bytes);
  if (chosen == CallFault::error) fits = std::min<std::uint64_t>(fits, bytes.size() / 2);
  space_left_bytes -= fits;
  clean_.erase(path);
  unsynced_.insert(path);
  return Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(fits));
}

/// The disk keeps `on_disk`, readers go on seeing what they see now.
GS_INLINE void FaultyFiles::lose(const std::string& path, Bytes on_disk) {
  if (!inner_.exists(path)) return;
  Bytes seen = read(path);
  inner_.write(path, on_disk);
  clean_[path] = std::move(seen);
}

GS_INLINE Bytes FaultyFiles::read(const std::string& path) {
  const auto found = clean_.find(path);
  return found == clean_.end() ? inner_.read(path) : found->second;
}

GS_INLINE std::vector<FolderEntry> FaultyFiles::list(const std::string& folder) {
  std::vector<FolderEntry> entries = inner_.list(folder);
  for (FolderEntry& entry : entries)
    if (const auto found = clean_.find(folder + "/" + entry.path); found != clean_.end())
      entry.size = found->second.size();
  return entries;
}

GS_INLINE void FaultyFiles::write(const std::string& path, ByteView bytes) {
  const Bytes part = begin_write(path, bytes);
  inner_.write(path, part);
  if (part.size() < bytes.size()) throw FileError(path, "can't be written: no space left");
}

GS_INLINE void FaultyFiles::write_synced(const std::string& path, ByteView bytes) {
  const Bytes before = inner_.exists(path) ? read(path) : Bytes();
  write(path, bytes);
  switch (ask(FileCall::sync_file, path)) {
    case CallFault::skip: return;
    case CallFault::error: lose(path, before); throw FileError(path, "can't be made durable");
    case CallFault::none: inner_.write_synced(path, bytes); unsynced_.erase(path);
  }
}

GS_INLINE void FaultyFiles::write_at_synced(const std::string& path, std::uint64_t offset,
                                            ByteView bytes) {
  const Bytes before = read(path);
  const auto with = [&](ByteView part) {
    Bytes all = before;
    all.resize(std::max<std::size_t>(all.size(), offset + part.size()));
    std::ranges::copy(part, all.begin() + static_cast<std::ptrdiff_t>(offset));
    return all;
  };
  const Bytes part = begin_write(path, bytes);
  if (part.size() < bytes.size()) {
    inner_.write(path, with(part));
    throw FileError(path, "can't be written: no space left");
  }
  switch (ask(FileCall::sync_file, path)) {
    case CallFault::skip: inner_.write(path, with(bytes)); return;
    case CallFault::error:
      inner_.write(path, with(bytes));
      lose(path, before);
      throw FileError(path, "can't be made durable");
    case CallFault::none: inner_.write_at_synced(path, offset, bytes); unsynced_.erase(path);
  }
}

GS_INLINE void FaultyFiles::rename(const std::string& from, const std::string& to) {
  ask(FileCall::rename, from);
  inner_.rename(from, to);
  clean_.erase(to);
  if (auto moved = clean_.extract(from)) clean_.emplace(to, std::move(moved.mapped()));
  if (unsynced_.erase(from) > 0) unsynced_.insert(to);
}

GS_INLINE void FaultyFiles::remove(const std::string& path) {
  ask(FileCall::remove, path);
  inner_.remove(path);
  clean_.erase(path);
  unsynced_.erase(path);
}

GS_INLINE void FaultyFiles::make_folders(const std::string& path) {
  ask(FileCall::make_folder, path);
  inner_.make_folders(path);
}

GS_INLINE void FaultyFiles::sync_folder(const std::string& path) {
  if (ask(FileCall::sync_folder, path) != CallFault::skip) inner_.sync_folder(path);
}

GS_INLINE void FaultyFiles::sync_all(const std::string& path) {
  switch (ask(FileCall::sync_all, path)) {
    case CallFault::skip: return;
    case CallFault::error:
      for (const std::string& name : std::exchange(unsynced_, {})) lose(name, {});
      throw FileError(path, "can't be made durable");
    case CallFault::none: inner_.sync_all(path); unsynced_.clear();
  }
}

GS_INLINE std::unique_ptr<FileLock> FaultyFiles::lock(const std::string& path, bool exclusive) {
  ask(FileCall::lock, path);
  return inner_.lock(path, exclusive);
}

}  // namespace gridswarm::inline GS_ABI::ledger
