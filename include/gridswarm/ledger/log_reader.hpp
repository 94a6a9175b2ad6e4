// SPDX-License-Identifier: BSD-3-Clause
// Reading a log folder or a mirror through its published face: checkpoint, hash tiles, bundles.
//
// It takes no lock and knows neither superblocks nor stages, so it reads while a writer appends,
// and reads what Tessera or another C2SP log wrote. What was published stays readable: full tiles
// never change, and a partial tile that the writer dropped meanwhile is the beginning of its
// successor. Nothing is trusted: check the note's signatures and the proofs made here.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gridswarm/ledger/checkpoint.hpp"
#include "gridswarm/ledger/damage.hpp"
#include "gridswarm/ledger/tile.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// Name of the file that says which entry is the first kept ("<decimal>\n").
inline constexpr const char* minimum_index_name = "minimum-index";
/// Nothing unless `text` is the content of such a file.
std::optional<std::uint64_t> parse_minimum_index(std::string_view text);

/// A log as of one published checkpoint. The FileSystem must outlive it. One thread at a time.
class LogReader final : public NodeSource {
 public:
  /// Read `folder`/checkpoint. Throws FileError if it's missing, DamageError if it's no checkpoint.
  LogReader(FileSystem& files, std::string folder);
  /// The same tiles as of an earlier signed checkpoint, whole note.
  LogReader(FileSystem& files, std::string folder, std::string note);

  const std::string& folder() const { return folder_; }
  /// The signed checkpoint, whole note, signatures unchecked.
  const std::string& note() const { return note_; }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  std::uint64_t size() const { return checkpoint_.size; }
  /// The first entry that is kept: 0 unless the log was pruned. Throws DamageError.
  std::uint64_t minimum_index() const;

  /// Entry `index` < size(). Throws UsageError outside, FileError if pruned or missing, DamageError
  /// if its bundle is malformed. Not compared with the tree: inclusion() does
  /// that.
  Bytes entry(std::uint64_t index);
  /// Hash of perfect subtree (level, index), from the tiles; it must lie inside the tree.
  Hash node(int level, std::uint64_t index) override;
  /// The path of entry `index` < size() to the checkpoint's root. Throws UsageError outside.
  Proof inclusion(std::uint64_t index);
  /// What shows that this tree begins with that of `old_size` <= size(). Throws UsageError beyond.
  Proof consistency(std::uint64_t old_size);

 private:
  void read_note();
  FileSystem& files_;
  std::string folder_;
  std::string note_;
  Checkpoint checkpoint_;
  std::optional<TileNodes> nodes_;
  // The bundle read last.
  std::optional<TileId> bundle_;
  Bytes bundle_bytes_;
  std::vector<ByteView> bundle_entries_;
};

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/log_reader.ipp"
#endif
