// SPDX-License-Identifier: BSD-3-Clause
#include "app/progress.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace gridswarm;
using app::Progress;
using app::progress_text;

namespace {

/// Everything a Progress over `total` steps, one per `step_ms`, writes into a file (no terminal).
std::string written(std::int64_t total, int step_ms) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file);
  {
    Progress progress("day", total, file);
    const auto start = Progress::Clock::now();
    for (std::int64_t done = 1; done <= total; ++done)
      progress.show(done, start + std::chrono::milliseconds(step_ms * done));
  }
  std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  CHECK(std::fread(text.data(), 1, text.size(), file) == text.size());
  std::fclose(file);
  return text;
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("the bar is as long as the share done, and the rest is estimated from the pace so far") {
  CHECK(progress_text("day", 50, 100, 12.0, true) ==
        "day [###############...............]  50 %, 12 s left");
  CHECK(progress_text("day", 1, 4, 100.0, false) == "day: 25 %, 5 min 00 s left");
  CHECK(progress_text("day", 1, 100, 100.0, false) == "day: 1 %, 2 h 45 min left");
  CHECK(progress_text("day", 100, 100, 3.2, false) == "day: 100 %, took 3 s");
}

TEST_CASE("nothing done, nothing to do and more than all are drawn without harm") {
  CHECK(progress_text("x", 0, 10, 0.0, false) == "x: 0 %");
  CHECK(progress_text("x", 0, 0, 0.0, false) == "x: 100 %, took 0 s");
  CHECK(progress_text("x", 30, 10, 1.0, false) == "x: 100 %, took 1 s");
}

TEST_CASE(
    "without a terminal a minute's run leaves a line per tenth, a second's run a single one") {
  CHECK(lines(written(600, 100)) == 10);   // 60 s
  CHECK(lines(written(600, 1)) == 1);      // 0.6 s: the end
  CHECK(lines(written(600, 1000)) == 60);  // 600 s: every 10 s, tenths fall among them
  CHECK(written(600, 1) == "day: 100 %, took 1 s\n");
}

TEST_CASE("a rank without a voice writes nothing") {
  Progress silent("day", 10, nullptr);
  silent.show(10);
}
