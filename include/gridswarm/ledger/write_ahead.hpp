// SPDX-License-Identifier: BSD-3-Clause
// Single records, durable by one fdatasync for a whole group of them, long before their block is.
//
// Records of the block to come, number h, lie in the file wal.<h mod 2>: a header, then one frame
// per group. A group is acknowledged when its frame's fdatasync has returned. When the file is long
// or old enough its records become block h by Log::append_block, while groups for block h + 1 go
// to the other file; that file is free again, as block h - 1 is done. So a file is written over in
// place: once it has its length, an fdatasync changes no metadata and costs half as much.
//
// A frame's checksum is seeded by genesis and h, so what an earlier use of the file left is no
// frame, and each frame stands for itself. Group g + 1 is written after group g was acknowledged:
// a bad frame is a torn tail, cut off, unless a later group is whole; then it is damage, refused.
#pragma once

#include <functional>
#include <memory>

#include "gridswarm/ledger/log.hpp"

namespace gridswarm::inline GS_ABI::ledger {

inline constexpr std::string_view wal_magic = "GSWAHEAD";
inline constexpr std::size_t wal_header_bytes = 24;
inline constexpr std::size_t frame_header_bytes = 16;

/// Where records of block `height` wait: "wal.0" or "wal.1".
std::string wal_name(std::uint64_t height);
/// Seed of the checksums in the file for block `height`.
std::uint32_t wal_seed(const Hash& genesis, std::uint64_t height);
/// Append the header of a file for block `height` to `out`.
void append_wal_header(Bytes& out, const Hash& genesis, std::uint64_t height);
/// Append one group as a frame. Entries of at most max_entry_size bytes, 2^31 together.
void append_frame(Bytes& out, std::uint32_t seed, std::uint32_t group, const Entries& records);

/// What a write-ahead file holds for one block.
struct WalScan {
  Entries records;           ///< of all whole groups, in order
  std::uint32_t groups = 0;  ///< whole groups
  bool is_damaged = false;   ///< a later group is whole, so an acknowledged one is lost
  std::uint64_t newest = 0;  ///< the block of the file's header; 0 if the header is none
};
WalScan scan_wal(ByteView bytes, const Hash& genesis, std::uint64_t height);

/// What block `height` says about itself, asked when it is made.
using InfoOf = std::function<BlockInfo(std::uint64_t height)>;

/// The one writer of a log that takes records by groups; no threads (group_log.hpp has them).
/// After any error it is stopped: open the log again.
class WriteAhead {
 public:
  /// Records that wait for their block.
  struct Waiting {
    std::uint64_t height = 0;
    Entries records;
  };

  /// Recover; acknowledged records that are in no block become one (or two). Throws as Log::open
  /// does, and DamageError if an acknowledged group is damaged or the log is behind these files.
  /// Files shorter than `file_bytes` are made that long, so that no group has to lengthen them.
  WriteAhead(FileSystem& files, const std::string& folder, const SigningKey& key, InfoOf info,
             const std::string& anchor = "", std::uint64_t file_bytes = 0);

  /// Make a group durable: one write, one fdatasync. Returns the log's index of its first record.
  std::uint64_t append(const Entries& group);
  /// Bytes of the file that append() is filling.
  std::uint64_t waiting_bytes() const { return end_; }
  bool has_waiting() const { return group_ > 0; }
  /// End the file: its records are to be made a block by make_block() before the next turn().
  /// append() may go on meanwhile, in another thread too.
  Waiting turn();
  /// Build, commit and publish the block of a turn().
  Head make_block(const Waiting& waiting);
  /// Every record into its block, the files away, the lock back.
  void close();
  const Log& log() const { return log_; }

 private:
  void replay();
  FileSystem& files_;
  std::string folder_;
  InfoOf info_;
  Log log_;
  Hash genesis_;
  std::uint64_t height_ = 0;       ///< the block that append() fills
  std::uint64_t first_index_ = 0;  ///< of that block
  std::uint32_t group_ = 0;        ///< next group of its file
  std::uint64_t end_ = 0;          ///< bytes of its file in use
  Entries waiting_;
  Bytes frame_;
};

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/write_ahead.ipp"
#endif
