// SPDX-License-Identifier: BSD-3-Clause
// Whose signatures make a checkpoint good: logs, witnesses and a quorum, as a file that other tools
// read too (c2sp.org/tlog-policy).
//
//   log <vkey> [<url>]                 a log whose checkpoints count; its name is the origin
//   witness <name> <vkey> [<url>]      who may cosign
//   group <name> all|any|<k> <name>... at least k of the members, witnesses or groups above
//   quorum <name>|none                 who must have cosigned, exactly once
// A name is a member once at most, so that nobody counts twice, and stands above the line that uses
// it, so that there are no circles. Two keys are the same key if their 32 bytes are, whatever their
// names say; a policy that has one twice is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/ledger/checkpoint.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// A witness or a group of a policy, by its place in the list.
struct PolicyMember {
  bool is_group = false;
  std::size_t index = 0;
  bool operator==(const PolicyMember&) const = default;
};

struct PolicyLog {
  VerifierKey key;  ///< type ed25519; its name is the origin of the log
  std::string url;
  bool operator==(const PolicyLog&) const = default;
};

struct PolicyWitness {
  std::string name;  ///< inside the policy; the key has a name of its own
  VerifierKey key;   ///< type cosignature
  std::string url;
  bool operator==(const PolicyWitness&) const = default;
};

struct PolicyGroup {
  std::string name;
  std::size_t needed = 1;             ///< k
  std::vector<PolicyMember> members;  ///< each used nowhere else
  bool operator==(const PolicyGroup&) const = default;
};

struct Policy {
  std::vector<PolicyLog> logs;
  std::vector<PolicyWitness> witnesses;
  std::vector<PolicyGroup> groups;     ///< members before those who use them
  std::optional<PolicyMember> quorum;  ///< nothing: no cosignature is needed
  bool operator==(const Policy&) const = default;
};

/// Read a policy. `file` stands in messages. Throws InputError with the line.
Policy parse_policy(std::string_view text, const std::string& file);
/// The file that parse_policy() reads as `policy`.
std::string to_text(const Policy& policy);
/// The policy of who knows a log's key and no witness.
Policy policy_of(const VerifierKey& log);
/// Signature lines that a note needs at least: the log's and the smallest quorum. Notes of more
/// than max_published_signatures lines are not read by everybody.
std::size_t fewest_lines(const Policy& policy);

/// What the reader knows beside the policy.
struct PolicyLimits {
  std::vector<PublicKey> revoked;   ///< lines by these keys count for nobody, logs included
  std::uint64_t oldest_time_s = 0;  ///< cosignatures of an earlier Unix time do not count
};

struct PolicyCheck {
  bool ok = false;
  std::string reason;                  ///< why not; empty if ok
  std::size_t log = 0;                 ///< whose line was found, in Policy::logs, if ok
  std::vector<std::size_t> witnesses;  ///< who cosigned, in Policy::witnesses, each once
};

/// Does the policy accept this note as a checkpoint? A line by a known key that fails condemns the
/// note, lines by unknown keys say nothing, two lines by one key count once.
PolicyCheck check_policy(const Policy& policy, const Note& note, const PolicyLimits& limits = {});

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/policy.ipp"
#endif
