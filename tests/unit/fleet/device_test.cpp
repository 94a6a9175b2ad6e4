// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "gridswarm/fleet/photovoltaic.hpp"

#include <cmath>

#include "gridswarm/base/random.hpp"
#include "small_fleet.hpp"

using namespace gridswarm;
using fleet::Kind;
using test::Device;
using test::make_fleet;
using test::values;

TEST_CASE(
    "sun and wind offer rating times profile, limited by the inverter, and may be curtailed") {
  auto fleet = make_fleet({Device{.kind = Kind::pv, .rating_kw = 10, .profile = 0},
                           Device{.kind = Kind::wind, .rating_kw = 8, .profile = 1, .s_kva = 5},
                           Device{.kind = Kind::pv, .rating_kw = 3}},
                          2);
  fleet::sense(fleet, values({0.25, 0.9}), {});
  CHECK(fleet.state.generation_kw == Column<double>{2.5, 5, 3});
  CHECK(fleet.state.p_want_kw == fleet.state.generation_kw);
  CHECK(fleet.state.p_min_kw == Column<double>{0, 0, 0});
  CHECK(fleet.state.p_max_kw == fleet.state.generation_kw);
  fleet.state.p_kw = {2.0, 5.0, 1.5};
  CHECK(fleet::curtailed_kw(fleet) == 2.0);
}

TEST_CASE("a negative reading of a PV profile at night is no consumption") {
  auto fleet = make_fleet({Device{.kind = Kind::pv, .rating_kw = 10, .profile = 0}}, 1);
  fleet::sense(fleet, values({-0.01}), {});
  CHECK(fleet.state.generation_kw[0] == 0.0);
  CHECK(fleet.state.p_max_kw[0] == 0.0);
}

TEST_CASE("a meter draws rating times profile at its power factor, or as its profile pair says") {
  auto fleet =
      make_fleet({Device{.kind = Kind::meter, .rating_kw = 5, .profile = 0, .power_factor = 0.8},
                  Device{.kind = Kind::meter, .rating_kw = 5, .profile = 1, .power_factor = 0.8},
                  Device{.kind = Kind::meter, .rating_kw = 5, .profile = 2}},
                 3);
  auto now = values({0.8, 0.8, 1.7});
  now.has_reactive[1] = 1;
  now.reactive[1] = -0.1;
  now.unit[2] = fleet::ProfileUnit::kw;
  fleet::sense(fleet, now, {});
  CHECK(fleet.state.consumption_kw == Column<double>{4, 4, 1.7});
  CHECK(fleet.state.p_kw == Column<double>{-4, -4, -1.7});
  CHECK(fleet.state.p_min_kw == fleet.state.p_kw);
  CHECK(fleet.state.p_max_kw == fleet.state.p_kw);
  CHECK(fleet.state.q_kvar[0] == doctest::Approx(-3.0).epsilon(1e-14));  // 3-4-5 triangle
  CHECK(fleet.state.q_kvar[1] == 0.5);
  CHECK(fleet.state.q_kvar[2] == 0.0);
}

TEST_CASE("a battery's band is its rating or what fits into and comes out of it in one tick") {
  const Device half{.kind = Kind::battery,
                    .rating_kw = 4,
                    .e_kwh = 10,
                    .soc = 0.5,
                    .soc_min = 0.1,
                    .efficiency = 0.8};
  Device full = half, empty = half, narrow = half;
  full.soc = 0.95;
  empty.soc = 0.15;
  narrow.s_kva = 1.5;
  auto fleet = make_fleet({half, full, empty, narrow});
  fleet::sense(fleet, values({}), {.hour_of_day = 12, .dt_s = 3600});
  const auto& state = fleet.state;
  CHECK(state.p_want_kw == Column<double>{0, 0, 0, 0});
  CHECK(state.p_max_kw[0] == doctest::Approx(3.2));     // 0.4 * 10 * 0.8
  CHECK(state.p_min_kw[0] == -4.0);                     // 0.5 * 10 / 0.8 = 6.25 > rating
  CHECK(state.p_min_kw[1] == doctest::Approx(-0.625));  // 0.05 * 10 / 0.8
  CHECK(state.p_max_kw[1] == 4.0);                      // 0.85 * 10 * 0.8 = 6.8 > rating
  CHECK(state.p_max_kw[2] == doctest::Approx(0.4));     // 0.05 * 10 * 0.8
  CHECK(state.p_min_kw[3] == -1.5);
  CHECK(state.p_max_kw[3] == 1.5);
}

TEST_CASE("charging stores efficiency times the power, discharging draws power over efficiency") {
  const Device battery{
      .kind = Kind::battery, .rating_kw = 4, .e_kwh = 10, .soc = 0.5, .efficiency = 0.8};
  auto fleet = make_fleet({battery, battery});
  fleet.state.p_kw = {-2.0, 2.0};
  fleet::integrate(fleet, 1800);
  CHECK(fleet.state.soc[0] == doctest::Approx(0.58).epsilon(1e-15));   // + 1 kWh * 0.8 / 10
  CHECK(fleet.state.soc[1] == doctest::Approx(0.375).epsilon(1e-15));  // - 1 kWh / 0.8 / 10
}

TEST_CASE(
    "any power inside the bands keeps SOC inside its limits, and re-integrating finds it again") {
  std::vector<Device> devices;
  for (int i = 0; i < 50; ++i) {
    const auto u = [&](std::uint32_t use) { return draw_uniform(11, Stream::test, i, use); };
    devices.push_back({.kind = Kind::battery,
                       .rating_kw = 0.1 + 10 * u(0),
                       .e_kwh = 0.5 + 20 * u(1),
                       .soc = 0.2 + 0.8 * u(2),
                       .soc_min = 0.2 * u(3),
                       .efficiency = 0.5 + 0.5 * u(4)});
  }
  auto fleet = make_fleet(devices);
  std::vector<long double> stored_kwh;
  for (const Device& d : devices) stored_kwh.push_back(static_cast<long double>(d.soc) * d.e_kwh);
  for (std::uint32_t tick = 0; tick < 2000; ++tick) {
    const double dt_s = tick % 3 ? 60 : 900;
    fleet::sense(fleet, values({}), {.hour_of_day = 0, .dt_s = dt_s});
    for (Index i = 0; i < fleet.size(); ++i) {
      // Random walk that often leans on a limit: the draw is stretched and then clipped to the
      // band.
      const double t = 1.6 * draw_uniform(12, Stream::test, i, tick) - 0.3;
      const double low = fleet.state.p_min_kw[i], high = fleet.state.p_max_kw[i];
      REQUIRE(low <= high);
      const double p = std::min(high, std::max(low, low + t * (high - low)));
      fleet.state.p_kw[i] = p;
      const long double n = devices[i].efficiency;
      stored_kwh[i] -= (p < 0 ? p * n : p / n) * dt_s / 3600.0L;
    }
    fleet::integrate(fleet, dt_s);
    for (Index i = 0; i < fleet.size(); ++i) {
      REQUIRE(fleet.state.soc[i] >= devices[i].soc_min - 1e-12);
      REQUIRE(fleet.state.soc[i] <= 1.0);
      REQUIRE(std::abs(static_cast<double>(stored_kwh[i] / devices[i].e_kwh) - fleet.state.soc[i]) <
              1e-9);
    }
  }
}

TEST_CASE("the number of threads changes no bit") {
  std::vector<Device> devices;
  for (int i = 0; i < 10000; ++i)
    devices.push_back({.kind = static_cast<Kind>(i % 5),
                       .rating_kw = 1.0 + i % 7,
                       .e_kwh = 3.0 + i % 11,
                       .soc = 0.01 * (i % 90),
                       .efficiency = 0.9,
                       .profile = i % 3 - 1,
                       .power_factor = 0.9});
  auto one = make_fleet(devices, 2), three = one;
  const fleet::Tick tick{.hour_of_day = 20, .dt_s = 60};
  for (auto* fleet : {&one, &three}) {
    const int threads = fleet == &one ? 1 : 3;
    fleet::sense(*fleet, values({0.3, 0.7}), tick, threads);
    fleet->state.p_kw = fleet->state.p_want_kw;
    fleet::integrate(*fleet, tick.dt_s, threads);
  }
  CHECK(one.state.p_max_kw == three.state.p_max_kw);
  CHECK(one.state.p_min_kw == three.state.p_min_kw);
  CHECK(one.state.q_kvar == three.state.q_kvar);
  CHECK(one.state.soc == three.state.soc);
}

TEST_CASE("sun in W/m2 and the air's temperature make a plant's power, wind in m/s a turbine's") {
  auto fleet = make_fleet({Device{.kind = Kind::pv, .rating_kw = 5, .profile = 0},
                           Device{.kind = Kind::wind, .rating_kw = 100, .profile = 1},
                           Device{.kind = Kind::wind, .rating_kw = 100, .profile = 1}},
                          2);
  fleet.plate.power_curve = {none, none, 0};
  fleet.power_curves = {fleet::parse_power_curve("3:0 12:1 25:1")};
  fleet::ProfileValues now = values({800, 7.5});
  now.unit = {fleet::ProfileUnit::w_per_m2, fleet::ProfileUnit::m_per_s};
  now.air_celsius = {30, 15};
  now.wind_m_per_s = {2, 1};
  fleet::sense(fleet, now, {.hour_of_day = 12, .dt_s = 60});
  const double cell = 30 + 800 / (25 + 6.84 * 2);
  const double dc = 5 * 0.8 * (1 - 0.0035 * (cell - 25));
  CHECK(fleet.state.generation_kw[0] == doctest::Approx(fleet::inverter_ac_kw(dc, 5, 0.96)));
  CHECK(fleet.state.generation_kw[1] == doctest::Approx(100 * (421.875 - 27) / 1701));
  CHECK(fleet.state.generation_kw[2] == doctest::Approx(50).epsilon(1e-4));
}

TEST_CASE("a turbine that a storm stopped stays so from tick to tick until the wind is low") {
  auto fleet = make_fleet({Device{.kind = Kind::wind, .rating_kw = 100, .profile = 0}}, 1);
  fleet::ProfileValues now = values({24});
  now.unit = {fleet::ProfileUnit::m_per_s};
  now.air_celsius = {15};
  now.wind_m_per_s = {1};
  const auto power = [&](double m_per_s) {
    now.value[0] = m_per_s;
    fleet::sense(fleet, now, {.hour_of_day = 12, .dt_s = 60});
    return fleet.state.generation_kw[0];
  };
  CHECK(power(24) == doctest::Approx(100));
  CHECK(power(26) == 0);
  CHECK(power(24) == 0);
  CHECK(power(21.9) == doctest::Approx(100));
}
