// SPDX-License-Identifier: BSD-3-Clause
// Formation, election and measures of clusters, as `gridswarm cluster` does them.
#include "bind.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/leader.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "gridswarm/io/cluster_file.hpp"
#include "gridswarm/io/fleet_file.hpp"

namespace gridswarm::python {
namespace {

struct Formed {
  std::string text;  ///< clusters.csv
  cluster::Formation formation;
  cluster::ClusterQuality quality;
};

py::tuple form(const feeder::Case& grid, const std::string& fleet_text,
               const std::optional<std::string>& previous_text, std::uint64_t seed,
               std::uint32_t epoch, int threads, py::dict keywords) {
  const auto options = take_fields<cluster::ClusterOptions>(keywords);
  const auto leading = take_fields<cluster::LeaderOptions>(keywords);
  refuse_the_rest(keywords);
  Formed formed;
  {
    const py::gil_scoped_release release;
    const fleet::Fleet fleet = io::fleet_from_table(io::parse_csv(fleet_text, "fleet"), grid);
    const feeder::Forest forest = feeder::make_forest(grid);
    cluster::Clusters previous;
    if (previous_text)
      previous = io::clusters_from_table(io::parse_csv(*previous_text, "previous"), fleet);
    formed.formation =
        cluster::form(grid, forest, fleet, options, previous_text ? &previous : nullptr, threads);
    cluster::Clusters& clusters = formed.formation.clusters;
    cluster::Standing standing;
    cluster::elect(fleet, leading, seed, epoch, standing, clusters);
    formed.quality = cluster::measure(grid, forest, fleet, options, clusters);
    formed.text = io::clusters_text(grid, fleet, clusters);
  }
  py::dict quality = to_dict(formed.quality);
  quality.attr("update")(to_dict(formed.formation));
  return py::make_tuple(formed.text, quality);
}

}  // namespace

void bind_cluster(py::module_& module) {
  module.def("form_clusters", form);
  module.def("cluster_options", describe<cluster::ClusterOptions>);
  module.def("leader_options", describe<cluster::LeaderOptions>);
}

}  // namespace gridswarm::python
