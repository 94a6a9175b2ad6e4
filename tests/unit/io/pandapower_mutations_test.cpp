// SPDX-License-Identifier: BSD-3-Clause
// Damaged networks: read or refused with a sentence, never worse. The checked build runs this too.
#include <doctest/doctest.h>

#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/io/pandapower_file.hpp"
#include "pandapower_text.hpp"

using namespace gridswarm;

namespace {

constexpr const char* pieces[] = {"[",     "]",        "{",    "}",    ",",   "null",  "NaN",
                                  "1e308", "-1",       "true", "\\\"", "\"",  "1e9",   "[[]]",
                                  "\n",    "Infinity", "0",    "\x80", "999", "false", "\\u00"};

/// The text with one to three places erased, replaced, doubled or added to.
std::string damaged(const std::string& whole, std::uint64_t number) {
  std::string text = whole;
  const auto below = [&](std::uint32_t step, std::uint64_t bound) {
    return draw_below(1, Stream::test, number, step, bound);
  };
  for (std::uint32_t k = 0; k < 1 + below(0, 3); ++k) {
    const std::uint32_t step = 10 * (k + 1);
    const std::size_t at = below(step, text.size());
    switch (below(step + 1, 4)) {
      case 0: text.erase(at, below(step + 2, 8)); break;
      case 1: text.insert(at, pieces[below(step + 2, std::size(pieces))]); break;
      case 2: text[at] = static_cast<char>('0' + below(step + 2, 10)); break;
      default: text.insert(at, text.substr(below(step + 2, text.size()), below(step + 3, 40)));
    }
  }
  return text;
}

/// Read or refused; true if read.
bool survives(const std::string& text) {
  try {
    const io::PandapowerNet net = io::parse_pandapower(text, "damaged.json");
    CHECK(net.branch.size() == net.grid.branches.from.size());
    CHECK(net.generator.size() == net.grid.generators.bus.size());
    return true;
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).starts_with("damaged.json"));
    return false;
  }
}

}  // namespace

TEST_CASE("three thousand damaged networks are read or refused") {
  const std::string whole = test::panda_text(test::panda_tables());
  int read = 0;
  for (std::uint64_t number = 0; number < 3000; ++number) read += survives(damaged(whole, number));
  CHECK(read > 50);
  CHECK(read < 2000);
}

TEST_CASE("a network cut off at any byte is refused") {
  const std::string whole = test::panda_text(test::panda_tables());
  for (std::size_t length = 0; length + 2 < whole.size(); ++length)
    CHECK_FALSE(survives(whole.substr(0, length)));
}
