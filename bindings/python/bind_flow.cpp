// SPDX-License-Identifier: BSD-3-Clause
// Batched power flow: kilowatts of Python in, voltages and flows out, the GIL released.
#include <cmath>
#include <memory>

#include "bind.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/fleet/on_feeder.hpp"
#include "gridswarm/flow/summary.hpp"

namespace gridswarm::python {
namespace {

using feeder::Case;

/// A solved batch with everything its branch flows need.
struct Solved {
  Case grid;
  feeder::Forest forest;
  Column<double> p_pu, q_pu;  ///< (scenario, bus row)
  flow::FlowResult result;
  flow::Injections injections() const { return {result.scenarios, p_pu, q_pu}; }
};

/// (scenarios or 1, buses) in kW or kvar; null where not given.
using Given = std::optional<Numbers>;

void check_shape(const Case& grid, const Given& given, const char* name) {
  if (!given) return;
  if (given->ndim() != 2 || given->shape(1) != grid.buses.size())
    throw UsageError(std::string(name) + " must have one column per row of case.bus, that is " +
                     std::to_string(grid.buses.size()));
  for (py::ssize_t s = 0; s < given->shape(0); ++s)
    for (Index k = 0; k < grid.buses.size(); ++k)
      if (!std::isfinite(given->at(s, k)))
        throw UsageError(std::string(name) + " of bus " + std::to_string(grid.buses.id[k]) +
                         " in scenario " + std::to_string(s) + " is not a finite number");
}

/// nominal or total, plus addition, in p.u. and for every scenario.
Column<double> combine(const Column<double>& nominal, const Given& total, const Given& addition,
                       Index scenarios, double pu_per_kw) {
  const std::size_t buses = nominal.size();
  Column<double> out(buses * static_cast<std::size_t>(scenarios));
  for (Index s = 0; s < scenarios; ++s) {
    double* row = out.data() + buses * static_cast<std::size_t>(s);
    const auto of = [s](const Given& given) {
      return given ? given->data(given->shape(0) == 1 ? 0 : s, 0) : nullptr;
    };
    const double* base = of(total);
    const double* more = of(addition);
    for (std::size_t k = 0; k < buses; ++k) {
      row[k] = base ? base[k] * pu_per_kw : nominal[k];
      if (more) row[k] += more[k] * pu_per_kw;
    }
  }
  return out;
}

std::unique_ptr<Solved> solve(const Case& grid, const Given& p_kw, const Given& q_kvar,
                              const Given& dp_kw, const Given& dq_kvar, std::int64_t threads,
                              py::dict keywords) {
  auto options = take_fields<flow::FlowOptions>(keywords);
  options.threads = threads;
  refuse_the_rest(keywords);
  check_shape(grid, p_kw, "p_kw");
  check_shape(grid, q_kvar, "q_kvar");
  check_shape(grid, dp_kw, "dp_kw");
  check_shape(grid, dq_kvar, "dq_kvar");
  py::ssize_t scenarios = 1;
  for (const Given* given : {&p_kw, &q_kvar, &dp_kw, &dq_kvar}) {
    if (!*given || (*given)->shape(0) == scenarios || (*given)->shape(0) == 1) continue;
    if (scenarios != 1 || (*given)->shape(0) == 0)
      throw UsageError("p_kw, q_kvar, dp_kw and dq_kvar must have equally many scenarios");
    scenarios = (*given)->shape(0);
  }
  const py::gil_scoped_release release;
  auto solved = std::make_unique<Solved>();
  solved->grid = grid;
  solved->forest = feeder::make_forest(grid);
  Column<double> p_pu, q_pu;
  flow::nominal_injections(grid, p_pu, q_pu);
  const double pu_per_kw = fleet::agent_kw_to_case_pu(grid);
  const auto count = static_cast<Index>(scenarios);
  solved->p_pu = combine(p_pu, p_kw, dp_kw, count, pu_per_kw);
  solved->q_pu = combine(q_pu, q_kvar, dq_kvar, count, pu_per_kw);
  flow::FlowWork work;
  const flow::Injections injections{count, solved->p_pu, solved->q_pu};
  flow::solve(solved->grid, solved->forest, injections, options, work, solved->result);
  return solved;
}

/// f(re, im) of every voltage, (scenario, bus).
template <class F>
py::array_t<double> of_voltages(const Solved& solved, F&& f) {
  py::array_t<double> out(
      {py::ssize_t{solved.result.scenarios}, py::ssize_t{solved.grid.buses.size()}});
  double* to = out.mutable_data();
  for (std::size_t i = 0; i < solved.result.v_re.size(); ++i)
    to[i] = f(solved.result.v_re[i], solved.result.v_im[i]);
  return out;
}

flow::BranchFlows flows_of(const Solved& solved, Index scenario) {
  if (scenario < 0 || scenario >= solved.result.scenarios)
    throw UsageError("there is no scenario " + std::to_string(scenario) + " among " +
                     std::to_string(solved.result.scenarios));
  flow::BranchFlows flows;
  flow::branch_flows(solved.grid, solved.forest, solved.injections(), solved.result, scenario,
                     flows);
  return flows;
}

py::dict branch_table(const Solved& solved, Index scenario) {
  const flow::BranchFlows flows = flows_of(solved, scenario);
  py::dict out;
  out["pf_mw"] = to_array(flows.pf_mw);
  out["qf_mvar"] = to_array(flows.qf_mvar);
  out["pt_mw"] = to_array(flows.pt_mw);
  out["qt_mvar"] = to_array(flows.qt_mvar);
  out["i_ka"] = to_array(flows.i_ka);
  out["loading_percent"] = to_array(flows.loading_percent);
  return out;
}

py::dict summary(const Solved& solved, Index scenario) {
  return to_dict(flow::summarize(solved.grid, solved.forest, solved.injections(), solved.result,
                                 flows_of(solved, scenario), scenario));
}

py::array_t<bool> converged(const Solved& solved) {
  py::array_t<bool> out(py::ssize_t{solved.result.scenarios});
  for (Index s = 0; s < solved.result.scenarios; ++s)
    out.mutable_at(s) = solved.result.status[s] == flow::FlowStatus::converged;
  return out;
}

py::array_t<double> losses(const Solved& solved) {
  py::array_t<double> out(py::ssize_t{solved.result.scenarios});
  for (Index s = 0; s < solved.result.scenarios; ++s)
    out.mutable_at(s) = flows_of(solved, s).losses_mw;
  return out;
}

}  // namespace

void bind_flow(py::module_& module) {
  const auto array_of = [](auto member) {
    return [member](const Solved& solved) { return to_array(solved.result.*member); };
  };
  py::class_<Solved>(module, "Solved")
      .def("vm",
           [](const Solved& solved) {
             return of_voltages(solved, [](double re, double im) { return std::hypot(re, im); });
           })
      .def("va",
           [](const Solved& solved) {
             return of_voltages(
                 solved, [](double re, double im) { return std::atan2(im, re) / rad_per_deg; });
           })
      .def("converged", converged)
      .def("losses", losses)
      .def("iterations", array_of(&flow::FlowResult::iterations))
      .def("mismatch", array_of(&flow::FlowResult::max_mismatch_va))
      .def("branch", branch_table)
      .def("summary", summary);
  module.def("solve", solve);
  module.def("flow_options", describe<flow::FlowOptions>);
}

}  // namespace gridswarm::python
