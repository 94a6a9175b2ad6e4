// SPDX-License-Identifier: BSD-3-Clause
// Verification, middle part: build the tree again from the entries, follow the chain of headers.
//
// Every bundle is read and hashed; the tree that grows from it must have every tile of the folder
// and the signed root. Records must decode and be of this log, headers must chain and fit their
// blocks. What is wrong is kept until the end, because only then it is known whom to blame: if the
// entries give the signed root, any tile that differs; otherwise the entries. Where bundles were
// pruned, the leaves come from the hash tiles, and the chain begins at the first block that can be
// read; its header is still held against the leaves before it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gridswarm/ledger/header.hpp"
#include "gridswarm/ledger/verify_folder.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// What the walk is told.
struct WalkOptions {
  Head head;                         ///< the signed one
  std::optional<Hash> genesis;       ///< of every record; nothing: that of the first that is read
  bool takes_any_entry = false;      ///< entries that are no records (a mirror of another's log)
  std::set<std::uint64_t> heads_at;  ///< sizes whose roots are wanted
};

/// What the walk found.
struct WalkResult {
  std::optional<Fault> fault;
  std::int64_t blocks = 0;                ///< whose headers were checked
  bool has_records = false;               ///< entries are records of ours
  Hash tip{};                             ///< leaf hash of the last header
  std::vector<std::uint64_t> block_ends;  ///< sizes after the blocks, the first being the start
  std::vector<std::pair<std::uint64_t, Hash>> roots;  ///< of the sizes asked for
};

/// Walk the whole folder, whose tiles require_tiles() has seen.
WalkResult walk_log(const LogFiles& log, const WalkOptions& options);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/verify_walk.ipp"
#endif
