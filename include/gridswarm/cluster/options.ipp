// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include "gridswarm/base/error.hpp"
#include "gridswarm/cluster/options.hpp"

namespace gridswarm::inline GS_ABI {

namespace cluster {

GS_INLINE distance::LengthRule length_rule(const ClusterOptions& options) {
  return {distance::edge_length_of(options.edge_length), options.x_source_pu,
          options.branch_length};
}

GS_INLINE ClusterOptions preset(std::string_view name) {
  ClusterOptions options;
  if (name == "balancing") return options;
  if (name == "paper_literal") {
    options.w_output = 0.25;
    options.w_residual = 0.0;
    return options;
  }
  if (name == "voltage") {
    options.edge_length = "log_sensitivity";
    options.w_distance = 4.0;
    options.w_residual = 0.25;
    options.delta_pu = 0.1;
    options.diameter_max_pu = 1.0;
    return options;
  }
  if (name == "dispatch") {
    options.w_response = 1.0;
    return options;
  }
  throw UsageError("no preset is named '" + std::string(name) +
                   "'; choose balancing, paper_literal, voltage or dispatch");
}

}  // namespace cluster

template <>
GS_INLINE std::span<const Field<cluster::ClusterOptions>> fields() {
  using O = cluster::ClusterOptions;
  static const std::array table = {
      Field<O>{"size_min", "", &O::size_min, 1, 1024, "Smallest cluster wanted, in agents."},
      Field<O>{"size_max", "", &O::size_max, 1, 1024, "Largest cluster, in agents."},
      Field<O>{"diameter_max_pu", "p.u.", &O::diameter_max_pu, 0, 100,
               "Longest path inside a cluster, on 1 MVA."},
      Field<O>{"rating_max_kva", "kVA", &O::rating_max_kva, 0, 1e9,
               "Largest sum of ratings in a cluster; 0 for no bound."},
      Field<O>{"edge_length", "", &O::edge_length, 0, 0,
               "Length of a wire: resistance, reactance, magnitude, log_sensitivity or custom."},
      Field<O>{"x_source_pu", "p.u.", &O::x_source_pu, 1e-9, 1e3,
               "Reactance behind the source, on 1 MVA; only log_sensitivity reads it."},
      Field<O>{"w_distance", "", &O::w_distance, 0, 1e6, "Weight of the distances in a cluster."},
      Field<O>{"w_similarity", "", &O::w_similarity, 0, 1e6, "Weight of unlike states of charge."},
      Field<O>{"w_output", "", &O::w_output, 0, 1e6, "Weight of unlike outputs."},
      Field<O>{"w_response", "", &O::w_response, 0, 1e6,
               "Weight of devices that answer unlike soon."},
      Field<O>{"w_residual", "", &O::w_residual, 0, 1e6,
               "Weight of the power left after sharing inside."},
      Field<O>{"kappa", "", &O::kappa, 0, 1e6, "Overhead of having one cluster more."},
      Field<O>{"delta_pu", "p.u.", &O::delta_pu, 1e-6, 1e3, "Distance that costs one, on 1 MVA."},
      Field<O>{"delta_soc", "", &O::delta_soc, 1e-3, 1, "Deviation of SOC that costs one."},
      Field<O>{"delta_output", "", &O::delta_output, 1e-3, 2,
               "Deviation of output that costs one."},
      Field<O>{"delta_response", "", &O::delta_response, 1e-3, 100,
               "Deviation of the response class that costs one."},
      Field<O>{"delta_kw", "kW", &O::delta_kw, 1e-3, 1e9, "Power left over that costs one."},
      Field<O>{"flexibility", "", &O::flexibility, 0, 1,
               "Share of the devices' bands counted against the power left over."},
      Field<O>{"w_switch", "", &O::w_switch, 0, 1e6, "Cost of moving one member."},
      Field<O>{"min_gain", "", &O::min_gain, 0, 1,
               "Share of the objective a new partition of a feeder must save."},
      Field<O>{"labels", "", &O::labels, 1, 64, "Labels kept per node of the tree programme."},
      Field<O>{"refine_passes", "", &O::refine_passes, 0, 1000, "Passes of the local search."},
  };
  return table;
}

}  // namespace gridswarm::inline GS_ABI
