// SPDX-License-Identifier: BSD-3-Clause
// A time series as `gridswarm flow --profiles` follows it, block by block in bounded memory.
#include <cmath>
#include <map>

#include "app/flow_series.hpp"
#include "bind_series.hpp"
#include "gridswarm/flow/figures.hpp"
#include "gridswarm/flow/stream.hpp"

namespace gridswarm::python {
namespace {

/// A series that can begin.
struct SeriesJob {
  feeder::Case grid;
  app::Series series;
  flow::FlowOptions options;
};

std::unique_ptr<SeriesJob> prepare_series(const feeder::Case& grid,
                                          std::map<std::string, std::string> typed,
                                          std::map<std::string, std::string> texts,
                                          const std::string& method, std::int64_t threads,
                                          py::dict keywords) {
  auto job = std::make_unique<SeriesJob>();
  job->options = take_fields<flow::FlowOptions>(keywords);
  job->options.method = method;
  job->options.threads = threads;
  job->options.polar = true;
  refuse_the_rest(keywords);
  job->grid = grid;
  const app::SeriesOptions options = series_options(typed, texts);
  const py::gil_scoped_release release;
  job->series = app::make_series(job->grid, options);
  return job;
}

std::vector<flow::ScenarioFigures> figures_of(const flow::BatchBlock& block) {
  std::vector<flow::ScenarioFigures> figures;
  flow::BranchFlows flows;
  for (Index s = 0; s < block.result.scenarios; ++s) {
    const flow::Solver& solver = *block.solver[static_cast<std::size_t>(s)];
    flow::branch_flows(solver.grid, solver.forest, block.injections, block.result, s, flows);
    figures.push_back(flow::figures_of(solver, block.injections, block.result, flows, s));
  }
  return figures;
}

/// (scenario, bus) magnitudes and angles, copied out of a block.
std::pair<py::array_t<double>, py::array_t<double>> voltages_of(const flow::FlowResult& result) {
  const bool is_polar = result.v_re.empty();
  const std::size_t all = is_polar ? result.vm_pu.size() : result.v_re.size();
  const std::vector<py::ssize_t> shape = {result.scenarios,
                                          static_cast<py::ssize_t>(all / result.scenarios)};
  py::array_t<double> vm(shape), va(shape);
  for (std::size_t i = 0; i < all; ++i) {
    vm.mutable_data()[i] = is_polar ? result.vm_pu[i] : std::hypot(result.v_re[i], result.v_im[i]);
    va.mutable_data()[i] = is_polar ? result.va_rad[i] : std::atan2(result.v_im[i], result.v_re[i]);
  }
  return {vm, va};
}

/// Solve all steps; deliver(first step, |V|, angle, figures) for block after block.
void run_series(const SeriesJob& job, const py::function& deliver, double memory_mib) {
  flow::StreamOptions stream;
  stream.memory_mib = memory_mib;
  deliver_blocks<flow::BatchBlock>(deliver, figures_of, voltages_of, [&](const auto& sink) {
    flow::solve_stream(job.grid, job.series.batch, job.options, stream, sink);
  });
}

}  // namespace

void bind_series(py::module_& module) {
  py::class_<SeriesJob>(module, "Series")
      .def("unit", [](const SeriesJob& job) { return job.series.axis.unit; })
      .def("seconds", [](const SeriesJob& job) { return job.series.axis.value; })
      .def("run", run_series);
  module.def("prepare_series", prepare_series);
}

}  // namespace gridswarm::python
