// SPDX-License-Identifier: BSD-3-Clause
// A case made ready, and batches of it: the caller's arrays are read in place where they can be,
// and the GIL is released while the wires are solved.
#include "bind_flow.hpp"

#include <algorithm>
#include <cmath>

#include "gridswarm/base/parallel.hpp"
#include "gridswarm/fleet/on_feeder.hpp"
#include "gridswarm/flow/margin.hpp"

namespace gridswarm::python {

std::unique_ptr<Buffers> Spare::take_buffers() {
  const std::scoped_lock lock(mutex);
  return buffers ? std::move(buffers) : std::make_unique<Buffers>();
}

std::unique_ptr<flow::FlowWork> Spare::take_work() {
  const std::scoped_lock lock(mutex);
  if (works.empty()) return std::make_unique<flow::FlowWork>();
  auto taken = std::move(works.back());
  works.pop_back();
  return taken;
}

void Spare::give(std::unique_ptr<Buffers> used) {
  const std::scoped_lock lock(mutex);
  buffers = std::move(used);
}

void Spare::give(std::unique_ptr<flow::FlowWork> used) {
  const std::scoped_lock lock(mutex);
  works.push_back(std::move(used));
}

namespace {

using feeder::Case;

/// One array of the caller, (scenarios or 1, columns), and p.u. per unit of it; null: not given.
struct Given {
  std::optional<Numbers> array;
  double scale = 1.0;
  explicit operator bool() const { return array.has_value(); }
  Index rows() const { return static_cast<Index>(array->shape(0)); }
  const double* row(Index scenario) const {
    return array->data() + (rows() == 1 ? 0 : scenario) * array->shape(1);
  }
};

/// Everything that solve() was given. `columns`: bus row of a column; empty: one per bus row.
struct Request {
  Given p, q, dp, dq, load_p, load_q, inverter_p;
  std::vector<Index> columns;
  Index scenarios = 1;
  std::size_t buses = 0;
};

Given take(const py::dict& arrays, const char* name) {
  if (!arrays.contains(name)) return {};
  const auto pair = arrays[name].cast<std::pair<Numbers, double>>();
  return {pair.first, pair.second};
}

void check_shapes(Request& request, const Case& grid) {
  const auto check = [&](const Given& given, const char* name, std::size_t width) {
    if (!given) return;
    const Numbers& array = *given.array;
    if (array.ndim() != 2 || static_cast<std::size_t>(array.shape(1)) != width)
      throw UsageError(std::string(name) + " must have " + std::to_string(width) + " columns");
    if (given.rows() == 1 || given.rows() == request.scenarios) return;
    if (request.scenarios != 1 || given.rows() == 0)
      throw UsageError("all arrays must have equally many scenarios; " + std::string(name) +
                       " has " + std::to_string(given.rows()) + ", another " +
                       std::to_string(request.scenarios));
    request.scenarios = given.rows();
  };
  const std::size_t width = request.columns.empty() ? request.buses : request.columns.size();
  check(request.p, "p", width);
  check(request.q, "q", width);
  check(request.dp, "dp", width);
  check(request.dq, "dq", width);
  check(request.load_p, "load_p", grid.loads.size());
  check(request.load_q, "load_q", grid.loads.size());
  check(request.inverter_p, "inverter_p", grid.inverters.size());
}

/// Both powers stand in memory as the solver reads them, in one unit.
bool in_place(const Request& request) {
  const auto fits = [&](const Given& given) { return given && given.rows() == request.scenarios; };
  return fits(request.p) && fits(request.q) && request.p.scale == request.q.scale && !request.dp &&
         !request.dq && request.columns.empty();
}

/// nominal, or what is given instead, plus an addition, in p.u. and for every scenario.
void expand(const Request& request, const Column<double>& nominal, const Given& total,
            const Given& addition, int threads, Column<double>& out) {
  const std::size_t buses = request.buses;
  out.resize(buses * static_cast<std::size_t>(request.scenarios));
  const std::size_t width = request.columns.empty() ? buses : request.columns.size();
  const auto at = [&](std::size_t column) {
    return request.columns.empty() ? column : static_cast<std::size_t>(request.columns[column]);
  };
  run_pieces(request.scenarios, threads, [&](Index s, int) {
    double* row = out.data() + buses * static_cast<std::size_t>(s);
    std::copy(nominal.begin(), nominal.end(), row);
    const double* base = total ? total.row(s) : nullptr;
    const double* more = addition ? addition.row(s) : nullptr;
    for (std::size_t c = 0; base && c < width; ++c) row[at(c)] = base[c] * total.scale;
    for (std::size_t c = 0; more && c < width; ++c) row[at(c)] += more[c] * addition.scale;
  });
}

/// The same for powers of devices; empty where nothing is given, so that the case's own stand.
std::span<const double> of_devices(const Request& request, const Given& given,
                                   Column<double>& out) {
  if (!given) return {};
  const auto width = static_cast<std::size_t>(given.array->shape(1));
  out.resize(width * static_cast<std::size_t>(request.scenarios));
  for (Index s = 0; s < request.scenarios; ++s)
    std::transform(given.row(s), given.row(s) + width,
                   out.data() + width * static_cast<std::size_t>(s),
                   [&](double value) { return value * given.scale; });
  return out;
}

flow::Injections make_injections(const Request& request, const Case& grid, int threads,
                                 Buffers& buffers) {
  flow::Injections made;
  made.scenarios = request.scenarios;
  if (in_place(request)) {
    const std::size_t all = request.buses * static_cast<std::size_t>(request.scenarios);
    made.p_pu = {request.p.array->data(), all};
    made.q_pu = {request.q.array->data(), all};
    made.scale = request.p.scale;
  } else {
    Column<double> p_pu, q_pu;
    flow::nominal_injections(grid, p_pu, q_pu);
    expand(request, p_pu, request.p, request.dp, threads, buffers.p_pu);
    expand(request, q_pu, request.q, request.dq, threads, buffers.q_pu);
    made.p_pu = buffers.p_pu;
    made.q_pu = buffers.q_pu;
  }
  made.load_p_pu = of_devices(request, request.load_p, buffers.load_p_pu);
  made.load_q_pu = of_devices(request, request.load_q, buffers.load_q_pu);
  made.inverter_p_pu = of_devices(request, request.inverter_p, buffers.inverter_p_pu);
  return made;
}

/// A prepared case, the options of its batches, and their spare memory.
struct Prepared {
  std::shared_ptr<const flow::Solver> solver;
  flow::FlowOptions options;
  std::shared_ptr<Spare> spare = std::make_shared<Spare>();
};

Prepared make_solver(const Case& grid, const std::string& method, std::int64_t threads,
                     py::dict keywords) {
  Prepared made;
  made.options = take_fields<flow::FlowOptions>(keywords);
  made.options.method = method;
  made.options.threads = threads;
  made.options.polar = true;
  refuse_the_rest(keywords);
  const py::gil_scoped_release release;
  made.solver = std::make_shared<const flow::Solver>(flow::prepare(grid, made.options));
  return made;
}

/// Voltages of a solved batch of the same case to start from.
void start_from(const Batch& before, Index scenarios, Buffers& buffers, flow::Injections& made) {
  const flow::FlowResult& result = before.result();
  if (before.scenarios() != scenarios && before.scenarios() != 1)
    throw UsageError("start has " + std::to_string(before.scenarios()) + " scenarios, not " +
                     std::to_string(scenarios));
  const bool is_polar = result.v_re.empty();
  const std::size_t had = is_polar ? result.vm_pu.size() : result.v_re.size();
  const std::size_t all = had / before.scenarios() * scenarios;
  buffers.start_re.resize(all);
  buffers.start_im.resize(all);
  for (std::size_t i = 0; i < all; ++i) {
    const std::size_t k = i % had;
    buffers.start_re[i] = is_polar ? result.vm_pu[k] * std::cos(result.va_rad[k]) : result.v_re[k];
    buffers.start_im[i] = is_polar ? result.vm_pu[k] * std::sin(result.va_rad[k]) : result.v_im[k];
  }
  made.start_re = buffers.start_re;
  made.start_im = buffers.start_im;
}

std::unique_ptr<Batch> solve(const Prepared& prepared, const py::dict& arrays,
                             std::vector<Index> columns, const Batch* start) {
  Request request;
  request.p = take(arrays, "p");
  request.q = take(arrays, "q");
  request.dp = take(arrays, "dp");
  request.dq = take(arrays, "dq");
  request.load_p = take(arrays, "load_p");
  request.load_q = take(arrays, "load_q");
  request.inverter_p = take(arrays, "inverter_p");
  request.columns = std::move(columns);
  const Case& grid = prepared.solver->grid;
  request.buses = static_cast<std::size_t>(grid.buses.size());
  check_shapes(request, grid);
  auto batch = std::make_unique<Batch>();
  batch->solver = prepared.solver;
  batch->options = prepared.options;
  batch->spare = prepared.spare;
  if (in_place(request)) {
    batch->inputs.append(*request.p.array);
    batch->inputs.append(*request.q.array);
  }
  const py::gil_scoped_release release;
  batch->buffers = prepared.spare->take_buffers();
  batch->buffers->result.vm_pu.clear();  // the polar form of another batch
  batch->injections =
      make_injections(request, grid, static_cast<int>(prepared.options.threads), *batch->buffers);
  if (start) start_from(*start, request.scenarios, *batch->buffers, batch->injections);
  auto work = prepared.spare->take_work();
  flow::solve(*prepared.solver, batch->injections, prepared.options, *work, batch->buffers->result);
  prepared.spare->give(std::move(work));
  return batch;
}

/// (largest factor solved, smallest that was not) of every scenario.
py::tuple margin_of(const Batch& batch, double tol, double cap) {
  flow::Margin margin;
  {
    const py::gil_scoped_release release;
    auto work = batch.spare->take_work();
    flow::MarginWork buffers;
    flow::load_margin(*batch.solver, batch.injections, batch.options, {tol, cap}, *work, buffers,
                      margin);
    batch.spare->give(std::move(work));
  }
  return py::make_tuple(to_array(margin.lambda), to_array(margin.above));
}

}  // namespace

void bind_flow(py::module_& module) {
  py::class_<Prepared>(module, "Solver")
      .def(py::init(&make_solver))
      .def("solve", &solve, py::arg("arrays"), py::arg("columns"),
           py::arg("start").none(true) = nullptr)
      .def("method", [](const Prepared& it) { return flow::name_of(it.solver->method); })
      .def("pu_per_kw",
           [](const Prepared& it) { return fleet::agent_kw_to_case_pu(it.solver->grid); });
  module.def("margin_of", margin_of);
  module.def("flow_options", describe<flow::FlowOptions>);
}

}  // namespace gridswarm::python
