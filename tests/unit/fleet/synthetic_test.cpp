// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/fleet/synthetic.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/fleet/device.hpp"

using namespace gridswarm;
using fleet::Kind;

namespace {

/// Source 1 - 2 (1 MW) - 3 (3 MW), 4 behind an open switch (9 MW), 5 gives power.
feeder::Case small_case() {
  feeder::Case grid;
  grid.name = "small";
  grid.base_mva = 10;
  grid.buses.id = {1, 2, 3, 4, 5};
  using feeder::BusType;
  grid.buses.type = {BusType::source, BusType::pq, BusType::pq, BusType::pq, BusType::pq};
  grid.buses.pd_mw = {7, 1, 3, 9, -2};
  grid.branches.from = {0, 1, 2, 2};
  grid.branches.to = {1, 2, 3, 4};
  grid.branches.in_service = {1, 1, 0, 1};
  return grid;
}

std::map<Kind, double> total_kw(const fleet::Fleet& fleet) {
  std::map<Kind, double> sum;
  for (Index i = 0; i < fleet.size(); ++i) sum[fleet.plate.kind[i]] += fleet.plate.rating_kw[i];
  return sum;
}

}  // namespace

TEST_CASE("ratings of a kind add up to the stated fraction of the supplied load") {
  const auto fleet = fleet::make_synthetic_fleet(small_case(), 400, 1);
  const auto sum = total_kw(fleet);
  const double rounding_kw = 400 * 0.0005;
  CHECK(std::abs(sum.at(Kind::pv) - 0.80 * 4000) < rounding_kw);
  CHECK(std::abs(sum.at(Kind::meter) - 0.30 * 4000) < rounding_kw);
  CHECK(std::abs(sum.at(Kind::battery) - 0.20 * 4000) < rounding_kw);
  CHECK(std::abs(sum.at(Kind::ev) - 0.15 * 4000) < rounding_kw);
  CHECK(std::abs(sum.at(Kind::wind) - 0.10 * 4000) < rounding_kw);
  std::map<Kind, int> count;
  for (const Kind kind : fleet.plate.kind) ++count[kind];
  CHECK(count[Kind::pv] == 120);
  CHECK(count[Kind::meter] == 120);
  CHECK(count[Kind::battery] == 80);
  CHECK(count[Kind::ev] == 60);
  CHECK(count[Kind::wind] == 20);
}

TEST_CASE("a per-phase case has three times the load its file states") {
  auto grid = small_case();
  grid.per_phase = true;
  CHECK(std::abs(total_kw(fleet::make_synthetic_fleet(grid, 100, 1))[Kind::pv] - 0.8 * 12000) <
        0.1);
}

TEST_CASE("devices stand only at supplied buses with load, in proportion to it, kind by kind") {
  const auto fleet = fleet::make_synthetic_fleet(small_case(), 400, 2);
  std::map<Kind, std::map<Index, int>> count;
  for (Index i = 0; i < fleet.size(); ++i) ++count[fleet.plate.kind[i]][fleet.plate.bus[i]];
  for (const auto& [kind, at] : count) {
    const int all = at.at(1) + at.at(2);
    CHECK(at.size() == 2);                         // buses 2 and 3 of the file
    CHECK(std::abs(at.at(1) - all / 4.0) <= 1.0);  // 1 MW of 4
  }
}

TEST_CASE("what is made keeps the rules that a fleet file must keep") {
  const auto fleet = fleet::make_synthetic_fleet(feeder::make_synthetic(40, 5), 1000, 5);
  const auto& plate = fleet.plate;
  const auto& state = fleet.state;
  for (Index i = 0; i < fleet.size(); ++i) {
    const bool stores = plate.kind[i] == Kind::battery || plate.kind[i] == Kind::ev;
    REQUIRE(plate.id[i] == i + 1);
    REQUIRE(plate.rating_kw[i] > 0);
    REQUIRE(plate.s_kva[i] >= plate.rating_kw[i]);
    REQUIRE((plate.e_kwh[i] > 0) == stores);
    REQUIRE(plate.soc_start[i] >= plate.soc_min[i]);
    REQUIRE(plate.soc_start[i] <= 1);
    REQUIRE(plate.cost_per_kw2[i] > 0);
    REQUIRE(state.p_min_kw[i] <= state.p_kw[i]);
    REQUIRE(state.p_kw[i] <= state.p_max_kw[i]);
    REQUIRE((plate.profile[i] == none) == stores);
    if (plate.kind[i] != Kind::ev) continue;
    // Evening to morning, long enough to be served: need / rating hours fit into the stay.
    const double stay_h = plate.depart_h[i] + 24 - plate.arrive_h[i];
    const double need_h = (plate.soc_depart[i] - plate.soc_start[i]) * plate.e_kwh[i] /
                          (plate.efficiency[i] * plate.rating_kw[i]);
    REQUIRE(need_h < stay_h);
  }
}

TEST_CASE("the same seed gives the same fleet, another seed another") {
  const auto grid = small_case();
  const auto a = fleet::make_synthetic_fleet(grid, 50, 7),
             b = fleet::make_synthetic_fleet(grid, 50, 7);
  const auto c = fleet::make_synthetic_fleet(grid, 50, 8);
  CHECK(a.plate.rating_kw == b.plate.rating_kw);
  CHECK(a.plate.bus == b.plate.bus);
  CHECK(a.plate.rating_kw != c.plate.rating_kw);
}

TEST_CASE("one kind alone and one agent alone work") {
  fleet::FleetMix mix;
  mix.meter_share = mix.battery_share = mix.ev_share = mix.wind_share = 0;
  const auto fleet = fleet::make_synthetic_fleet(small_case(), 1, 1, mix);
  REQUIRE(fleet.size() == 1);
  CHECK(fleet.plate.kind[0] == Kind::pv);
  CHECK(fleet.plate.rating_kw[0] == 3200);
}

TEST_CASE("what can't be made is refused") {
  const auto grid = small_case();
  CHECK_THROWS_AS(fleet::make_synthetic_fleet(grid, 0, 1), UsageError);
  fleet::FleetMix mix;
  mix.pv_share = -0.1;
  CHECK_THROWS_WITH_AS(fleet::make_synthetic_fleet(grid, 5, 1, mix), doctest::Contains("pv_share"),
                       UsageError);
  mix.pv_share = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(fleet::make_synthetic_fleet(grid, 5, 1, mix), UsageError);
  mix = {.meter_share = 0, .pv_share = 0, .battery_share = 0, .ev_share = 0, .wind_share = 0};
  CHECK_THROWS_AS(fleet::make_synthetic_fleet(grid, 5, 1, mix), UsageError);
  auto unloaded = grid;
  unloaded.buses.pd_mw = {1, 0, 0, 9, -1};
  CHECK_THROWS_WITH_AS(fleet::make_synthetic_fleet(unloaded, 5, 1),
                       doctest::Contains("no supplied bus has load"), InputError);
}

TEST_CASE("a made day has a dark night, a bright noon, an evening peak, and stays in [0, 1]") {
  const auto set = fleet::make_synthetic_profiles(1);
  REQUIRE(set.size() == 15);
  for (const auto& profile : set.profiles) {
    REQUIRE(profile.value.size() == 288);
    double noon = 0, evening = 0, night = 0;
    for (std::size_t k = 0; k < 288; ++k) {
      REQUIRE(profile.value[k] >= 0);
      REQUIRE(profile.value[k] <= 1);
      const double hour = k / 12.0;
      if (hour >= 11 && hour < 15) noon += profile.value[k] / 48;
      if (hour >= 18 && hour < 21) evening += profile.value[k] / 36;
      if (hour < 4) night += profile.value[k] / 48;
    }
    CAPTURE(profile.name);
    if (profile.name.starts_with("pv")) {
      CHECK(night == 0);
      CHECK(noon > 0.4);
    }
    if (profile.name.starts_with("home")) {
      CHECK(evening > 2 * night);
      CHECK(evening > noon);
    }
    if (profile.name.starts_with("shop")) CHECK(noon > 2 * night);
  }
  CHECK(fleet::make_synthetic_profiles(1, 60).profiles[0].value.size() == 1440);
  for (const double step_s : {0.0, 30.0, 90.0, 420.0, 86400.0, -60.0})
    CHECK_THROWS_AS(fleet::make_synthetic_profiles(1, step_s), UsageError);
}

TEST_CASE("every profile a made fleet asks for is in a made day") {
  const auto fleet = fleet::make_synthetic_fleet(small_case(), 500, 3);
  CHECK(fleet::bind_profiles(fleet::make_synthetic_profiles(9), fleet.profile_names).size() == 14);
}
