// SPDX-License-Identifier: BSD-3-Clause
// gridswarm key, witness and cosign: keys, the witness's answer, and its lines under a checkpoint.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>

#include "app/commands.hpp"
#include "app/log_trust.hpp"
#include "app/report.hpp"
#include "gridswarm/ledger/secret_key.hpp"
#include "gridswarm/ledger/witness.hpp"

namespace gridswarm::app {
namespace {

struct KeySettings {
  std::string name;
  bool is_witness = false;
};

/// A new file that only its owner can read; an existing one is never replaced.
void write_secret(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) throw FileError(path, std::string("can't be made: ") + std::strerror(errno));
  const bool is_whole =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool is_kept = is_whole && ::fsync(file) == 0;
  if (::close(file) != 0 || !is_kept) throw FileError(path, "can't be written");
}

ExitCode make(const Common& common, const KeySettings& settings) {
  if (common.out.empty())
    throw UsageError("give -o FILE for the secret key; the public one is printed");
  const auto type = settings.is_witness ? ledger::KeyType::cosignature : ledger::KeyType::ed25519;
  const ledger::SecretKey secret = ledger::make_random_key(settings.name, type);
  write_secret(common.out, ledger::to_text(secret) + "\n");
  const std::string vkey = ledger::to_text(ledger::verifier_of(secret.key, type));
  if (common.json)
    print({{"vkey", vkey, "public key"}, {"file", common.out, "secret key"}}, true);
  else
    std::printf("%s\n", vkey.c_str());
  return ExitCode::ok;
}

struct WitnessSettings {
  std::string state;
  std::string request;
  std::string key;
  std::int64_t time_s = -1;
  TrustSettings trust;
};

ledger::SigningKey read_witness_key(const std::string& path) {
  const std::string text = read_text(path);
  const auto secret = ledger::parse_secret_key(text.substr(0, text.find('\n')));
  if (!secret) throw InputError(path, 1, "is not a secret key; make one with `gridswarm key`");
  if (secret->type != ledger::KeyType::cosignature)
    throw InputError(path, 1, "is the key of a log; a witness's is made with `key --witness`");
  return secret->key;
}

ExitCode witness(const Common& common, const WitnessSettings& settings) {
  const Trust trust = read_trust(settings.trust);
  const ledger::SigningKey key = read_witness_key(settings.key);
  const std::string request = read_text(settings.request);
  ledger::Witness witness(ledger::posix_files(), settings.state, key, required_policy(trust),
                          trust.limits);
  const std::int64_t now_s =
      settings.time_s >= 0 ? settings.time_s : static_cast<std::int64_t>(std::time(nullptr));
  const ledger::WitnessAnswer answer =
      witness.add_checkpoint(request, static_cast<std::uint64_t>(now_s));
  const bool is_cosigned = answer.status == ledger::WitnessStatus::cosigned;
  if (is_cosigned && (!common.json || !common.out.empty())) write_text(common.out, answer.lines);
  if (common.json)
    print({{"status", static_cast<std::int64_t>(answer.status), "as tlog-witness numbers it"},
           {"size", static_cast<std::int64_t>(answer.kept_size), "kept of this log"},
           {"lines", answer.lines, "to put under the checkpoint"},
           {"reason", answer.reason, "why not"}},
          true);
  else if (!is_cosigned)
    std::fprintf(stderr, "gridswarm: %s: %d, %s\n", settings.request.c_str(),
                 static_cast<int>(answer.status), answer.reason.c_str());
  return is_cosigned ? ExitCode::ok : ExitCode::verification;
}

struct CosignSettings {
  std::string log;
  std::string lines;
  TrustSettings trust;
};

ExitCode cosign(const Common& common, const CosignSettings& settings) {
  const Trust trust = read_trust(settings.trust);
  if (!trust.policy) throw UsageError("give --policy: it names the witnesses whose lines count");
  std::vector<ledger::VerifierKey> keys;
  for (const ledger::PolicyWitness& one : trust.policy->witnesses) keys.push_back(one.key);
  const std::string text = ledger::publish_cosignatures(ledger::posix_files(), settings.log,
                                                        read_text(settings.lines), keys);
  const ledger::PolicyCheck check =
      ledger::check_policy(required_policy(trust), *ledger::parse_note(text), trust.limits);
  print({{"log", settings.log, "folder"},
         {"witnesses", static_cast<std::int64_t>(check.witnesses.size()), "cosigned by now"},
         {"ok", check.ok, "the policy is satisfied"},
         {"reason", check.reason, "what is missing"}},
        common.json);
  return ExitCode::ok;
}

}  // namespace

Command key_command() {
  const auto settings = std::make_shared<KeySettings>();
  return {"key",
          "Make a key pair; -o FILE takes the secret, the public key is printed",
          {{"NAME", &settings->name, "of the log (its origin) or witness, without spaces", true},
           {"--witness", &settings->is_witness, "a key that cosigns, not one of a log"}},
          [settings](const Common& common) { return make(common, *settings); }};
}

Command witness_command() {
  const auto settings = std::make_shared<WitnessSettings>();
  Command command{"witness",
                  "Cosign a checkpoint that continues what this witness has seen",
                  {{"STATE", &settings->state, "folder that the witness remembers in", true},
                   {"REQUEST", &settings->request, "what `prove LOG --from SIZE` wrote", true},
                   {"--key", &settings->key, "file with the witness's secret key", true},
                   {"--time-s", &settings->time_s, "Unix time to sign; -1: now", false, -1}},
                  [settings](const Common& common) { return witness(common, *settings); }};
  add_trust(command, settings->trust);
  return command;
}

Command cosign_command() {
  const auto settings = std::make_shared<CosignSettings>();
  Command command{"cosign",
                  "Publish cosignatures under the checkpoint of a log",
                  {{"LOG", &settings->log, "folder of a log or mirror that nobody writes", true},
                   {"LINES", &settings->lines, "file with the lines that witnesses gave", true}},
                  [settings](const Common& common) { return cosign(common, *settings); }};
  add_trust(command, settings->trust);
  return command;
}

}  // namespace gridswarm::app
