// SPDX-License-Identifier: BSD-3-Clause
// A small log whose every byte follows from its block sizes.
#pragma once

#include <string>
#include <vector>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/log.hpp"

namespace sample {

using namespace gridswarm::ledger;

inline Hash genesis() { return sha256(bytes_of("sample genesis")); }

/// Records of block `height`; lengths differ, so that bundles don't have one stride.
inline Entries records_of(std::uint64_t height, int count) {
  Entries entries;
  for (int i = 0; i < count; ++i) {
    const std::string text(static_cast<std::size_t>((7 * i + 3 * static_cast<int>(height)) % 40),
                           'p');
    Record record;
    record.kind = Kind::settlement;
    record.genesis = genesis();
    record.author = i + 1;
    record.author_sequence = height;
    record.tick = static_cast<std::int64_t>(15 * height);
    record.payload = bytes_of(text);
    append(entries, record);
  }
  return entries;
}

inline BlockInfo info_of(std::uint64_t height) {
  BlockInfo info;
  info.proposer = 1;
  info.time_s = 1700000000 + 900 * static_cast<std::int64_t>(height);
  info.tick = static_cast<std::int64_t>(15 * height);
  return info;
}

inline Head append_block(Log& log, int count) {
  return log.append_block(records_of(log.height(), count), info_of(log.height()));
}

/// A closed log with one block per count. Returns its head.
inline Head write(FileSystem& files, const std::string& folder, const std::vector<int>& counts,
                  const SigningKey& key = demo_key(1)) {
  Log log = Log::create(files, folder, key, genesis());
  for (int count : counts) append_block(log, count);
  return log.head();
}

}  // namespace sample
