// SPDX-License-Identifier: BSD-3-Clause
// What a command of the program is: a name, options that point at variables, and a function.
//
// Only parse.cpp knows CLI11. A command file fills one Command and touches no parser.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/fields.hpp"

namespace gridswarm::app {

/// Options that every command has.
struct Common {
  bool json = false;               ///< --json: one object on stdout, everything else on stderr
  std::int64_t seed = 1;           ///< --seed
  bool seed_given = false;         ///< a scenario's own seed stands unless --seed is typed
  std::int64_t threads = 0;        ///< --threads, 0: all cores of this process
  std::string out;                 ///< -o FILE or folder
  std::vector<std::string> given;  ///< own options that were typed, by first name: "--size-min"
};

/// One option. `name` as typed: "--tol" or, without dashes, a positional argument.
struct Option {
  using Value = std::variant<bool*, std::int64_t*, double*, std::string*>;
  std::string name;
  Value value;
  std::string text;
  bool required = false;
  double min = -no_limit;  ///< of a number; anything else is a usage error
  double max = no_limit;
};

struct Command {
  std::string name;
  std::string text;  ///< one line for --help
  std::vector<Option> options;
  std::function<ExitCode(const Common&)> run;
};

/// A field's option: "dt_s" becomes "--dt-s".
inline std::string option_name(const char* field) {
  std::string name = std::string("--") + field;
  for (char& c : name)
    if (c == '_') c = '-';
  return name;
}

/// Take over from `typed` the fields whose options were typed, whatever `target` holds else.
template <class S>
void keep_given(const Common& common, const S& typed, S& target) {
  for (const Field<S>& field : fields<S>())
    if (std::find(common.given.begin(), common.given.end(), option_name(field.name)) !=
        common.given.end())
      std::visit([&](auto member) { target.*member = typed.*member; }, field.member);
}

/// Add one option per field of S that `target` owns.
template <class S>
void add_fields(Command& command, S& target) {
  for (const Field<S>& field : fields<S>()) {
    const std::string name = option_name(field.name);
    std::visit(
        [&](auto member) {
          command.options.push_back(
              {name, &(target.*member), field.text, false, field.min, field.max});
        },
        field.member);
  }
}

/// Parse the command line, run the chosen command, return the exit status. Prints help and errors.
int run_program(int argc, char** argv, std::span<const Command> commands);

}  // namespace gridswarm::app
