// SPDX-License-Identifier: BSD-3-Clause
// gridswarm prove LOG INDEX, and gridswarm check-proof PROOF: proofs that need no log to be
// checked.
#include <cstdio>
#include <memory>

#include "app/commands.hpp"
#include "app/log_trust.hpp"
#include "app/report.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/file.hpp"
#include "gridswarm/ledger/fork.hpp"
#include "gridswarm/ledger/proof_file.hpp"

namespace gridswarm::app {
namespace {

struct ProveSettings {
  std::string log;
  std::string index;
  std::string from;
  std::string record;
};

std::uint64_t number_of(const std::string& text, const char* what) {
  const auto number = ledger::from_decimal(text);
  if (!number)
    throw UsageError(std::string(what) + " " + text + ": expected a number such as 0 or 17");
  return *number;
}

ExitCode prove(const Common& common, const ProveSettings& settings) {
  if (settings.index.empty() == settings.from.empty())
    throw UsageError("give either the INDEX of an entry or --from SIZE of an older checkpoint");
  if (!settings.record.empty() && settings.index.empty())
    throw UsageError("--record goes with an INDEX");
  ledger::LogReader log(ledger::posix_files(), settings.log);
  std::string text;
  Report report = {{"log", settings.log, "folder"},
                   {"size", static_cast<std::int64_t>(log.size()), "entries proved against"}};
  if (settings.from.empty()) {
    const std::uint64_t index = number_of(settings.index, "INDEX");
    text = ledger::to_text(ledger::prove_inclusion(log, index));
    report.push_back({"index", static_cast<std::int64_t>(index), "of the entry"});
    if (!settings.record.empty()) {
      const Bytes entry = log.entry(index);
      write_text(settings.record, std::string(ledger::text_of(entry)));
    }
  } else {
    const std::uint64_t old_size = number_of(settings.from, "--from");
    text = ledger::to_text(ledger::prove_consistency(log, old_size));
    report.push_back({"from", static_cast<std::int64_t>(old_size), "entries before"});
  }
  if (common.json) report.push_back({"proof", text, "the proof"});
  if (!common.out.empty() || !common.json) write_text(common.out, text);
  if (common.json || !common.out.empty()) print(report, common.json);
  return ExitCode::ok;
}

struct CheckSettings {
  std::string proof;
  std::string record;
  std::string anchor;
  TrustSettings trust;
};

ledger::ProofResult malformed(const char* what) {
  ledger::ProofResult result;
  result.reason = what;
  return result;
}

ledger::ProofResult check_inclusion(const CheckSettings& settings, const std::string& text,
                                    const ledger::Policy& policy, const Trust& trust) {
  if (settings.record.empty())
    throw UsageError("give --record FILE: a proof of inclusion is one of certain bytes");
  const auto proof = ledger::parse_inclusion(text);
  if (!proof) return malformed("is not a proof in its one spelling");
  return ledger::verify_proof(ledger::posix_files().read(settings.record), *proof, policy,
                              trust.limits);
}

ledger::ProofResult check_consistency(const CheckSettings& settings, const std::string& text,
                                      const ledger::Policy& policy, const Trust& trust) {
  if (settings.anchor.empty())
    throw UsageError("give --anchor FILE: consistency is with a checkpoint that you kept");
  const auto note = ledger::parse_note(read_text(settings.anchor));
  const auto anchor = note ? ledger::parse_checkpoint(note->text) : std::nullopt;
  if (!anchor) throw InputError(settings.anchor, 0, "is not a signed checkpoint");
  const auto proof = ledger::parse_consistency(text);
  if (!proof) return malformed("is not a proof in its one spelling");
  return ledger::verify_proof(*anchor, *proof, policy, trust.limits);
}

ExitCode check(const Common& common, const CheckSettings& settings) {
  const Trust trust = read_trust(settings.trust);
  const ledger::Policy policy = required_policy(trust);
  const std::string text = read_text(settings.proof);
  ledger::ProofResult result;
  const char* proved = "proved: the record is in the log";
  if (text.starts_with("old ")) {
    result = check_consistency(settings, text, policy, trust);
    proved = "proved: the log begins with the older checkpoint";
  } else if (text.starts_with(ledger::fork_first_line)) {
    const auto fork = ledger::parse_fork(text);
    result = fork ? ledger::verify_fork(*fork, policy, trust.limits)
                  : malformed("is not a proof in its one spelling");
    proved = "proved: the log signed two histories";
  } else {
    result = check_inclusion(settings, text, policy, trust);
  }
  Report report;
  add_fields(report, result);
  if (!common.json)
    std::printf("%s: %s\n", settings.proof.c_str(), result.ok ? proved : "NOT proved");
  print(report, common.json);
  return result.ok ? ExitCode::ok : ExitCode::verification;
}

}  // namespace

Command prove_command() {
  const auto settings = std::make_shared<ProveSettings>();
  return {"prove",
          "Prove that an entry is in a log, or that the log continues an older one",
          {{"LOG", &settings->log, "folder of a log or mirror", true},
           {"INDEX", &settings->index, "of the entry, from 0"},
           {"--from", &settings->from, "size of an older checkpoint to start from"},
           {"--record", &settings->record, "file to write the entry itself to"}},
          [settings](const Common& common) { return prove(common, *settings); }};
}

Command check_proof_command() {
  const auto settings = std::make_shared<CheckSettings>();
  Command command{"check-proof",
                  "Check a proof without the log: inclusion, consistency, or a fork",
                  {{"PROOF", &settings->proof, "file that `prove` or `mirror` wrote", true},
                   {"--record", &settings->record, "the entry whose inclusion is claimed"},
                   {"--anchor", &settings->anchor, "the older checkpoint, for consistency"}},
                  [settings](const Common& common) { return check(common, *settings); }};
  add_trust(command, settings->trust);
  return command;
}

}  // namespace gridswarm::app
