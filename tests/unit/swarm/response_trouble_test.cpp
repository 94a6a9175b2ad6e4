// SPDX-License-Identifier: BSD-3-Clause
// Skewed clocks, cuts, silence, a centre's pace; then frequency and voltage by closed forms.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/swarm/response_effects.hpp"

using namespace gridswarm;
using namespace gridswarm::swarm;

namespace {

const ResponseScene& scene() {
  static const ResponseScene one = make_response_scene(300);
  return one;
}

ResponseLinks links() {
  ResponseLinks out;
  out.neighbour.delay_ms = 10.0;
  out.centre.delay_ms = 75.0;
  out.neighbour.sigma = out.centre.sigma = 0.3;
  return out;
}

double sum_of(const Column<double>& column) {
  double sum = 0.0;
  for (const double value : column) sum += value;
  return sum;
}

enum class Who { swarm, polled, reported };

/// Median over seeds of the time until the imbalance stays within 5 %.
double median_settle(Who who, ResponseOptions options) {
  options.loop_s = who == Who::polled ? 0.5 : 0.0;
  std::vector<double> settle;
  for (std::uint64_t seed = 0; seed < 21; ++seed) {
    const Column<double> step = region_step(300, seed);
    const Response response =
        who == Who::swarm ? respond_by_swarm(scene().responders, step, options, links(), seed)
                          : respond_by_centre(scene().responders, step, options, links(), seed);
    settle.push_back(
        measure_response(response.set_points, sum_of(step), 0.1, 0.05, options.horizon_s).settle_s);
  }
  std::nth_element(settle.begin(), settle.begin() + 10, settle.end());
  return settle[10];
}

}  // namespace

TEST_CASE("clocks off by 50 ms delay the swarm's exchanges and polls, and stop neither") {
  ResponseOptions right, skewed;
  skewed.clock_skew_s = 0.05;
  const double swarm = median_settle(Who::swarm, skewed) - median_settle(Who::swarm, right);
  CHECK(swarm != 0.0);
  CHECK(std::abs(swarm) < 0.1);  // an exchange ends with whoever began last, and some begin sooner
  const double polled = median_settle(Who::polled, skewed) - median_settle(Who::polled, right);
  CHECK(polled > 0.05);
  CHECK(polled < 0.15);
  // Whoever reports by itself looks at no clock but its own.
  CHECK(median_settle(Who::reported, skewed) == median_settle(Who::reported, right));
}

TEST_CASE("whoever is cut off or silent is waited for: later, but balanced") {
  ResponseOptions whole;
  for (const Who who : {Who::swarm, Who::polled, Who::reported}) {
    ResponseOptions cut = whole, silent = whole;
    cut.cut_s = 1.0;
    silent.silent_s = 1.0;
    CHECK(median_settle(who, cut) < 20.0);
    CHECK(median_settle(who, silent) < 20.0);
    CHECK(median_settle(who, silent) > median_settle(who, whole));
  }
}

TEST_CASE("a centre gives set-points out at its pace, however often it solves") {
  ResponseOptions options;
  options.loop_s = 0.0;
  options.ingest_per_s = 300.0;  // a second for everybody
  options.centre_window_s = 0.0;
  options.keep_log = true;
  const Column<double> step = region_step(300, 1);
  const Response response = respond_by_centre(scene().responders, step, options, links(), 1);
  std::vector<double> told_s;
  for (const Heard& one : response.heard)
    if (response_message_kinds("centre")[static_cast<std::size_t>(one.kind)] == "set-point")
      told_s.push_back(one.time_s);
  REQUIRE(told_s.size() >= 300);
  CHECK(told_s.back() - told_s.front() > 0.8 * static_cast<double>(told_s.size()) / 300.0);
  CHECK(response.set_points.kw.back() == doctest::Approx(-sum_of(step)).epsilon(1e-9));
}

TEST_CASE("orders and what they move are counted, and the log is the staircase one by one") {
  const Column<double> step = region_step(300, 2);
  const Response best = respond_at_once(scene().responders, step);
  CHECK(best.moved_kw == doctest::Approx(-sum_of(step)));
  ResponseOptions options;
  options.keep_log = true;
  const Response response = respond_by_swarm(scene().responders, step, options, links(), 2);
  CHECK(static_cast<std::int64_t>(response.log.size()) == response.orders);
  CHECK(response.moved_kw >= -sum_of(step));
  std::vector<double> last(300, 0.0);
  for (const Order& one : response.log) last[static_cast<std::size_t>(one.agent)] = one.p_kw;
  double sum = 0.0;
  for (const double p : last) sum += p;
  CHECK(sum == doctest::Approx(response.set_points.kw.back()).epsilon(1e-9));
  CHECK_THROWS_WITH_AS(response_message_kinds("averaging"),
                       "messages of controller averaging are not kept; there are swarm, centre and "
                       "admm",
                       UsageError);
}

TEST_CASE("ADMM needs rounds of two trips each: rounds x latency, far slower than one solution") {
  ResponseOptions options;
  options.loop_s = 0.0;
  const Column<double> step = region_step(300, 3);
  const auto settle = [&](const Response& response) {
    return measure_response(response.set_points, sum_of(step), 0.1, 0.05, 20.0).settle_s;
  };
  const Response admm = respond_by_admm(scene().responders, step, options, links(), 3);
  const Response centre = respond_by_centre(scene().responders, step, options, links(), 3);
  CHECK(settle(admm) > settle(centre) + 0.3);  // two more rounds of 150 ms at least
  CHECK(settle(admm) < 20.0);
  // A heavy weight shares equally: balanced in the first round, but dearer for long.
  options.admm_weight = 100.0;
  const Response heavy = respond_by_admm(scene().responders, step, options, links(), 3);
  CHECK(settle(heavy) < settle(admm));
  CHECK(heavy.cost > 1.001 * admm.cost);
}

TEST_CASE("frequency: nobody falls by the rotors' law, at once and without actuator it stays") {
  const EffectOptions options;
  EffectFigures figures;
  frequency_effect({}, -100.0, 0.3, 20.0, options, figures);
  // f0 share / (2 H) = 50 x 0.05 / 10 = 0.25 Hz/s, less what load and governors give meanwhile.
  CHECK(figures.rocof_hz_per_s < 0.25);
  CHECK(figures.rocof_hz_per_s > 0.18);
  const double alone = figures.nadir_hz;
  CHECK(alone < 49.8);
  frequency_effect({{0.0}, {100.0}}, -100.0, 0.0, 20.0, options, figures);
  CHECK(figures.nadir_hz == 50.0);
  CHECK(figures.rocof_hz_per_s == 0.0);
  frequency_effect({{1.0}, {100.0}}, -100.0, 0.3, 20.0, options, figures);
  CHECK(figures.nadir_hz > alone);
  CHECK(figures.nadir_hz < 50.0);
  const SetPoints droop = respond_by_droop(scene().responders, -100.0, 0.3, 20.0, options, figures);
  CHECK(figures.nadir_hz > alone);
  const ResponseFigures left = measure_response(droop, -100.0, 0.0, 0.05, 20.0);
  CHECK(left.settle_s == no_limit);  // droop leaves what it needs to be told
  CHECK(left.left_share > 0.05);
}

TEST_CASE("voltage of two buses in a row: minutes out of the band by hand") {
  ResponseScene row;
  row.forest.roots = 1;
  row.forest.bus = {0, 1, 2};
  row.forest.parent = {none, 0, 1};
  row.forest.r_pu = {0.0, 1.0, 1.0};
  row.position = {1, 2};
  row.responders.max_kw = {1.0, 1.0};
  EffectOptions options;
  options.band_pu = 0.05;
  EffectFigures figures;
  // All at their limit: v = 2, 3, scaled so that 3 is 0.1. The second loses 1: v = -1, -2.
  const Column<double> step = {0.0, -1.0};
  voltage_effect(row, step, {}, 0.3, 6.0, options, figures);
  CHECK(figures.worst_pu == doctest::Approx(0.2 / 3.0));
  CHECK(figures.bus_minutes == doctest::Approx(0.1).epsilon(0.02));  // one bus, 6 s
  const std::vector<Order> log = {{1.0, 1.0, 1}};                    // it gives 1 from 1 s on
  voltage_effect(row, step, log, 0.0, 6.0, options, figures);
  CHECK(figures.bus_minutes == doctest::Approx(1.1 / 60.0).epsilon(0.1));
}

TEST_CASE("a study of fewer than ten agents is refused") {
  CHECK_THROWS_WITH_AS(make_response_scene(9), "a response study needs at least 10 agents, not 9",
                       UsageError);
}
