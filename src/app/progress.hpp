// SPDX-License-Identifier: BSD-3-Clause
// How far a long command is: a bar on a terminal, a log line now and then elsewhere.
//
// All on stderr, so that --json keeps stdout to itself. One object per command, no global.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace gridswarm::app {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param total  steps of the whole; @param out  null for silence (a rank that isn't 0)
  Progress(std::string label, std::int64_t total, std::FILE* out = stderr);
  /// Ends the bar's line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Say that `done` of `total` steps are behind us; cheap enough to call every step. Draws at most
  /// ten times a second on a terminal; elsewhere a line per 10 % or 10 s, at most one a second.
  void show(std::int64_t done, Clock::time_point now = Clock::now());

 private:
  std::string label_;
  std::int64_t total_;
  std::FILE* out_;
  bool terminal_;
  Clock::time_point start_, shown_at_;
  std::int64_t shown_ = 0;
  bool line_open_ = false;
};

/// "town [#####.....]  50 %, 12 s left" (a bar) or "town: 50 %, 12 s left" (a line).
std::string progress_text(const std::string& label, std::int64_t done, std::int64_t total,
                          double elapsed_s, bool bar);

}  // namespace gridswarm::app
