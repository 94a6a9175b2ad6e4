// SPDX-License-Identifier: BSD-3-Clause
// Options of the commands that judge a log: whose signatures count.
#pragma once

#include <optional>
#include <string>

#include "app/command.hpp"
#include "gridswarm/ledger/policy.hpp"

namespace gridswarm::app {

struct TrustSettings {
  std::string vkey;
  std::string policy;
  std::string revoked;
  std::int64_t cosigned_after_s = 0;
};

/// What the reader trusts, as typed.
struct Trust {
  std::optional<ledger::VerifierKey> key;
  std::optional<ledger::Policy> policy;
  ledger::PolicyLimits limits;
};

void add_trust(Command& command, TrustSettings& settings);
/// Read the files that the options name. Throws UsageError or InputError with file and line.
Trust read_trust(const TrustSettings& settings);
/// Key and policy as one policy. Throws UsageError if neither was given.
ledger::Policy required_policy(const Trust& trust);
/// The bytes of a file as text. Throws FileError.
std::string read_text(const std::string& path);
/// Write to the file, or to stdout if `path` is empty.
void write_text(const std::string& path, const std::string& text);

}  // namespace gridswarm::app
