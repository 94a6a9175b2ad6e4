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
  inode->is_patched = false;
  count_change(path);
  inode->live.assign(bytes.begin(), bytes.end());
}

GS_INLINE void MemoryFiles::write_synced(const std::string& path, ByteView bytes) {
  write(path, bytes);
  count_change(path);
  Inode& inode = file_at(path);
  inode.durable = inode.live;
}

GS_INLINE void MemoryFiles::write_at_synced(const std::string& path, std::uint64_t offset,
                                            ByteView bytes) {
  Inode& inode = file_at(path);
  if (inode.live == inode.durable) inode.is_patched = true;
  const auto patch = [&](ByteView part) {
    inode.live.resize(std::max<std::size_t>(inode.live.size(), offset + part.size()));
    std::ranges::copy(part, inode.live.begin() + static_cast<std::ptrdiff_t>(offset));
  };
  patch(bytes.first(bytes.size() / 2));
  count_change(path);
  patch(bytes);
  count_change(path);
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
  removed_.insert(path);
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
  std::erase_if(removed_, [&](const std::string& name) { return parent_of(name) == path; });
}

GS_INLINE void MemoryFiles::sync_all(const std::string& path) {
  count_change(path);
  durable_ = live_;
  removed_.clear();
  for (const auto& [name, inode] : live_) inode->durable = inode->live;
}

GS_INLINE std::unique_ptr<FileLock> MemoryFiles::lock(const std::string& path, bool) {
  if (!live_.contains(path)) write(path, {});
  if (!locks_->insert(path).second)
    throw FileError(path, "another process is writing this log; wait until it has ended");
  return std::make_unique<Lock>(locks_, path);
}

/// Any subset of the sectors that differ is new, the rest old (zeros past the old end).
GS_INLINE void MemoryFiles::tear_sectors(Inode& inode, const std::function<Fate()>& fate) {
  constexpr std::size_t sector = 64;
  inode.durable.resize(inode.live.size());
  for (std::size_t at = 0, odd = 0; at < inode.live.size(); at += sector) {
    const auto begin = static_cast<std::ptrdiff_t>(at);
    const auto end = static_cast<std::ptrdiff_t>(std::min(at + sector, inode.live.size()));
    const auto old = inode.durable.begin();
    if (std::equal(old + begin, old + end, inode.live.begin() + begin)) continue;
    const Fate chosen = fate();
    if (chosen == Fate::lost || (chosen == Fate::torn && odd++ % 2 == 0))
      std::copy(old + begin, old + end, inode.live.begin() + begin);
  }
}

GS_INLINE void MemoryFiles::crash(const std::function<Fate()>& fate) {
  // Names first: each unsynced difference between the two worlds happens or does not.
  Names survivors = durable_;
  for (const auto& [name, inode] : live_) {
    const auto old = durable_.find(name);
    if (old != durable_.end() && old->second == inode) continue;
    const Fate chosen = fate();
    if (chosen == Fate::kept) survivors[name] = inode;
    if (chosen == Fate::torn && removed_.contains(name)) survivors.erase(name);
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
    if (chosen == Fate::torn && inode->is_patched) tear_sectors(*inode, fate);
    if (chosen == Fate::torn && !inode->is_patched) inode->live.resize(inode->live.size() / 2);
    inode->durable = inode->live;
  }
  live_ = survivors;
  durable_ = std::move(survivors);
  removed_.clear();
  locks_ = std::make_shared<std::set<std::string>>();
  fail_at_ = 0;
}

GS_INLINE MemoryFiles MemoryFiles::clone() const {
  MemoryFiles out;
  std::map<const Inode*, std::shared_ptr<Inode>> copies;
  const auto copy = [&](const Names& from, Names& to) {
    for (const auto& [name, inode] : from) {
      std::shared_ptr<Inode>& made = copies[inode.get()];
      if (!made) made = std::make_shared<Inode>(*inode);
      to[name] = made;
    }
  };
  copy(live_, out.live_);
  copy(durable_, out.durable_);
  out.removed_ = removed_;
  return out;
}

}  // namespace gridswarm::inline GS_ABI::ledger
