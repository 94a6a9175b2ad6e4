// SPDX-License-Identifier: BSD-3-Clause
// A cluster that holds its voltage: by its leader, or by members who agree.
#include "bind.hpp"
#include "gridswarm/balance/balancing.hpp"
#include "gridswarm/balance/voltage_support.hpp"
#include "gridswarm/fleet/on_feeder.hpp"

namespace gridswarm::python {
namespace {

Column<double> scaled(const Numbers& column, double factor) {
  Column<double> out(static_cast<std::size_t>(column.size()));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = factor * column.data()[i];
  return out;
}

/// Rows at bus rows; `columns` are q low, q high and, for the leader, p low and p high in kvar and
/// kW; v_pu by bus row. Returns dq in kvar, dp in kW, |V| by bus row, whether all buses are held,
/// how far the worst stood outside before and stands now, its row (-1: none), rounds and messages.
py::tuple hold(const feeder::Case& grid, const std::vector<Index>& bus_row,
               const std::vector<Numbers>& columns, const Numbers& v_pu, double v_min_pu,
               double v_max_pu, bool agreed) {
  balance::VoltageSupportOptions options;
  options.v_min_pu = v_min_pu;
  options.v_max_pu = v_max_pu;
  const feeder::Forest forest = feeder::make_forest(grid);
  const double pu_per_kw = fleet::agent_kw_to_case_pu(grid);
  balance::SupportMembers members;
  for (const Index row : bus_row) {
    if (forest.position[row] == none)
      throw UsageError("bus " + std::to_string(grid.buses.id[row]) +
                       " has no supply: no device can hold a voltage there");
    members.position.push_back(forest.position[row]);
  }
  members.q_low_pu = scaled(columns[0], pu_per_kw);
  members.q_high_pu = scaled(columns[1], pu_per_kw);
  if (columns.size() > 2) {
    members.p_low_pu = scaled(columns[2], pu_per_kw);
    members.p_high_pu = scaled(columns[3], pu_per_kw);
  }
  std::vector<Index> all;
  Column<double> v_now;
  for (Index n = 0; n < forest.size(); ++n) {
    v_now.push_back(v_pu.data()[forest.bus[n]]);
    all.push_back(n);
  }
  balance::VoltageSupportWork work;
  balance::VoltageSupport result;
  if (agreed) {
    balance::AveragingOptions averaging;
    averaging.tolerance = 1e-6;
    balance::agree_on_voltage(forest, all, members,
                              balance::overlay(static_cast<Index>(bus_row.size())), v_now, options,
                              averaging, work, result);
  } else {
    balance::support_voltage(forest, all, members, v_now, options, work, result);
  }
  Numbers after(v_pu.size());
  std::copy_n(v_pu.data(), v_pu.size(), after.mutable_data());
  for (Index n = 0; n < forest.size(); ++n) after.mutable_data()[forest.bus[n]] = result.v_pu[n];
  for (double& q : result.dq_pu) q /= pu_per_kw;
  for (double& p : result.dp_pu) p /= pu_per_kw;
  return py::make_tuple(to_array(result.dq_pu), to_array(result.dp_pu), after, result.held,
                        result.outside_before_pu, result.outside_left_pu,
                        result.worst == none ? none : forest.bus[result.worst], result.rounds,
                        result.messages);
}

}  // namespace

void bind_voltage(py::module_& module) { module.def("hold_voltage", hold); }

}  // namespace gridswarm::python
