// SPDX-License-Identifier: BSD-3-Clause
// Our side of `./dev peers clusters`: the forest that clusters.py wrote, formed and searched here,
// so that all sides are timed by the same clock: seconds of the process's core, best of several.
//
// usage: peer_clusters FOLDER LABELS DELTA_PU DIAMETER_MAX_PU ROUNDS
// FOLDER holds case.h5 and fleet.csv; clusters.csv and knn8.i64 (lengths of the 8 nearest, agent by
// agent, in 1e-9 p.u.) are written beside them. One JSON object on stdout.
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/neighbours.hpp"
#include "gridswarm/feeder/forest.hpp"
#include "gridswarm/io/case_hdf5.hpp"
#include "gridswarm/io/cluster_file.hpp"
#include "gridswarm/io/fleet_file.hpp"
#include "rows.hpp"

using namespace gridswarm;

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: peer_clusters FOLDER LABELS DELTA_PU DIAMETER_MAX_PU ROUNDS\n");
    return 2;
  }
  const std::string folder = argv[1];
  cluster::ClusterOptions options;
  options.labels = std::stoll(argv[2]);
  options.delta_pu = std::stod(argv[3]);
  options.diameter_max_pu = std::stod(argv[4]);
  const int rounds = std::stoi(argv[5]);

  const feeder::Case grid = io::read_case_hdf5(folder + "/case.h5");
  const fleet::Fleet fleet = io::read_fleet(folder + "/fleet.csv", grid);
  const feeder::Forest forest = feeder::make_forest(grid);
  cluster::Formation formed;
  const double form_s = bench::best_cpu_seconds(
      rounds, [&] { formed = cluster::form(grid, forest, fleet, options, nullptr, 1); });
  io::write_clusters(folder + "/clusters.csv", grid, fleet, formed.clusters);

  const auto tree = distance::make_agent_tree(grid, forest, fleet, cluster::length_rule(options));
  cluster::Neighbours near;
  const double knn_s =
      bench::best_cpu_seconds(rounds, [&] { near = cluster::nearest(tree, Index{8}); });
  std::ofstream file(folder + "/knn8.i64", std::ios::binary);
  file.write(reinterpret_cast<const char*>(near.length.data()),
             static_cast<std::streamsize>(near.length.size() * sizeof(near.length[0])));
  const nlohmann::json out = {{"form_s", form_s},
                              {"knn8_s", knn_s},
                              {"rounds", rounds},
                              {"objective", formed.objective},
                              {"undersized", formed.undersized}};
  std::printf("%s\n", out.dump().c_str());
}
