// SPDX-License-Identifier: BSD-3-Clause
// One cluster's dispatch: boxed quadratic costs, costs in pieces, and under the limits of wires.
#include "bind.hpp"
#include "gridswarm/balance/network_dispatch.hpp"
#include "gridswarm/balance/piecewise_balancing.hpp"
#include "gridswarm/fleet/on_feeder.hpp"

namespace gridswarm::python {
namespace {

std::span<const double> view(const Numbers& column) {
  return {column.data(), static_cast<std::size_t>(column.size())};
}

const char* name_of(balance::Balance status) {
  static const char* const names[] = {"solved", "short_of_power", "too_much_power",
                                      "out_of_rounds"};
  return names[static_cast<int>(status)];
}

const char* name_of(balance::NetworkStatus status) {
  static const char* const names[] = {"solved", "short_of_power", "too_much_power", "beyond_limits",
                                      "out_of_rounds"};
  return names[static_cast<int>(status)];
}

/// Columns want, min, max, cost per kW^2; the exchange and its cost, 0: fixed.
balance::BoxedQuadratic boxed_of(const std::vector<Numbers>& columns, const Numbers& inverse,
                                 double e_ref_kw, double inverse_external) {
  return {view(columns[0]), view(columns[1]), view(columns[2]),
          view(inverse),    e_ref_kw,         inverse_external};
}

py::tuple boxed(const std::vector<Numbers>& columns, const Numbers& inverse, double e_ref_kw,
                double inverse_external, py::dict keywords) {
  const auto options = take_fields<balance::BalancingOptions>(keywords);
  refuse_the_rest(keywords);
  Column<double> p(static_cast<std::size_t>(inverse.size()));
  balance::Balancing result;
  const bool is_leaderless = options.method == "innovations";
  const Csr neighbours = is_leaderless ? balance::overlay(static_cast<Index>(p.size())) : Csr{};
  const balance::Balance status = balance::balance_cluster(
      boxed_of(columns, inverse, e_ref_kw, inverse_external), neighbours, options, p, result);
  return py::make_tuple(name_of(status), to_array(p), to_dict(result), result.missing_kw);
}

/// first, min_kw per member; end_kw, start_cost, end_cost per piece.
py::tuple pieces(const std::vector<Index>& first, const std::vector<Numbers>& columns,
                 double e_ref_kw, double inverse_external, py::dict keywords) {
  const auto options = take_fields<balance::BalancingOptions>(keywords);
  refuse_the_rest(keywords);
  const balance::PiecewiseCosts problem{
      first,    view(columns[0]), view(columns[1]), view(columns[2]), view(columns[3]),
      e_ref_kw, inverse_external};
  Column<double> p(problem.members());
  balance::Balancing result;
  const balance::Balance status = balance::balance_cluster(problem, options, p, result);
  return py::make_tuple(name_of(status), to_array(p), to_dict(result), result.missing_kw);
}

/// What loads and generators of the file inject, in kW or kvar by position.
Column<double> base_of(const feeder::Case& grid, const feeder::Forest& forest, double pu_per_kw,
                       bool reactive) {
  Column<double> mw(static_cast<std::size_t>(grid.buses.size()), 0.0);
  for (Index i = 0; i < grid.buses.size(); ++i)
    mw[i] = -(reactive ? grid.buses.qd_mvar : grid.buses.pd_mw)[i];
  for (Index k = 0; k < grid.loads.size(); ++k)
    if (grid.loads.in_service[k])
      mw[grid.loads.bus[k]] -= (reactive ? grid.loads.q_mvar : grid.loads.p_mw)[k];
  for (Index k = 0; k < grid.generators.size(); ++k)
    if (grid.generators.in_service[k] &&
        grid.buses.type[grid.generators.bus[k]] != feeder::BusType::source)
      mw[grid.generators.bus[k]] += (reactive ? grid.generators.qg_mvar : grid.generators.pg_mw)[k];
  Column<double> out;
  for (const Index bus : forest.bus) out.push_back(mw[bus] / (grid.base_mva * pu_per_kw));
  return out;
}

/// Limits by position from the case's tables; 0 or nothing stated: none.
struct WireLimits {
  Column<double> v_min, v_max, flow;
};

WireLimits limits_of(const feeder::Case& grid, const feeder::Forest& forest, double pu_per_kw) {
  WireLimits out;
  for (Index n = 0; n < forest.size(); ++n) {
    const double ratio =
        std::sqrt(forest.k_re[n] * forest.k_re[n] + forest.k_im[n] * forest.k_im[n]);
    out.v_min.push_back(grid.buses.vmin_pu[forest.bus[n]] / ratio);
    out.v_max.push_back(grid.buses.vmax_pu[forest.bus[n]] / ratio);
    const Index branch = forest.branch[n];
    const double rate = n < forest.roots ? 0.0 : grid.branches.rate_mva[branch];
    out.flow.push_back(rate > 0.0 ? rate / (grid.base_mva * pu_per_kw) : no_limit);
  }
  return out;
}

/// Rows at bus rows. Returns status, x, figures, |V| and P of the edge above by position, and per
/// position its bus row and branch row; last kW missing and largest excesses with their positions.
py::tuple network(const feeder::Case& grid, const std::vector<Index>& bus_row,
                  const std::vector<std::int8_t>& reactive, const std::vector<Numbers>& columns,
                  const Numbers& inverse, double e_ref_kw, double inverse_external,
                  py::dict keywords) {
  const auto options = take_fields<balance::NetworkOptions>(keywords);
  refuse_the_rest(keywords);
  const feeder::Forest forest = feeder::make_forest(grid);
  const double pu_per_kw = fleet::agent_kw_to_case_pu(grid);
  const Column<double> base_kw = base_of(grid, forest, pu_per_kw, false);
  const Column<double> base_kvar = base_of(grid, forest, pu_per_kw, true);
  const WireLimits limits = limits_of(grid, forest, pu_per_kw);
  std::vector<Index> position;
  for (const Index row : bus_row) position.push_back(forest.position[row]);
  const balance::NetworkProblem problem{boxed_of(columns, inverse, e_ref_kw, inverse_external),
                                        position,
                                        reactive,
                                        base_kw,
                                        base_kvar,
                                        limits.v_min,
                                        limits.v_max,
                                        limits.flow,
                                        pu_per_kw};
  const auto size = static_cast<std::size_t>(forest.size());
  Column<double> x(bus_row.size()), v(size), flow_kw(size);
  balance::NetworkDispatch result;
  const balance::NetworkStatus status =
      balance::dispatch_network(forest, problem, options, x, v, flow_kw, result);
  for (Index n = 0; n < forest.size(); ++n)
    v[n] *= std::sqrt(forest.k_re[n] * forest.k_re[n] + forest.k_im[n] * forest.k_im[n]);
  return py::make_tuple(
      name_of(status), to_array(x), to_dict(result), to_array(v), to_array(flow_kw),
      py::cast(forest.bus), py::cast(forest.branch),
      py::make_tuple(result.missing_kw, result.voltage_position, result.voltage_excess_pu,
                     result.flow_position, result.flow_excess_kw));
}

}  // namespace

void bind_dispatch(py::module_& module) {
  module.def("dispatch_boxed", boxed);
  module.def("dispatch_pieces", pieces);
  module.def("dispatch_network", network);
  module.def("balancing_options", describe<balance::BalancingOptions>);
  module.def("network_options", describe<balance::NetworkOptions>);
}

}  // namespace gridswarm::python
