// SPDX-License-Identifier: BSD-3-Clause
// Is this folder the log that its checkpoint says it is, and nothing else?
//
// Strict: every file is read and every byte of it accounted for. Records must decode, headers must
// chain, the tree is built again from the entries and compared with every tile, the checkpoint and
// both superblocks must agree with it. What a log proves depends on what the reader brings: with
// nothing, only that it fits together (whoever rewrites all of it passes); with the public key,
// that its writer signed it; with an older checkpoint, that nothing before that was changed.
#pragma once

#include <optional>
#include <string>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/ledger/checkpoint.hpp"
#include "gridswarm/ledger/file.hpp"
#include "gridswarm/ledger/policy.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// What the reader knows from elsewhere.
struct VerifyOptions {
  std::optional<VerifierKey> key = {};  ///< of the log; beside a policy: no other log counts
  std::string anchor = {};  ///< a signed checkpoint seen earlier, whole note; empty: none
  std::optional<Policy> policy = {};
  PolicyLimits limits = {};
};

struct VerifyResult {
  bool ok = false;
  std::string log;                 ///< the folder
  std::string kind;                ///< "log" of a writer, or "mirror"
  std::string origin;              ///< the log's name, empty if the checkpoint is unreadable
  std::int64_t size = 0;           ///< entries, headers included
  std::string root;                ///< hexadecimal
  std::int64_t blocks = 0;         ///< checked
  std::int64_t minimum_index = 0;  ///< entries in whole bundles below it may be pruned
  std::int64_t pruned = 0;         ///< entries that can't be read any more; their hashes are there
  std::int64_t witnesses = 0;      ///< of the policy that cosigned the checkpoint
  std::string anchored_to;         ///< what the reader's trust rests on, empty if not ok
  std::string file;                ///< the offending file, relative to the folder; empty if ok
  std::string reason;              ///< what is wrong with it; empty if ok
};

/// Read the whole log. Throws FileError if there is no such folder or a writer holds it, InputError
/// if the anchor is no signed checkpoint.
VerifyResult verify(FileSystem& files, const std::string& folder, const VerifyOptions& options);

}  // namespace gridswarm::inline GS_ABI::ledger

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<ledger::VerifyResult>> fields<ledger::VerifyResult>();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/verify.ipp"
#endif
