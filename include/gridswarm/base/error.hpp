// SPDX-License-Identifier: BSD-3-Clause
// What went wrong, said so that a person can act on it.
//
// Bad input throws, before any collective call; an expected outcome (no convergence, tampering) is
// a result value; our own bugs are asserted. The library never prints and never exits: the program
// turns `exit_code` into its exit status.
#pragma once

#include <cassert>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "gridswarm/kernel/abi.hpp"

#define GRIDSWARM_ASSERT(condition) assert(condition)

namespace gridswarm::inline GS_ABI {

/// Exit status of the program, one per kind of outcome (documented in the README).
enum class ExitCode : int {
  ok = 0,
  run_time = 1,
  usage = 2,
  not_converged = 3,
  file = 4,
  verification = 5,
  interrupted = 130,
};

/// Base of every exception gridswarm throws; `what()` is one sentence for people.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& sentence)
      : std::runtime_error(sentence), exit_code(code) {}
  ExitCode exit_code;
};

/// A file or a table holds something that can't be used.
class InputError : public Error {
 public:
  /// @param file  path or name of the source; @param line 1-based, 0 where there is none
  /// @param sentence  id, value and what to do, without file and line
  InputError(std::string file, std::int64_t line, const std::string& sentence)
      : Error(ExitCode::file,
              (line > 0 ? file + ":" + std::to_string(line) : file) + ": " + sentence),
        file(std::move(file)),
        line(line) {}
  std::string file;
  std::int64_t line;
};

/// The caller asked for something that the library or this machine can't do.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& sentence) : Error(ExitCode::usage, sentence) {}
};

/// Reading or writing failed: missing, not writable, disk full.
class FileError : public Error {
 public:
  FileError(std::string path, const std::string& sentence)
      : Error(ExitCode::file, path + ": " + sentence), path(std::move(path)) {}
  std::string path;
};

}  // namespace gridswarm::inline GS_ABI
