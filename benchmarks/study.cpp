// SPDX-License-Identifier: BSD-3-Clause
// What a point of the response study costs: 10,000 agents, 200 seeded runs of the swarm and of the
// centre that it is compared with, and what the results say about settling and frequency.
//
// Timed is what benchmarks/claims/response_time.cpp does for one cell of the surface: both
// controllers answer every run over their links, message by message; the region is made before.
#include <algorithm>
#include <vector>

#include "gridswarm/base/parallel.hpp"
#include "gridswarm/swarm/response_effects.hpp"
#include "gridswarm/swarm/response_scene.hpp"
#include "rows.hpp"

using namespace gridswarm;
using namespace gridswarm::swarm;

namespace {

constexpr Index agents = 10000, runs = 200;
constexpr double loop_s = 1.0, actuator_s = 0.3;

struct Point {
  std::vector<double> settle_s = std::vector<double>(runs);
  std::vector<std::int64_t> messages = std::vector<std::int64_t>(runs);
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + runs / 2, values.end());
  return values[runs / 2];
}

/// All runs of one controller at one actuator.
template <class Controller>
Point point_of(const ResponseOptions& options, Controller&& answer) {
  Point point;
  run_pieces(runs, 0, [&](Index run, int) {
    const auto seed = static_cast<std::uint64_t>(1 + run);
    const Column<double> step = region_step(agents, seed);
    double step_kw = 0.0;
    for (const double kw : step) step_kw += kw;
    const Response response = answer(step, seed);
    EffectFigures effect;
    frequency_effect(response.set_points, step_kw, actuator_s, options.horizon_s, EffectOptions{},
                     effect);
    point.settle_s[run] =
        measure_response(response.set_points, step_kw, actuator_s, 0.05, options.horizon_s)
            .settle_s;
    point.messages[run] = response.messages;
  });
  return point;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = "./dev bench study";
  const ResponseScene scene = make_response_scene(agents);
  ResponseOptions options;
  options.loop_s = loop_s;
  ResponseLinks links;
  links.neighbour.sigma = links.centre.sigma = 0.3;
  links.centre.delay_ms = 75.0;
  Point swarm, centre;
  const double taken_s = bench::best_seconds(1, [&] {
    swarm = point_of(options, [&](const Column<double>& step, std::uint64_t seed) {
      return respond_by_swarm(scene.responders, step, options, links, seed);
    });
    centre = point_of(options, [&](const Column<double>& step, std::uint64_t seed) {
      return respond_by_centre(scene.responders, step, options, links, seed);
    });
  });
  const double sooner = 1.0 - median(swarm.settle_s) / median(centre.settle_s);
  double messages = 0.0;
  for (Index run = 0; run < runs; ++run)
    messages += static_cast<double>(swarm.messages[run] + centre.messages[run]);
  bench::print_rows(
      std::vector<bench::Row>{
          {"study_point_s", taken_s, "s", "<=", 60.0, 1, command},
          {"study_point_messages", messages, "", "", 0.0, 1, command},
          {"study_point_sooner", sooner, "", "", 0.0, 1, command},
      },
      bench::wants_json(argc, argv));
}
