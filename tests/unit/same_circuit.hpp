// SPDX-License-Identifier: BSD-3-Clause
// Whether two circuits say the same: rows in order, names without case, numbers within a tolerance.
#pragma once

#include <cmath>
#include <string>

#include "gridswarm/feeder/circuit.hpp"

namespace gridswarm::test {

/// What differs first; empty: nothing.
struct CircuitDifference {
  double tolerance = 0.0;  ///< relative to the larger of two numbers
  std::string first{};

  void say(bool is_same, const std::string& what) {
    if (!is_same && first.empty()) first = what;
  }
  void number(double a, double b, const std::string& what) {
    const double size = std::max(std::abs(a), std::abs(b));
    const bool is_same =
        a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance * size;
    say(is_same, what + ": " + std::to_string(a) + " and " + std::to_string(b));
  }
  template <class Numbers>
  void numbers(const Numbers& a, const Numbers& b, const std::string& what) {
    say(a.size() == b.size(),
        what + ": " + std::to_string(a.size()) + " and " + std::to_string(b.size()) + " rows");
    if (a.size() != b.size()) return;
    for (std::size_t i = 0; i < a.size(); ++i)
      number(static_cast<double>(a[i]), static_cast<double>(b[i]), what + " " + std::to_string(i));
  }
  /// Entries of a matrix, relative to its largest.
  void matrices(const feeder::Matrices& a, const feeder::Matrices& b, const std::string& what) {
    numbers(a.first, b.first, what);
    if (!first.empty()) return;
    for (std::size_t row = 0; row + 1 < a.first.size(); ++row) {
      double largest = 0.0;
      for (Index k = a.first[row]; k < a.first[row + 1]; ++k)
        largest = std::max(largest, std::sqrt(norm(a.items[k])));
      for (Index k = a.first[row]; k < a.first[row + 1]; ++k)
        say(std::sqrt(norm(a.items[k] - b.items[k])) <= tolerance * largest,
            what + " of row " + std::to_string(row));
    }
  }
  void names(const std::vector<std::string>& a, const std::vector<std::string>& b,
             const std::string& what) {
    say(a.size() == b.size(),
        what + ": " + std::to_string(a.size()) + " and " + std::to_string(b.size()));
    if (a.size() != b.size()) return;
    for (std::size_t i = 0; i < a.size(); ++i) say(lower(a[i]) == lower(b[i]), what + " " + a[i]);
  }
  static std::string lower(std::string text) {
    for (char& letter : text)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return text;
  }
};

inline void compare_branches(const feeder::Circuit& a, const feeder::Circuit& b,
                             CircuitDifference& to) {
  to.names(a.sources.name, b.sources.name, "source");
  to.numbers(a.sources.nodes.items, b.sources.nodes.items, "source nodes");
  to.matrices(a.sources.z_ohm, b.sources.z_ohm, "source z");
  to.names(a.lines.name, b.lines.name, "line");
  to.numbers(a.lines.from.items, b.lines.from.items, "line from");
  to.numbers(a.lines.to.items, b.lines.to.items, "line to");
  to.matrices(a.lines.z_ohm, b.lines.z_ohm, "line z");
  to.matrices(a.lines.y_s, b.lines.y_s, "line y");
  to.numbers(a.lines.in_service, b.lines.in_service, "line in_service");
  to.names(a.transformers.name, b.transformers.name, "transformer");
  to.numbers(a.transformers.x_percent, b.transformers.x_percent, "transformer x");
  to.numbers(a.transformers.no_load_loss_percent, b.transformers.no_load_loss_percent, "loss");
  to.numbers(a.transformers.magnetizing_percent, b.transformers.magnetizing_percent, "imag");
  to.numbers(a.transformers.rating_kva, b.transformers.rating_kva, "transformer rating");
  to.numbers(a.transformers.delta_leads, b.transformers.delta_leads, "leads");
  to.numbers(a.windings.nodes.items, b.windings.nodes.items, "winding nodes");
  to.numbers(a.windings.connection, b.windings.connection, "winding connection");
  to.numbers(a.windings.kv, b.windings.kv, "winding kv");
  to.numbers(a.windings.kva, b.windings.kva, "winding kva");
  to.numbers(a.windings.r_percent, b.windings.r_percent, "winding r");
  to.numbers(a.windings.tap_pu, b.windings.tap_pu, "winding tap");
  to.names(a.shunts.name, b.shunts.name, "shunt");
  to.numbers(a.shunts.nodes.items, b.shunts.nodes.items, "shunt nodes");
  to.matrices(a.shunts.y_s, b.shunts.y_s, "shunt y");
  to.numbers(a.shunts.steps_in, b.shunts.steps_in, "steps in");
}

inline void compare_devices(const feeder::Circuit& a, const feeder::Circuit& b,
                            CircuitDifference& to) {
  to.names(a.loads.name, b.loads.name, "load");
  to.numbers(a.loads.nodes.items, b.loads.nodes.items, "load nodes");
  to.numbers(a.loads.connection, b.loads.connection, "load connection");
  to.numbers(a.loads.law, b.loads.law, "load law");
  to.numbers(a.loads.kv, b.loads.kv, "load kv");
  to.numbers(a.loads.kw, b.loads.kw, "load kw");
  to.numbers(a.loads.kvar, b.loads.kvar, "load kvar");
  to.numbers(a.loads.v_min_pu, b.loads.v_min_pu, "load v_min");
  to.names(a.ders.name, b.ders.name, "der");
  to.numbers(a.ders.nodes.items, b.ders.nodes.items, "der nodes");
  to.numbers(a.ders.kw, b.ders.kw, "der kw");
  to.numbers(a.ders.kvar, b.ders.kvar, "der kvar");
  to.numbers(a.ders.kva, b.ders.kva, "der kva");
  to.names(a.regulators.name, b.regulators.name, "regulator");
  to.numbers(a.regulators.transformer, b.regulators.transformer, "regulator transformer");
  to.numbers(a.regulators.v_set_v, b.regulators.v_set_v, "regulator vreg");
  to.numbers(a.regulators.r_v, b.regulators.r_v, "regulator r");
  to.names(a.capacitor_controls.name, b.capacitor_controls.name, "capacitor control");
  to.numbers(a.capacitor_controls.on, b.capacitor_controls.on, "capacitor control on");
  to.names(a.profiles.name, b.profiles.name, "profile");
  for (std::size_t i = 0; i < a.profiles.p.size() && i < b.profiles.p.size(); ++i)
    to.numbers(a.profiles.p[i], b.profiles.p[i], "profile p");
}

/// The first difference of two circuits; empty: none within the tolerance.
inline std::string difference(const feeder::Circuit& a, const feeder::Circuit& b,
                              double tolerance) {
  CircuitDifference to{tolerance};
  to.names(a.buses.name, b.buses.name, "bus");
  to.numbers(a.buses.base_kv_ln, b.buses.base_kv_ln, "base");
  to.numbers(a.nodes.bus, b.nodes.bus, "node bus");
  to.numbers(a.nodes.number, b.nodes.number, "node number");
  compare_branches(a, b, to);
  compare_devices(a, b, to);
  return to.first;
}

}  // namespace gridswarm::test
