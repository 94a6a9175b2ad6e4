// SPDX-License-Identifier: BSD-3-Clause
// A time series of a circuit as `gridswarm flow --daily` and --profiles follow it.
#include "app/circuit_series.hpp"
#include "bind_series.hpp"
#include "gridswarm/flow/circuit_figures.hpp"
#include "gridswarm/flow/circuit_stream.hpp"
#include "gridswarm/flow/circuit_voltages.hpp"

namespace gridswarm::python {
namespace {

/// A series that can begin.
struct CircuitJob {
  feeder::Circuit circuit;
  app::CircuitSeries series;
  flow::FlowOptions options;
};

std::unique_ptr<CircuitJob> prepare_series(const feeder::Circuit& circuit,
                                           std::map<std::string, std::string> typed,
                                           std::map<std::string, std::string> texts,
                                           std::int64_t threads, py::dict keywords) {
  auto job = std::make_unique<CircuitJob>();
  job->options = take_fields<flow::FlowOptions>(keywords);
  job->options.threads = threads;
  refuse_the_rest(keywords);
  job->circuit = circuit;
  const app::SeriesOptions options = series_options(typed, texts);
  const py::gil_scoped_release release;
  job->series = app::make_series(job->circuit, options, options.profiles.empty());
  return job;
}

std::vector<flow::CircuitFigures> figures_of(const flow::CircuitBlock& block) {
  std::vector<flow::CircuitFigures> figures;
  for (Index s = 0; s < block.result.scenarios; ++s)
    figures.push_back(flow::figures_of(*block.solver[static_cast<std::size_t>(s)], block.injections,
                                       block.result, s));
  return figures;
}

/// Solve all steps; deliver(first step, |V|, angle, figures) for block after block.
void run_series(const CircuitJob& job, const py::function& deliver, double memory_mib) {
  flow::StreamOptions stream;
  stream.memory_mib = memory_mib;
  const auto voltages_of = [&](const flow::CircuitResult& result) {
    flow::CircuitResult both;
    both.scenarios = result.scenarios;
    both.v_re = result.v_re;
    both.v_im = result.v_im;
    flow::add_polar(job.circuit, static_cast<int>(job.options.threads), both);
    const std::vector<py::ssize_t> shape = {result.scenarios, job.circuit.nodes.size()};
    return std::pair{py::array_t<double>(shape, both.vm_pu.data()),
                     py::array_t<double>(shape, both.va_rad.data())};
  };
  deliver_blocks<flow::CircuitBlock>(deliver, figures_of, voltages_of, [&](const auto& sink) {
    flow::solve_stream(job.circuit, job.series.batch, job.options, stream, sink);
  });
}

}  // namespace

void bind_circuit_series(py::module_& module) {
  py::class_<CircuitJob>(module, "CircuitSeries")
      .def("unit", [](const CircuitJob& job) { return job.series.axis.unit; })
      .def("seconds", [](const CircuitJob& job) { return job.series.axis.value; })
      .def("run", run_series);
  module.def("prepare_circuit_series", prepare_series);
}

}  // namespace gridswarm::python
