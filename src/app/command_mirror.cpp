// SPDX-License-Identifier: BSD-3-Clause
// gridswarm mirror FROM TO, and gridswarm prune LOG INDEX: copies, and what they may forget.
#include <cstdio>
#include <memory>

#include "app/commands.hpp"
#include "app/log_trust.hpp"
#include "app/report.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/mirror.hpp"
#include "gridswarm/ledger/prune.hpp"

namespace gridswarm::app {
namespace {

struct MirrorSettings {
  std::string from;
  std::string to;
  TrustSettings trust;
};

ExitCode copy(const Common& common, const MirrorSettings& settings) {
  const Trust trust = read_trust(settings.trust);
  const ledger::MirrorResult result =
      ledger::mirror(ledger::posix_files(), settings.from, ledger::posix_files(), settings.to,
                     required_policy(trust), trust.limits);
  Report report;
  add_fields(report, result);
  if (!common.json)
    std::printf("%s: %s\n", settings.to.c_str(), result.ok ? "up to date" : "NOT changed");
  print(report, common.json);
  return result.ok ? ExitCode::ok : ExitCode::verification;
}

struct PruneSettings {
  std::string log;
  std::string index;
};

ExitCode forget(const Common& common, const PruneSettings& settings) {
  const auto index = ledger::from_decimal(settings.index);
  if (!index) throw UsageError("INDEX " + settings.index + ": expected a number such as 70000");
  const ledger::PruneResult result = ledger::prune(ledger::posix_files(), settings.log, *index);
  Report report;
  add_fields(report, result);
  print(report, common.json);
  return ExitCode::ok;
}

}  // namespace

Command mirror_command() {
  const auto settings = std::make_shared<MirrorSettings>();
  Command command{
      "mirror",
      "Bring a copy of a log up to date, believing only what hashes and signatures show",
      {{"FROM", &settings->from, "folder of a log or of another mirror", true},
       {"TO", &settings->to, "folder of the mirror, made if missing", true}},
      [settings](const Common& common) { return copy(common, *settings); }};
  add_trust(command, settings->trust);
  return command;
}

Command prune_command() {
  const auto settings = std::make_shared<PruneSettings>();
  return {"prune",
          "Remove old entries of a log or mirror; its tree and all proofs stay valid",
          {{"LOG", &settings->log, "folder of a log or mirror that nobody writes", true},
           {"INDEX", &settings->index, "of the first entry to keep", true}},
          [settings](const Common& common) { return forget(common, *settings); }};
}

}  // namespace gridswarm::app
