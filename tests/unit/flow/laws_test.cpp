// SPDX-License-Identifier: BSD-3-Clause
// What a device draws at a voltage, by hand; the kernel against its reference.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>

#include "devices.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/laws.hpp"
#include "gridswarm/kernel/isa.hpp"
#include "gridswarm/kernel/kernels.hpp"

using namespace gridswarm;

namespace {

using Draw = std::array<double, kernel::law_rows * kernel::sweep_lanes>;
using Lanes = std::array<double, kernel::sweep_lanes>;

/// Consumption and slopes of one law at voltage u, with p and q as the case states them.
struct At {
  double p, q, dp, dq;
};
At draw_at(const feeder::Case& grid, double u, std::size_t law = 0) {
  const flow::Laws laws = flow::make_laws(grid, true);
  const flow::Injections injections{1, {}, {}};
  std::vector<double> lanes(2 * laws.law.size() * kernel::sweep_lanes);
  flow::fill_law_lanes(grid, laws, injections, 0, 1, lanes);
  Draw draw{};
  Lanes voltage;
  voltage.fill(u);
  kernel::kernels().law_add(laws.law[law], voltage.data(),
                            lanes.data() + 2 * law * kernel::sweep_lanes,
                            lanes.data() + (2 * law + 1) * kernel::sweep_lanes, draw.data());
  const auto row = [&](int k) { return draw[static_cast<std::size_t>(k) * kernel::sweep_lanes]; };
  return {row(kernel::law_p), row(kernel::law_q), row(kernel::law_dp), row(kernel::law_dq)};
}

/// Every kind of device at bus 1, for comparisons.
feeder::Case all_kinds() {
  feeder::Case grid = test::two_buses(0.01, 0.02);
  test::add_load(grid, 1, 0.3, 0.1, 0.4, 0.5, 0.2, 0.3);
  test::add_inverter(grid, 1, 0.8, 1.0, feeder::VarRule::volt_var);
  grid.inverters.volt_var.back() = test::ieee_volt_var();
  grid.inverters.volt_watt.back() = test::curve({1.03, 1.08}, {1.0, 0.2});
  test::add_inverter(grid, 1, 0.8, 1.0, feeder::VarRule::power_factor);
  grid.inverters.tan_phi.back() = -0.9;
  test::add_inverter(grid, 1, 0.8, 0.0, feeder::VarRule::given);
  grid.buses.type[1] = feeder::BusType::pv;
  test::add_generator(grid, 1, 1.02, -1.0, 1.0);
  return grid;
}

}  // namespace

TEST_CASE("a load of shares 0.4 current and 0.5 impedance draws their sum at 0.9 p.u.") {
  feeder::Case grid = test::two_buses(0.01, 0.02);
  test::add_load(grid, 1, 2.0, 1.0, 0.4, 0.5, 0.0, 1.0);
  const At at = draw_at(grid, 0.9);
  CHECK(at.p == doctest::Approx(2.0 * (0.1 + 0.4 * 0.9 + 0.5 * 0.81)).epsilon(1e-15));
  CHECK(at.q == doctest::Approx(0.81).epsilon(1e-15));
  CHECK(at.dp == doctest::Approx(2.0 * (0.4 + 2 * 0.5 * 0.9)).epsilon(1e-15));
  CHECK(at.dq == doctest::Approx(1.8).epsilon(1e-15));
}

TEST_CASE("a volt-var inverter injects below its dead band and absorbs above it") {
  feeder::Case grid = test::two_buses(0.01, 0.02);
  test::add_inverter(grid, 1, 0.0, 2.0, feeder::VarRule::volt_var);
  grid.inverters.volt_var.back() = test::ieee_volt_var();  // 0.44 at 0.92, 0 at 0.98..1.02, -0.44
  CHECK(draw_at(grid, 0.90).q == doctest::Approx(-0.88));
  CHECK(draw_at(grid, 0.95).q == doctest::Approx(-0.44));
  CHECK(draw_at(grid, 0.95).dq == doctest::Approx(2.0 * 0.44 / 0.06));
  CHECK(draw_at(grid, 1.00).q == doctest::Approx(0.0));
  CHECK(draw_at(grid, 1.00).dq == 0.0);
  CHECK(draw_at(grid, 1.10).q == doctest::Approx(0.88));
  CHECK(draw_at(grid, 1.10).dq == 0.0);
}

TEST_CASE("a curtailed inverter keeps what room its active power leaves") {
  feeder::Case grid = test::two_buses(0.01, 0.02);
  test::add_inverter(grid, 1, 1.0, 1.0, feeder::VarRule::volt_var);
  grid.inverters.volt_var.back() = test::curve({1.0, 1.01}, {0.0, -0.9});
  grid.inverters.volt_watt.back() = test::curve({1.05, 1.10}, {1.0, 0.0});
  CHECK(draw_at(grid, 1.04).p == doctest::Approx(-1.0));
  CHECK(draw_at(grid, 1.04).q == doctest::Approx(0.0));  // no room beside 1.0 of 1.0
  CHECK(draw_at(grid, 1.06).p == doctest::Approx(-0.8));
  CHECK(draw_at(grid, 1.06).q == doctest::Approx(0.6));
  CHECK(draw_at(grid, 1.06).dp == doctest::Approx(20.0));
  CHECK(draw_at(grid, 1.09).q == doctest::Approx(0.9));  // 0.98 of room, so the curve counts
}

TEST_CASE("slopes are the derivatives of powers") {
  const feeder::Case grid = all_kinds();
  const double h = 1e-6;
  for (std::size_t law = 0; law < 5; ++law)
    for (const double u : {0.90, 0.9501, 1.0, 1.0207, 1.0401, 1.0602, 1.09}) {
      CAPTURE(law);
      CAPTURE(u);
      const At at = draw_at(grid, u, law);
      const At low = draw_at(grid, u - h, law);
      const At high = draw_at(grid, u + h, law);
      CHECK(at.dp == doctest::Approx((high.p - low.p) / (2 * h)).epsilon(1e-6));
      CHECK(at.dq == doctest::Approx((high.q - low.q) / (2 * h)).epsilon(1e-6));
    }
}

TEST_CASE("every instruction set draws the reference's bytes") {
  const flow::Laws laws = flow::make_laws(all_kinds(), true);
  const kernel::Isa in_use = kernel::isa_in_use();
  Lanes u, p, q;
  for (std::size_t l = 0; l < u.size(); ++l) {
    u[l] = 0.89 + 0.031 * static_cast<double>(l);
    p[l] = 0.2 * static_cast<double>(l) - 0.4;
    q[l] = 0.7 - 0.3 * static_cast<double>(l);
  }
  for (const kernel::Law& law : laws.law) {
    REQUIRE(kernel::use_isa(kernel::Isa::reference));
    Draw reference{};
    kernel::kernels().law_add(law, u.data(), p.data(), q.data(), reference.data());
    for (int i = 1; i < kernel::isa_count; ++i) {
      if (!kernel::use_isa(static_cast<kernel::Isa>(i))) continue;
      CAPTURE(kernel::name_of(static_cast<kernel::Isa>(i)));
      Draw fast{};
      kernel::kernels().law_add(law, u.data(), p.data(), q.data(), fast.data());
      CHECK(std::memcmp(reference.data(), fast.data(), sizeof(Draw)) == 0);
    }
  }
  kernel::use_isa(in_use);
}

TEST_CASE("a batch's own powers of devices stand above the case's") {
  const feeder::Case grid = all_kinds();
  const flow::Laws laws = flow::make_laws(grid, false);
  const std::vector<double> load_p = {0.1, 0.2}, inverter_p = {1, 2, 3, 4, 5, 6};
  flow::Injections injections{2, {}, {}};
  injections.load_p_pu = load_p;
  injections.inverter_p_pu = inverter_p;
  std::vector<double> lanes(2 * laws.law.size() * kernel::sweep_lanes);
  flow::fill_law_lanes(grid, laws, injections, 0, 2, lanes);
  CHECK(lanes[1] == 0.2);
  CHECK(lanes[2] == 0.0);  // carries no scenario
  CHECK(lanes[kernel::sweep_lanes] == doctest::Approx(0.1));
  CHECK(lanes[4 * kernel::sweep_lanes + 1] == 5.0);
  injections.load_p_pu = inverter_p;
  CHECK_THROWS_AS(flow::check_device_arrays(grid, injections), UsageError);
}

TEST_CASE("generators at a held bus share its limits, less what they give already") {
  feeder::Case grid = all_kinds();
  test::add_generator(grid, 1, 1.02, -0.5, 2.0);
  grid.generators.qg_mvar[0] = 0.25;
  const flow::Laws laws = flow::make_laws(grid, true);
  CHECK(laws.law.back().q_min == doctest::Approx(-1.75));
  CHECK(laws.law.back().q_max == doctest::Approx(2.75));
  CHECK(laws.law.back().v_set == 1.02);
}

TEST_CASE("inverters that make no sense are refused by their id") {
  feeder::Case grid = all_kinds();
  grid.inverters.rating_mva[0] = 0.0;
  CHECK_THROWS_WITH_AS(flow::make_laws(grid, false), doctest::Contains("no rating_mva"),
                       InputError);
  grid = all_kinds();
  grid.inverters.volt_var[0].x[2] = grid.inverters.volt_var[0].x[1];
  CHECK_THROWS_WITH_AS(flow::make_laws(grid, false), doctest::Contains("inverter 1"), InputError);
  grid = all_kinds();
  grid.inverters.volt_var[0].count = 0;
  CHECK_THROWS_AS(flow::make_laws(grid, false), InputError);
  grid = all_kinds();
  grid.loads.p_mw[0] = NAN;
  CHECK_THROWS_WITH_AS(flow::make_laws(grid, false), doctest::Contains("load 1"), InputError);
}

TEST_CASE("a load of constant power is steady and needs no law") {
  feeder::Case grid = test::two_buses(0.01, 0.02);
  test::add_load(grid, 1, 2.0, 1.0, 0, 0, 0, 0);
  const flow::Laws laws = flow::make_laws(grid, false);
  CHECK(laws.law.empty());
  REQUIRE(laws.steady.size() == 1);
  CHECK(flow::steady_power(grid, {1, {}, {}}, 0, 0).p_pu == 2.0);
}
