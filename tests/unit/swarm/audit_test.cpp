// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/swarm/audit.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/device_proof.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/log.hpp"
#include "gridswarm/ledger/proof_file.hpp"
#include "gridswarm/swarm/genesis.hpp"
#include "gridswarm/swarm/hierarchy.hpp"
#include "gridswarm/swarm/record_words.hpp"
#include "scene.hpp"

using namespace gridswarm;

namespace {

/// An hour of eight devices, written with or without a hierarchy.
struct Written {
  ledger::MemoryFiles files;
  explicit Written(bool hierarchy) {
    std::vector<test::Device> devices;
    for (int i = 0; i < 8; ++i)
      devices.push_back({.kind = i % 2 ? fleet::Kind::meter : fleet::Kind::pv,
                         .rating_kw = 5.0,
                         .bus = 1 + i % 2});
    swarm::RunInput input = test::run_of(test::three_buses(), test::make_fleet(devices));
    input.scenario.run.duration_h = 1.0;
    input.scenario.ledger.hierarchy = hierarchy;
    const auto plane = swarm::make_ledger_plane(
        files, "log", ledger::demo_key(1), swarm::genesis_of(input.scenario),
        swarm::rules_of(input.scenario), swarm::hierarchy_of(input.scenario, "gateway"));
    LocalExchange exchange;
    swarm::run(input, exchange, test::to(nullptr, plane.get()), {});
  }

  swarm::AuditResult audit(const swarm::AuditQuery& query, std::vector<swarm::AuditLine>& lines,
                           bool with_gateway = true) {
    ledger::LogReader log(files, "log");
    ledger::GatewayStore gateways(files, "gateway");
    return swarm::audit(log, with_gateway ? &gateways : nullptr, query,
                        [&](const swarm::AuditLine& line) { lines.push_back(line); });
  }
};

std::vector<swarm::AuditLine> lines_of(Written& run, const swarm::AuditQuery& query) {
  std::vector<swarm::AuditLine> lines;
  const swarm::AuditResult result = run.audit(query, lines);
  CHECK(result.reason == "");
  CHECK(result.lines == static_cast<std::int64_t>(lines.size()));
  CHECK(result.missing == 0);
  return lines;
}

/// What is told, line by line.
std::vector<std::string> told(const std::vector<swarm::AuditLine>& lines) {
  std::vector<std::string> out;
  for (const auto& line : lines)
    out.push_back(std::to_string(line.tick) + " " + line.who + " " + line.what);
  return out;
}

}  // namespace

TEST_CASE("decimals are exact, without noughts at the end") {
  CHECK(swarm::decimal(0, 6) == "0");
  CHECK(swarm::decimal(1, 6) == "0.000001");
  CHECK(swarm::decimal(-1500, 3) == "-1.5");
  CHECK(swarm::decimal(1000000, 6) == "1");
  CHECK(swarm::decimal(100, 0) == "100");
  CHECK(swarm::decimal(12345678, 3) == "12345.678");
  CHECK(swarm::decimal(INT64_MIN, 6) == "-9223372036854.775808");
}

TEST_CASE("a device's history is the same with and without a hierarchy, but for its key") {
  Written flat(false), tall(true);
  const auto expected = told(lines_of(flat, {.device = 3}));
  auto lines = lines_of(tall, {.device = 3});
  REQUIRE(lines.size() == expected.size() + 1);
  CHECK(lines[0].what.starts_with("has the key "));
  lines.erase(lines.begin());
  CHECK(told(lines) == expected);
  CHECK(expected[0] == "1 agent 3 joins feeder 0: pv, 5 kW");
  CHECK(expected[2].starts_with("1 agent 3 reads its meter: commitment "));
  CHECK(expected[3].find("settles in cluster") != std::string::npos);
  CHECK(lines[3].time_s == fleet::parse_stamp("2026-06-21T12:15"));
}

TEST_CASE("a cluster's history tells who came, who leads and what was settled and certified") {
  Written flat(false), tall(true);
  const auto expected = told(lines_of(flat, {.cluster = 1}));
  auto lines = told(lines_of(tall, {.cluster = 1}));
  const auto certified =
      std::erase_if(lines, [](const auto& line) { return line.find("certifies") != line.npos; });
  CHECK(certified == 4);
  CHECK(lines == expected);
  int elected = 0, closed = 0, came = 0;
  for (const std::string& line : expected) {
    elected += line.find("elects agent") != line.npos;
    closed += line.find("closes the tick of cluster 1") != line.npos;
    came += line.find("belongs to cluster 1") != line.npos;
  }
  CHECK(elected == 4);
  CHECK(closed == 4);
  CHECK(came > 0);
}

TEST_CASE("every line's proof holds by itself") {
  const ledger::VerifierKey key = ledger::verifier_of(ledger::demo_key(1));
  ledger::DeviceProofOptions options;
  options.log_keys = std::span(&key, 1);
  Written run(true);
  for (const auto& query : {swarm::AuditQuery{.device = 2}, swarm::AuditQuery{.cluster = 1}})
    for (const swarm::AuditLine& line : lines_of(run, query)) {
      CAPTURE(line.proof_name);
      if (line.leaf >= 0) {
        const auto proof = ledger::decode_device_proof(line.proof);
        REQUIRE(proof);
        CHECK(check(*proof, options).reason == "");
        CHECK(proof->record == line.record);
        continue;
      }
      const auto proof = ledger::parse_inclusion(ledger::text_of(line.proof));
      REQUIRE(proof);
      const auto checkpoint = *ledger::parse_checkpoint(ledger::parse_note(proof->note)->text);
      CHECK(ledger::verify_inclusion(ledger::leaf_hash(line.record), proof->index, checkpoint.size,
                                     proof->path, checkpoint.root));
    }
}

TEST_CASE("only the ticks that were asked for are told") {
  Written run(true);
  const auto lines = lines_of(run, {.device = 2, .from = 2, .to = 3});
  REQUIRE(lines.size() >= 4);
  for (const auto& line : lines) CHECK((line.tick == 2 || line.tick == 3));
  CHECK(lines_of(run, {.device = 77}).empty());
}

TEST_CASE("without the trees the log still tells what is in it, and how many trees are missing") {
  Written run(true);
  run.files.remove("gateway/feeder-0/tick-2");
  std::vector<swarm::AuditLine> lines;
  const swarm::AuditResult result = run.audit({.cluster = 1}, lines);
  CHECK(result.reason == "");
  CHECK(result.missing == 1);
  lines.clear();
  CHECK(run.audit({.cluster = 1}, lines, false).reason == "");
  CHECK(lines.size() == 4);  // certificates
}

TEST_CASE("a log with a cluster's record that should not be there is refused") {
  Written run(true);
  ledger::LogReader reader(run.files, "log");
  ledger::Entries again;  // the last block's cluster record once more
  again.push_back(reader.entry(reader.size() - 2));
  ledger::Log log = ledger::Log::open(run.files, "log", ledger::demo_key(1));
  log.append_block(again, {});
  log.close();
  std::vector<swarm::AuditLine> lines;
  const swarm::AuditResult result = run.audit({.device = 2}, lines);
  CHECK(result.reason.find("has a record for this epoch and tick") != std::string::npos);
  CHECK(lines.empty());
}

TEST_CASE("damaged trees and questions without sense are errors") {
  Written run(true);
  std::vector<swarm::AuditLine> lines;
  CHECK_THROWS_AS(run.audit({}, lines), UsageError);
  CHECK_THROWS_AS(run.audit({.device = 1, .cluster = 1}, lines), UsageError);
  CHECK_THROWS_AS(run.audit({.device = 1, .from = 3, .to = 2}, lines), UsageError);
  Bytes bytes = run.files.read("gateway/feeder-0/tick-1");
  bytes[bytes.size() / 2] ^= std::byte{4};
  run.files.write("gateway/feeder-0/tick-1", bytes);
  CHECK_THROWS_AS(run.audit({.device = 1}, lines), FileError);
}
