// SPDX-License-Identifier: BSD-3-Clause
// Derivatives of voltages, loadings and losses over injections, from a solved scenario's factors.
#include "bind_flow.hpp"
#include "gridswarm/flow/sensitivity.hpp"

namespace gridswarm::python {
namespace {

/// A solved scenario of a tree as factors.
struct Factored {
  std::shared_ptr<const flow::Solver> solver;
  flow::TreeFactors factors;
  const feeder::Case& grid() const { return solver->grid; }
};

std::unique_ptr<Factored> factor(const Batch& batch, Index scenario) {
  if (batch.solver->mesh)
    throw UsageError("sensitivities are told for networks without loops only");
  auto made = std::make_unique<Factored>();
  made->solver = batch.solver;
  const py::gil_scoped_release release;
  flow::factor_tree(batch.grid(), batch.solver->forest, batch.injections, batch.result(), scenario,
                    made->factors);
  return made;
}

py::array_t<double> table(const Column<double>& values, std::size_t rows) {
  return py::array_t<double>(
      {static_cast<py::ssize_t>(rows), static_cast<py::ssize_t>(rows ? values.size() / rows : 0)},
      values.data());
}

/// (d|V| by (injection, bus), d loading by (injection, branch)), each per p.u.
py::tuple columns(Factored& it, const std::vector<Index>& buses, bool reactive) {
  flow::SensitivityColumns out;
  {
    const py::gil_scoped_release release;
    flow::sensitivity_columns(it.grid(), it.solver->forest, it.factors, buses,
                              reactive ? flow::Power::reactive : flow::Power::active, out);
  }
  return py::make_tuple(table(out.vm_pu, buses.size()), table(out.loading_percent, buses.size()));
}

/// Loss factors by bus row, over p and over q.
py::tuple losses(Factored& it) {
  flow::SensitivityGradient out;
  flow::loss_gradient(it.grid(), it.solver->forest, it.factors, out);
  return py::make_tuple(to_array(out.by_p), to_array(out.by_q));
}

}  // namespace

void bind_sensitivity(py::module_& module) {
  py::class_<Factored>(module, "Factored").def("columns", columns).def("losses", losses);
  module.def("factor", factor);
}

}  // namespace gridswarm::python
