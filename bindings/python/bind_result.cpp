// SPDX-License-Identifier: BSD-3-Clause
// What a solved batch shows: columns as they stand in memory, and branch flows when asked for.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <complex>

#include "bind_flow.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/figures.hpp"
#include "gridswarm/flow/summary.hpp"

namespace gridswarm::python {

namespace {

struct NamedFlow {
  const char* name;
  Column<double> flow::BranchFlows::*member;
};

constexpr NamedFlow flow_columns[] = {
    {"pf_mw", &flow::BranchFlows::pf_mw}, {"qf_mvar", &flow::BranchFlows::qf_mvar},
    {"pt_mw", &flow::BranchFlows::pt_mw}, {"qt_mvar", &flow::BranchFlows::qt_mvar},
    {"i_ka", &flow::BranchFlows::i_ka},   {"loading_percent", &flow::BranchFlows::loading_percent}};

/// Do the flows of a tree add up to what its sources gave? They don't where an array of the caller
/// was read in place, and has been written since.
bool adds_up(const Batch& batch, Index scenario, const flow::BranchFlows& flows) {
  const flow::FlowResult& result = batch.result();
  if (!batch.reads_in_place() || batch.solver->mesh ||
      result.status[scenario] != flow::FlowStatus::converged)
    return true;
  const feeder::Case& grid = batch.grid();
  const auto is_source = [&](Index row) {
    return batch.solver->forest.position[row] >= 0 &&
           batch.solver->forest.position[row] < batch.solver->forest.roots;
  };
  double p_mw = 0.0, q_mvar = 0.0;
  for (Index e = 0; e < grid.branches.size(); ++e) {
    if (is_source(grid.branches.from[e])) p_mw += flows.pf_mw[e], q_mvar += flows.qf_mvar[e];
    if (is_source(grid.branches.to[e])) p_mw += flows.pt_mw[e], q_mvar += flows.qt_mvar[e];
  }
  const std::size_t first = static_cast<std::size_t>(scenario) * grid.buses.id.size();
  for (Index k = 0; k < batch.solver->forest.roots; ++k) {
    const Index row = batch.solver->forest.bus[k];
    const double square =
        result.v_re.empty()
            ? result.vm_pu[first + row] * result.vm_pu[first + row]
            : std::norm(std::complex<double>(result.v_re[first + row], result.v_im[first + row]));
    p_mw += grid.buses.gs_mw[row] * square;
    q_mvar -= grid.buses.bs_mvar[row] * square;
  }
  const double dp = p_mw - result.source_p_pu[scenario] * grid.base_mva;
  const double dq = q_mvar - result.source_q_pu[scenario] * grid.base_mva;
  return std::hypot(dp, dq) <= 1e-6 * (std::hypot(p_mw, q_mvar) + 1e-3 * grid.base_mva);
}

[[noreturn]] void refuse_changed(Index scenario) {
  throw UsageError("the powers of scenario " + std::to_string(scenario) +
                   " were changed after they had been solved, so its flows can't be told; give "
                   "solve() a copy of an array that you write again");
}

/// Flows of one scenario, whether or not they add up.
flow::BranchFlows flows_as_given(const Batch& batch, Index scenario) {
  flow::BranchFlows flows;
  flow::branch_flows(batch.grid(), batch.solver->forest, batch.injections, batch.result(), scenario,
                     flows);
  return flows;
}

/// @throws UsageError where there is no such scenario, or where the caller's arrays no longer hold
///         what was solved
flow::BranchFlows flows_of(const Batch& batch, Index scenario) {
  if (scenario < 0 || scenario >= batch.scenarios())
    throw UsageError("there is no scenario " + std::to_string(scenario) + " among " +
                     std::to_string(batch.scenarios()));
  flow::BranchFlows flows = flows_as_given(batch, scenario);
  if (!adds_up(batch, scenario, flows)) refuse_changed(scenario);
  return flows;
}

/// f(scenario, flows) for every scenario, over threads.
template <class F>
void each_flows(const Batch& batch, F&& f) {
  std::atomic<Index> changed{none};
  run_pieces(batch.scenarios(), static_cast<int>(batch.options.threads), [&](Index s, int) {
    const flow::BranchFlows flows = flows_as_given(batch, s);
    if (!adds_up(batch, s, flows)) changed = s;
    f(s, flows);
  });
  if (changed != none) refuse_changed(changed);
}

/// A view of one number per scenario and bus.
py::array per_bus(const py::object& self, const Column<double>& column) {
  const Batch& batch = self.cast<const Batch&>();
  return view_of(self, column.data(), {batch.scenarios(), batch.grid().buses.size()});
}

/// |V| and angle beside re and im, once somebody asks, where the method has not made them.
void fill_polar(Batch& batch) {
  flow::FlowResult& result = batch.buffers->result;
  if (!result.vm_pu.empty()) return;
  const std::size_t buses = static_cast<std::size_t>(batch.grid().buses.size());
  result.vm_pu.resize(result.v_re.size());
  result.va_rad.resize(result.v_re.size());
  run_pieces(result.scenarios, static_cast<int>(batch.options.threads), [&](Index s, int) {
    for (std::size_t i = buses * s; i < buses * (s + 1); ++i) {
      result.vm_pu[i] = std::hypot(result.v_re[i], result.v_im[i]);
      result.va_rad[i] = std::atan2(result.v_im[i], result.v_re[i]);
    }
  });
}

/// The word of every scenario.
template <class Word>
py::list words(const Batch& batch, Word&& word) {
  py::list out;
  for (Index s = 0; s < batch.scenarios(); ++s) out.append(word(s));
  return out;
}

py::array_t<bool> converged(const Batch& batch) {
  py::array_t<bool> out(py::ssize_t{batch.scenarios()});
  for (Index s = 0; s < batch.scenarios(); ++s)
    out.mutable_at(s) = batch.result().status[s] == flow::FlowStatus::converged;
  return out;
}

/// The file's number of the bus with the largest mismatch.
py::array_t<BusId> worst_bus(const Batch& batch) {
  py::array_t<BusId> out(py::ssize_t{batch.scenarios()});
  for (Index s = 0; s < batch.scenarios(); ++s) {
    const Index row = batch.result().worst_bus[s];
    out.mutable_at(s) = row >= 0 ? batch.grid().buses.id[row] : BusId{-1};
  }
  return out;
}

py::dict branch_table(const Batch& batch, Index scenario) {
  const flow::BranchFlows flows = flows_of(batch, scenario);
  py::dict out;
  for (const NamedFlow& column : flow_columns) out[column.name] = to_array(flows.*column.member);
  return out;
}

/// name -> (scenario, branch) for the columns asked for.
py::dict branch_batch(const Batch& batch, const std::vector<std::string>& names) {
  std::vector<NamedFlow> wanted;
  std::vector<double*> to;
  py::dict out;
  const auto width = static_cast<std::size_t>(batch.grid().branches.size());
  for (const NamedFlow& column : flow_columns) {
    if (std::find(names.begin(), names.end(), column.name) == names.end()) continue;
    py::array_t<double> array({py::ssize_t{batch.scenarios()}, static_cast<py::ssize_t>(width)});
    out[column.name] = array;
    wanted.push_back(column);
    to.push_back(array.mutable_data());
  }
  const py::gil_scoped_release release;
  each_flows(batch, [&](Index s, const flow::BranchFlows& flows) {
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      const Column<double>& from = flows.*wanted[k].member;
      std::copy(from.begin(), from.end(), to[k] + width * static_cast<std::size_t>(s));
    }
  });
  return out;
}

py::array_t<double> losses(const Batch& batch) {
  py::array_t<double> out(py::ssize_t{batch.scenarios()});
  double* to = out.mutable_data();
  const py::gil_scoped_release release;
  each_flows(batch, [&](Index s, const flow::BranchFlows& flows) { to[s] = flows.losses_mw; });
  return out;
}

py::dict summary(const Batch& batch, Index scenario) {
  return to_dict(flow::summarize(batch.grid(), batch.solver->forest, batch.injections,
                                 batch.result(), flows_of(batch, scenario), scenario));
}

}  // namespace

void bind_result(py::module_& module) {
  const auto array_of = [](auto member) {
    return [member](const Batch& batch) { return to_array(batch.result().*member); };
  };
  using Result = flow::FlowResult;
  py::class_<Batch>(module, "Batch")
      .def("vm_pu",
           [](const py::object& self) {
             fill_polar(self.cast<Batch&>());
             return per_bus(self, self.cast<Batch&>().result().vm_pu);
           })
      .def("va_rad",
           [](const py::object& self) {
             fill_polar(self.cast<Batch&>());
             return per_bus(self, self.cast<Batch&>().result().va_rad);
           })
      .def("inputs", [](const Batch& batch) { return batch.inputs; })
      .def("status",
           [](const Batch& batch) {
             return words(batch, [&](Index s) { return flow::name_of(batch.result().status[s]); });
           })
      .def("method",
           [](const Batch& batch) {
             return words(batch, [&](Index s) { return flow::name_of(batch.result().method[s]); });
           })
      .def("converged", converged)
      .def("worst", worst_bus)
      .def("losses", losses)
      .def("iterations", array_of(&Result::iterations))
      .def("mismatch", array_of(&Result::max_mismatch_va))
      .def("step", array_of(&Result::max_step_pu))
      .def("source_p", array_of(&Result::source_p_pu))
      .def("source_q", array_of(&Result::source_q_pu))
      .def("branch", branch_table)
      .def("branches", branch_batch)
      .def("summary", summary);
}

}  // namespace gridswarm::python
