// SPDX-License-Identifier: BSD-3-Clause
// Damaged files: read or refused with a sentence, never worse. The checked build runs this as well.
#include <doctest/doctest.h>

#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/io/matpower.hpp"

using namespace gridswarm;

namespace {

const std::string whole =
    "function mpc = t\nmpc.version = '2';\nmpc.baseMVA = 50/3;\n"
    "mpc.bus = [70 3 0 0 0 0 1 1.02 -30 20/sqrt(3) 1 1.1 0.9\n"
    "9,1,1.5e-1,-(2+1)/10,0,0,1,1,0,20/sqrt(3),1,Inf,-Inf;\n];\n"
    "mpc.gen = [ 70 0 0 Inf -Inf 1.02 100 1 10 0 ];\n"
    "mpc.branch = [ 70 9 0.01 2e-2 0 5 0 0 0 0 1 -360 360 ];\n"
    "[PQ, PV, REF, NONE, BUS_I, BUS_TYPE, PD, QD] = idx_bus;\n"
    "V = mpc.bus(1, 10) * 1e3;\n"
    "mpc.branch(:, [3 4]) = mpc.branch(:, [3 4]) / (V^2 / 1e6);\n"
    "mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD QD]) / 1e3;\n%{\nx\n%}\nmpc.bus_name = { 'a'; \"b\" "
    "};\n";

constexpr const char* pieces[] = {"[", "]",  "(",    ")",   "1e308", "NaN",    "-",     ":",
                                  ";", "'",  "%{\n", "...", "=",     "1:9",    "sqrt(", "{",
                                  "}", "\n", "Inf",  " ",   "\x80",  "mpc.bus"};

/// The file with one to four places erased, replaced, doubled or added to.
std::string damaged(std::uint64_t number) {
  std::string text = whole;
  const auto below = [&](std::uint32_t step, std::uint64_t bound) {
    return draw_below(1, Stream::test, number, step, bound);
  };
  for (std::uint32_t k = 0; k < 1 + below(0, 4); ++k) {
    const std::uint32_t step = 10 * (k + 1);
    const std::size_t at = below(step, text.size());
    switch (below(step + 1, 4)) {
      case 0: text.erase(at, below(step + 2, 20)); break;
      case 1: text.insert(at, pieces[below(step + 2, std::size(pieces))]); break;
      case 2: text[at] = static_cast<char>(1 + below(step + 2, 126)); break;
      default: text.insert(at, text.substr(below(step + 2, text.size()), below(step + 3, 60)));
    }
  }
  return text;
}

}  // namespace

TEST_CASE("three thousand damaged files are read or refused") {
  int read = 0;
  int refused = 0;
  for (std::uint64_t number = 0; number < 3000; ++number) {
    try {
      const feeder::Case grid = io::parse_matpower(damaged(number), "damaged.m");
      CHECK(grid.branches.size() == static_cast<Index>(grid.branches.ratio.size()));
      ++read;
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).starts_with("damaged.m"));
      ++refused;
    }
  }
  CHECK(read > 50);
  CHECK(refused > 1000);
}
