// SPDX-License-Identifier: BSD-3-Clause
#include "app/log_trust.hpp"

#include <cstdio>

#include "gridswarm/io/file.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/file.hpp"

namespace gridswarm::app {

std::string read_text(const std::string& path) {
  const Bytes bytes = ledger::posix_files().read(path);
  return std::string(ledger::text_of(bytes));
}

void write_text(const std::string& path, const std::string& text) {
  if (path.empty())
    std::fwrite(text.data(), 1, text.size(), stdout);
  else
    io::write_file_atomically(path, text);
}

namespace {

/// A public key as typed, or the first line of a file.
ledger::VerifierKey read_key(const std::string& text_or_file) {
  if (const auto key = ledger::parse_vkey(text_or_file)) return *key;
  if (!ledger::posix_files().exists(text_or_file))
    throw UsageError("--vkey " + text_or_file +
                     ": is neither a file nor a key such as name+0123abcd+AbCd...");
  const std::string text = read_text(text_or_file);
  const auto key = ledger::parse_vkey(text.substr(0, text.find('\n')));
  if (!key)
    throw InputError(text_or_file, 1, "is not a public key; expected name+0123abcd+AbCd...");
  return *key;
}

/// One public key per line; empty lines and lines that start with # are nothing.
std::vector<ledger::PublicKey> read_revoked(const std::string& path) {
  std::vector<ledger::PublicKey> keys;
  const std::string text = read_text(path);
  std::int64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const auto key = ledger::parse_vkey(line);
    if (!key) throw InputError(path, number, "is not a public key; expected one vkey per line");
    keys.push_back(key->key);
  }
  return keys;
}

}  // namespace

void add_trust(Command& command, TrustSettings& settings) {
  command.options.push_back(
      {"--vkey", &settings.vkey, "public key of the log, or a file that holds it"});
  command.options.push_back(
      {"--policy", &settings.policy, "file with logs, witnesses and a quorum (tlog-policy)"});
  command.options.push_back(
      {"--revoked", &settings.revoked, "file with public keys that count no more"});
  command.options.push_back({"--cosigned-after-s", &settings.cosigned_after_s,
                             "cosignatures before this Unix time do not count", false, 0});
}

Trust read_trust(const TrustSettings& settings) {
  Trust trust;
  if (!settings.vkey.empty()) trust.key = read_key(settings.vkey);
  if (!settings.policy.empty())
    trust.policy = ledger::parse_policy(read_text(settings.policy), settings.policy);
  if (!settings.revoked.empty()) trust.limits.revoked = read_revoked(settings.revoked);
  trust.limits.oldest_time_s = static_cast<std::uint64_t>(settings.cosigned_after_s);
  return trust;
}

ledger::Policy required_policy(const Trust& trust) {
  if (!trust.key && !trust.policy)
    throw UsageError("give --vkey or --policy: without a key anybody could have signed it");
  if (!trust.policy) return ledger::policy_of(*trust.key);
  ledger::Policy policy = *trust.policy;
  if (trust.key) policy.logs = {{*trust.key, ""}};
  return policy;
}

}  // namespace gridswarm::app
