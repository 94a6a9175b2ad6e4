// SPDX-License-Identifier: BSD-3-Clause
// The command line, by CLI11. The only file that knows it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "app/command.hpp"

namespace gridswarm::app {
namespace {

constexpr double seed_max = 9e18;  // as in a scenario
constexpr double threads_max = 1024;

/// The range of a number as CLI11 wants it: the text in, a complaint or nothing out.
auto range_check(double min, double max) {
  return [min, max](const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (end != text.c_str() && value >= min && value <= max) return std::string();
    char sentence[128];
    std::snprintf(sentence, sizeof sentence, "must be within %g .. %g", min, max);
    return std::string(sentence);
  };
}

void add_option(CLI::App& parser, const Option& option) {
  std::visit(
      [&](auto* target) {
        CLI::Option* added = nullptr;
        if constexpr (std::is_same_v<decltype(target), bool*>)
          added = parser.add_flag(option.name, *target, option.text);
        else
          added = parser.add_option(option.name, *target, option.text)->capture_default_str();
        if constexpr (std::is_same_v<decltype(target), double*> ||
                      std::is_same_v<decltype(target), std::int64_t*>)
          added->check(range_check(option.min, option.max));
        if (option.required) added->required();
      },
      option.value);
}

/// One sentence for what was typed wrong. An argument that nobody knows comes before one that is
/// missing, since it is often why.
std::string complaint(const CLI::App& parser, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = parser.remaining(true);
  if (!unknown.empty()) {
    const bool is_command = parser.get_subcommands().empty() && unknown.front().front() != '-';
    return (is_command ? "there is no command " : "there is no use for the argument ") +
           unknown.front();
  }
  return error.what();
}

int report_misuse(const CLI::App& parser, const CLI::ParseError& error) {
  std::fprintf(stderr, "gridswarm: %s; --help tells more\n", complaint(parser, error).c_str());
  return static_cast<int>(ExitCode::usage);
}

int report_error(const Error& error) {
  std::fprintf(stderr, "gridswarm: %s\n", error.what());
  return static_cast<int>(error.exit_code);
}

}  // namespace

int run_program(int argc, char** argv, std::span<const Command> commands) {
  CLI::App parser("gridswarm: a feeder full of distributed energy resources as a swarm",
                  "gridswarm");
  parser.set_version_flag("--version", "gridswarm " GRIDSWARM_VERSION);
  parser.require_subcommand(1);
  parser.footer(
      "Exit status: 0 ok, 1 run-time failure, 2 usage, 3 not converged or infeasible, 4 file "
      "error,\n"
      "5 verification failed, 130 interrupted.");
  Common common;
  const Command* chosen = nullptr;
  for (const Command& command : commands) {
    CLI::App* sub = parser.add_subcommand(command.name, command.text);
    sub->add_flag("--json", common.json, "one JSON object on stdout, everything else on stderr");
    const CLI::Option* seed = sub->add_option("--seed", common.seed, "seed of everything random")
                                  ->capture_default_str()
                                  ->check(range_check(0, seed_max));
    sub->add_option("--threads", common.threads, "threads, 0 for all cores")
        ->capture_default_str()
        ->check(range_check(0, threads_max));
    sub->add_option("-o,--out", common.out, "where results are written");
    for (const Option& option : command.options) add_option(*sub, option);
    sub->callback([&chosen, &command, &common, seed, sub] {
      chosen = &command;
      common.seed_given = seed->count() > 0;
      for (const Option& option : command.options) {
        const std::string first = option.name.substr(0, option.name.find(','));
        if (sub->get_option(first)->count() > 0) common.given.push_back(first);
      }
    });
  }
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? parser.exit(error) : report_misuse(parser, error);
  }
  try {
    return static_cast<int>(chosen->run(common));
  } catch (const Error& error) {
    return report_error(error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gridswarm: %s\n", error.what());
    return static_cast<int>(ExitCode::run_time);
  }
}

}  // namespace gridswarm::app
