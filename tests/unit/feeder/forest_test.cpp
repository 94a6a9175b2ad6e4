// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/feeder/forest.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "gridswarm/base/error.hpp"

using namespace gridswarm;
using feeder::BusType;

namespace {

/// Buses 10, 20, 30, ... without load; the first is the source.
feeder::Case make_buses(Index count) {
  feeder::Case grid;
  grid.name = "small";
  for (Index k = 0; k < count; ++k) {
    grid.buses.id.push_back(10 * (k + 1));
    grid.buses.type.push_back(k == 0 ? BusType::source : BusType::pq);
    for (auto* zero : {&grid.buses.pd_mw, &grid.buses.qd_mvar, &grid.buses.gs_mw,
                       &grid.buses.bs_mvar, &grid.buses.va_deg})
      zero->push_back(0.0);
    grid.buses.vm_pu.push_back(1.0);
    grid.buses.base_kv.push_back(20.0);
    grid.buses.vmax_pu.push_back(1.1);
    grid.buses.vmin_pu.push_back(0.9);
  }
  return grid;
}

void connect(feeder::Case& grid, Index from, Index to, double ratio = 0.0, double shift_deg = 0.0) {
  auto& b = grid.branches;
  b.from.push_back(from);
  b.to.push_back(to);
  b.r_pu.push_back(0.01);
  b.x_pu.push_back(0.02);
  b.b_pu.push_back(0.0);
  b.rate_mva.push_back(0.0);
  b.ratio.push_back(ratio);
  b.shift_deg.push_back(shift_deg);
  b.in_service.push_back(1);
}

void add_generator(feeder::Case& grid, Index bus, double vg_pu) {
  auto& g = grid.generators;
  g.bus.push_back(bus);
  for (auto* zero : {&g.pg_mw, &g.qg_mvar, &g.qmax_mvar, &g.qmin_mvar}) zero->push_back(0.0);
  g.vg_pu.push_back(vg_pu);
  g.in_service.push_back(1);
}

std::string refusal(const feeder::Case& grid) {
  try {
    feeder::make_forest(grid);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("positions run breadth first and children of a bus lie side by side") {
  feeder::Case grid = make_buses(6);
  connect(grid, 0, 3);
  connect(grid, 4, 3);  // drawn towards the source
  connect(grid, 0, 1);
  connect(grid, 3, 2);
  connect(grid, 1, 5);
  const feeder::Forest forest = feeder::make_forest(grid);
  CHECK(forest.bus == std::vector<Index>{0, 3, 1, 4, 2, 5});
  CHECK(forest.parent == std::vector<Index>{none, 0, 0, 1, 1, 2});
  CHECK(forest.branch == std::vector<Index>{none, 0, 2, 1, 3, 4});
  CHECK(forest.reversed == std::vector<std::int8_t>{0, 0, 0, 1, 0, 0});
  CHECK(forest.position == std::vector<Index>{0, 2, 4, 1, 3, 5});
}

TEST_CASE("a ratio is taken out: 0.5 at the from end doubles the voltage and quarters Z") {
  feeder::Case grid = make_buses(3);
  connect(grid, 0, 1, 0.5, 30.0);
  connect(grid, 1, 2);
  const feeder::Forest forest = feeder::make_forest(grid);
  CHECK(forest.k_re[1] == doctest::Approx(2.0 * std::sqrt(3.0) / 2));
  CHECK(forest.k_im[1] == doctest::Approx(-1.0));
  CHECK(forest.r_pu[1] == doctest::Approx(0.01 / 4));
  CHECK(forest.r_pu[2] == doctest::Approx(0.01 / 4));
  CHECK(forest.k_im[2] == doctest::Approx(-1.0));
}

TEST_CASE(
    "a transformer seen from its to end gives the inverse ratio and refers Z to its other side") {
  feeder::Case grid = make_buses(2);
  connect(grid, 1, 0, 0.5, 30.0);
  const feeder::Forest forest = feeder::make_forest(grid);
  // k = t = 0.5 e^{j30}, Z = |t|^2 z, Z' = Z / |K|^2 = z.
  CHECK(forest.k_re[1] == doctest::Approx(0.5 * std::sqrt(3.0) / 2));
  CHECK(forest.k_im[1] == doctest::Approx(0.25));
  CHECK(forest.r_pu[1] == doctest::Approx(0.01));
}

TEST_CASE("half the charging stands at each end, behind the tap at the from end") {
  feeder::Case grid = make_buses(2);
  grid.base_mva = 10.0;
  connect(grid, 0, 1, 0.5);
  grid.branches.b_pu[0] = 0.08;
  grid.buses.bs_mvar[1] = 1.0;
  grid.buses.gs_mw[1] = 2.0;
  const feeder::Forest forest = feeder::make_forest(grid);
  CHECK(forest.b_pu[0] == doctest::Approx(0.04 / 0.25));
  CHECK(forest.b_pu[1] == doctest::Approx((0.04 + 0.1) * 4.0));
  CHECK(forest.g_pu[1] == doctest::Approx(0.2 * 4.0));
}

TEST_CASE("the first generator in service sets the source voltage, the bus its angle") {
  feeder::Case grid = make_buses(1);
  grid.buses.va_deg[0] = 90.0;
  add_generator(grid, 0, 0.7);
  add_generator(grid, 0, 1.05);
  grid.generators.in_service[0] = 0;
  const feeder::Forest forest = feeder::make_forest(grid);
  CHECK(forest.source_re[0] == 0.0);
  CHECK(forest.source_im[0] == 1.05);
}

TEST_CASE("buses without a path to a source, and isolated ones, are listed and no error") {
  feeder::Case grid = make_buses(5);
  connect(grid, 0, 1);
  connect(grid, 1, 2);
  connect(grid, 3, 4);
  grid.buses.type[2] = BusType::isolated;
  const feeder::Forest forest = feeder::make_forest(grid);
  CHECK(forest.size() == 2);
  CHECK(forest.unsupplied == std::vector<Index>{2, 3, 4});
}

TEST_CASE("a loop is refused and the branch that closes it is named") {
  feeder::Case grid = make_buses(3);
  connect(grid, 0, 1);
  connect(grid, 0, 2);
  connect(grid, 1, 2);
  CHECK(refusal(grid).find("20-30") != std::string::npos);
  grid.branches.in_service[2] = 0;
  CHECK(refusal(grid) == "");
}

TEST_CASE("two branches side by side are a loop") {
  feeder::Case grid = make_buses(2);
  connect(grid, 0, 1);
  connect(grid, 1, 0);
  CHECK(refusal(grid).find("20-10") != std::string::npos);
}

TEST_CASE("a tie between two sources is refused by name") {
  feeder::Case grid = make_buses(3);
  grid.buses.type[2] = BusType::source;
  connect(grid, 0, 1);
  connect(grid, 1, 2);
  CHECK(refusal(grid).find("20-30") != std::string::npos);
}

TEST_CASE("a PV bus is refused by its id unless its generators are out of service") {
  feeder::Case grid = make_buses(2);
  connect(grid, 0, 1);
  grid.buses.type[1] = BusType::pv;
  CHECK(refusal(grid) == "");
  add_generator(grid, 1, 1.0);
  CHECK(refusal(grid).find("bus 20") != std::string::npos);
  grid.generators.in_service[0] = 0;
  CHECK(refusal(grid) == "");
}
