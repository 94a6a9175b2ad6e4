// SPDX-License-Identifier: BSD-3-Clause
// A circuit as tables of columns, and back: numbers that Python edited, never rows.
#include <algorithm>

#include "bind_table.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/io/circuit_file.hpp"

namespace gridswarm::python {
namespace {

using feeder::Circuit;
using feeder::NodeLists;

/// f(name, column) for every column of numbers of a table that people may edit.
template <class T, class F>
void each_number(const char* table, T& c, F&& f) {
  const std::string_view is(table);
  if (is == "bus") {
    f("base_kv_ln", c.buses.base_kv_ln), f("x", c.buses.x), f("y", c.buses.y);
  } else if (is == "source") {
    f("in_service", c.sources.in_service);
  } else if (is == "line") {
    f("length", c.lines.length), f("rating_a", c.lines.rating_a);
    f("is_switch", c.lines.is_switch), f("in_service", c.lines.in_service);
  } else if (is == "transformer") {
    auto& it = c.transformers;
    f("phases", it.phases), f("no_load_loss_percent", it.no_load_loss_percent);
    f("magnetizing_percent", it.magnetizing_percent), f("rating_kva", it.rating_kva);
    f("in_service", it.in_service);
  } else if (is == "winding") {
    auto& it = c.windings;
    f("kv", it.kv), f("kva", it.kva), f("r_percent", it.r_percent), f("tap_pu", it.tap_pu);
    f("tap_min_pu", it.tap_min_pu), f("tap_max_pu", it.tap_max_pu), f("taps", it.taps);
  } else if (is == "shunt") {
    auto& it = c.shunts;
    f("kvar", it.kvar), f("steps", it.steps), f("steps_in", it.steps_in);
    f("is_capacitor", it.is_capacitor), f("in_service", it.in_service);
  } else if (is == "load") {
    auto& it = c.loads;
    f("phases", it.phases), f("kv", it.kv), f("kw", it.kw), f("kvar", it.kvar);
    f("vmin_pu", it.v_min_pu), f("vmax_pu", it.v_max_pu), f("vlow_pu", it.v_low_pu);
    f("exponent_p", it.exponent_p), f("exponent_q", it.exponent_q);
    f("in_service", it.in_service);
  } else if (is == "der") {
    auto& it = c.ders;
    f("phases", it.phases), f("kv", it.kv), f("kva", it.kva), f("kw", it.kw), f("kvar", it.kvar);
    f("vmin_pu", it.v_min_pu), f("vmax_pu", it.v_max_pu), f("tan_phi", it.tan_phi);
    f("in_service", it.in_service);
  } else if (is == "regulator") {
    auto& it = c.regulators;
    f("v_set_v", it.v_set_v), f("v_band_v", it.v_band_v), f("pt_ratio", it.pt_ratio);
    f("ct_primary_a", it.ct_primary_a), f("r_v", it.r_v), f("x_v", it.x_v);
    f("delay_s", it.delay_s), f("tap_delay_s", it.tap_delay_s), f("steps_per_action", it.max_steps);
    f("v_limit_v", it.v_limit_v), f("in_service", it.in_service);
  } else if (is == "capacitor_control") {
    auto& it = c.capacitor_controls;
    f("on", it.on), f("off", it.off), f("pt_ratio", it.pt_ratio), f("ct_ratio", it.ct_ratio);
    f("v_min_v", it.v_min_v), f("v_max_v", it.v_max_v), f("v_override", it.v_override);
    f("delay_s", it.delay_s), f("delay_off_s", it.delay_off_s);
    f("dead_time_s", it.dead_time_s), f("in_service", it.in_service);
  }
}

/// Which columns are true or false.
bool is_flag(std::string_view column) {
  return column == "in_service" || column.starts_with("is_") || column == "v_override";
}

/// "650.1.2.3": a terminal as OpenDSS writes it; a second bus stands after a blank.
std::string terminal(const Circuit& circuit, std::span<const Index> nodes) {
  std::string text;
  Index bus = none;
  for (const Index node : nodes) {
    if (node != feeder::ground && circuit.nodes.bus[node] != bus) {
      bus = circuit.nodes.bus[node];
      text += (text.empty() ? "" : " ") + circuit.buses.name[bus];
    }
    text += "." + std::to_string(node == feeder::ground ? 0 : circuit.nodes.number[node]);
  }
  return text;
}

py::list terminals(const Circuit& circuit, const NodeLists& lists) {
  py::list out;
  for (Index k = 0; k + 1 < static_cast<Index>(lists.first.size()); ++k)
    out.append(terminal(circuit, lists.row(k)));
  return out;
}

py::list picked(const std::vector<std::string>& names, const Column<Index>& rows) {
  py::list out;
  for (const Index row : rows) out.append(row == none ? "" : names[row]);
  return out;
}

template <class Word>
py::list words(const Column<Word>& column, std::initializer_list<const char*> names,
               int first = 0) {
  py::list out;
  for (const Word word : column) out.append(names.begin()[static_cast<int>(word) - first]);
  return out;
}

py::list laws(const Column<feeder::LoadLaw>& column) {
  py::list out;
  for (const feeder::LoadLaw law : column) switch (law) {
      case feeder::LoadLaw::constant_power: out.append("constant_power"); break;
      case feeder::LoadLaw::constant_impedance: out.append("constant_impedance"); break;
      case feeder::LoadLaw::exponents: out.append("exponents"); break;
      case feeder::LoadLaw::constant_current: out.append("constant_current"); break;
      case feeder::LoadLaw::zip: out.append("zip"); break;
    }
  return out;
}

/// Columns of texts, which come first and are not read back.
py::dict texts_of(const Circuit& c, std::string_view table) {
  py::dict out;
  const auto connections = [](const auto& column) { return words(column, {"wye", "delta"}); };
  if (table == "bus") {
    out["bus"] = c.buses.name;
  } else if (table == "node") {
    out["bus"] = picked(c.buses.name, c.nodes.bus);
    out["phase"] = to_array(c.nodes.number);
  } else if (table == "source") {
    out["name"] = c.sources.name, out["nodes"] = terminals(c, c.sources.nodes);
  } else if (table == "line") {
    out["name"] = c.lines.name;
    out["from"] = terminals(c, c.lines.from), out["to"] = terminals(c, c.lines.to);
  } else if (table == "transformer") {
    out["name"] = c.transformers.name;
  } else if (table == "winding") {
    py::list transformer, number;
    for (Index t = 0; t < c.transformers.size(); ++t)
      for (std::size_t w = 0; w < c.transformers.windings.row(t).size(); ++w)
        transformer.append(c.transformers.name[t]), number.append(w + 1);
    out["transformer"] = transformer, out["winding"] = number;
    out["nodes"] = terminals(c, c.windings.nodes);
    out["connection"] = connections(c.windings.connection);
  } else if (table == "shunt") {
    out["name"] = c.shunts.name, out["nodes"] = terminals(c, c.shunts.nodes);
  } else if (table == "load") {
    out["name"] = c.loads.name, out["nodes"] = terminals(c, c.loads.nodes);
    out["connection"] = connections(c.loads.connection), out["law"] = laws(c.loads.law);
    out["profile"] = picked(c.profiles.name, c.loads.profile);
  } else if (table == "der") {
    out["name"] = c.ders.name, out["nodes"] = terminals(c, c.ders.nodes);
    out["kind"] = words(c.ders.kind, {"generator", "pv", "storage"});
    out["connection"] = connections(c.ders.connection);
    out["rule"] = words(c.ders.rule, {"given", "power_factor", "volt_var"});
    out["profile"] = picked(c.profiles.name, c.ders.profile);
  } else if (table == "regulator") {
    py::list winding;
    for (const Index k : c.regulators.tap_winding) winding.append(k + 1);
    out["name"] = c.regulators.name;
    out["transformer"] = picked(c.transformers.name, c.regulators.transformer);
    out["winding"] = winding;
  } else if (table == "capacitor_control") {
    out["name"] = c.capacitor_controls.name;
    out["shunt"] = picked(c.shunts.name, c.capacitor_controls.shunt);
    out["rule"] =
        words(c.capacitor_controls.rule, {"voltage", "current", "kvar", "power_factor", "time"});
  }
  return out;
}

constexpr const char* table_names[] = {
    "bus",   "node", "source", "line",      "transformer",      "winding",
    "shunt", "load", "der",    "regulator", "capacitor_control"};

py::dict tables_of(const Circuit& circuit) {
  py::dict out;
  for (const char* name : table_names) {
    py::dict table = texts_of(circuit, name);
    each_number(name, circuit, [&](const char* column, const auto& values) {
      table[column] = is_flag(column) ? to_array(values).attr("astype")("bool") : to_array(values);
    });
    out[name] = table;
  }
  return out;
}

/// `circuit` with the numbers of tables as Python holds them.
Circuit edited(const Circuit& circuit, const py::dict& tables) {
  Circuit made = circuit;
  for (const auto& [name, columns] : tables) {
    const auto table = name.cast<std::string>();
    const Source source{"circuit." + table, columns.cast<py::dict>()};
    each_number(table.c_str(), made, [&](const char* column, auto& values) {
      using Value = typename std::remove_reference_t<decltype(values)>::value_type;
      const Numbers given = source.numbers(column);
      if (static_cast<std::size_t>(given.size()) != values.size())
        throw UsageError(source.name + " has " + std::to_string(given.size()) +
                         " rows; its numbers may be edited, but it keeps the " +
                         std::to_string(values.size()) + " rows of the file");
      for (py::ssize_t i = 0; i < given.size(); ++i) {
        const double value = given.at(i);
        if (!std::isfinite(value) && table != "bus")
          source.refuse(i, std::string(column) + " must be a finite number");
        if (std::is_integral_v<Value> && (value != std::floor(value) || std::abs(value) > 2e9))
          source.refuse(i, std::string(column) + " must be a whole number");
        values[static_cast<std::size_t>(i)] = static_cast<Value>(value);
      }
    });
  }
  feeder::check(made);
  return made;
}

}  // namespace

void bind_circuit(py::module_& module) {
  py::class_<Circuit>(module, "Circuit")
      .def_readonly("name", &Circuit::name)
      .def_readonly("file", &Circuit::file)
      .def_readonly("frequency_hz", &Circuit::frequency_hz)
      .def_readonly("warnings", &Circuit::warnings)
      .def("tables", tables_of)
      .def("edited", edited);
  module.def("read_circuit", &io::read_circuit, py::call_guard<py::gil_scoped_release>());
}

}  // namespace gridswarm::python
