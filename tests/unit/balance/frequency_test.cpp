// SPDX-License-Identifier: BSD-3-Clause
// Oracles: closed forms, the examples of Saadat (Power System Analysis, 1999, chapter 12), the
// Routh criterion, and the sorted break-points of balance/boxed_quadratic.hpp.
#include "gridswarm/balance/frequency.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "gridswarm/balance/boxed_quadratic.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"

using namespace gridswarm;
using namespace gridswarm::balance;

namespace {

/// Saadat's isolated station of example 12.1, 250 MW at 60 Hz, with a step of 50 MW.
FrequencyStudy station() {
  FrequencyStudy study;
  study.areas.resize(1);
  study.areas[0].machines_mva = 250.0;
  study.areas[0].damping_pu = 0.8;
  study.loads = {{1.0, 0, 50.0}};
  study.options.f_nominal_hz = 60.0;
  return study;
}

/// His two areas of example 12.4 on 1000 MVA, synchronising power 2 p.u. over p.u. speed, and a
/// step of 187.5 MW in the first.
FrequencyStudy two_areas() {
  FrequencyStudy study;
  study.areas.resize(2);
  study.areas[0].damping_pu = 0.6;
  study.areas[1].damping_pu = 0.9;
  study.areas[1].inertia_s = 4.0;
  study.areas[1].droop_pu = 0.0625;
  study.areas[1].governor_s = 0.3;
  study.areas[1].turbine_s = 0.6;
  study.ties = {{0, 1, 2000.0 / (2.0 * pi * 60.0)}};
  study.loads = {{0.0, 0, 187.5}};
  study.options.f_nominal_hz = 60.0;
  return study;
}

/// Four groups in each area that talk along a line, the first at the tie; costs 1 to 4.
void add_groups(FrequencyStudy& study) {
  for (Index g = 0; g < 4 * static_cast<Index>(study.areas.size()); ++g) {
    study.groups.area.push_back(g / 4);
    study.groups.min_mw.push_back(-40.0);
    study.groups.max_mw.push_back(60.0);
    study.groups.droop_mw_per_hz.push_back(50.0);
    study.groups.dead_band_hz.push_back(0.036);
    study.groups.response_s.push_back(0.2);
    study.groups.measure_delay_s.push_back(0.1);
    study.groups.cost_per_mw2.push_back(1.0 + g % 4);
    study.groups.at_tie.push_back(g % 4 == 0);
    if (g % 4 > 0) study.groups.talks.push_back({g - 1, g});
  }
}

std::string sentence_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("without governors an area falls along its closed form") {
  FrequencyStudy study = station();
  study.areas[0].droop_pu = 0.0;
  study.loads[0].time_s = 0.0;
  study.options.duration_s = 20.0;
  const FrequencyResult result = simulate_frequency(study);
  const double end_hz = -50.0 * 60.0 / (0.8 * 250.0);
  for (std::size_t i = 0; i < result.time_s.size(); ++i) {
    const double expected_hz = end_hz * (1.0 - std::exp(-0.8 * result.time_s[i] / 10.0));
    // RK4 leaves (h / T)^4 of the way, T = 12.5 s: below 1e-12.
    CHECK(result.f_hz[i] - 60.0 == doctest::Approx(expected_hz).epsilon(1e-11));
  }
}

TEST_CASE("an isolated station ends where Saadat's example 12.1 says, 0.0096 p.u. below") {
  FrequencyStudy study = station();
  study.options.duration_s = 60.0;
  const AreaFigures figures = simulate_frequency(study).figures[0];
  CHECK(figures.end_hz - 60.0 == doctest::Approx(-60.0 * 0.2 / 20.8).epsilon(1e-9));
  CHECK(figures.end_generation_mw == doctest::Approx(50.0 * 20.0 / 20.8).epsilon(1e-9));
  // The slope at the step is L f0 / (2 H S), and governors can only flatten it.
  CHECK(figures.rocof_hz_per_s < 50.0 * 60.0 / (10.0 * 250.0));
  CHECK(figures.nadir_hz < figures.end_hz);
}

TEST_CASE("governors turn unstable where Routh's criterion says, at a gain of 73.965") {
  // (1 + 0.2 s)(1 + 0.5 s)(10 s + 0.8) + K = s^3 + 7.08 s^2 + 10.56 s + 0.8 + K: 7.08 * 10.56 -
  // 0.8.
  const auto swings_grow = [](double gain) {
    FrequencyStudy study = station();
    study.areas[0].droop_pu = 1.0 / gain;
    study.areas[0].reserve_mw = no_limit;
    study.loads = {{0.0, 0, 1.0}};
    study.options.duration_s = 400.0;
    study.options.record_every_s = 0.01;
    const FrequencyResult result = simulate_frequency(study);
    const double rest_hz = -60.0 / 250.0 / (0.8 + gain);
    double early = 0.0, late = 0.0;
    for (std::size_t i = 0; i < result.time_s.size(); ++i) {
      double& swing = result.time_s[i] < 100.0 ? early : late;
      if (result.time_s[i] > 50.0 && !(result.time_s[i] > 100.0 && result.time_s[i] < 350.0))
        swing = std::max(swing, std::abs(result.f_hz[i] - 60.0 - rest_hz));
    }
    return late > early;
  };
  CHECK(!swings_grow(73.9));
  CHECK(swings_grow(74.03));
}

TEST_CASE("two areas share a step as Saadat's example 12.4 says") {
  FrequencyStudy study = two_areas();
  study.options.duration_s = 150.0;
  const FrequencyResult result = simulate_frequency(study);
  for (const AreaFigures& figures : result.figures)
    CHECK(figures.end_hz - 60.0 == doctest::Approx(-0.3).epsilon(1e-6));
  CHECK(result.figures[0].end_generation_mw == doctest::Approx(100.0).epsilon(1e-6));
  CHECK(result.figures[1].end_generation_mw == doctest::Approx(80.0).epsilon(1e-6));
  CHECK(result.figures[1].end_export_mw == doctest::Approx(84.5).epsilon(1e-6));
}

TEST_CASE("half the step changes a study without dead-bands by RK4's error only") {
  FrequencyStudy study = two_areas();
  study.options.duration_s = 20.0;
  const FrequencyResult coarse = simulate_frequency(study);
  study.options.step_s = 0.005;
  const FrequencyResult fine = simulate_frequency(study);
  REQUIRE(coarse.f_hz.size() == fine.f_hz.size());
  for (std::size_t i = 0; i < fine.f_hz.size(); ++i)
    CHECK(std::abs(coarse.f_hz[i] - fine.f_hz[i]) < 1e-7);
}

TEST_CASE("AGC brings frequencies and ties back, and the area with the step carries it") {
  FrequencyStudy study = two_areas();
  for (Area& area : study.areas) area.agc_gain_per_s = 0.05;
  study.options.duration_s = 400.0;
  const FrequencyResult result = simulate_frequency(study);
  for (const AreaFigures& figures : result.figures) {
    CHECK(std::abs(figures.end_hz - 60.0) < 1e-6);
    CHECK(std::abs(figures.end_export_mw) < 1e-3);
    CHECK(std::isfinite(figures.settle_s));
  }
  CHECK(result.figures[0].end_generation_mw == doctest::Approx(187.5).epsilon(1e-5));
}

TEST_CASE("AGC's orders rise no faster than their ramp") {
  FrequencyStudy study = two_areas();
  study.areas[0].agc_gain_per_s = 0.05;
  study.areas[0].agc_ramp_mw_per_s = 0.5;
  study.areas[0].agc_delay_s = 0.0;
  study.options.duration_s = 80.0;
  const double without = [&] {
    FrequencyStudy free = study;
    free.areas[0].agc_gain_per_s = 0.0;
    return simulate_frequency(free).figures[0].end_hz;
  }();
  // 19 orders of 2 MW, the one of the last moment excluded, lift the frequency by 38 / 625 Hz; the
  // turbines still owe a share of the last one.
  const double lifted_hz = simulate_frequency(study).figures[0].end_hz - without;
  CHECK(lifted_hz == doctest::Approx(38.0 / 625.0).epsilon(0.02));
}

TEST_CASE("groups that agree on a price clear the step at least cost, neighbours only") {
  FrequencyStudy study = two_areas();
  add_groups(study);
  study.options.duration_s = 300.0;
  const FrequencyResult result = simulate_frequency(study);
  for (const AreaFigures& figures : result.figures) {
    CHECK(std::abs(figures.end_hz - 60.0) < 1e-6);
    CHECK(std::abs(figures.end_export_mw) < 1e-4);
  }
  const double total_mw = result.figures[0].end_support_mw;
  CHECK(total_mw + result.figures[0].end_generation_mw == doctest::Approx(187.5).epsilon(1e-7));
  // The exact optimum of the first area's four boxes for the same total.
  const std::vector<double> want(4, 0.0), low(4, -40.0), high(4, 60.0);
  const std::vector<double> inverse = {1.0, 1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0};
  std::vector<double> scratch;
  const Price price = solve_by_breakpoints({.want_kw = want,
                                            .min_kw = low,
                                            .max_kw = high,
                                            .inverse_cost = inverse,
                                            .e_ref_kw = total_mw,
                                            .inverse_external = 0.0},
                                           scratch);
  REQUIRE(price.status == Balance::solved);
  for (std::size_t g = 0; g < 4; ++g)
    CHECK(result.group_mw[g] ==
          doctest::Approx(set_point(0.0, -40.0, 60.0, inverse[g], price.price)).epsilon(1e-5));
  // Six links, both ways, an exchange every 0.1 s of 300 s.
  CHECK(result.messages == 2 * 6 * 3000);
  CHECK(result.bytes == 8 * result.messages);
}

TEST_CASE("the swarm raises the nadir and lowers the rate of change beside governors and AGC") {
  FrequencyStudy alone = two_areas();
  for (Area& area : alone.areas) area.agc_gain_per_s = 0.05;
  FrequencyStudy swarm = alone;
  add_groups(swarm);
  const AreaFigures without = simulate_frequency(alone).figures[0];
  const AreaFigures with = simulate_frequency(swarm).figures[0];
  CHECK(with.nadir_hz > without.nadir_hz);
  CHECK(with.rocof_hz_per_s < without.rocof_hz_per_s);
  CHECK(with.settle_s < without.settle_s);
  CHECK(with.off_hz_s < without.off_hz_s);
}

TEST_CASE("with a leak of the price the generators take over what lasts") {
  FrequencyStudy study = two_areas();
  for (Area& area : study.areas) area.agc_gain_per_s = 0.05;
  add_groups(study);
  study.support.hand_over_s = 30.0;
  study.options.duration_s = 2500.0;  // the rest falls with hand_over k / k_agc = 180 s
  const AreaFigures figures = simulate_frequency(study).figures[0];
  CHECK(figures.end_generation_mw == doctest::Approx(187.5).epsilon(1e-3));
  CHECK(std::abs(figures.end_support_mw) < 0.2);
}

TEST_CASE("load-side control alone shares by cost, and droop keeps still inside its dead-band") {
  FrequencyStudy study = two_areas();
  study.areas.resize(1);
  study.ties.clear();
  study.areas[0].droop_pu = 0.0;
  study.loads = {{0.0, 0, 20.0}};
  add_groups(study);
  study.support.secondary = false;
  study.support.primary = "load_side";
  study.support.load_side_gain_per_hz = 40.0;
  study.options.duration_s = 200.0;
  const FrequencyResult shared = simulate_frequency(study);
  const double f_hz = shared.figures[0].end_hz - 60.0;
  // Rest: k f (1 + 1/2 + 1/3 + 1/4) + D S f / f0 + L = 0.
  CHECK(f_hz == doctest::Approx(-20.0 / (40.0 * 25.0 / 12.0 + 0.6 * 1000.0 / 60.0)).epsilon(1e-9));
  for (std::size_t g = 0; g < 4; ++g)
    CHECK(shared.group_mw[g] * study.groups.cost_per_mw2[g] ==
          doctest::Approx(-40.0 * f_hz).epsilon(1e-9));
  study.support.primary = "droop";
  study.areas[0].droop_pu = 0.05;
  study.loads[0].load_mw = 10.0;  // ends 0.029 Hz below, and the dead-band is 0.036 Hz
  study.areas[0].governor_s = study.areas[0].turbine_s = 0.0;
  const FrequencyResult still = simulate_frequency(study);
  for (const double p_mw : still.group_mw) CHECK(p_mw == 0.0);
}

TEST_CASE("reserves and ramps bound what generators give") {
  FrequencyStudy study = station();
  study.areas[0].reserve_mw = 10.0;
  study.areas[0].ramp_mw_per_s = 1.0;
  study.options.duration_s = 120.0;
  study.options.record_every_s = 1.0;
  const FrequencyResult result = simulate_frequency(study);
  CHECK(result.figures[0].end_generation_mw == doctest::Approx(10.0).epsilon(1e-9));
  for (std::size_t i = 1; i < result.generation_mw.size(); ++i)
    CHECK(result.generation_mw[i] - result.generation_mw[i - 1] <= 1.0 + 1e-9);
}

TEST_CASE("what no study can use is refused by name") {
  const auto says = [](const std::function<void(FrequencyStudy&)>& spoil) {
    FrequencyStudy study = two_areas();
    add_groups(study);
    spoil(study);
    return sentence_of([&] { simulate_frequency(study); });
  };
  CHECK(says([](auto& s) { s.options.step_s = 0.02; }) ==
        "step_s is 0.020000; frequency needs steps above 0 and of at most 0.01 s");
  CHECK(says([](auto& s) { s.options.f_nominal_hz = 55.0; }) ==
        "f_nominal_hz is 55.000000; choose 50 or 60");
  CHECK(says([](auto& s) { s.areas[1].inertia_s = 0.0; }) ==
        "areas:2: inertia_s is 0.000000; give a finite number above 0");
  CHECK(says([](auto& s) { s.areas[1].turbine_s = 0.001; }) ==
        "areas:2: turbine_s is 0.001000; give 0 (at once) or a time of at least one step");
  CHECK(says([](auto& s) { s.ties[0].to = 2; }) ==
        "ties:1: area 2 is not one of the 2 areas; they count from 0");
  CHECK(says([](auto& s) { s.groups.cost_per_mw2[3] = std::nan(""); }) ==
        "groups:4: cost_per_mw2 is nan; give a number above 0");
  CHECK(says([](auto& s) { s.groups.min_mw[0] = 5.0; }) ==
        "groups:1: min_mw 5.000000 and max_mw 60.000000 must be finite and have 0 between them");
  CHECK(says([](auto& s) { s.groups.talks.erase(s.groups.talks.begin()); }) ==
        "groups: groups 0 and 1 of area 0 can't reach each other; add talks that join them");
  CHECK(says([](auto& s) {
          s.groups.talks.push_back({0, 5});
        }) == "talks:7: groups 0 and 5 lie in two areas; prices are agreed inside an area");
  CHECK(says([](auto& s) { s.groups.at_tie[0] = 0; }) ==
        "groups: area 0 has tie lines, but none of its groups measures its export; set at_tie for "
        "one");
  CHECK(says([](auto& s) { s.loads[0].load_mw = std::nan(""); }) ==
        "loads:1: time_s 0.000000 and load_mw nan must be finite, the time not negative");
  CHECK(says([](auto& s) { s.support.primary = "sag"; }) ==
        "primary is 'sag'; choose droop, load_side or none");
  CHECK(says([](auto& s) { s.support.secondary_period_s = 0.015; }) ==
        "secondary_period_s is 0.015000; give a whole number of steps of 0.010000 s");
}
