// SPDX-License-Identifier: BSD-3-Clause
// pandapower's electrical models, by hand on a network of three buses.
#include <doctest/doctest.h>

#include <cmath>
#include <complex>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/case_file.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/pandapower_file.hpp"
#include "pandapower_text.hpp"
#include "scratch_folder.hpp"

using namespace gridswarm;

namespace {

io::PandapowerNet read(const std::map<std::string, std::string>& tables) {
  return io::parse_pandapower(test::panda_text(tables), "net.json");
}

/// The sentence with which a network is refused.
std::string refusal(const std::string& text) {
  try {
    io::parse_pandapower(text, "net.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "read";
}

/// The same after one piece of one table is replaced.
std::string refusal(const std::string& table, const std::string& from, const std::string& to) {
  auto tables = test::panda_tables();
  std::string& rows = tables[table];
  const std::size_t at = rows.find(from);
  REQUIRE(at != std::string::npos);
  rows.replace(at, from.size(), to);
  return refusal(test::panda_text(tables));
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("buses keep pandapower's indices and names") {
  const io::PandapowerNet net = read(test::panda_tables());
  const feeder::Buses& buses = net.grid.buses;
  CHECK(net.grid.name == "hand");
  CHECK(net.grid.base_mva == 10.0);
  CHECK(net.file_buses == 4);
  CHECK(std::vector<BusId>(buses.id.begin(), buses.id.begin() + 4) ==
        std::vector<BusId>{0, 1, 5, 7});
  CHECK(buses.name[1] == "main");
  CHECK(buses.name[3].empty());
  CHECK(buses.type[0] == feeder::BusType::source);
  CHECK(buses.vm_pu[0] == 1.02);
  CHECK(buses.va_deg[0] == 10.0);
  CHECK(buses.va_deg[1] == doctest::Approx(-140.0));
}

TEST_CASE("a line's ohms become p.u. of its voltage, parallel lines share them") {
  const io::PandapowerNet net = read(test::panda_tables());
  const feeder::Branches& b = net.grid.branches;
  CHECK(net.branch[0].table == "line");
  CHECK(b.r_pu[0] == doctest::Approx(0.4 * 2.0 / 2.0 / (400.0 / 10.0)).epsilon(1e-15));
  CHECK(b.x_pu[0] == doctest::Approx(0.3 * 2.0 / 2.0 / 40.0).epsilon(1e-15));
  CHECK(b.rate_mva[0] == doctest::Approx(std::sqrt(3.0) * 20.0 * 0.2 * 2.0));
  CHECK(b.g_pu.empty());
}

TEST_CASE("a transformer's ratio holds its tap, its impedance is that of the low-voltage side") {
  const io::PandapowerNet net = read(test::panda_tables());
  const feeder::Branches& b = net.grid.branches;
  CHECK(net.branch[2].table == "trafo");
  CHECK(net.branch[2].index == 3);
  CHECK(b.ratio[2] == doctest::Approx(1.03).epsilon(1e-15));
  CHECK(b.shift_deg[2] == 150.0);
  CHECK(b.r_pu[2] == doctest::Approx(0.006 * 10.0 / 25.0).epsilon(1e-14));
  CHECK(std::hypot(b.r_pu[2], b.x_pu[2]) == doctest::Approx(0.1 * 10.0 / 25.0).epsilon(1e-14));
}

TEST_CASE("a T model's pi has the same open-circuit admittance") {
  auto tables = test::panda_tables();
  std::string& rows = tables["trafo"];
  rows.replace(rows.find("0.6,0.0,0.0"), 11, "0.6,50.0,1.0");  // pfe 50 kW, i0 1 percent
  const feeder::Branches b = read(tables).grid.branches;
  // Seen from one end with the other open: half the pi's shunt beside z and the other half, in
  // series; a T shows half of z and the magnetising branch.
  const std::complex<double> half(0.5 * b.g_pu[2], 0.5 * b.b_pu[2]), z(b.r_pu[2], b.x_pu[2]);
  const std::complex<double> pi = half + 1.0 / (z + 1.0 / half);
  const std::complex<double> leak(0.006 * 0.4, std::sqrt(0.1 * 0.1 - 0.006 * 0.006) * 0.4);
  const std::complex<double> iron(0.05 / 10.0, -std::sqrt(0.25 * 0.25 - 0.05 * 0.05) / 10.0);
  CHECK(std::abs(pi - 1.0 / (0.5 * leak + 1.0 / iron)) < 1e-15);
}

TEST_CASE("a switch open at a line leaves its other end charged") {
  const io::PandapowerNet net = read(test::panda_tables());
  const feeder::Branches& b = net.grid.branches;
  CHECK(b.in_service[1] == 1);
  CHECK(b.to[1] == 4);
  CHECK(net.grid.buses.name[4] == "line 1 open end");
  CHECK(net.grid.buses.id[4] == 8);
}

TEST_CASE("constant power adds up at the bus, other loads are rows of their own") {
  const feeder::Case grid = read(test::panda_tables()).grid;
  CHECK(grid.buses.pd_mw[2] == 1.0);
  CHECK(grid.buses.qd_mvar[2] == 0.25);
  REQUIRE(grid.loads.size() == 1);
  CHECK(grid.loads.id[0] == 4);
  CHECK(grid.loads.bus[0] == 3);
  CHECK(grid.loads.z_p[0] == 0.4);
  CHECK(grid.loads.i_q[0] == 0.3);
}

TEST_CASE("a closed switch between buses has no impedance") {
  auto tables = test::panda_tables();
  tables["switch"] =
      R"({"columns":["bus","element","et","closed"],"index":[2],"data":[[5,7,"b",true]]})";
  const io::PandapowerNet net = read(tables);
  CHECK(net.branch[3].table == "switch");
  CHECK(net.grid.branches.r_pu[3] == 0.0);
  CHECK(net.grid.branches.x_pu[3] == 0.0);
  CHECK(net.grid.branches.in_service[3] == 1);
}

TEST_CASE("what cannot be used is named by file, line, table, index and value") {
  CHECK(contains(refusal("line", "[1,5,", "[1,6,"), "net.json:11: line 0: to_bus is 6"));
  CHECK(contains(refusal("line", "0.4,0.3", "null,0.3"), "line 0: r_ohm_per_km is missing"));
  CHECK(contains(refusal("line", "0.4,0.3", "\"x\",0.3"), "r_ohm_per_km is \"x\"; a number"));
  CHECK(
      contains(refusal("line", "[[1,5,2.0", "[[1,5,-2.0"), "length_km is -2; it must be positive"));
  CHECK(contains(refusal("line", "\"index\":[0,1]", "\"index\":[1,1]"), "index 1 stands twice"));
  CHECK(contains(refusal("line", "\"index\":[0,1]", "\"index\":[0]"), "1 indices for 2 rows"));
  CHECK(contains(refusal("line", "2,true],", "2],"), "line 0: the row is no array of 11 cells"));
  CHECK(contains(refusal("trafo", "10.0,0.6", "10.0,11.0"), "trafo 3: vkr_percent 11 is larger"));
  CHECK(contains(refusal("trafo", "\"hv\"", "\"top\""), "tap_side is \"top\""));
  CHECK(contains(refusal("trafo", "25.0", "0.0"), "sn_mva is 0; it must be positive"));
  CHECK(contains(refusal("bus", "20.0", "1e999"), "beyond what a double holds"));
  CHECK(contains(refusal("bus", "[0,1,", "[0.5,1,"), "index 0.5 is no whole number"));
  CHECK(contains(refusal("ext_grid", "1.02", "-1.02"), "ext_grid 0: it holds the voltage -1.02"));
  CHECK(contains(refusal("ext_grid", "10.0,true", "10.0,false"), "no ext_grid in service"));
  CHECK(contains(refusal("load", "40.0,30.0", "80.0,30.0"), "load 4: its shares"));
  CHECK(contains(refusal("switch", "[[7,1,", "[[1,1,"), "switch 0: its bus 1 is no end of line 1"));
  CHECK(contains(refusal("switch", "\"l\"", "\"x\""), "switch 0: et is \"x\""));
  CHECK(contains(refusal("switch", "[[7,1,", "[[7,9,"), "line 9, which does not exist"));
}

TEST_CASE("a bus without a voltage level cannot carry a line") {
  CHECK(contains(refusal("bus", R"(["main",20.0)", R"(["main",0.0)"), "has vn_kv 0"));
}

TEST_CASE("other JSON files are refused at their top") {
  CHECK(contains(refusal("{}"), "is no network of pandapower.to_json"));
  CHECK(contains(refusal("[1, 2]"), "is no network of pandapower.to_json"));
  CHECK(contains(refusal(""), "is empty"));
}

TEST_CASE("unknown tables with devices are refused, other rows told") {
  auto tables = test::panda_tables();
  tables["tcsc"] = R"({"columns":["from_bus","in_service"],"index":[2],"data":[[1,true]]})";
  CHECK(contains(refusal(test::panda_text(tables)), "tcsc 2: elements of this kind"));
  tables["tcsc"] = R"({"columns":["from_bus","in_service"],"index":[2],"data":[[1,false]]})";
  tables["controller"] = R"({"columns":["object"],"index":[0],"data":[["x"]]})";
  const std::vector<std::string> warnings = read(tables).grid.warnings;
  REQUIRE(warnings.size() == 2);
  CHECK(contains(warnings[0], "controller: 1 rows are passed over"));
  CHECK(contains(warnings[1], "tcsc: 1 rows are passed over"));
}

TEST_CASE("two elements must not hold one bus at two voltages") {
  auto tables = test::panda_tables();
  tables["gen"] = R"({"columns":["bus","p_mw","vm_pu"],"index":[6],"data":[[0,1.0,1.0]]})";
  CHECK(contains(refusal(test::panda_text(tables)), "gen 6: it holds bus 0 at 1 p.u."));
}

TEST_CASE("read_case knows a network by its contents") {
  const ScratchFolder folder("pandapower");
  const std::string path = folder / "any.name";
  io::write_file_atomically(path, test::panda_text(test::panda_tables()));
  CHECK(io::read_case(path).buses.size() == 5);
}
