// SPDX-License-Identifier: BSD-3-Clause
// Module _gridswarm: the parts put together, exceptions translated, kernels chosen.
#include "bind.hpp"
#include "gridswarm/kernel/isa.hpp"
#include "gridswarm/mpi/exchange_mpi.hpp"

namespace gridswarm::python {
namespace {

/// Python's class of that name in gridswarm.errors.
py::object error_class(const char* name) {
  return py::module_::import("gridswarm.errors").attr(name);
}

/// Set Python's error; `details` are the public fields of the exception.
template <class... Details>
void raise(const char* name, const Error& error, const Details&... details) {
  const py::object type = error_class(name);
  const py::object value = type(error.what(), static_cast<int>(error.exit_code), details...);
  PyErr_SetObject(type.ptr(), value.ptr());
}

void translate(std::exception_ptr pointer) {
  try {
    if (pointer) std::rethrow_exception(pointer);
  } catch (const InputError& error) {
    raise("InputError", error, error.file, error.line);
  } catch (const UsageError& error) {
    raise("UsageError", error);
  } catch (const FileError& error) {
    raise("FileError", error, error.path);
  } catch (const Error& error) {
    raise("Error", error);
  }
}

std::vector<std::string> supported_isas() {
  std::vector<std::string> names;
  for (int i = 0; i < kernel::isa_count; ++i)
    if (const auto isa = static_cast<kernel::Isa>(i); kernel::is_supported(isa))
      names.emplace_back(kernel::name_of(isa));
  return names;
}

/// False, and nothing changed, for a name that is unknown or not supported here.
bool use_isa(const std::string& name) {
  for (int i = 0; i < kernel::isa_count; ++i)
    if (const auto isa = static_cast<kernel::Isa>(i); name == kernel::name_of(isa))
      return kernel::use_isa(isa);
  return false;
}

}  // namespace
}  // namespace gridswarm::python

PYBIND11_MODULE(_gridswarm, module) {
  using namespace gridswarm;
  using namespace gridswarm::python;
  py::register_exception_translator(translate);
  module.attr("version") = GRIDSWARM_VERSION;
  module.def("supported_isas", supported_isas);
  module.def("use_isa", use_isa);
  module.def("isa_in_use", [] { return std::string(kernel::name_of(kernel::isa_in_use())); });
  module.def("has_mpi", &mpi::available);
  module.def("mpi_library", [] { return std::string(mpi::library_version().c_str()); });
  bind_case(module);
  bind_circuit(module);
  bind_circuit_flow(module);
  bind_circuit_series(module);
  bind_flow(module);
  bind_result(module);
  bind_fleet(module);
  bind_cluster(module);
  bind_dispatch(module);
  bind_voltage(module);
  bind_frequency(module);
  bind_response(module);
  bind_inverter(module);
  bind_resources(module);
  bind_run(module);
  bind_series(module);
  bind_sensitivity(module);
  bind_ledger(module);
}
