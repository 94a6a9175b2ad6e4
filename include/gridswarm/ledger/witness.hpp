// SPDX-License-Identifier: BSD-3-Clause
// The witness: somebody else who remembers how far a log had come, and signs only what continues it
// (c2sp.org/tlog-witness, without HTTP).
//
// Per log it keeps one thing, the largest checkpoint that it has cosigned. A request brings the
// size that the asker believes to be kept, a consistency proof from there and the new checkpoint:
//   compare kept size with the request's, check the proof, write (size, root) durably, then sign.
// A cosignature therefore never exists for a head that a power cut could make the witness forget,
// and two heads that don't continue each other never both get one from a witness whose disk is
// honest. A witness restored from an older copy of its folder has forgotten: it must not be used.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gridswarm/ledger/file.hpp"
#include "gridswarm/ledger/policy.hpp"
#include "gridswarm/ledger/proof_file.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// Answers, by the numbers that tlog-witness gives them.
enum class WitnessStatus : int {
  cosigned = 200,
  malformed = 400,    ///< no request in its one spelling, or old size beyond the new
  untrusted = 403,    ///< no valid signature by a key that the witness trusts for that log
  unknown_log = 404,  ///< the origin is none of the policy's
  conflict = 409,     ///< another size is kept, or this size with another root
  unproved = 422,     ///< the consistency proof fails
};

struct WitnessAnswer {
  WitnessStatus status = WitnessStatus::malformed;
  std::string lines;            ///< if cosigned: signature lines to put under the checkpoint
  std::uint64_t kept_size = 0;  ///< of the log asked about; 0 where it is unknown
  std::string reason;           ///< why not; empty if cosigned
};

/// The one witness over a state folder; holds its lock until it is destroyed. One thread at a time.
class Witness {
 public:
  /// `folder` is made if missing. `policy` names the logs to witness, its witnesses and quorum are
  /// not looked at. Throws FileError if another process holds the folder, UsageError if the key is
  /// one of a log: who signs a log can't also say that others have seen it.
  Witness(FileSystem& files, std::string folder, const SigningKey& key, const Policy& policy,
          PolicyLimits limits = {});
  Witness(Witness&&) noexcept;
  ~Witness();

  /// Decide about a request (ConsistencyFile as text). `time_s`: now, Unix seconds below 2^63.
  /// The new state is durable when a cosignature is returned. Throws DamageError if what was kept
  /// can't be read, FileError if it can't be written; after that, and once a write has failed, no
  /// more is signed until the folder is opened again.
  WitnessAnswer add_checkpoint(std::string_view request, std::uint64_t time_s);
  /// The head kept for a log; size 0 if there is none. Throws DamageError.
  Head kept(const std::string& origin) const;
  /// The key that verifies its lines.
  VerifierKey verifier() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `note` with the lines of `lines` that are valid signatures by one of `cosigners`; a newer line
/// takes the place of an older one by the same key, lines by others are left out. Throws UsageError
/// if `lines` are no signature lines or more than max_published_signatures would result.
std::string add_cosignatures(const std::string& note, std::string_view lines,
                             std::span<const VerifierKey> cosigners);
/// Do that to the published checkpoint of a log or mirror, atomically. Returns the note. Throws
/// FileError if a writer holds the log.
std::string publish_cosignatures(FileSystem& files, const std::string& folder,
                                 std::string_view lines, std::span<const VerifierKey> cosigners);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/witness.ipp"
#endif
