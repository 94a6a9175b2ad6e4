// SPDX-License-Identifier: BSD-3-Clause
// gridswarm verify LOG: is the log whole, and what does trusting it rest on?
#include <cstdio>
#include <memory>

#include "app/commands.hpp"
#include "app/report.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/ledger/verify.hpp"

namespace gridswarm::app {
namespace {

struct Settings {
  std::string log;
  std::string vkey;
  std::string anchor;
  bool recover = false;
};

/// A public key as typed, or the first line of a file.
ledger::VerifierKey read_key(const std::string& text_or_file) {
  if (const auto key = ledger::parse_vkey(text_or_file)) return *key;
  if (!ledger::posix_files().exists(text_or_file))
    throw UsageError("--vkey " + text_or_file +
                     ": is neither a file nor a key such as name+0123abcd+AbCd...");
  const Bytes bytes = ledger::posix_files().read(text_or_file);
  const std::string_view text = ledger::text_of(bytes);
  const auto key = ledger::parse_vkey(text.substr(0, text.find('\n')));
  if (!key)
    throw InputError(text_or_file, 1, "is not a public key; expected name+0123abcd+AbCd...");
  return *key;
}

std::string read_anchor(const std::string& path) {
  const Bytes bytes = ledger::posix_files().read(path);
  const auto note = ledger::parse_note(ledger::text_of(bytes));
  if (!note || !ledger::parse_checkpoint(note->text))
    throw InputError(path, 0, "is not a signed checkpoint; give a copy of LOG/checkpoint");
  return std::string(ledger::text_of(bytes));
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
  if (!settings.vkey.empty()) options.key = read_key(settings.vkey);
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
  return {"verify",
          "Check every byte of a log, and say what trusting it rests on",
          {{"LOG", &settings->log, "folder of the log, such as out/log", true},
           {"--vkey", &settings->vkey, "public key of the log, or a file that holds it"},
           {"--anchor", &settings->anchor, "a checkpoint of this log kept from an earlier time"},
           {"--recover", &settings->recover, "first finish an append that a crash cut off"}},
          [settings](const Common& common) { return run(common, *settings); }};
}

}  // namespace gridswarm::app
