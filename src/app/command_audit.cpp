// SPDX-License-Identifier: BSD-3-Clause
// gridswarm audit LOG: the history of a device or a cluster in words, each line proved.
#include <chrono>
#include <cstdio>
#include <memory>

#include "app/commands.hpp"
#include "app/report.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "gridswarm/swarm/audit.hpp"

namespace gridswarm::app {
namespace {

struct Settings {
  std::string log;
  std::int64_t device = -1;
  std::int64_t cluster = -1;
  std::int64_t from = 0;
  std::int64_t to = -1;
  std::string gateway;
  std::string proofs;
};

/// YYYY-MM-DDThh:mm of simulated Unix seconds, empty where there are none.
std::string stamp(std::int64_t time_s) {
  if (time_s < 0) return {};
  const std::chrono::sys_seconds moment{std::chrono::seconds(time_s)};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(moment - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
                int(time.minutes().count()));
  return text;
}

/// Lines as columns, for one JSON object.
struct Columns {
  std::vector<double> entry, leaf, tick, hashes;
  std::vector<std::string> time, who, what, proof, record;
};

void add(Columns& columns, const swarm::AuditLine& line) {
  columns.entry.push_back(static_cast<double>(line.index));
  columns.leaf.push_back(static_cast<double>(line.leaf));
  columns.tick.push_back(static_cast<double>(line.tick));
  columns.hashes.push_back(static_cast<double>(line.hashes));
  columns.time.push_back(stamp(line.time_s));
  columns.who.push_back(line.who);
  columns.what.push_back(line.what);
  columns.proof.push_back(ledger::to_base64(line.proof));
  columns.record.push_back(ledger::to_base64(line.record));
}

void show(const swarm::AuditLine& line) {
  std::string at = "entry " + std::to_string(line.index);
  if (line.leaf >= 0) at += ", leaf " + std::to_string(line.leaf);
  std::printf("tick %lld  %s  %s  %s\n    %s, proved by %lld hashes and %zu bytes\n",
              static_cast<long long>(line.tick), stamp(line.time_s).c_str(), line.who.c_str(),
              line.what.c_str(), at.c_str(), static_cast<long long>(line.hashes),
              line.proof.size());
}

/// A proof and the record that it proves, side by side.
void save(const std::string& folder, const swarm::AuditLine& line) {
  ledger::posix_files().write_synced(folder + "/" + line.proof_name, line.proof);
  if (line.leaf < 0)  // the other kind of proof holds its record
    ledger::posix_files().write_synced(folder + "/entry-" + std::to_string(line.index) + ".record",
                                       line.record);
}

/// Where the trees are: as told, or beside the log if a run left them there.
std::string gateway_folder(const Settings& settings) {
  if (!settings.gateway.empty()) {
    if (!ledger::posix_files().exists(settings.gateway))
      throw FileError(settings.gateway, "is not there; give the gateways' folder of the run");
    return settings.gateway;
  }
  std::string log = settings.log;
  while (log.size() > 1 && log.back() == '/') log.pop_back();
  const std::size_t slash = log.rfind('/');
  const std::string beside =
      slash == std::string::npos ? "gateway" : log.substr(0, slash) + "/gateway";
  return ledger::posix_files().exists(beside) ? beside : "";
}

ExitCode refuse(const Common& common, const Settings& settings, const std::string& reason) {
  if (common.json)
    print({{"ok", false, ""}, {"log", settings.log, ""}, {"reason", reason, ""}}, true);
  else
    std::printf("%s: NOT verified, so nothing is told of it\n%s\n", settings.log.c_str(),
                reason.c_str());
  return ExitCode::verification;
}

void tell_end(const Common& common, const Settings& settings, const swarm::AuditResult& result,
              const Columns& columns) {
  if (!common.json) {
    std::printf("%lld lines, each proved against the log's checkpoint\n",
                static_cast<long long>(result.lines));
    if (result.missing > 0)
      std::printf(
          "The trees of %lld certified cluster ticks were not found: what their devices "
          "wrote is not told.\n",
          static_cast<long long>(result.missing));
    return;
  }
  print({{"ok", true, ""},
         {"log", settings.log, ""},
         {"entries", result.entries, ""},
         {"lines", result.lines, ""},
         {"admitted", result.clusters, ""},
         {"missing_trees", result.missing, ""},
         {"entry", columns.entry, ""},
         {"leaf", columns.leaf, ""},
         {"tick", columns.tick, ""},
         {"time", columns.time, ""},
         {"who", columns.who, ""},
         {"what", columns.what, ""},
         {"hashes", columns.hashes, ""},
         {"proof", columns.proof, ""},
         {"record", columns.record, ""}},
        true);
}

ExitCode run(const Common& common, const Settings& settings) {
  swarm::AuditQuery query{settings.device, settings.cluster, settings.from,
                          settings.to < 0 ? INT64_MAX : settings.to};
  const auto verified = ledger::verify(ledger::posix_files(), settings.log, {});
  if (!verified.ok) return refuse(common, settings, verified.file + ": " + verified.reason);
  const std::string gateway = gateway_folder(settings);
  ledger::GatewayStore store(ledger::posix_files(), gateway);
  ledger::LogReader log(ledger::posix_files(), settings.log);
  if (!settings.proofs.empty()) ledger::posix_files().make_folders(settings.proofs);
  Columns columns;
  const auto tell = [&](const swarm::AuditLine& line) {
    if (!settings.proofs.empty()) save(settings.proofs, line);
    if (common.json)
      add(columns, line);
    else
      show(line);
  };
  const swarm::AuditResult result =
      swarm::audit(log, gateway.empty() ? nullptr : &store, query, tell);
  if (!result.reason.empty()) return refuse(common, settings, result.reason);
  tell_end(common, settings, result, columns);
  return ExitCode::ok;
}

}  // namespace

Command audit_command() {
  const auto s = std::make_shared<Settings>();
  return {"audit",
          "Tell the history of a device or a cluster in words, each line proved",
          {{"LOG", &s->log, "folder of the log, such as out/log", true},
           {"--device", &s->device, "agent id", false, 0, 9e18},
           {"--cluster", &s->cluster, "cluster id", false, 0, 9e18},
           {"--from", &s->from, "first ledger tick", false, 0, 9e18},
           {"--to", &s->to, "last ledger tick; -1: all", false, -1, 9e18},
           {"--gateway", &s->gateway, "folder of clusters' trees; else LOG/../gateway if there"},
           {"--proofs", &s->proofs, "folder for each line's proof as a file"}},
          [s](const Common& common) { return run(common, *s); }};
}

}  // namespace gridswarm::app
