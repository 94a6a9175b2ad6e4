// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/log_reader.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE std::optional<std::uint64_t> parse_minimum_index(std::string_view text) {
  return text.ends_with('\n') ? from_decimal(text.substr(0, text.size() - 1)) : std::nullopt;
}

GS_INLINE LogReader::LogReader(FileSystem& files, std::string folder)
    : files_(files), folder_(std::move(folder)) {
  note_ = text_of(files_.read(folder_ + "/checkpoint"));
  read_note();
}

GS_INLINE LogReader::LogReader(FileSystem& files, std::string folder, std::string note)
    : files_(files), folder_(std::move(folder)), note_(std::move(note)) {
  read_note();
}

GS_INLINE void LogReader::read_note() {
  const auto note = parse_note(note_);
  auto checkpoint = note ? parse_checkpoint(note->text) : std::nullopt;
  if (!checkpoint)
    throw DamageError(folder_ + "/checkpoint", "is not a signed checkpoint of a log");
  checkpoint_ = std::move(*checkpoint);
  nodes_.emplace(files_, folder_, checkpoint_.size);
}

GS_INLINE std::uint64_t LogReader::minimum_index() const {
  const std::string path = folder_ + "/" + minimum_index_name;
  if (!files_.exists(path)) return 0;
  const Bytes bytes = files_.read(path);
  const auto index = parse_minimum_index(text_of(bytes));
  if (!index || *index > size())
    throw DamageError(path, "is not one decimal number up to the size of the log");
  return *index;
}

GS_INLINE Bytes LogReader::entry(std::uint64_t index) {
  if (index >= size())
    throw UsageError("entry " + std::to_string(index) + " is not in the log, which has " +
                     std::to_string(size()) + " entries (0 to size - 1)");
  const TileId id = tile_at(bundle_level, index / tile_width, size());
  if (bundle_ != id) {
    bundle_.reset();
    const std::string path = folder_ + "/" + path_of(id);
    if (const std::uint64_t minimum = minimum_index();
        (id.index + 1) * tile_width <= minimum && !files_.exists(path))
      throw FileError(path, "was pruned; the log keeps its entries from " +
                                std::to_string(minimum) + " on, read older ones in an archive");
    bundle_bytes_ = read_tile(files_, folder_, id);
    bundle_entries_ = *parse_bundle(bundle_bytes_, id.width);
    bundle_ = id;
  }
  const ByteView entry = bundle_entries_[index % tile_width];
  return {entry.begin(), entry.end()};
}

GS_INLINE Hash LogReader::node(int level, std::uint64_t index) {
  return nodes_->node(level, index);
}

GS_INLINE Proof LogReader::inclusion(std::uint64_t index) {
  if (index >= size())
    throw UsageError("entry " + std::to_string(index) + " is not in the log, which has " +
                     std::to_string(size()) + " entries (0 to size - 1)");
  return inclusion_proof(*this, index, size());
}

GS_INLINE Proof LogReader::consistency(std::uint64_t old_size) {
  if (old_size > size())
    throw UsageError("size " + std::to_string(old_size) + " lies beyond the log, which has " +
                     std::to_string(size()) + " entries");
  return consistency_proof(*this, old_size, size());
}

}  // namespace gridswarm::inline GS_ABI::ledger
