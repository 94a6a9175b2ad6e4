// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/crc32c.hpp"
#include "gridswarm/ledger/damage.hpp"
#include "gridswarm/ledger/write_ahead.hpp"

namespace gridswarm::inline GS_ABI::ledger {

inline constexpr std::uint32_t frame_of_records = 1;

GS_INLINE std::string wal_name(std::uint64_t height) { return height % 2 == 0 ? "wal.0" : "wal.1"; }

GS_INLINE std::uint32_t wal_seed(const Hash& genesis, std::uint64_t height) {
  Bytes bytes;
  Writer writer(bytes);
  writer.raw(genesis);
  writer.u64(height);
  return crc32c(bytes);
}

GS_INLINE void append_wal_header(Bytes& out, const Hash& genesis, std::uint64_t height) {
  Writer writer(out);
  writer.raw(bytes_of(wal_magic));
  writer.u64(height);
  writer.u32(wal_seed(genesis, height));
  writer.u32(0);
}

/// Over the frame but its checksum field.
GS_INLINE std::uint32_t frame_crc(ByteView frame, std::uint32_t seed) {
  return crc32c(frame.subspan(8), crc32c(frame.first(4), seed));
}

GS_INLINE void append_frame(Bytes& out, std::uint32_t seed, std::uint32_t group,
                            const Entries& records) {
  const std::size_t begin = out.size();
  const std::size_t length = records.bytes.size() + 2 * records.size();
  out.reserve(begin + frame_header_bytes + length + 8);
  Writer writer(out);
  writer.u32(static_cast<std::uint32_t>(length));
  writer.u32(0);
  writer.u32(group);
  writer.u32(frame_of_records);
  for (std::size_t i = 0; i < records.size(); ++i) append_to_bundle(out, records[i]);
  const std::uint32_t crc = frame_crc(ByteView(out).subspan(begin), seed);
  for (std::size_t i = 0; i < 4; ++i)
    out[begin + 4 + i] = static_cast<std::byte>(crc >> (24 - 8 * i));
  out.resize((out.size() + 7) / 8 * 8);
}

/// The frame that begins here, without its padding; empty if there is none.
GS_INLINE ByteView frame_at(ByteView bytes, std::uint32_t seed, std::uint32_t& group) {
  Reader reader(bytes);
  const std::uint64_t length = reader.u32();
  const std::uint32_t crc = reader.u32();
  group = reader.u32();
  if (reader.u32() != frame_of_records || length > reader.left()) return {};
  const ByteView frame = bytes.first(frame_header_bytes + length);
  return frame_crc(frame, seed) == crc ? frame : ByteView();
}

GS_INLINE WalScan scan_wal(ByteView bytes, const Hash& genesis, std::uint64_t height) {
  WalScan out;
  Reader header(bytes);
  const bool is_magic = text_of(header.raw(wal_magic.size())) == wal_magic;
  const std::uint64_t newest = header.u64();
  if (is_magic && header.u32() == wal_seed(genesis, newest)) out.newest = newest;
  const std::uint32_t seed = wal_seed(genesis, height);
  std::uint32_t group = 0;
  std::size_t at = wal_header_bytes;
  for (; at < bytes.size(); ++out.groups) {
    const ByteView frame = frame_at(bytes.subspan(at), seed, group);
    if (frame.empty() || group != out.groups) break;
    Reader records(frame.subspan(frame_header_bytes));
    while (records.ok() && records.left() > 0) out.records.push_back(records.raw(records.u16()));
    at += (frame.size() + 7) / 8 * 8;
  }
  for (; at < bytes.size() && !out.is_damaged; at += 8)
    out.is_damaged = !frame_at(bytes.subspan(at), seed, group).empty() && group > out.groups;
  return out;
}

GS_INLINE WriteAhead::WriteAhead(FileSystem& files, const std::string& folder,
                                 const SigningKey& key, InfoOf info, const std::string& anchor,
                                 std::uint64_t file_bytes)
    : files_(files),
      folder_(folder),
      info_(std::move(info)),
      log_(Log::open_with_wal(files, folder, key, anchor)),
      genesis_(log_.genesis()) {
  replay();
  bool is_new = false;
  for (std::uint64_t slot = 0; slot < 2; ++slot) {
    const std::string name = folder_ + "/" + wal_name(slot);
    const bool is_there = files_.exists(name);
    if (!is_there || files_.read(name).size() < file_bytes)
      file_bytes > 0 ? files_.write_synced(name, Bytes(static_cast<std::size_t>(file_bytes)))
                     : files_.write(name, {});
    is_new = is_new || !is_there;
  }
  if (is_new) files_.sync_folder(folder_);
  height_ = log_.height();
  first_index_ = log_.head().size;
}

/// Make blocks of what was acknowledged and is in none: of the log's next, and the one after.
GS_INLINE void WriteAhead::replay() {
  for (std::uint64_t ahead = 0; ahead < 2; ++ahead) {
    const std::uint64_t height = log_.height();
    const std::string name = folder_ + "/" + wal_name(height + ahead);
    if (!files_.exists(name)) continue;
    const WalScan scan = scan_wal(files_.read(name), genesis_, height + ahead);
    if (scan.newest > height)
      throw DamageError(folder_, "has " + std::to_string(height) + " blocks, but " + name +
                                     " is for the block after " + std::to_string(scan.newest) +
                                     ": an older copy was restored; take the newest one");
    if (scan.is_damaged)
      throw DamageError(name,
                        "has a damaged group before a whole one: acknowledged records are "
                        "lost; restore the file from a copy");
    if (scan.groups == 0) continue;
    log_.append_block(scan.records, info_(height));
    ahead = std::uint64_t(-1);  // the next block, from the start
  }
}

GS_INLINE std::uint64_t WriteAhead::append(const Entries& group) {
  const std::uint64_t index = first_index_ + waiting_.size();
  frame_.clear();
  if (group_ == 0) append_wal_header(frame_, genesis_, height_);
  append_frame(frame_, wal_seed(genesis_, height_), group_, group);
  files_.write_at_synced(folder_ + "/" + wal_name(height_), end_, frame_);
  end_ += frame_.size();
  ++group_;
  for (std::size_t i = 0; i < group.size(); ++i) waiting_.push_back(group[i]);
  return index;
}

GS_INLINE WriteAhead::Waiting WriteAhead::turn() {
  Waiting out{height_, std::exchange(waiting_, {})};
  ++height_;
  first_index_ += out.records.size() + 1;
  group_ = 0;
  end_ = 0;
  return out;
}

GS_INLINE Head WriteAhead::make_block(const Waiting& waiting) {
  GRIDSWARM_ASSERT(waiting.height == log_.height());
  return log_.append_block(waiting.records, info_(waiting.height));
}

GS_INLINE void WriteAhead::close() {
  if (has_waiting()) make_block(turn());
  for (std::uint64_t slot = 0; slot < 2; ++slot) files_.remove(folder_ + "/" + wal_name(slot));
  files_.sync_folder(folder_);
  log_.close();
}

}  // namespace gridswarm::inline GS_ABI::ledger
