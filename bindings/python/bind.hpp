// SPDX-License-Identifier: BSD-3-Clause
// What the bind_*.cpp files share: fields() tables as Python sees them, and columns as NumPy
// arrays.
//
// Names, units, defaults and ranges come from the tables alone; Python reads its keywords and its
// result keys from here, so nothing is listed twice.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <type_traits>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/fields.hpp"

namespace gridswarm::python {

namespace py = pybind11;

void bind_case(py::module_& module);
void bind_circuit(py::module_& module);
void bind_circuit_flow(py::module_& module);
void bind_circuit_series(py::module_& module);
void bind_flow(py::module_& module);
void bind_result(py::module_& module);
void bind_fleet(py::module_& module);
void bind_cluster(py::module_& module);
void bind_dispatch(py::module_& module);
void bind_frequency(py::module_& module);
void bind_inverter(py::module_& module);
void bind_run(py::module_& module);
void bind_ledger(py::module_& module);
void bind_resources(py::module_& module);
void bind_response(py::module_& module);
void bind_series(py::module_& module);
void bind_sensitivity(py::module_& module);
void bind_voltage(py::module_& module);

/// Values of a struct, by the names of its table and in its order.
template <class S>
py::dict to_dict(const S& source) {
  py::dict out;
  for (const Field<S>& field : fields<S>())
    std::visit([&](auto member) { out[field.name] = source.*member; }, field.member);
  return out;
}

/// name -> (default, unit, smallest, largest, sentence).
template <class S>
py::dict describe() {
  py::dict out;
  const S defaults{};
  for (const Field<S>& field : fields<S>())
    std::visit(
        [&](auto member) {
          out[field.name] =
              py::make_tuple(defaults.*member, field.unit, field.min, field.max, field.text);
        },
        field.member);
  return out;
}

/// One value given by keyword. @throws UsageError with name, value and range
template <class S, class T>
void set_member(S& target, const Field<S>& field, T S::*member, const py::handle& value) {
  const std::string shown = std::string(field.name) + " = " + std::string(py::str(value));
  try {
    target.*member = value.cast<T>();
  } catch (const py::cast_error&) {
    const char* wanted = std::is_same_v<T, bool>           ? "True or False"
                         : std::is_same_v<T, std::string>  ? "a text"
                         : std::is_same_v<T, std::int64_t> ? "a whole number"
                                                           : "a number";
    throw UsageError(shown + " must be " + wanted);
  }
  if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    const auto number = static_cast<double>(target.*member);
    if (!(number >= field.min && number <= field.max))
      throw UsageError(shown + " must lie between " + std::string(py::str(py::float_(field.min))) +
                       " and " + std::string(py::str(py::float_(field.max))) + " " + field.unit);
  }
}

/// Take out of `keywords` what the table of S knows; the rest of `target` stays.
template <class S>
S take_fields(py::dict& keywords, S target = {}) {
  for (const Field<S>& field : fields<S>()) {
    if (!keywords.contains(field.name)) continue;
    const py::object value = keywords[field.name];
    std::visit([&](auto member) { set_member(target, field, member, value); }, field.member);
    keywords.attr("pop")(field.name);
  }
  return target;
}

/// @throws UsageError where a keyword is left that no table knew
inline void refuse_the_rest(const py::dict& keywords) {
  for (const auto& [name, value] : keywords)
    throw UsageError("unknown option " + std::string(py::str(name)) +
                     "; gs.options() lists what there is");
}

template <class T>
py::array_t<T> to_array(const Column<T>& column) {
  return py::array_t<T>(static_cast<py::ssize_t>(column.size()), column.data());
}

/// A C-contiguous array of doubles; other numbers are converted.
using Numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;

}  // namespace gridswarm::python
