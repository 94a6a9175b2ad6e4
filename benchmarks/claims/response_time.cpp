// SPDX-License-Identifier: BSD-3-Clause
// Runs of the response study (swarm/response.hpp): one line of CSV per run, controller, actuator.
//
// A region loses power (swarm/response_scene.hpp) at a random moment of every clock, and each
// controller answers. Frequency comes from every run; voltage, which needs every agent's power over
// time, from the first --voltage-runs of them at one actuator. benchmarks/claims/response_time.py
// makes tables and pictures of it.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "gridswarm/base/parallel.hpp"
#include "gridswarm/swarm/response_effects.hpp"
#include "gridswarm/swarm/response_scene.hpp"

using namespace gridswarm;
using namespace gridswarm::swarm;

namespace {

constexpr double actuators_s[] = {0.05, 0.1, 0.3, 0.5, 1.0, 2.17};
constexpr double settle_share = 0.05;
constexpr double voltage_actuator_s = 0.3;
constexpr Index averaging_degree = 8;

struct Words {
  Index agents = 10000;
  std::int64_t runs = 200;
  std::int64_t first_seed = 1;
  int threads = 0;
  double round_s = 0.03;  ///< of averaging: nearly every message of a round has come
  std::int64_t voltage_runs = 0;
  std::string controllers = "swarm,polled,reported,admm,averaging,droop,nobody,at_once";
  std::vector<double> loops_s = {0.25, 0.5, 1.0, 2.0, 4.0};
  ResponseOptions options;
  ResponseLinks links;
};

[[noreturn]] void usage(const std::string& word) {
  std::fprintf(stderr,
               "response_time: %s is not understood; the options are --agents --runs "
               "--first-seed --threads --controllers --loops --merge --leaders --window --deadline "
               "--solve --ingest --horizon --neighbour-ms --centre-ms --sigma --loss --rate-kb "
               "--round --weight --skew --cut --silent --voltage-runs\n",
               word.c_str());
  std::exit(2);
}

Words read(int argc, char** argv) {
  Words words;
  words.links.neighbour.sigma = words.links.centre.sigma = 0.3;
  words.links.centre.delay_ms = 75.0;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const double value = std::atof(argv[i + 1]);
    if (name == "--agents")
      words.agents = static_cast<Index>(value);
    else if (name == "--runs")
      words.runs = static_cast<std::int64_t>(value);
    else if (name == "--first-seed")
      words.first_seed = static_cast<std::int64_t>(value);
    else if (name == "--threads")
      words.threads = static_cast<int>(value);
    else if (name == "--controllers")
      words.controllers = argv[i + 1];
    else if (name == "--merge")
      words.options.merge_s = value;
    else if (name == "--leaders")
      words.options.leaders_s = value;
    else if (name == "--window")
      words.options.centre_window_s = value;
    else if (name == "--deadline")
      words.options.deadline_s = value;
    else if (name == "--solve")
      words.options.solve_s = value;
    else if (name == "--ingest")
      words.options.ingest_per_s = value;
    else if (name == "--horizon")
      words.options.horizon_s = value;
    else if (name == "--neighbour-ms")
      words.links.neighbour.delay_ms = value;
    else if (name == "--centre-ms")
      words.links.centre.delay_ms = value;
    else if (name == "--sigma")
      words.links.neighbour.sigma = words.links.centre.sigma = value;
    else if (name == "--loss")
      words.links.neighbour.loss = words.links.centre.loss = value;
    else if (name == "--rate-kb")
      words.links.neighbour.rate_kb_per_s = words.links.centre.rate_kb_per_s = value;
    else if (name == "--round")
      words.round_s = value;
    else if (name == "--weight")
      words.options.admm_weight = value;
    else if (name == "--skew")
      words.options.clock_skew_s = value;
    else if (name == "--cut")
      words.options.cut_s = value;
    else if (name == "--silent")
      words.options.silent_s = value;
    else if (name == "--voltage-runs")
      words.voltage_runs = static_cast<std::int64_t>(value);
    else if (name == "--loops") {
      words.loops_s.clear();
      for (char* at = argv[i + 1]; *at != 0; at += *at == ',')
        words.loops_s.push_back(std::strtod(at, &at));
    } else
      usage(name);
  }
  if (argc % 2 == 0) usage(argv[argc - 1]);
  return words;
}

struct Line {
  Response response;
  double step_kw = 0.0;
  double best_cost = 0.0;
  bool is_power = false;  ///< set_points are what devices give, not what they follow
  ResponseFigures figures;
  EffectFigures effect;
};

/// What one controller does: fills `line.response` for one actuator, or for all where it may.
struct Controller {
  const char* name;
  double loop_s;
  bool sees_frequency;  ///< its answer depends on the actuator
  std::function<void(const Column<double>& step, std::uint64_t seed, double actuator_s, Line&)> act;
};

void measure(const Words& words, const ResponseScene& scene, std::int64_t run, double actuator_s,
             const Column<double>& step, Line& line) {
  const double horizon_s = words.options.horizon_s;
  line.figures = measure_response(line.response.set_points, line.step_kw,
                                  line.is_power ? 0.0 : actuator_s, settle_share, horizon_s);
  if (!line.is_power)
    frequency_effect(line.response.set_points, line.step_kw, actuator_s, horizon_s, EffectOptions{},
                     line.effect);
  line.effect.bus_minutes = line.effect.worst_pu = std::nan("");
  if (run < words.voltage_runs && actuator_s == voltage_actuator_s && !line.is_power)
    voltage_effect(scene, step, line.response.log, actuator_s, horizon_s, EffectOptions{},
                   line.effect);
}

void print(const Controller& controller, std::int64_t run, double actuator_s, const Line& line) {
  const Response& response = line.response;
  std::printf(
      "%s,%g,%lld,%g,%.9g,%.6g,%.6g,%.3g,%.6g,%lld,%lld,%lld,%.6g,%.6g,%.6g,%.6g,%.4g,"
      "%.4g\n",
      controller.name, controller.loop_s, static_cast<long long>(run), actuator_s,
      line.figures.settle_s, line.figures.overshoot, line.figures.unbalanced_kws / -line.step_kw,
      response.cost / line.best_cost - 1.0, line.figures.left_share,
      static_cast<long long>(response.messages), static_cast<long long>(response.bytes),
      static_cast<long long>(response.busiest_messages), static_cast<double>(response.orders),
      response.moved_kw / -line.step_kw, line.effect.nadir_hz, line.effect.rocof_hz_per_s,
      line.effect.bus_minutes, line.effect.worst_pu);
}

void study(const Words& words, const ResponseScene& scene, const Controller& controller) {
  if (("," + words.controllers + ",").find("," + std::string(controller.name) + ",") ==
      std::string::npos)
    return;
  constexpr std::size_t actuators = std::size(actuators_s);
  std::vector<Line> lines(static_cast<std::size_t>(words.runs) * actuators);
  run_pieces(words.runs, words.threads, [&](Index run, int) {
    const auto seed = static_cast<std::uint64_t>(words.first_seed + run);
    const Column<double> step = region_step(scene.responders.size(), seed);
    Line line;
    for (const double kw : step) line.step_kw += kw;
    line.best_cost = respond_at_once(scene.responders, step).cost;
    for (std::size_t a = 0; a < actuators; ++a) {
      if (a == 0 || controller.sees_frequency) controller.act(step, seed, actuators_s[a], line);
      measure(words, scene, run, actuators_s[a], step, line);
      Line& kept = lines[static_cast<std::size_t>(run) * actuators + a];
      kept = line;
      kept.response.set_points = {};
      kept.response.log = {};
    }
  });
  for (std::size_t k = 0; k < lines.size(); ++k)
    print(controller, static_cast<std::int64_t>(k / actuators), actuators_s[k % actuators],
          lines[k]);
  std::fflush(stdout);
}

/// All controllers of a study; those by set-points ignore the actuator.
std::vector<Controller> controllers_of(const Words& words, const ResponseScene& scene) {
  const Responders& responders = scene.responders;
  const auto with = [&words](double loop_s) {
    ResponseOptions options = words.options;
    options.keep_log = words.voltage_runs > 0;
    options.loop_s = loop_s;
    return options;
  };
  std::vector<Controller> all;
  const auto add = [&](const char* name, double loop_s, auto act) {
    all.push_back({name, loop_s, false,
                   [act](const Column<double>& step, std::uint64_t seed, double, Line& line) {
                     line.response = act(step, seed);
                   }});
  };
  add("swarm", 0.0, [&, options = with(0.0)](const Column<double>& step, std::uint64_t seed) {
    return respond_by_swarm(responders, step, options, words.links, seed);
  });
  for (const double loop_s : words.loops_s)
    add("polled", loop_s,
        [&, options = with(loop_s)](const Column<double>& step, std::uint64_t seed) {
          return respond_by_centre(responders, step, options, words.links, seed);
        });
  add("reported", 0.0, [&, options = with(0.0)](const Column<double>& step, std::uint64_t seed) {
    return respond_by_centre(responders, step, options, words.links, seed);
  });
  add("admm", 0.0, [&, options = with(0.0)](const Column<double>& step, std::uint64_t seed) {
    return respond_by_admm(responders, step, options, words.links, seed);
  });
  add("averaging", 0.0, [&, options = with(0.0)](const Column<double>& step, std::uint64_t seed) {
    return respond_by_averaging(responders, step, options, words.round_s, averaging_degree, seed);
  });
  all.push_back({"droop", 0.0, true,
                 [&](const Column<double>&, std::uint64_t, double actuator_s, Line& line) {
                   line.is_power = true;
                   line.response.cost = std::nan("");
                   line.response.set_points =
                       respond_by_droop(responders, line.step_kw, actuator_s,
                                        words.options.horizon_s, EffectOptions{}, line.effect);
                 }});
  add("nobody", 0.0, [](const Column<double>&, std::uint64_t) { return Response{}; });
  add("at_once", 0.0,
      [&](const Column<double>& step, std::uint64_t) { return respond_at_once(responders, step); });
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const Words words = read(argc, argv);
  const ResponseScene scene = make_response_scene(words.agents);
  std::printf(
      "controller,loop_s,run,actuator_s,settle_s,overshoot,unbalanced_s,gap,left_share,messages,"
      "bytes,busiest_messages,orders,moved,nadir_hz,rocof_hz_per_s,bus_minutes,worst_pu\n");
  for (const Controller& controller : controllers_of(words, scene)) study(words, scene, controller);
}
