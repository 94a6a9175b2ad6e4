// SPDX-License-Identifier: BSD-3-Clause
// Oracles: closed forms of one stair, the exact optimum at once, and trees drawn by hand.
#include "gridswarm/swarm/response.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"

using namespace gridswarm;
using namespace gridswarm::swarm;

namespace {

/// `clusters` clusters of `each` agents, reporting along a binary tree to the first of them.
Responders responders_of(Index clusters, Index each) {
  Responders out;
  for (Index c = 0; c < clusters; ++c) {
    out.leader.push_back(c * each);
    for (Index k = 0; k < each; ++k) {
      const Index agent = c * each + k;
      out.cluster.push_back(c);
      out.above.push_back(k == 0 ? none : c * each + (k - 1) / 2);
      out.cost_per_kw2.push_back(1.0 + draw_uniform(5, Stream::test, agent, 0));
      out.min_kw.push_back(-4.0);
      out.max_kw.push_back(5.0);
    }
  }
  out.members = group_by(out.cluster, clusters);
  return out;
}

/// The first `count` agents lose 1 to 3 kW.
Column<double> lost(const Responders& responders, Index count) {
  Column<double> step(static_cast<std::size_t>(responders.size()), 0.0);
  for (Index i = 0; i < count; ++i) step[i] = -1.0 - 2.0 * draw_uniform(6, Stream::test, i, 0);
  return step;
}

double sum_of(const Column<double>& column) {
  double sum = 0.0;
  for (const double value : column) sum += value;
  return sum;
}

ResponseLinks fast_neighbours() {
  ResponseLinks links;
  links.neighbour.delay_ms = 10.0;
  links.neighbour.sigma = 0.3;
  links.centre.delay_ms = 200.0;
  links.centre.sigma = 0.3;
  return links;
}

/// Median settling time over seeds.
double median_settle(const Responders& responders, const Column<double>& step,
                     const ResponseOptions& options, const ResponseLinks& links, bool by_swarm,
                     std::uint64_t first_seed = 0) {
  std::vector<double> settle;
  for (std::uint64_t seed = first_seed; seed < first_seed + 31; ++seed) {
    const Response response = by_swarm ? respond_by_swarm(responders, step, options, links, seed)
                                       : respond_by_centre(responders, step, options, links, seed);
    settle.push_back(measure_response(response.set_points, sum_of(step), 0.1, 0.05, 20.0).settle_s);
  }
  std::nth_element(settle.begin(), settle.begin() + 15, settle.end());
  return settle[15];
}

}  // namespace

TEST_CASE("one stair settles after ln 20 time constants and leaves step (t + T) unbalanced") {
  const SetPoints stair{{0.7}, {30.0}};
  const ResponseFigures figures = measure_response(stair, -30.0, 0.4, 0.05, 100.0);
  CHECK(figures.settle_s == doctest::Approx(0.7 + 0.4 * std::log(20.0)).epsilon(1e-12));
  CHECK(figures.unbalanced_kws == doctest::Approx(30.0 * (0.7 + 0.4)).epsilon(1e-9));
  CHECK(figures.overshoot == 0.0);
  CHECK(figures.left_share < 1e-12);
  const ResponseFigures at_once = measure_response(stair, -30.0, 0.0, 0.05, 100.0);
  CHECK(at_once.settle_s == 0.7);
  CHECK(at_once.unbalanced_kws == doctest::Approx(21.0));
}

TEST_CASE("a stair too high overshoots, settles when it comes back, and counts both sides") {
  // Imbalance 10, then -5 from 1 s on, then 0 from 2 s on, at once.
  const SetPoints stairs{{1.0, 2.0}, {-15.0, -10.0}};
  const ResponseFigures figures = measure_response(stairs, 10.0, 0.0, 0.05, 10.0);
  CHECK(figures.settle_s == 2.0);
  CHECK(figures.overshoot == doctest::Approx(0.5));
  CHECK(figures.unbalanced_kws == doctest::Approx(10.0 + 5.0));
  // With T = 1 s the imbalance of the second stair is -5 + 15 e^-t, zero after ln 3.
  const ResponseFigures slow = measure_response({{1.0}, {-15.0}}, 10.0, 1.0, 0.05, 1.0 + 2.0);
  const double zero = std::log(3.0);
  const double area = 10.0 + (-5.0 * zero + 15.0 * (1.0 - 1.0 / 3.0)) +
                      (5.0 * (2.0 - zero) - 15.0 * (1.0 / 3.0 - std::exp(-2.0)));
  CHECK(slow.unbalanced_kws == doctest::Approx(area).epsilon(1e-12));
  CHECK(slow.settle_s == no_limit);
}

TEST_CASE("reports follow the wires to the agent nearest the top, whatever buses lie between") {
  // Nodes 0 (top, nobody) - 1 (agents 2, 5) - 2 (nobody) - 3 (agent 1); 0 - 4 (agent 0).
  balance::ClusterTrees trees;
  trees.first = {0, 5};
  trees.up = {none, 0, 1, 2, 0};
  trees.node = {4, 3, 1, 1};  // slots: agents 0, 1, 2, 3
  cluster::Clusters clusters;
  clusters.of = {0, 0, 0, 0};
  clusters.members = group_by(clusters.of, 1);
  clusters.id = {1};
  Responders responders;
  report_along_wires(trees, clusters, responders);
  CHECK(responders.leader == std::vector<Index>{0});
  CHECK(responders.above == std::vector<Index>{none, 2, 0, 2});
  clusters.of[3] = none;
  CHECK_THROWS_WITH_AS(report_along_wires(trees, clusters, responders),
                       "agent row 3 is in no cluster; a response study needs all agents supplied",
                       UsageError);
}

TEST_CASE("every controller ends at the balance, and all but the curves' corners at least cost") {
  const Responders responders = responders_of(7, 15);
  const Column<double> step = lost(responders, 40);
  const double step_kw = sum_of(step);
  const Response best = respond_at_once(responders, step);
  CHECK(best.set_points.kw.back() == doctest::Approx(-step_kw).epsilon(1e-12));
  ResponseOptions options;
  const ResponseLinks links = fast_neighbours();
  const auto check = [&](const Response& response, double cost_tolerance) {
    CHECK(response.set_points.kw.back() == doctest::Approx(-step_kw).epsilon(1e-9));
    CHECK(response.cost == doctest::Approx(best.cost).epsilon(cost_tolerance));
  };
  check(respond_by_swarm(responders, step, options, links, 1), 1e-3);
  check(respond_by_centre(responders, step, options, links, 1), 1e-9);
  options.loop_s = 0.0;
  check(respond_by_centre(responders, step, options, links, 1), 1e-9);
  const Response by_admm = respond_by_admm(responders, step, options, links, 1);
  CHECK(by_admm.set_points.kw.back() == doctest::Approx(-step_kw).epsilon(1e-3));
  CHECK(by_admm.cost == doctest::Approx(best.cost).epsilon(1e-2));
  const Response averaged = respond_by_averaging(responders, step, options, 0.02, 8, 1);
  CHECK(averaged.set_points.kw.back() == doctest::Approx(-step_kw).epsilon(1e-3));
}

TEST_CASE("leaders of any number share what one cluster cannot cover") {
  for (Index clusters = 1; clusters <= 20; ++clusters) {
    const Responders responders = responders_of(clusters, 6);
    Column<double> step(static_cast<std::size_t>(responders.size()), 0.0);
    // All of the first cluster's room (30 kW) and half of everybody's.
    for (Index i = 0; i < 6; ++i) step[i] = -2.5 * static_cast<double>(clusters);
    const Response best = respond_at_once(responders, step);
    const Response response =
        respond_by_swarm(responders, step, ResponseOptions{}, fast_neighbours(), 9);
    CHECK(response.set_points.kw.back() == doctest::Approx(-sum_of(step)).epsilon(1e-9));
    CHECK(response.cost == doctest::Approx(best.cost).epsilon(2e-3));
  }
}

TEST_CASE("what nobody can cover leaves every agent at its limit") {
  const Responders responders = responders_of(3, 5);
  Column<double> step(15, -10.0);
  const Response response =
      respond_by_swarm(responders, step, ResponseOptions{}, fast_neighbours(), 2);
  CHECK(response.set_points.kw.back() == doctest::Approx(15 * 5.0));
  const ResponseFigures figures = measure_response(response.set_points, -150.0, 0.1, 0.05, 20.0);
  CHECK(figures.settle_s == no_limit);
  CHECK(figures.left_share == doctest::Approx(0.5));
}

TEST_CASE("the same seed gives the same answer, and lost messages only delay it") {
  const Responders responders = responders_of(9, 10);
  const Column<double> step = lost(responders, 30);
  ResponseLinks links = fast_neighbours();
  const ResponseOptions options;
  const Response once = respond_by_swarm(responders, step, options, links, 4);
  const Response again = respond_by_swarm(responders, step, options, links, 4);
  CHECK(once.set_points.time_s == again.set_points.time_s);
  CHECK(once.set_points.kw == again.set_points.kw);
  links.neighbour.loss = 0.05;
  const Response lossy = respond_by_swarm(responders, step, options, links, 4);
  CHECK(lossy.set_points.kw.back() == doctest::Approx(-sum_of(step)).epsilon(1e-9));
  links.centre.loss = 0.05;
  const Response centre = respond_by_centre(responders, step, options, links, 4);
  CHECK(centre.set_points.kw.back() == doctest::Approx(-sum_of(step)).epsilon(1e-9));
}

TEST_CASE("swapping the links of the two sides moves the winner") {
  const Responders responders = responders_of(8, 16);
  const Column<double> step = lost(responders, 40);
  ResponseOptions options;
  options.loop_s = 0.0;  // the centre's best case: reports by themselves
  ResponseLinks links = fast_neighbours();
  CHECK(median_settle(responders, step, options, links, true) <
        median_settle(responders, step, options, links, false));
  std::swap(links.neighbour, links.centre);
  CHECK(median_settle(responders, step, options, links, true) >
        median_settle(responders, step, options, links, false));
}

TEST_CASE("an integral-only loop of 0.1 s is slower than one lucky order of 4 s: feed forward") {
  // Actuator 0.5 s, gain 0.5 each 0.1 s: the loop swings (control theory of a lagged integrator).
  const ResponseFigures loop =
      measure_response(response_loop(-100.0, 0.1, 0.5, 0.5, 0.05, 60.0), -100.0, 0.5, 0.05, 60.0);
  const ResponseFigures lucky = measure_response({{0.3}, {100.0}}, -100.0, 0.5, 0.05, 60.0);
  CHECK(lucky.settle_s == doctest::Approx(0.3 + 0.5 * std::log(20.0)));
  CHECK(loop.settle_s > lucky.settle_s);
  CHECK(loop.settle_s == doctest::Approx(2.45).epsilon(0.1));
  // What is shipped feeds the step forward: no overshoot to speak of, and faster than that loop.
  const Responders responders = responders_of(8, 16);
  const Column<double> step = lost(responders, 40);
  const Response shipped =
      respond_by_swarm(responders, step, ResponseOptions{}, fast_neighbours(), 3);
  const ResponseFigures figures =
      measure_response(shipped.set_points, sum_of(step), 0.5, 0.05, 20.0);
  CHECK(figures.settle_s < loop.settle_s);
  CHECK(figures.overshoot < 0.05);
}
