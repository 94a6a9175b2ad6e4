// SPDX-License-Identifier: BSD-3-Clause
// Proofs as files, checked by whoever holds them without asking the log.
//
// Inclusion (c2sp.org/tlog-proof):           Consistency (the body of tlog-witness add-checkpoint):
//   c2sp.org/tlog-proof@v1                     old <size in decimal>
//   [extra <base64>]                           <hash in base64>...
//   index <decimal>
//   <hash in base64>...                        <checkpoint note>
//
//   <checkpoint note>
// A parser accepts only what the writer writes, so a proof has one spelling. What holds after a
// check: the log of that key, with as many witnesses as the policy asks for, has this record in its
// tree at this index; it will have it in every later tree, or be convicted by two checkpoints.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/ledger/log_reader.hpp"
#include "gridswarm/ledger/policy.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// Longest path that is read: of a tree of up to 2^63 leaves (a witness has the same limit).
inline constexpr std::size_t max_proof_hashes = 63;

/// That a record lies at an index of a signed tree.
struct InclusionFile {
  Bytes extra;  ///< whatever the maker adds, not covered by any signature; empty: none
  std::uint64_t index = 0;
  Proof path;
  std::string note;  ///< signed checkpoint, whole
  bool operator==(const InclusionFile&) const = default;
};

/// That a signed tree begins with the tree of an older size, whose root the reader knows.
struct ConsistencyFile {
  std::uint64_t old_size = 0;
  Proof path;
  std::string note;  ///< signed checkpoint of the newer tree, whole
  bool operator==(const ConsistencyFile&) const = default;
};

std::string to_text(const InclusionFile& proof);
std::string to_text(const ConsistencyFile& proof);
/// Nothing unless `text` is what to_text writes for some proof. Sizes and hashes are not checked.
std::optional<InclusionFile> parse_inclusion(std::string_view text);
std::optional<ConsistencyFile> parse_consistency(std::string_view text);

/// Make them from a log. Throws as LogReader's calls do.
InclusionFile prove_inclusion(LogReader& log, std::uint64_t index);
ConsistencyFile prove_consistency(LogReader& log, std::uint64_t old_size);

/// What a checked proof says.
struct ProofResult {
  bool ok = false;
  std::string origin;          ///< the log's name, empty if the checkpoint is unreadable
  std::int64_t size = 0;       ///< entries of the tree proved against
  std::string root;            ///< hexadecimal
  std::int64_t index = -1;     ///< of the record; -1 for consistency
  std::int64_t old_size = -1;  ///< of the older tree; -1 for inclusion
  std::int64_t witnesses = 0;  ///< of the policy that cosigned
  std::string reason;          ///< why it proves nothing, empty if ok
};

/// Is `record` where the proof says, in a tree that `policy` accepts? Never throws on bad bytes.
ProofResult verify_proof(ByteView record, const InclusionFile& proof, const Policy& policy,
                         const PolicyLimits& limits = {});
/// Does the proof's tree, which `policy` accepts, begin with that of the older checkpoint of the
/// same log? The older one is what the reader kept: its signatures are not asked for.
ProofResult verify_proof(const Checkpoint& old, const ConsistencyFile& proof, const Policy& policy,
                         const PolicyLimits& limits = {});

}  // namespace gridswarm::inline GS_ABI::ledger

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<ledger::ProofResult>> fields<ledger::ProofResult>();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/proof_file.ipp"
#endif
