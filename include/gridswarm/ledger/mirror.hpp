// SPDX-License-Identifier: BSD-3-Clause
// A copy of somebody's log that believes nothing: it grows its own tree and compares roots.
//
// From its own last checkpoint (m, r) the mirror reads the source's new entries, hashes them and
// adds the leaves to its own right edge. If that gives the root that the source's policy-checked
// checkpoint (n, R) states, the source continues (m, r): nothing else gives R. Hash tiles are never
// copied, they come out of the hashing. New files are written below `incoming`, made durable,
// renamed into place, made durable again; then the checkpoint is replaced. A crash leaves the old
// head whole, and the next run starts over.
#pragma once

#include <cstdint>
#include <string>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/ledger/file.hpp"
#include "gridswarm/ledger/policy.hpp"

namespace gridswarm::inline GS_ABI::ledger {

struct MirrorResult {
  bool ok = false;
  std::string origin;          ///< the log's name, empty if the source's checkpoint is unreadable
  std::int64_t old_size = 0;   ///< entries before
  std::int64_t size = 0;       ///< entries now
  std::string root;            ///< hexadecimal
  std::int64_t witnesses = 0;  ///< of the policy that cosigned
  std::int64_t entries = 0;    ///< copied
  std::int64_t bytes = 0;      ///< of bundles copied
  std::string evidence;        ///< file that convicts the log of a fork, empty if there is none
  std::string reason;          ///< why nothing was taken over, empty if ok
};

/// Bring the mirror in `folder` (made if missing) up to the source's checkpoint, if `policy`
/// accepts that. A source that is behind is refused as rolled back. A source whose history is not
/// the mirror's is refused as forked, and both checkpoints with the proof are kept in
/// `folder`/fork; a mirror that holds such a file goes no further until somebody has moved it.
/// Entries that the source has pruned are taken as leaves alone; what the mirror has it keeps.
/// Throws FileError if files can't be read or written, UsageError if `folder` is a writer's log,
/// DamageError if its own files are not what it wrote.
MirrorResult mirror(FileSystem& source_files, const std::string& source, FileSystem& files,
                    const std::string& folder, const Policy& policy,
                    const PolicyLimits& limits = {});

}  // namespace gridswarm::inline GS_ABI::ledger

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<ledger::MirrorResult>> fields<ledger::MirrorResult>();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/mirror.ipp"
#endif
