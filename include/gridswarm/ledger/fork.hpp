// SPDX-License-Identifier: BSD-3-Clause
// Evidence that a log told two stories: two checkpoints that it signed and that can't both be true.
//
//   gridswarm/fork/v1
//   root <base64>          r: the root of the first m entries in the newer tree
//   <hash in base64>...    consistency of (m, r) with the newer checkpoint (n, R)
//
//   <older checkpoint (m, r'), whole note>
//
//   <newer checkpoint (n, R), whole note>
// It convicts the log's key, whoever shows it, if both notes are signed by it, m <= n, the proof
// holds and r is not r'. Nobody can make one for a log that only ever grew.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gridswarm/ledger/policy.hpp"
#include "gridswarm/ledger/proof_file.hpp"

namespace gridswarm::inline GS_ABI::ledger {

inline constexpr std::string_view fork_first_line = "gridswarm/fork/v1";

struct ForkFile {
  Hash root{};
  Proof path;
  std::string older;  ///< whole notes
  std::string newer;
  bool operator==(const ForkFile&) const = default;
};

std::string to_text(const ForkFile& fork);
/// Nothing unless `text` is what to_text writes for two notes that hold checkpoints.
std::optional<ForkFile> parse_fork(std::string_view text);
/// ok: the log is convicted; else `reason` says why the file shows nothing. Cosignatures are not
/// asked for: the log's own signatures convict it.
ProofResult verify_fork(const ForkFile& fork, const Policy& policy,
                        const PolicyLimits& limits = {});

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/fork.ipp"
#endif
