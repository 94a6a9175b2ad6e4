// SPDX-License-Identifier: BSD-3-Clause
// Banks of inverters by IEEE 1547-2018: settings as nested dicts, ticks as rows of arrays.
#include "bind.hpp"
#include "gridswarm/fleet/inverter.hpp"

namespace gridswarm::python {
namespace {

using fleet::InverterBank;
using fleet::InverterSettings;

/// The defaults of the categories that the dict names (B and III), changed by what else it says.
InverterSettings settings_of(const py::dict& said) {
  py::dict keywords = said.attr("copy")(), again = said.attr("copy")();
  const auto asked = take_fields<InverterSettings>(again);
  InverterSettings settings = take_fields(
      keywords, fleet::default_inverter_settings(asked.category, asked.abnormal_category));
  fleet::each_table(settings, [&](const char* name, auto& table) {
    if (!keywords.contains(name)) return;
    const py::object value = keywords.attr("pop")(name);
    if (!py::isinstance<py::dict>(value))
      throw UsageError(std::string(name) + " must be a dict of settings");
    py::dict inner = value.attr("copy")();
    table = take_fields(inner, table);
    for (const auto& [key, unknown] : inner)
      throw UsageError(std::string(name) + " has no setting " + std::string(py::str(key)));
  });
  for (const auto& [key, unknown] : keywords)
    throw UsageError("an inverter has no setting " + std::string(py::str(key)));
  return settings;
}

py::dict all_settings(const py::dict& said) {
  InverterSettings settings = settings_of(said);
  fleet::require_by_standard(settings);
  py::dict out = to_dict(settings);
  fleet::each_table(settings, [&](const char* name, auto& table) { out[name] = to_dict(table); });
  return out;
}

std::span<const double> row_of(const Numbers& table, py::ssize_t row) {
  const auto width = static_cast<std::size_t>(table.shape(1));
  return {table.data() + static_cast<std::size_t>(row) * width, width};
}

InverterBank make(const py::dict& settings, double dt_s, const Numbers& p_kw, const Numbers& s_kva,
                  const Numbers& charge_kw, const py::array_t<AgentId>& id, bool in_service,
                  std::uint64_t seed) {
  const auto count = static_cast<std::size_t>(p_kw.size());
  return fleet::make_bank(
      settings_of(settings), dt_s,
      {{p_kw.data(), count}, {s_kva.data(), count}, {charge_kw.data(), count}, {id.data(), count}},
      in_service, seed);
}

/// Ticks one after another; all inputs of shape (ticks, devices), as v_meas, v_low, v_high, f,
/// want, low, high, health. Returns p and q of that shape.
py::tuple run(InverterBank& bank, const std::vector<Numbers>& in, int threads) {
  const py::ssize_t ticks = in[0].shape(0), width = in[0].shape(1);
  py::array_t<double> p({ticks, width}), q({ticks, width});
  double *p_out = p.mutable_data(), *q_out = q.mutable_data();
  const auto count = static_cast<std::size_t>(width);
  {
    const py::gil_scoped_release release;
    for (py::ssize_t t = 0; t < ticks; ++t)
      fleet::step(bank,
                  {row_of(in[0], t), row_of(in[1], t), row_of(in[2], t), row_of(in[3], t),
                   row_of(in[4], t), row_of(in[5], t), row_of(in[6], t), row_of(in[7], t)},
                  {p_out + static_cast<std::size_t>(t) * count, count},
                  {q_out + static_cast<std::size_t>(t) * count, count}, threads);
  }
  return py::make_tuple(p, q);
}

py::array_t<double> state(const InverterBank& bank, int row) {
  py::array_t<double> out(static_cast<py::ssize_t>(bank.count));
  for (Index i = 0; i < bank.count; ++i) out.mutable_at(i) = fleet::state_of(bank, i, row);
  return out;
}

py::list causes(const InverterBank& bank) {
  py::list out;
  for (Index i = 0; i < bank.count; ++i) out.append(fleet::tripped_by(bank, i));
  return out;
}

py::tuple applicable(const Numbers& a, const Numbers& b, const Numbers& c) {
  const std::vector<py::ssize_t> shape(a.shape(), a.shape() + a.ndim());
  py::array_t<double> meas(shape), low(shape), high(shape);
  double *out_meas = meas.mutable_data(), *out_low = low.mutable_data(),
         *out_high = high.mutable_data();
  for (py::ssize_t i = 0; i < a.size(); ++i) {
    const auto v = fleet::three_phase_voltage(a.data()[i], b.data()[i], c.data()[i]);
    out_meas[i] = v.meas_pu;
    out_low[i] = v.low_pu;
    out_high[i] = v.high_pu;
  }
  return py::make_tuple(meas, low, high);
}

}  // namespace

void bind_inverter(py::module_& module) {
  py::class_<InverterBank>(module, "InverterBank")
      .def(py::init(&make))
      .def("run", run)
      .def("in_service",
           [](const InverterBank& b) { return state(b, kernel::inverter_in_service); })
      .def("ceased", [](const InverterBank& b) { return state(b, kernel::inverter_ceased); })
      .def("tripped_by", causes);
  module.def("inverter_settings", all_settings);
  module.def("three_phase_voltage", applicable);
}

}  // namespace gridswarm::python
