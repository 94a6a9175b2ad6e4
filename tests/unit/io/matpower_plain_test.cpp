// SPDX-License-Identifier: BSD-3-Clause
// What MATPOWER can't say is put into its words, listed, or refused.
#include <doctest/doctest.h>

#include "every_table.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/matpower.hpp"

using namespace gridswarm;

namespace {

feeder::Case case_with_plain_inverter() {
  feeder::Case grid = test::every_table();
  grid.inverters.rule[0] = feeder::VarRule::power_factor;
  grid.inverters.volt_var[0].count = 0;
  return grid;
}

}  // namespace

TEST_CASE("constant power and impedance become demand and shunts") {
  feeder::Case grid = case_with_plain_inverter();
  grid.branches.g_pu.clear();
  const feeder::Case plain = io::as_matpower(grid);
  // load 17: 0.2 MW, a quarter of it impedance; 0.1 Mvar, half of it
  // inverter 4: 0.05 MW and 0.3 of that as Mvar
  CHECK(plain.buses.pd_mw[1] == doctest::Approx(1.0 / 3.0 + 0.15 - 0.05).epsilon(1e-14));
  CHECK(plain.buses.qd_mvar[1] == doctest::Approx(0.1 + 0.05 - 0.015).epsilon(1e-14));
  CHECK(plain.buses.gs_mw[1] == doctest::Approx(0.05).epsilon(1e-14));
  CHECK(plain.buses.bs_mvar[1] == doctest::Approx(-0.05).epsilon(1e-14));
  CHECK(plain.loads.size() == 0);
  CHECK(plain.inverters.size() == 0);
}

TEST_CASE("taps become a ratio, conductance becomes shunts at both ends") {
  const feeder::Case grid = case_with_plain_inverter();
  const feeder::Case plain = io::as_matpower(grid);
  const double ratio = 1.0 + 2 * 0.0125;
  CHECK(plain.branches.ratio[1] == doctest::Approx(ratio).epsilon(1e-15));
  CHECK(plain.branches.g_pu.empty());
  const double half_mw = 0.5e-4 * grid.base_mva;
  CHECK(plain.buses.gs_mw[1] - 0.05 == doctest::Approx(half_mw / (ratio * ratio)).epsilon(1e-9));
  CHECK(plain.buses.gs_mw[2] == doctest::Approx(half_mw).epsilon(1e-9));
}

TEST_CASE("every change is listed, and the plain case reads back as written") {
  const feeder::Case plain = io::as_matpower(case_with_plain_inverter());
  CHECK(plain.warnings.size() == 5);
  const feeder::Case back = io::parse_matpower(io::format_matpower(plain), "x.m");
  CHECK(back.buses.id == Column<BusId>{1, 2, 3});
  CHECK(back.buses.name == plain.buses.name);
  CHECK(back.buses.pd_mw == plain.buses.pd_mw);
  CHECK(back.branches.ratio == plain.branches.ratio);
  CHECK(back.generators.qmin_mvar == plain.generators.qmin_mvar);
  CHECK(back.warnings.empty());
}

TEST_CASE("what follows its voltage otherwise is refused by its id") {
  CHECK_THROWS_WITH_AS(io::as_matpower(test::every_table()),
                       doctest::Contains("inverter 4 at bus 7"), UsageError);
  feeder::Case grid = case_with_plain_inverter();
  grid.loads.i_q[0] = 0.1;
  CHECK_THROWS_WITH_AS(io::as_matpower(grid), doctest::Contains("load 17 at bus 7"), UsageError);
}

TEST_CASE("the writer itself drops nothing in silence") {
  CHECK_THROWS_AS(io::format_matpower(test::every_table()), UsageError);
}
