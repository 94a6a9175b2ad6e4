// SPDX-License-Identifier: BSD-3-Clause
// Runs of the response study (swarm/response.hpp): one line of CSV per run, controller, actuator.
//
// A region of a synthetic feeder (a tenth of its agents, next to each other in the numbering) loses
// power at a random moment of every clock. Agents stand one per bus in clusters as `form` makes
// them; the room of each is 1 to 3 times what one of the region loses on average, so clusters in
// the region need help. benchmarks/claims/response_time.py makes tables and pictures of it.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "gridswarm/base/parallel.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/fleet/synthetic.hpp"
#include "gridswarm/swarm/response.hpp"

using namespace gridswarm;
using namespace gridswarm::swarm;

namespace {

constexpr double actuators_s[] = {0.05, 0.1, 0.3, 0.5, 1.0, 2.17};
constexpr double settle_share = 0.05;
constexpr Index averaging_degree = 8;

struct Words {
  Index agents = 10000;
  std::int64_t runs = 200;
  std::int64_t first_seed = 1;
  int threads = 0;
  double round_s = 0.03;  ///< of averaging: nearly every message of a round has come
  std::string controllers = "swarm,polled,reported,averaging,at_once";
  std::vector<double> loops_s = {0.25, 0.5, 1.0, 2.0, 4.0};
  ResponseOptions options;
  ResponseLinks links;
};

[[noreturn]] void usage(const std::string& word) {
  std::fprintf(stderr,
               "response_time: %s is not understood; the options are --agents --runs "
               "--first-seed --threads --controllers --loops --merge --leaders --window --deadline "
               "--solve --ingest --horizon --neighbour-ms --centre-ms --sigma --loss --round\n",
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
    else if (name == "--round")
      words.round_s = value;
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

/// One agent on every bus, in clusters; who can answer and by how much.
Responders make_responders(Index agents) {
  const feeder::Case grid = feeder::make_synthetic(agents, 1);
  const feeder::Forest forest = feeder::make_forest(grid);
  const fleet::Fleet fleet = fleet::make_synthetic_fleet(grid, agents, 1);
  const cluster::Formation formed =
      cluster::form(grid, forest, fleet, cluster::ClusterOptions{}, nullptr, 0);
  Column<double> length_pu;
  balance::edge_lengths(forest, 1.0, length_pu);
  balance::ClusterTrees trees;
  balance::make_cluster_trees(forest, formed.clusters, fleet.plate.bus, length_pu, trees);
  Responders responders;
  report_along_wires(trees, formed.clusters, responders);
  for (Index i = 0; i < agents; ++i) {
    const double room_kw = 1.0 + 2.0 * draw_uniform(2, Stream::response, i, 2);
    responders.cost_per_kw2.push_back(1.0 + 2.0 * draw_uniform(2, Stream::response, i, 3));
    responders.min_kw.push_back(-room_kw);
    responders.max_kw.push_back(room_kw);
  }
  return responders;
}

/// A tenth of the agents from a random one on lose 0.5 to 1.5 kW (times three: all they have).
Column<double> make_step(Index agents, std::uint64_t seed) {
  Column<double> step(static_cast<std::size_t>(agents), 0.0);
  const auto count = static_cast<std::uint64_t>(agents);
  const std::uint64_t first = draw_below(seed, Stream::response, count + 1, 4, count);
  for (std::uint64_t k = 0; k < std::max<std::uint64_t>(count / 10, 1); ++k)
    step[(first + k) % count] = -3.0 * (0.5 + draw_uniform(seed, Stream::response, k, 5));
  return step;
}

struct Line {
  Response response;
  double step_kw = 0.0;
  double best_cost = 0.0;
};

template <class Controller>
void study(const Words& words, const Responders& responders, const char* name, double loop_s,
           const Controller& controller) {
  if (("," + words.controllers + ",").find("," + std::string(name) + ",") == std::string::npos)
    return;
  std::vector<Line> lines(static_cast<std::size_t>(words.runs));
  run_pieces(words.runs, words.threads, [&](Index run, int) {
    const auto seed = static_cast<std::uint64_t>(words.first_seed + run);
    const Column<double> step = make_step(responders.size(), seed);
    Line& line = lines[run];
    for (const double kw : step) line.step_kw += kw;
    line.response = controller(step, seed);
    line.best_cost = respond_at_once(responders, step).cost;
  });
  for (std::size_t run = 0; run < lines.size(); ++run)
    for (const double actuator_s : actuators_s) {
      const Line& line = lines[run];
      const ResponseFigures figures =
          measure_response(line.response.set_points, line.step_kw, actuator_s, settle_share,
                           words.options.horizon_s);
      std::printf("%s,%g,%zu,%g,%.9g,%.6g,%.6g,%.3g,%lld,%lld,%lld\n", name, loop_s, run,
                  actuator_s, figures.settle_s, figures.overshoot,
                  figures.unbalanced_kws / -line.step_kw, line.response.cost / line.best_cost - 1.0,
                  static_cast<long long>(line.response.messages),
                  static_cast<long long>(line.response.bytes),
                  static_cast<long long>(line.response.busiest_messages));
    }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const Words words = read(argc, argv);
  const Responders responders = make_responders(words.agents);
  std::printf(
      "controller,loop_s,run,actuator_s,settle_s,overshoot,unbalanced_s,gap,messages,bytes,"
      "busiest_messages\n");
  const auto with = [&](double loop_s) {
    ResponseOptions options = words.options;
    options.loop_s = loop_s;
    return options;
  };
  study(words, responders, "swarm", 0.0, [&](const Column<double>& step, std::uint64_t seed) {
    return respond_by_swarm(responders, step, words.options, words.links, seed);
  });
  for (const double loop_s : words.loops_s)
    study(words, responders, "polled", loop_s, [&](const Column<double>& step, std::uint64_t seed) {
      return respond_by_centre(responders, step, with(loop_s), words.links, seed);
    });
  study(words, responders, "reported", 0.0, [&](const Column<double>& step, std::uint64_t seed) {
    return respond_by_centre(responders, step, with(0.0), words.links, seed);
  });
  study(words, responders, "averaging", 0.0, [&](const Column<double>& step, std::uint64_t seed) {
    return respond_by_averaging(responders, step, words.options, words.round_s, averaging_degree,
                                seed);
  });
  study(words, responders, "at_once", 0.0, [&](const Column<double>& step, std::uint64_t) {
    return respond_at_once(responders, step);
  });
}
