// SPDX-License-Identifier: BSD-3-Clause
// gridswarm_reference PAGE...: the tables of docs/reference, made from fields() and the commands.
//
// A page is prose with blocks between `<!-- fields NAME -->` (or `<!-- command NAME -->`) and
// `<!-- end -->`; the lines between are made here. Pages are rewritten in place. With --check
// nothing is written: exit status 1 where a page is not what it would become, or where a table
// stands on none of the pages. Not installed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.hpp"
#include "gridswarm/balance/balancing.hpp"
#include "gridswarm/balance/consensus.hpp"
#include "gridswarm/balance/frequency.hpp"
#include "gridswarm/balance/matching.hpp"
#include "gridswarm/balance/network_dispatch.hpp"
#include "gridswarm/cluster/cohesion.hpp"
#include "gridswarm/cluster/form_ranks.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "gridswarm/cluster/upkeep.hpp"
#include "gridswarm/fleet/inverter_settings.hpp"
#include "gridswarm/flow/circuit_figures.hpp"
#include "gridswarm/flow/figures.hpp"
#include "gridswarm/flow/summary.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/ledger/mirror.hpp"
#include "gridswarm/ledger/proof_file.hpp"
#include "gridswarm/ledger/prune.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "gridswarm/link/network.hpp"
#include "gridswarm/swarm/response_effects.hpp"
#include "gridswarm/swarm/summary.hpp"

namespace gridswarm::app {
namespace {

/// Marker text, such as "fields run", to the lines of its block.
using Blocks = std::map<std::string, std::string>;

std::string plain(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

std::string show(double value) { return plain(value); }
std::string show(std::int64_t value) { return std::to_string(value); }
std::string show(bool value) { return value ? "true" : "false"; }
std::string show(const std::string& value) {
  std::string quoted = "\"";
  return quoted + value + "\"";
}

std::string range(double min, double max) {
  if (min == -no_limit && max == no_limit) return "any";
  if (max == no_limit) return ">= " + plain(min);
  if (min == -no_limit) return "<= " + plain(max);
  return plain(min) + " to " + plain(max);
}

template <class Member>
constexpr bool is_number(const Member&) {
  using Plain = std::remove_cvref_t<Member>;
  return std::is_same_v<Plain, double> || std::is_same_v<Plain, std::int64_t>;
}

/// A sentence in a cell: a bar would end it.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) (out += c == '|' ? "\\" : "") += c;
  return out;
}

/// An options struct: what may be set, and what holds where nothing is said.
template <class S>
std::string options_table() {
  std::string text = "| key | unit | default | range | what |\n| --- | --- | --- | --- | --- |\n";
  const S defaults{};
  for (const Field<S>& field : fields<S>())
    std::visit(
        [&](auto member) {
          const auto& value = defaults.*member;
          text += std::string("| `") + field.name + "` | " + field.unit + " | " + show(value) +
                  " | " + (is_number(value) ? range(field.min, field.max) : "") + " | " +
                  cell(field.text) + " |\n";
        },
        field.member);
  return text;
}

/// A result struct: what is told.
template <class S>
std::string results_table() {
  std::string text = "| name | unit | what |\n| --- | --- | --- |\n";
  for (const Field<S>& field : fields<S>())
    text +=
        std::string("| `") + field.name + "` | " + field.unit + " | " + cell(field.text) + " |\n";
  return text;
}

/// A command's own options; those that are keys of a scenario's table are named in one line.
struct Shared {
  std::string table;
  std::vector<std::string> options;  ///< as typed
};

template <class S>
Shared shared_options(const char* table) {
  Command every;
  S target{};
  add_fields(every, target);
  Shared shared{table, {}};
  for (const Option& option : every.options) shared.options.push_back(option.name);
  return shared;
}

bool starts_here(const Shared& shared, const Command& command, std::size_t at) {
  if (at + shared.options.size() > command.options.size()) return false;
  for (std::size_t k = 0; k < shared.options.size(); ++k)
    if (command.options[at + k].name != shared.options[k]) return false;
  return true;
}

std::string usage(const Command& command) {
  std::string text = "gridswarm " + command.name;
  for (const Option& option : command.options)
    if (option.required)
      text += " " + (option.name[0] == '-' ? option.name + " VALUE" : option.name);
  return text + " [options]";
}

std::string option_row(const Option& option) {
  const std::string value = std::visit(
      [](const auto* target) {
        using T = std::remove_cvref_t<decltype(*target)>;
        if constexpr (std::is_same_v<T, bool>) return std::string();
        if constexpr (std::is_same_v<T, std::string>) return *target;
        return show(*target);
      },
      option.value);
  return "| `" + option.name + "` | " + (option.required ? "must be given" : value) + " | " +
         cell(option.text) + " |\n";
}

std::string command_block(const Command& command, const std::vector<Shared>& tables) {
  std::string text = "`";
  text += usage(command) + "`: " + command.text + ".\n";
  std::string rows, also;
  for (std::size_t at = 0; at < command.options.size();) {
    const auto shared = std::find_if(tables.begin(), tables.end(), [&](const Shared& table) {
      return starts_here(table, command, at);
    });
    if (shared == tables.end()) {
      rows += option_row(command.options[at++]);
      continue;
    }
    also += (also.empty() ? "" : ", ") + std::string("`[") + shared->table + "]`";
    at += shared->options.size();
  }
  if (!rows.empty()) text += "\n| option | default | what |\n| --- | --- | --- |\n" + rows;
  if (!also.empty()) text += "\nBesides, every key of " + also + ", as `--key-with-dashes`.\n";
  return text;
}

/// Settings of inverters (fleet/inverter_settings.hpp), and whose they are.
Blocks inverter_blocks() {
  return {
      {"fields inverter", options_table<swarm::InverterSource>()},
      {"fields InverterSettings", options_table<fleet::InverterSettings>()},
      {"fields LocalVoltVar", options_table<fleet::LocalVoltVar>()},
      {"fields LocalVoltWatt", options_table<fleet::LocalVoltWatt>()},
      {"fields LocalWattVar", options_table<fleet::LocalWattVar>()},
      {"fields FixedReactive", options_table<fleet::FixedReactive>()},
      {"fields LocalDroop", options_table<fleet::LocalDroop>()},
      {"fields EnterService", options_table<fleet::EnterService>()},
      {"fields TripWindows", options_table<fleet::TripWindows>()},
  };
}

/// What agents and clusters tell each other.
Blocks exchange_blocks() {
  return {
      {"fields LinkOptions", options_table<link::LinkOptions>()},
      {"fields AveragingOptions", options_table<balance::AveragingOptions>()},
      {"fields BalancingOptions", options_table<balance::BalancingOptions>()},
      {"fields Balancing", results_table<balance::Balancing>()},
      {"fields NetworkOptions", options_table<balance::NetworkOptions>()},
      {"fields NetworkDispatch", results_table<balance::NetworkDispatch>()},
      {"fields ConsensusTotals", results_table<balance::ConsensusTotals>()},
      {"fields LinkTotals", results_table<link::LinkTotals>()},
      {"fields PairTotals", results_table<balance::PairTotals>()},
  };
}

Blocks all_blocks() {
  Blocks blocks = {
      {"fields run", options_table<swarm::RunOptions>()},
      {"fields passive", options_table<swarm::PassiveOptions>()},
      {"fields town", options_table<swarm::TownOptions>()},
      {"fields results", options_table<swarm::ResultOptions>()},
      {"fields limits", options_table<swarm::LimitOptions>()},
      {"fields ledger", options_table<swarm::LedgerOptions>()},
      {"fields feeder", options_table<swarm::FeederSource>()},
      {"fields profile", options_table<swarm::ProfileSource>()},
      {"fields mix", options_table<fleet::FleetMix>()},
      {"fields forecast", options_table<fleet::ForecastOptions>()},
      {"fields ForecastError", results_table<fleet::ForecastError>()},
      {"fields cluster", options_table<cluster::ClusterOptions>()},
      {"fields upkeep", options_table<cluster::UpkeepOptions>()},
      {"fields leader", options_table<cluster::LeaderOptions>()},
      {"fields dispatch", options_table<balance::DispatchOptions>()},
      {"fields sharing", options_table<balance::SharingOptions>()},
      {"fields local", options_table<balance::LocalOptions>()},
      {"fields volt_var", options_table<balance::VoltVarOptions>()},
      {"fields gate", options_table<balance::GateOptions>()},
      {"fields Area", options_table<balance::Area>()},
      {"fields ResponseOptions", options_table<swarm::ResponseOptions>()},
      {"fields EffectOptions", options_table<swarm::EffectOptions>()},
      {"fields ResponseFigures", results_table<swarm::ResponseFigures>()},
      {"fields EffectFigures", results_table<swarm::EffectFigures>()},
      {"fields frequency", options_table<balance::FrequencyOptions>()},
      {"fields support", options_table<balance::SupportOptions>()},
      {"fields flow", options_table<flow::FlowOptions>()},
      {"fields TickTotals", results_table<swarm::TickTotals>()},
      {"fields VariantSummary", results_table<swarm::VariantSummary>()},
      {"fields RunSummary", results_table<swarm::RunSummary>()},
      {"fields FlowSummary", results_table<flow::FlowSummary>()},
      {"fields ScenarioFigures", results_table<flow::ScenarioFigures>()},
      {"fields BatchSummary", results_table<flow::BatchSummary>()},
      {"fields CircuitHeader", results_table<flow::CircuitHeader>()},
      {"fields CircuitFigures", results_table<flow::CircuitFigures>()},
      {"fields CircuitSummary", results_table<flow::CircuitSummary>()},
      {"fields ClusterQuality", results_table<cluster::ClusterQuality>()},
      {"fields Cohesion", results_table<cluster::Cohesion>()},
      {"fields Comparison", results_table<cluster::Comparison>()},
      {"fields Formation", results_table<cluster::Formation>()},
      {"fields RankVolume", results_table<cluster::RankVolume>()},
      {"fields Change", results_table<cluster::Change>()},
      {"fields DispatchTotals", results_table<balance::DispatchTotals>()},
      {"fields MatchingTotals", results_table<balance::MatchingTotals>()},
      {"fields Gate", results_table<balance::Gate>()},
      {"fields AreaFigures", results_table<balance::AreaFigures>()},
      {"fields VoltVarResult", results_table<balance::VoltVarResult>()},
      {"fields VerifyResult", results_table<ledger::VerifyResult>()},
      {"fields ProofResult", results_table<ledger::ProofResult>()},
      {"fields MirrorResult", results_table<ledger::MirrorResult>()},
      {"fields PruneResult", results_table<ledger::PruneResult>()},
  };
  for (const auto& block : inverter_blocks()) blocks.insert(block);
  for (const auto& block : exchange_blocks()) blocks.insert(block);
  const std::vector<Shared> tables = {
      shared_options<fleet::FleetMix>("mix"),
      shared_options<cluster::ClusterOptions>("cluster"),
      shared_options<cluster::LeaderOptions>("leader"),
      shared_options<balance::DispatchOptions>("dispatch"),
      shared_options<balance::VoltVarOptions>("volt_var"),
      shared_options<flow::FlowOptions>("flow"),
  };
  for (const Command& command : all_commands())
    blocks["command " + command.name] = command_block(command, tables);
  return blocks;
}

/// The page with its blocks as they should be; blocks used are taken out of `left`.
std::string renewed(const std::string& path, const Blocks& blocks, Blocks& left) {
  std::istringstream page(io::read_file(path));
  std::string out, line;
  bool inside = false;
  for (Index number = 1; std::getline(page, line); ++number) {
    if (line == "<!-- end -->") inside = false;
    if (!inside) out += line + "\n";
    if (!line.starts_with("<!-- fields ") && !line.starts_with("<!-- command ")) continue;
    const std::string name = line.substr(5, line.size() - 9);
    const auto block = blocks.find(name);
    if (block == blocks.end())
      throw InputError(path, number, "there is nothing called \"" + name + "\"");
    out += block->second;
    left.erase(name);
    inside = true;
  }
  if (inside) throw InputError(path, 0, "a block is not closed by <!-- end -->");
  return out;
}

int renew(const std::vector<std::string>& pages, bool only_check) {
  const Blocks blocks = all_blocks();
  Blocks left = blocks;
  int status = 0;
  for (const std::string& path : pages) {
    const std::string now = io::read_file(path), then = renewed(path, blocks, left);
    if (now == then) continue;
    if (!only_check) {
      io::write_file_atomically(path, then);
      continue;
    }
    std::fprintf(stderr, "%s: is not up to date; run ./dev docs\n", path.c_str());
    status = 1;
  }
  for (const auto& [name, text] : left) {
    std::fprintf(stderr, "<!-- %s --> stands on no page of docs/reference\n", name.c_str());
    status = 1;
  }
  return status;
}

}  // namespace
}  // namespace gridswarm::app

int main(int argc, char** argv) {
  std::vector<std::string> pages(argv + 1, argv + argc);
  const bool only_check = !pages.empty() && pages.front() == "--check";
  if (only_check) pages.erase(pages.begin());
  try {
    return gridswarm::app::renew(pages, only_check);
  } catch (const gridswarm::Error& error) {
    std::fprintf(stderr, "gridswarm_reference: %s\n", error.what());
    return static_cast<int>(error.exit_code);
  }
}
