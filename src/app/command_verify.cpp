// SPDX-License-Identifier: BSD-3-Clause
// gridswarm verify LOG: is the log whole, and what does trusting it rest on?
#include <cstdio>
#include <memory>

#include "app/commands.hpp"
#include "app/log_trust.hpp"
#include "app/report.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/ledger/verify.hpp"

namespace gridswarm::app {
namespace {

struct Settings {
  std::string log;
  std::string anchor;
  bool recover = false;
  TrustSettings trust;
};

std::string read_anchor(const std::string& path) {
  const std::string text = read_text(path);
  const auto note = ledger::parse_note(text);
  if (!note || !ledger::parse_checkpoint(note->text))
    throw InputError(path, 0, "is not a signed checkpoint; give a copy of LOG/checkpoint");
  return text;
}

void print_for_people(const ledger::VerifyResult& result) {
  if (!result.ok) {
    std::printf("%s: NOT verified\n%s: %s\n", result.log.c_str(), result.file.c_str(),
                result.reason.c_str());
    return;
  }
  Report report;
  add_fields(report, result);
  std::erase_if(report, [](const Entry& entry) {
    return entry.name == "ok" || entry.name == "reason" || entry.name == "file";
  });
  std::printf("%s: verified\n", result.log.c_str());
  print(report, false);
  if (result.origin.find("demo-key-is-worthless") != std::string::npos)
    std::printf("The log is signed with a demonstration key that anybody can compute.\n");
}

ExitCode run(const Common& common, const Settings& settings) {
  ledger::VerifyOptions options;
  const Trust trust = read_trust(settings.trust);
  options.key = trust.key;
  options.policy = trust.policy;
  options.limits = trust.limits;
  if (!settings.anchor.empty()) options.anchor = read_anchor(settings.anchor);
  if (settings.recover) ledger::recover(ledger::posix_files(), settings.log);
  const auto result = ledger::verify(ledger::posix_files(), settings.log, options);
  if (common.json) {
    Report report;
    add_fields(report, result);
    print(report, true);
  } else {
    print_for_people(result);
  }
  return result.ok ? ExitCode::ok : ExitCode::verification;
}

}  // namespace

Command verify_command() {
  const auto settings = std::make_shared<Settings>();
  Command command{
      "verify",
      "Check every byte of a log, and say what trusting it rests on",
      {{"LOG", &settings->log, "folder of the log or mirror, such as out/log", true},
       {"--anchor", &settings->anchor, "a checkpoint of this log kept from an earlier time"},
       {"--recover", &settings->recover, "first finish an append that a crash cut off"}},
      [settings](const Common& common) { return run(common, *settings); }};
  add_trust(command, settings->trust);
  return command;
}

}  // namespace gridswarm::app
