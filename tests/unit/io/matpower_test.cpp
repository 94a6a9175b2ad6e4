// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/matpower.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "gridswarm/feeder/synthetic.hpp"

using namespace gridswarm;

namespace {

constexpr const char* two_bus =
    "function mpc = two_bus\n"
    "%% two buses % with a comment\n"
    "mpc.version = '2';\n"
    "mpc.baseMVA = 50/3;\n"
    "mpc.bus = [ %% comment after the bracket\n"
    "  70 3 0 0 0 0 1 1.02 -30 20/sqrt(3) 1 1.1 0.9\n"
    "  9,1,1.5e-1,-(2+1)/10,0,0,1,1,0,20/sqrt(3),1,Inf,-Inf; % no newline needed; 9 2 2\n"
    "];\n"
    "mpc.gen = [\n"
    "  70 0 0 Inf -Inf 1.02 100 1 10 0 0 0 0;\n"
    "  9 .25 0 0 0 1 100 1 10 0 0 0 0; ];\n"
    "mpc.branch = [ 70 9 0.01 2e-2 0 5 0 0 0 0 1 -360 360 ];\n"
    "mpc.bus_name = { 'a % b'; 'it''s [' };\n"
    "mpc.gencost = [ 2 0 0 3 0 1 0;\n 2 0 0 2 1 0 ];\n";

feeder::Case parse(const std::string& text) { return io::parse_matpower(text, "two_bus.m"); }

}  // namespace

TEST_CASE("rows with and without semicolons, commas, expressions, Inf and comments are read") {
  const feeder::Case grid = parse(two_bus);
  CHECK(grid.name == "two_bus");
  CHECK(grid.base_mva == 50.0 / 3.0);
  CHECK(grid.per_phase);
  REQUIRE(grid.buses.size() == 2);
  CHECK(grid.buses.id[0] == 70);
  CHECK(grid.buses.type[0] == feeder::BusType::source);
  CHECK(grid.buses.va_deg[0] == -30.0);
  CHECK(grid.buses.pd_mw[1] == 0.15);
  CHECK(grid.buses.qd_mvar[1] == -0.3);
  CHECK(grid.buses.base_kv[1] == 20.0 / std::sqrt(3.0));
  CHECK(std::isinf(grid.buses.vmax_pu[1]));
  REQUIRE(grid.generators.size() == 2);
  CHECK(grid.generators.bus[1] == 1);
  CHECK(grid.generators.pg_mw[1] == 0.25);
  REQUIRE(grid.branches.size() == 1);
  CHECK(grid.branches.to[0] == 1);
  CHECK(grid.branches.x_pu[0] == 0.02);
  CHECK(grid.branches.rate_mva[0] == 5.0);
}

TEST_CASE("a sign after white space begins a new cell, one between spaces does not") {
  std::string text = two_bus;
  text.replace(text.find("70 9 0.01 2e-2"), 14, "70 9 1 -2 + 3 ");
  const feeder::Case grid = parse(text);  // r = 1, x = -2 + 3
  CHECK(grid.branches.r_pu[0] == 1.0);
  CHECK(grid.branches.x_pu[0] == 1.0);
}

TEST_CASE("code below the tables that converts ohm and kW is carried out") {
  const feeder::Case grid =
      parse(std::string(two_bus) +
            "[PQ, PV, REF, NONE, BUS_I, BUS_TYPE, PD, QD, GS, BS, BUS_AREA, VM, ...\n"
            "    VA, BASE_KV, ZONE, VMAX, VMIN, LAM_P, LAM_Q, MU_VMAX, MU_VMIN] = idx_bus;\n"
            "[F_BUS, T_BUS, BR_R, BR_X, BR_B, RATE_A, RATE_B, RATE_C, TAP, SHIFT, BR_STATUS] = "
            "idx_brch;\n"
            "Vbase = mpc.bus(1, BASE_KV) * 1e3;      %% in Volts\n"
            "Sbase = mpc.baseMVA * 1e6;              %% in VA\n"
            "mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);\n"
            "mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;\n");
  const double z_base_ohm = (20.0 * 20.0 / 3.0) / (50.0 / 3.0);
  CHECK(grid.branches.r_pu[0] == doctest::Approx(0.01 / z_base_ohm).epsilon(1e-14));
  CHECK(grid.branches.x_pu[0] == doctest::Approx(0.02 / z_base_ohm).epsilon(1e-14));
  CHECK(grid.buses.pd_mw[1] == doctest::Approx(0.15e-3).epsilon(1e-14));
  CHECK(grid.buses.qd_mvar[1] == doctest::Approx(-0.3e-3).epsilon(1e-14));
}

TEST_CASE("columns may be given by number, and a power factor by its angle") {
  const feeder::Case grid = parse(std::string(two_bus) +
                                  "pf = 0.8;\n"
                                  "mpc.bus(:, 4) = mpc.bus(:, 3) * sin(acos(pf));\n"
                                  "mpc.bus(:, 3) = mpc.bus(:, 3) * pf\n"
                                  "mpc.branch(1, 3:4) = mpc.branch(1, 3:4) .* [2, 3];\n");
  CHECK(grid.buses.pd_mw[1] == doctest::Approx(0.12).epsilon(1e-14));
  CHECK(grid.buses.qd_mvar[1] == doctest::Approx(0.09).epsilon(1e-14));
  CHECK(grid.branches.r_pu[0] == 0.02);
  CHECK(grid.branches.x_pu[0] == 0.06);
}

TEST_CASE("a written case reads back with the same bits") {
  const feeder::Case grid = feeder::make_synthetic(40, 3);
  const feeder::Case back = parse(io::format_matpower(grid));
  CHECK(back.name == grid.name);
  CHECK(back.base_mva == grid.base_mva);
  CHECK(back.buses.pd_mw == grid.buses.pd_mw);
  CHECK(back.buses.qd_mvar == grid.buses.qd_mvar);
  CHECK(back.branches.r_pu == grid.branches.r_pu);
  CHECK(back.branches.from == grid.branches.from);
  CHECK(back.branches.rate_mva == grid.branches.rate_mva);
  CHECK(back.generators.vg_pu == grid.generators.vg_pu);
}

TEST_CASE("a per-phase case stays one when written") {
  const feeder::Case grid = parse(two_bus);
  const feeder::Case back = parse(io::format_matpower(grid));
  CHECK(back.per_phase);
  CHECK(back.base_mva == grid.base_mva);
  CHECK(back.buses.base_kv == grid.buses.base_kv);
}

TEST_CASE("bus names are read with their quotes undone, and written with them") {
  const feeder::Case grid = parse(two_bus);
  CHECK(grid.buses.name == std::vector<std::string>{"a % b", "it's ["});
  CHECK(parse(io::format_matpower(grid)).buses.name == grid.buses.name);
}

TEST_CASE("costs are passed over, unknown tables told with their line") {
  const feeder::Case grid =
      parse(std::string(two_bus) + "mpc.reserves.zones = [1 2];\nmpc.heat = {1, 2};\n");
  REQUIRE(grid.warnings.size() == 1);
  CHECK(grid.warnings[0] == "two_bus.m:17: mpc.heat is passed over");
}
