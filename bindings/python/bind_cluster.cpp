// SPDX-License-Identifier: BSD-3-Clause
// Formation, election and measures of clusters, as `gridswarm cluster` does them; who is near whom.
#include <algorithm>
#include <optional>

#include "bind.hpp"
#include "gridswarm/cluster/cohesion.hpp"
#include "gridswarm/cluster/form.hpp"
#include "gridswarm/cluster/leader.hpp"
#include "gridswarm/cluster/neighbours.hpp"
#include "gridswarm/cluster/quality.hpp"
#include "gridswarm/distance/meshed.hpp"
#include "gridswarm/io/cluster_file.hpp"
#include "gridswarm/io/fleet_file.hpp"

namespace gridswarm::python {
namespace {

/// Lengths of one's own, by branch row; None: as the options say.
using Lengths = std::optional<std::vector<double>>;

/// Powers and bands of coming steps, step-major by agent row: (steps, p, low, high), or None.
using Coming =
    std::optional<std::tuple<Index, std::vector<double>, std::vector<double>, std::vector<double>>>;

cluster::FormExtras extras_of(const Coming& coming) {
  cluster::FormExtras extras;
  if (coming)
    extras.horizon = {std::get<0>(*coming), std::get<1>(*coming), std::get<2>(*coming),
                      std::get<3>(*coming)};
  return extras;
}

void set_lengths(const Lengths& lengths, cluster::ClusterOptions& options) {
  if (!lengths) return;
  options.branch_length = *lengths;
  options.edge_length = "custom";
}

/// A fleet on its wires, and what is wanted of them.
struct Scene {
  const feeder::Case& grid;
  fleet::Fleet fleet;
  feeder::SpanningForest spanning;
  cluster::ClusterOptions options;

  Scene(const feeder::Case& grid_, const std::string& fleet_text,
        const cluster::ClusterOptions& options_)
      : grid(grid_),
        fleet(io::fleet_from_table(io::parse_csv(fleet_text, "fleet"), grid)),
        spanning(feeder::spanning_forest(grid)),
        options(options_) {}

  std::optional<cluster::Clusters> clusters(const std::optional<std::string>& text,
                                            const char* name) const {
    if (!text) return std::nullopt;
    return io::clusters_from_table(io::parse_csv(*text, name), fleet);
  }
};

/// Everything that can be measured, needs the GIL only to be told.
struct Measures {
  cluster::ClusterQuality quality;
  cluster::Cohesion cohesion;
  std::optional<cluster::Comparison> comparison;

  Measures(const Scene& scene, const cluster::Clusters& clusters,
           const std::optional<cluster::Clusters>& previous)
      : quality(cluster::measure(scene.grid, scene.spanning, scene.fleet, scene.options, clusters)),
        cohesion(
            cluster::cohesion(scene.grid, scene.spanning, scene.fleet, scene.options, clusters)) {
    if (previous) comparison = cluster::compare(*previous, clusters);
  }

  py::dict told() const {
    py::dict out = to_dict(quality);
    out.attr("update")(to_dict(cohesion));
    if (comparison) out.attr("update")(to_dict(*comparison));
    return out;
  }
};

py::tuple form(const feeder::Case& grid, const std::string& fleet_text,
               const std::optional<std::string>& previous_text, const Lengths& lengths,
               const Coming& coming, const std::optional<std::string>& preset, std::uint64_t seed,
               std::uint32_t epoch, int threads, py::dict keywords) {
  auto options =
      take_fields(keywords, preset ? cluster::preset(*preset) : cluster::ClusterOptions{});
  const auto leading = take_fields<cluster::LeaderOptions>(keywords);
  refuse_the_rest(keywords);
  set_lengths(lengths, options);
  std::optional<Measures> measures;
  cluster::Formation formation;
  std::string text;
  {
    const py::gil_scoped_release release;
    const Scene scene(grid, fleet_text, options);
    const auto previous = scene.clusters(previous_text, "previous");
    formation = cluster::form(grid, scene.spanning.forest, scene.fleet, options,
                              previous ? &*previous : nullptr, threads, extras_of(coming));
    cluster::Standing standing;
    cluster::elect(scene.fleet, leading, seed, epoch, standing, formation.clusters);
    measures.emplace(scene, formation.clusters, previous);
    text = io::clusters_text(grid, scene.fleet, formation.clusters);
  }
  py::dict quality = measures->told();
  quality.attr("update")(to_dict(formation));
  return py::make_tuple(text, quality);
}

py::dict quality(const feeder::Case& grid, const std::string& fleet_text,
                 const std::string& clusters_text, const std::optional<std::string>& previous_text,
                 const Lengths& lengths, py::dict keywords) {
  auto options = take_fields<cluster::ClusterOptions>(keywords);
  refuse_the_rest(keywords);
  set_lengths(lengths, options);
  std::optional<Measures> measures;
  {
    const py::gil_scoped_release release;
    const Scene scene(grid, fleet_text, options);
    measures.emplace(scene, *scene.clusters(clusters_text, "clusters"),
                     scene.clusters(previous_text, "previous"));
  }
  return measures->told();
}

/// edge_length and x_source_pu alone: what distances know of the options.
cluster::ClusterOptions length_options(const std::string& edge_length, double x_source_pu,
                                       const Lengths& lengths) {
  cluster::ClusterOptions options;
  options.edge_length = edge_length;
  options.x_source_pu = x_source_pu;
  set_lengths(lengths, options);
  return options;
}

/// (agent, neighbour, distance) of every pair; k < 0: all within the radius.
py::tuple neighbours(const feeder::Case& grid, const std::string& fleet_text, std::int64_t k,
                     double radius_pu, const std::string& edge_length, double x_source_pu,
                     const Lengths& lengths) {
  Column<AgentId> agent, other;
  Column<double> distance_pu;
  {
    const py::gil_scoped_release release;
    const Scene scene(grid, fleet_text, length_options(edge_length, x_source_pu, lengths));
    const auto tree = distance::make_agent_tree(grid, scene.spanning.forest, scene.fleet,
                                                cluster::length_rule(scene.options));
    const auto most = static_cast<std::int64_t>(scene.fleet.size());
    const auto found = k >= 0 ? cluster::nearest(tree, static_cast<Index>(std::min(k, most)))
                              : cluster::within(tree, radius_pu);
    for (Index i = 0; i < scene.fleet.size(); ++i)
      for (const Index j : found.agents.row(i)) {
        agent.push_back(scene.fleet.plate.id[i]);
        other.push_back(scene.fleet.plate.id[j]);
      }
    for (const std::int64_t length : found.length)
      distance_pu.push_back(static_cast<double>(length) /
                            static_cast<double>(distance::length_unit));
  }
  return py::make_tuple(to_array(agent), to_array(other), to_array(distance_pu));
}

/// Distances of pairs of agents, given by their rows in a fleet sorted by agent.
py::array_t<double> distances(const feeder::Case& grid, const std::string& fleet_text,
                              const std::vector<AgentId>& a, const std::vector<AgentId>& b,
                              const std::string& edge_length, double x_source_pu,
                              const Lengths& lengths) {
  Column<double> far;
  {
    const py::gil_scoped_release release;
    const Scene scene(grid, fleet_text, length_options(edge_length, x_source_pu, lengths));
    const auto& ids = scene.fleet.plate.id;
    const auto row_of = [&](AgentId id) {
      const auto at = std::lower_bound(ids.begin(), ids.end(), id);
      if (at == ids.end() || *at != id)
        throw UsageError("agent " + std::to_string(id) + " is not in the fleet");
      return static_cast<Index>(at - ids.begin());
    };
    const distance::LengthRule rule = cluster::length_rule(scene.options);
    const bool by_logs = rule.choice == distance::EdgeLength::log_sensitivity;
    distance::edge_lengths_pu(grid, scene.spanning.forest, rule);  // refuses a bad rule
    const distance::LengthRule along = by_logs ? distance::EdgeLength::reactance : rule;
    const auto tree = distance::make_agent_tree(grid, scene.spanning.forest, scene.fleet, along);
    const auto mesh = distance::make_meshed(grid, scene.spanning, scene.fleet, along);
    distance::MeshedWork work;
    for (std::size_t k = 0; k < a.size(); ++k) {
      const Index i = row_of(a[k]);
      const Index j = row_of(b[k]);
      far.push_back(by_logs
                        ? distance::log_sensitivity_distance(mesh, tree, x_source_pu, i, j, work)
                        : distance::resistance_distance(mesh, tree, i, j, work));
    }
  }
  return to_array(far);
}

}  // namespace

void bind_cluster(py::module_& module) {
  module.def("form_clusters", form);
  module.def("cluster_quality", quality);
  module.def("neighbours", neighbours);
  module.def("distances", distances);
  module.def("cluster_options", describe<cluster::ClusterOptions>);
  module.def("leader_options", describe<cluster::LeaderOptions>);
}

}  // namespace gridswarm::python
