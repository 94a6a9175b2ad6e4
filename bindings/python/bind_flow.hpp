// SPDX-License-Identifier: BSD-3-Clause
// A solved batch as Python holds it: the library's own columns, shown to NumPy without a copy.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "bind.hpp"
#include "gridswarm/flow/branch_flow.hpp"
#include "gridswarm/flow/solver.hpp"

namespace gridswarm::python {

/// What a batch fills. Fresh memory costs as much as a sweep, so it is used again.
struct Buffers {
  Column<double> p_pu, q_pu;  ///< (scenario, bus row) where the caller's arrays need a copy
  Column<double> load_p_pu, load_q_pu, inverter_p_pu, start_re, start_im;
  Column<std::int32_t> tap;
  flow::FlowResult result;
};

/// Buffers of the last result that Python let go, and work spaces; shared by a solver's batches.
struct Spare {
  std::mutex mutex;
  std::unique_ptr<Buffers> buffers;
  std::vector<std::unique_ptr<flow::FlowWork>> works;

  std::unique_ptr<Buffers> take_buffers();
  std::unique_ptr<flow::FlowWork> take_work();
  void give(std::unique_ptr<Buffers> used);
  void give(std::unique_ptr<flow::FlowWork> used);
};

/// A solved batch with everything its branch flows need. NumPy arrays that show its columns hold a
/// reference to the Python object around it.
struct Batch {
  std::shared_ptr<const flow::Solver> solver;
  flow::FlowOptions options;
  std::shared_ptr<Spare> spare;
  std::unique_ptr<Buffers> buffers;
  py::list inputs;  ///< the caller's arrays that `injections` points into
  flow::Injections injections;

  Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() {
    if (spare) spare->give(std::move(buffers));
  }
  const feeder::Case& grid() const { return solver->grid; }
  const flow::FlowResult& result() const { return buffers->result; }
  bool reads_in_place() const { return injections.p_pu.data() != buffers->p_pu.data(); }
  Index scenarios() const { return buffers->result.scenarios; }
};

/// A read-only array over `data`, kept alive by `owner`.
template <class T>
py::array_t<T> view_of(const py::object& owner, const T* data, std::vector<py::ssize_t> shape) {
  py::array_t<T> array(std::move(shape), data, owner);
  py::detail::array_proxy(array.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return array;
}

}  // namespace gridswarm::python
