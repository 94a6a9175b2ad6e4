// SPDX-License-Identifier: BSD-3-Clause
// A circuit made ready, and batches of it: arrays of the caller are read in place, results are the
// library's own columns, and the GIL is released while the wires are solved.
#include "bind_series.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

#include "bind_flow.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/flow/circuit_state.hpp"
#include "gridswarm/flow/circuit_voltages.hpp"
#include "gridswarm/flow/figures.hpp"

namespace gridswarm::python {
namespace {

using feeder::Circuit;
using flow::CircuitResult;

/// Work spaces and the memory of results that Python let go, shared by a solver's batches.
struct CircuitSpare {
  std::mutex mutex;
  std::vector<std::unique_ptr<flow::CircuitWork>> works;
  std::unique_ptr<CircuitResult> result;

  std::unique_ptr<flow::CircuitWork> take_work() {
    const std::scoped_lock lock(mutex);
    if (works.empty()) return std::make_unique<flow::CircuitWork>();
    auto taken = std::move(works.back());
    works.pop_back();
    return taken;
  }
  std::unique_ptr<CircuitResult> take_result() {
    const std::scoped_lock lock(mutex);
    return result ? std::move(result) : std::make_unique<CircuitResult>();
  }
  void give(std::unique_ptr<flow::CircuitWork> used) {
    const std::scoped_lock lock(mutex);
    works.push_back(std::move(used));
  }
  void give(std::unique_ptr<CircuitResult> used) {
    const std::scoped_lock lock(mutex);
    result = std::move(used);
  }
};

struct PreparedCircuit {
  std::shared_ptr<const flow::CircuitSolver> solver;
  flow::FlowOptions options;
  std::shared_ptr<CircuitSpare> spare = std::make_shared<CircuitSpare>();
};

/// A solved batch; NumPy arrays that show its columns keep the Python object around it alive.
struct CircuitBatch {
  std::shared_ptr<const flow::CircuitSolver> solver;
  std::shared_ptr<CircuitSpare> spare;
  int threads = 0;
  std::unique_ptr<CircuitResult> result;
  Column<double> tap_pu;  ///< where taps and steps began; empty: as the circuit states
  Column<std::int32_t> steps_in;

  CircuitBatch() = default;
  CircuitBatch(const CircuitBatch&) = delete;
  CircuitBatch& operator=(const CircuitBatch&) = delete;
  ~CircuitBatch() {
    if (spare && result) spare->give(std::move(result));
  }
  const Circuit& circuit() const { return solver->circuit; }
};

PreparedCircuit make_solver(const Circuit& circuit, std::int64_t threads, py::dict keywords) {
  PreparedCircuit made;
  made.options = take_fields<flow::FlowOptions>(keywords);
  made.options.threads = threads;
  made.options.polar = false;
  refuse_the_rest(keywords);
  const py::gil_scoped_release release;
  made.solver = std::make_shared<const flow::CircuitSolver>(flow::prepare(circuit, made.options));
  return made;
}

/// Rows of one of the caller's arrays for every scenario: as they stand, or one row repeated.
std::span<const double> rows_of(const Numbers& given, Index scenarios, Column<double>& room) {
  const auto width = static_cast<std::size_t>(given.shape(1));
  const auto all = static_cast<std::size_t>(scenarios);
  if (given.shape(0) == scenarios) return {given.data(), width * all};
  room.resize(width * all);
  for (std::size_t s = 0; s < all; ++s) std::copy_n(given.data(), width, room.data() + width * s);
  return room;
}

/// Arrays by name, (scenarios or 1, rows), whose shapes Python has checked.
struct Arrays {
  const py::dict& given;
  Index scenarios = 1;
  std::vector<Column<double>> rooms;

  explicit Arrays(const py::dict& arrays) : given(arrays), rooms(6) {
    for (const auto& [name, value] : arrays) {
      const auto rows = static_cast<Index>(value.cast<Numbers>().shape(0));
      if (rows == 1 || rows == scenarios) continue;
      if (scenarios != 1 || rows == 0)
        throw UsageError("all arrays must have equally many scenarios; " +
                         name.cast<std::string>() + " has " + std::to_string(rows) + ", another " +
                         std::to_string(scenarios));
      scenarios = rows;
    }
  }
  std::span<const double> take(const char* name, std::size_t room) {
    if (!given.contains(name)) return {};
    return rows_of(given[name].cast<Numbers>(), scenarios, rooms[room]);
  }
};

/// Voltages of a solved batch of the same circuit to start from, of all scenarios or of the one
/// that all start from.
void start_from(const CircuitBatch& before, Index scenarios, Column<double>& re,
                Column<double>& im) {
  const CircuitResult& result = *before.result;
  if (before.result->scenarios != scenarios && before.result->scenarios != 1)
    throw UsageError("start has " + std::to_string(before.result->scenarios) + " scenarios, not " +
                     std::to_string(scenarios));
  re.resize(result.v_re.size()), im.resize(result.v_im.size());
  for (std::size_t i = 0; i < re.size(); ++i) {
    re[i] = std::isfinite(result.v_re[i]) ? result.v_re[i] : 0.0;
    im[i] = std::isfinite(result.v_im[i]) ? result.v_im[i] : 0.0;
  }
}

std::unique_ptr<CircuitBatch> solve(const PreparedCircuit& prepared, const py::dict& given,
                                    const CircuitBatch* start) {
  Arrays arrays(given);
  auto batch = std::make_unique<CircuitBatch>();
  batch->solver = prepared.solver;
  batch->spare = prepared.spare;
  batch->threads = static_cast<int>(prepared.options.threads);
  flow::CircuitInjections injections;
  injections.scenarios = arrays.scenarios;
  injections.load_kw = arrays.take("load_p", 0);
  injections.load_kvar = arrays.take("load_q", 1);
  injections.der_kw = arrays.take("der_p", 2);
  injections.der_kvar = arrays.take("der_q", 3);
  injections.tap_pu = arrays.take("taps", 4);
  for (const double steps : arrays.take("steps", 5))
    batch->steps_in.push_back(static_cast<std::int32_t>(steps));
  injections.steps_in = batch->steps_in;
  batch->tap_pu.assign(injections.tap_pu.begin(), injections.tap_pu.end());
  const py::gil_scoped_release release;
  Column<double> start_re, start_im;
  if (start) start_from(*start, injections.scenarios, start_re, start_im);
  injections.start_re = start_re;
  injections.start_im = start_im;
  injections.one_start = start && start->result->scenarios == 1;
  batch->result = prepared.spare->take_result();
  auto work = prepared.spare->take_work();
  flow::solve(*prepared.solver, injections, prepared.options, *work, *batch->result);
  prepared.spare->give(std::move(work));
  return batch;
}

/// (scenario, node) of "v_re" and "v_im" in V, or of "vm" in p.u. and "va" in radians.
py::array voltages(const py::object& self, const std::string& what) {
  CircuitBatch& batch = self.cast<CircuitBatch&>();
  CircuitResult& it = *batch.result;
  if (what.starts_with("vm") || what.starts_with("va"))
    flow::add_polar(batch.circuit(), batch.threads, it);
  const Column<double>& column = what == "v_re"   ? it.v_re
                                 : what == "v_im" ? it.v_im
                                 : what == "vm"   ? it.vm_pu
                                                  : it.va_rad;
  return view_of(self, column.data(), {it.scenarios, batch.circuit().nodes.size()});
}

std::vector<flow::CircuitFigures> figures_of(const CircuitBatch& batch) {
  flow::CircuitInjections began;
  began.scenarios = batch.result->scenarios;
  began.tap_pu = batch.tap_pu;
  began.steps_in = batch.steps_in;
  std::vector<flow::CircuitFigures> figures(static_cast<std::size_t>(began.scenarios));
  run_pieces(began.scenarios, batch.threads, [&](Index s, int) {
    figures[static_cast<std::size_t>(s)] = flow::figures_of(*batch.solver, began, *batch.result, s);
  });
  return figures;
}

void require_scenario(const CircuitBatch& batch, Index scenario) {
  if (scenario < 0 || scenario >= batch.result->scenarios)
    throw UsageError("there is no scenario " + std::to_string(scenario) + " among " +
                     std::to_string(batch.result->scenarios));
}

py::list status_of(const CircuitBatch& batch) {
  py::list out;
  for (const flow::FlowStatus status : batch.result->status) out.append(flow::name_of(status));
  return out;
}

py::list worst_of(const CircuitBatch& batch) {
  py::list out;
  for (const Index node : batch.result->worst_node)
    out.append(node == none ? std::string() : name_of_node(batch.circuit(), node));
  return out;
}

}  // namespace

void bind_circuit_flow(py::module_& module) {
  py::class_<PreparedCircuit>(module, "CircuitSolver")
      .def(py::init(&make_solver))
      .def("solve", &solve, py::arg("arrays"), py::arg("start").none(true) = nullptr);
  const auto per_scenario = [](auto member) {
    return [member](const CircuitBatch& batch) { return to_array((*batch.result).*member); };
  };
  const auto per_row = [](auto member) {
    return [member](const py::object& self) {
      const CircuitBatch& batch = self.cast<const CircuitBatch&>();
      const auto& column = (*batch.result).*member;
      const auto scenarios = static_cast<py::ssize_t>(batch.result->scenarios);
      return view_of(
          self, column.data(),
          {scenarios, scenarios ? static_cast<py::ssize_t>(column.size()) / scenarios : 0});
    };
  };
  using Result = CircuitResult;
  py::class_<CircuitBatch>(module, "CircuitBatch")
      .def("voltages", voltages)
      .def("status", status_of)
      .def("worst", worst_of)
      .def("iterations", per_scenario(&Result::iterations))
      .def("control_rounds", per_scenario(&Result::control_iterations))
      .def("hunting", per_scenario(&Result::hunting))
      .def("mismatch", per_scenario(&Result::max_mismatch_va))
      .def("step", per_scenario(&Result::max_step_pu))
      .def("source_p", per_scenario(&Result::source_kw))
      .def("source_q", per_scenario(&Result::source_kvar))
      .def("load_p", per_row(&Result::load_kw))
      .def("load_q", per_row(&Result::load_kvar))
      .def("der_p", per_row(&Result::der_kw))
      .def("der_q", per_row(&Result::der_kvar))
      .def("taps", per_row(&Result::tap_pu))
      .def("steps", per_row(&Result::steps_in))
      .def("figures", [](const CircuitBatch& batch) { return columns_of(figures_of(batch)); })
      .def("end_state",
           [](const CircuitBatch& batch, Index scenario) {
             require_scenario(batch, scenario);
             return flow::with_end_state(batch.circuit(), *batch.result, scenario);
           })
      .def("at_constant_power", [](const CircuitBatch& batch, Index scenario) {
        require_scenario(batch, scenario);
        return flow::at_constant_power(batch.circuit(), *batch.result, scenario);
      });
}

}  // namespace gridswarm::python
