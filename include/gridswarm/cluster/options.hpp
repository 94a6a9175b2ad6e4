// SPDX-License-Identifier: BSD-3-Clause
// What people may choose about clusters: bounds and the weights of the objective in form.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/distance/edge_length.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// Bounds hold hard, but size_min yields where it can't be met; the symbols are those of J(S).
struct ClusterOptions {
  std::int64_t size_min = 4;  ///< 3f+1 voters with f = 1
  std::int64_t size_max = 64;
  double diameter_max_pu = 0.1;  ///< p.u. on 1 MVA
  double rating_max_kva = 0.0;   ///< 0: no bound
  std::string edge_length = "magnitude";
  double x_source_pu = 0.01;  ///< behind a source, p.u. on 1 MVA; log_sensitivity only
  double w_distance = 1.0;
  double w_similarity = 0.25;
  double w_output = 0.0;
  double w_response = 0.0;
  double w_residual = 1.0;
  double kappa = 4.0;      ///< overhead of a cluster
  double delta_pu = 0.01;  ///< reference distance
  double delta_soc = 0.25;
  double delta_output = 0.5;
  double delta_response = 1.0;
  double delta_kw = 2.0;
  double flexibility = 0.0;  ///< share of the devices' bands counted in the residual
  double w_switch = 0.1;     ///< per member moved; for steps of 15 minutes
  double min_gain = 0.01;    ///< share of J that a fresh formation must save beyond a repair
  std::int64_t labels = 16;  ///< kept per node
  std::int64_t refine_passes = 8;
  std::vector<double> branch_length;  ///< by branch row, for edge_length custom; in no table
};

/// Options for a purpose, all bounds as by default:
///   balancing      the default: share surplus inside first, alike in SOC
///   paper_literal  the paper's first rule as it stands: alike in SOC and in output, no residual
///   voltage        near above all, by log_sensitivity (there lengths are no impedances, so the
///                  diameter and the reference distance count in its unit)
///   dispatch       devices that answer alike soon, so that one order fits all
/// @throws UsageError for any other word.
ClusterOptions preset(std::string_view name);

/// What the options say about lengths; it refers to their branch_length.
/// @throws UsageError for an unknown edge_length.
distance::LengthRule length_rule(const ClusterOptions& options);

}  // namespace gridswarm::inline GS_ABI::cluster

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<cluster::ClusterOptions>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/cluster/options.ipp"
#endif
