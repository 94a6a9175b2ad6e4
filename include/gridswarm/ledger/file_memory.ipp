// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/file_memory.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// The folder that holds `path`; empty for a name without one.
GS_INLINE std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

struct MemoryFiles::Lock final : FileLock {
  Lock(std::shared_ptr<std::set<std::string>> locks, std::string path)
      : locks_(std::move(locks)), path_(std::move(path)) {}
  ~Lock() override { locks_->erase(path_); }
  std::shared_ptr<std::set<std::string>> locks_;
  std::string path_;
};

GS_INLINE void MemoryFiles::count_change(const std::string& path) {
  if (++changes_ == fail_at_) throw FileError(path, "failed because the test asked for it");
}

GS_INLINE void MemoryFiles::require_parent(const std::string& path) {
  const std::string parent = parent_of(path);
  if (!parent.empty() && !live_.contains(parent)) throw FileError(path, "has no folder");
}

GS_INLINE MemoryFiles::Inode& MemoryFiles::file_at(const std::string& path) {
  const auto found = live_.find(path);
  if (found == live_.end() || found->second->is_folder) throw FileError(path, "is not there");
  return *found->second;
}

GS_INLINE bool MemoryFiles::exists(const std::string& path) { return live_.contains(path); }
GS_INLINE Bytes MemoryFiles::read(const std::string& path) { return file_at(path).live; }

GS_INLINE std::vector<FolderEntry> MemoryFiles::list(const std::string& folder) {
  std::vector<FolderEntry> entries;
  const std::string prefix = folder + "/";
  for (const auto& [path, inode] : live_) {
    if (!path.starts_with(prefix)) continue;
    const auto type = inode->is_folder ? FolderEntry::Type::folder : FolderEntry::Type::file;
    entries.push_back({path.substr(prefix.size()), type, inode->live.size()});
  }
  return entries;
}

GS_INLINE void MemoryFiles::write(const std::string& path, ByteView bytes) {
  require_parent(path);
  std::shared_ptr<Inode>& inode = live_[path];
  if (!inode) inode = std::make_shared<Inode>();
  const ByteView half = bytes.first(bytes.size() / 2);
  inode->live.assign(half.begin(), half.end());
  count_change(path);
  inode->live.assign(bytes.begin(), bytes.end());
}

GS_INLINE void MemoryFiles::write_synced(const std::string& path, ByteView bytes) {
  write(path, bytes);
  count_change(path);
  Inode& inode = file_at(path);
  inode.durable = inode.live;
}

GS_INLINE void MemoryFiles::rename(const std::string& from, const std::string& to) {
  count_change(from);
  require_parent(to);
  file_at(from);
  live_[to] = live_.at(from);
  live_.erase(from);
}

GS_INLINE void MemoryFiles::remove(const std::string& path) {
  count_change(path);
  const auto next = live_.upper_bound(path);
  if (next != live_.end() && next->first.starts_with(path + "/"))
    throw FileError(path, "is not empty");
  live_.erase(path);
}

GS_INLINE void MemoryFiles::make_folders(const std::string& path) {
  if (path.empty() || live_.contains(path)) return;
  make_folders(parent_of(path));
  count_change(path);
  live_[path] = std::make_shared<Inode>();
  live_[path]->is_folder = true;
}

GS_INLINE void MemoryFiles::sync_folder(const std::string& path) {
  count_change(path);
  std::erase_if(durable_, [&](const auto& name) {
    return parent_of(name.first) == path && !live_.contains(name.first);
  });
  for (const auto& [name, inode] : live_)
    if (parent_of(name) == path) durable_[name] = inode;
}

GS_INLINE void MemoryFiles::sync_all(const std::string& path) {
  count_change(path);
  durable_ = live_;
  for (const auto& [name, inode] : live_) inode->durable = inode->live;
}

GS_INLINE std::unique_ptr<FileLock> MemoryFiles::lock(const std::string& path, bool) {
  if (!live_.contains(path)) write(path, {});
  if (!locks_->insert(path).second)
    throw FileError(path, "another process is writing this log; wait until it has ended");
  return std::make_unique<Lock>(locks_, path);
}

GS_INLINE void MemoryFiles::crash(const std::function<Fate()>& fate) {
  // Names first: each unsynced difference between the two worlds happens or does not.
  Names survivors = durable_;
  for (const auto& [name, inode] : live_) {
    const auto old = durable_.find(name);
    if ((old == durable_.end() || old->second != inode) && fate() == Fate::kept)
      survivors[name] = inode;
  }
  for (const auto& [name, inode] : durable_)
    if (!live_.contains(name) && fate() == Fate::kept) survivors.erase(name);
  std::erase_if(survivors, [&](const auto& name) {
    for (std::string up = parent_of(name.first); !up.empty(); up = parent_of(up))
      if (!survivors.contains(up)) return true;
    return false;
  });
  for (const auto& [name, inode] : survivors) {
    if (inode->live == inode->durable) continue;
    const Fate chosen = fate();
    if (chosen == Fate::lost) inode->live = inode->durable;
    if (chosen == Fate::torn) inode->live.resize(inode->live.size() / 2);
    inode->durable = inode->live;
  }
  live_ = survivors;
  durable_ = std::move(survivors);
  locks_ = std::make_shared<std::set<std::string>>();
  fail_at_ = 0;
}

}  // namespace gridswarm::inline GS_ABI::ledger
