// SPDX-License-Identifier: BSD-3-Clause
// Damaged networks and batches: read and solved, or refused with a sentence, never worse. The
// checked build runs this as well.
#include <doctest/doctest.h>

#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/io/pgm_solve.hpp"
#include "pgm_sample.hpp"

using namespace gridswarm;

namespace {

const std::string whole_batch = R"({"version": "1.0", "type": "update", "is_batch": true,
"attributes": {"sym_load": ["id", "p_specified"]}, "data": [
{"sym_load": [[20, 1e4], [21, 3e4]], "line": [{"id": 12, "to_status": 1}]},
{"transformer": [{"tap_pos": -1}], "source": [{"id": 31, "status": 1, "u_ref": 1.01}]},
{"voltage_regulator": [{"id": 41, "status": 0, "q_max": 1e3}], "shunt": [{"b1": 0.1}]},
{"source": [{"id": 30, "status": 0}], "asym_load": [{"p_specified": [null, 1, 2]}]}]}
)";

constexpr const char* pieces[] = {"[",    "]", "{",      "}",  "1e308", "null",      "-",
                                  "-1",   "0", "1e-300", ",",  "\"",    "\"inf\"",   "7",
                                  "1e99", ":", "NaN",    "24", "\x80",  "\"id\": 1,"};

/// A text with one or two places erased, replaced, doubled or added to.
std::string damaged(const std::string& whole, std::uint64_t number) {
  std::string text = whole;
  const auto below = [&](std::uint32_t step, std::uint64_t bound) {
    return draw_below(1, Stream::test, number, step, bound);
  };
  for (std::uint32_t k = 0; k < 1 + below(0, 2); ++k) {
    const std::uint32_t step = 10 * (k + 1);
    const std::size_t at = below(step, text.size());
    const std::size_t digit = text.find_first_of("0123456789", at);
    switch (below(step + 1, 4)) {
      case 0: text.erase(at, below(step + 2, 8)); break;
      case 1: text.insert(at, pieces[below(step + 2, std::size(pieces))]); break;
      case 2: text[at] = static_cast<char>(1 + below(step + 2, 126)); break;
      default:  // another number, which is often still good JSON
        if (digit != std::string::npos)
          text.replace(digit, 1, pieces[below(step + 2, std::size(pieces))]);
    }
  }
  return text;
}

io::PgmOptions few_iterations() {
  io::PgmOptions options;
  options.flow.max_iterations = 5;
  return options;
}

}  // namespace

TEST_CASE("two thousand damaged networks are solved or refused") {
  int read = 0;
  int refused = 0;
  for (std::uint64_t number = 0; number < 2000; ++number) {
    try {
      const io::PgmNetwork network = io::parse_pgm(damaged(test::pgm_sample, number), "damaged");
      const io::PgmBatch batch = io::pgm_as_it_stands();
      const io::PgmSolution solution = io::solve_pgm(network, batch, few_iterations());
      CHECK(!io::format_pgm_output(network, batch, solution, false).empty());
      ++read;
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).starts_with("damaged"));
      ++refused;
    }
  }
  CHECK(read > 100);
  CHECK(refused > 500);
}

TEST_CASE("two thousand damaged batches are solved or refused") {
  const io::PgmNetwork network = io::parse_pgm(test::pgm_sample, "network");
  int read = 0;
  int refused = 0;
  for (std::uint64_t number = 0; number < 2000; ++number) {
    try {
      const io::PgmBatch batch =
          io::parse_pgm_batch(damaged(whole_batch, number), "damaged", network);
      ++read;
      if (number % 10 != 0) continue;
      const io::PgmSolution solution = io::solve_pgm(network, batch, few_iterations());
      CHECK(solution.status.size() == static_cast<std::size_t>(batch.scenarios()));
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).starts_with("damaged"));
      ++refused;
    }
  }
  CHECK(read > 100);
  CHECK(refused > 500);
}
