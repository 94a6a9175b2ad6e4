// SPDX-License-Identifier: BSD-3-Clause
// Giving up old entries while every proof stays valid (c2sp.org/tlog-tiles, pruning).
//
// A log or a mirror says in `minimum-index` which entry is the first that it keeps. Bundles that
// end at or below it are removed; all hash tiles stay, so the tree, its root, and inclusion and
// consistency of every index and size can still be proved, to whoever has kept the entry itself.
#pragma once

#include <cstdint>
#include <string>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/ledger/file.hpp"

namespace gridswarm::inline GS_ABI::ledger {

struct PruneResult {
  std::int64_t minimum_index = 0;  ///< as it is now
  std::int64_t bundles = 0;        ///< removed
  std::int64_t bytes = 0;          ///< removed
};

/// Raise the minimum index of a log or mirror and remove the bundles wholly below it. Only what the
/// published checkpoint covers goes, and only after every entry of it was found to hash to its
/// leaf; the bundle with the last entry stays, so that the log can be opened. Crash-safe: the new
/// index is durable before anything is removed, and the same call finishes what a crash cut off.
/// Throws UsageError if the index lies beyond the checkpoint or below the one in force, FileError
/// if a writer holds the log, DamageError if entries and tiles don't fit.
PruneResult prune(FileSystem& files, const std::string& folder, std::uint64_t minimum_index);

}  // namespace gridswarm::inline GS_ABI::ledger

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<ledger::PruneResult>> fields<ledger::PruneResult>();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/prune.ipp"
#endif
