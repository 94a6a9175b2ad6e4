// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/cluster_events.hpp"

#include <doctest/doctest.h>

#include <string>

#include "gridswarm/base/random.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/fleet/synthetic.hpp"

namespace {

using namespace gridswarm;
using cluster::EventKind;

struct Here {
  feeder::Case grid = feeder::make_synthetic(12, 1);
  fleet::Fleet fleet = fleet::make_synthetic_fleet(grid, 20, 1);

  io::ClusterEvents read(const std::string& rows,
                         const std::string& head = "time_s,event,agent,bus,branch,value") const {
    return io::cluster_events_from_table(io::parse_csv(head + "\n" + rows, "events.csv"), grid,
                                         fleet);
  }
  /// What is said of a file that can't be used.
  std::string refusal(const std::string& rows) const {
    try {
      read(rows);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
};

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("events are read with their agents, buses, branches and values") {
  const Here here;
  const BusId from = here.grid.buses.id[here.grid.branches.from[3]];
  const BusId to = here.grid.buses.id[here.grid.branches.to[3]];
  const auto events = here.read("0,join,3,5,,\n1,leave,4,,,\n1,open,,," + std::to_string(to) + "-" +
                                std::to_string(from) + ",\n2.5,soc,3,,,0.5\n3,close,,,2,\n");
  REQUIRE(events.event.size() == 5);
  CHECK(events.event[0].kind == EventKind::join);
  CHECK(here.grid.buses.id[events.event[0].bus] == 5);
  CHECK(events.event[1].agent == 4);
  CHECK(events.event[2].branch == 3);
  CHECK(events.event[3].time_s == 2.5);
  CHECK(events.event[3].value == 0.5);
  CHECK(events.event[4].branch == 1);
  CHECK(events.line == std::vector<std::int64_t>{2, 3, 4, 5, 6});
  CHECK(io::absent_at_first(events, here.fleet) == std::vector<Index>{2});
}

TEST_CASE("columns that no event of the file needs may be missing") {
  const Here here;
  CHECK(here.read("0,leave,3\n", "time_s,event,agent").event.size() == 1);
  CHECK(here.read("", "time_s,event").event.empty());
  CHECK_THROWS_WITH_AS(here.read("0,open\n", "time_s,event"), doctest::Contains("column branch"),
                       InputError);
  CHECK_THROWS_AS(here.read("0,3\n", "time_s,agent"), InputError);
  CHECK_THROWS_AS(here.read("0,leave,3,x\n", "time_s,event,agent,why"), InputError);
}

TEST_CASE("a bad line is refused with file, line, cell and what to do") {
  const Here here;
  const std::pair<const char*, const char*> lines[] = {
      {"0,fly,1,,,", "choose join, leave"},
      {"0,leave,,,,", "must be given for leave"},
      {"0,leave,99,,,", "not in the fleet"},
      {"0,leave,1,3,,", "leave it empty"},
      {"0,leave,1,,,5", "leave it empty"},
      {"-1,leave,1,,,", "order of time"},
      {"x,leave,1,,,", "x"},
      {"nan,leave,1,,,", "nan"},
      {"0,join,1,77,,", "no bus"},
      {"0,open,,,,", "must be given"},
      {"0,open,,,3-3,", "FROM-TO"},
      {"0,open,,,0,", "row from 1"},
      {"0,open,,,99999999999999999999,", "99999"},
      {"0,soc,1,,,", "must be given"},
      {"0,soc,1,,,much", "much"},
      {"0,leave,1.5,,,", "1.5"},
  };
  for (const auto& [line, part] : lines) {
    const std::string said = here.refusal(std::string("0,leave,2,,,\n") + line + "\n");
    CAPTURE(line);
    CAPTURE(said);
    CHECK(says(said, "events.csv:3"));
    CHECK(says(said, part));
  }
  CHECK(says(here.refusal("5,leave,2,,,\n4,leave,3,,,\n"), "order of time"));
  CHECK(says(here.refusal("-1,leave,2,,,\n"), "0 or more"));
}

TEST_CASE("branches between the same buses must be named by row") {
  Here here;
  here.grid.branches.from.push_back(here.grid.branches.from[2]);
  here.grid.branches.to.push_back(here.grid.branches.to[2]);
  const std::string name = std::to_string(here.grid.buses.id[here.grid.branches.from[2]]) + "-" +
                           std::to_string(here.grid.buses.id[here.grid.branches.to[2]]);
  CHECK(says(here.refusal("0,open,,," + name + ",\n"), "rows 3, 12"));
}

TEST_CASE("damaged files are read or refused, never worse") {
  const Here here;
  const std::string good =
      "time_s,event,agent,bus,branch,value\n0,leave,4,,,\n10,join,4,7,,\n20,open,,,2,\n"
      "30,power,5,,,-2.5\n40,size_max,,,,16\n";
  int read = 0;
  int refused = 0;
  for (std::uint32_t k = 0; k < 3000; ++k) {
    std::string text = good;
    const std::uint64_t edits = 1 + draw_below(1, Stream::test, 1, k, 4);
    for (std::uint64_t e = 0; e < edits; ++e) {
      const auto step = static_cast<std::uint32_t>(10 * k + e);
      const auto at = static_cast<std::size_t>(draw_below(1, Stream::test, 2, step, text.size()));
      static const char alphabet[] = ",\n\"-0159e.xjoin\0\xff";
      const char c = alphabet[draw_below(1, Stream::test, 3, step, sizeof alphabet - 1)];
      if (draw_below(1, Stream::test, 4, step, 3) == 0)
        text.erase(at, 1);
      else
        text[at] = c;
    }
    try {
      io::cluster_events_from_table(io::parse_csv(text, "events.csv"), here.grid, here.fleet);
      ++read;
    } catch (const InputError&) {
      ++refused;
    }
  }
  CHECK(read > 30);
  CHECK(refused > 1000);
}

}  // namespace
