// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/io/dss_reactor.hpp"
#include "gridswarm/io/dss_source.hpp"
#include "gridswarm/io/sequence_matrix.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

using PhasorMatrix = std::vector<feeder::Phasor>;

/// @returns false if the property is another
inline bool replay_reactor_impedance(DssReactor& reactor, const DssProperty& property) {
  using Given = DssReactor::Given;
  const auto& [name, value] = property;
  if (name == "kvar") return reactor.kvar = number_of(value), reactor.given = Given::kvar, true;
  if (name == "kv") return reactor.kv = number_of(value), true;
  if (name == "r") return reactor.r = number_of(value), true;
  if (name == "x") return reactor.x = number_of(value), reactor.given = Given::ohms, true;
  if (name == "lmh") {
    reactor.x = number_of(value) * 1e-3 * 2.0 * std::numbers::pi * reactor.frequency_hz;
    return reactor.given = Given::ohms, true;
  }
  if (name == "z") {
    const feeder::Phasor z = impedance_of(value);
    reactor.r = z.re;
    reactor.x = z.im;
    return reactor.given = Given::ohms, true;
  }
  if (name == "rp") {
    const double ohms = number_of(value);
    return reactor.g_parallel = ohms == 0.0 ? 0.0 : 1.0 / ohms, true;
  }
  if (name == "rmatrix" || name == "xmatrix") {
    (name == "rmatrix" ? reactor.r_matrix : reactor.x_matrix) = matrix_of(value, reactor.phases);
    return reactor.given = Given::matrices, true;
  }
  if (name == "z1") {
    reactor.z1 = impedance_of(value);
    if (!reactor.z2_given) reactor.z2 = reactor.z1;
    if (!reactor.z0_given) reactor.z0 = reactor.z1;
    return reactor.given = Given::sequences, true;
  }
  if (name == "z2") return reactor.z2 = impedance_of(value), reactor.z2_given = true;
  if (name == "z0") return reactor.z0 = impedance_of(value), reactor.z0_given = true;
  return false;
}

inline void replay_reactor(DssBuild& build, DssReactor& reactor, const DssProperty& property) {
  const auto& [name, value] = property;
  if (replay_reactor_impedance(reactor, property)) return;
  if (name == "bus1") {
    reactor.from = bus_of(value);
    if (!reactor.to_given) reactor.to = {};
  } else if (name == "bus2") {
    reactor.to = bus_of(value);
    reactor.to_given = lower_case(reactor.to.name) != lower_case(reactor.from.name);
  } else if (name == "phases") {
    reactor.phases = integer_of(value);
    if (reactor.phases < 1 || reactor.phases > 50)
      fail(value, "phases=" + value.text + "; 1 to 50 are read");
  } else if (name == "conn") {
    const std::string word = word_of(value);
    reactor.is_delta = word.starts_with("d") || word == "ll";
  } else if (name == "parallel") {
    reactor.is_parallel = boolean_of(value);
  } else if (name == "basefreq") {
    reactor.frequency_hz = number_of(value);
    if (!(reactor.frequency_hz > 0.0)) fail(value, "basefreq must be above 0");
  } else if (name == "rcurve" || name == "lcurve") {
    warn(build, value, std::string(name) + " is passed over: the frequency stays");
  }
}

/// kvar and kV as ohms per phase.
inline double reactance_of_rating(const DssObject& object, const DssReactor& reactor) {
  double kv = reactor.kv;
  if (!reactor.is_delta && (reactor.phases == 2 || reactor.phases == 3)) kv /= std::numbers::sqrt3;
  if (reactor.kvar == 0.0) fail(object, "needs kvar other than 0");
  return kv * kv * 1000.0 / (reactor.kvar / static_cast<double>(reactor.phases));
}

/// Series impedance by conductors; of a wye.
inline PhasorMatrix series_impedance(const DssObject& object, const DssReactor& reactor,
                                     double frequency) {
  const auto n = static_cast<std::size_t>(reactor.phases);
  PhasorMatrix z(n * n);
  if (reactor.given == DssReactor::Given::sequences) {
    // OpenDSS divides the one conductor's Z1 by three as well.
    z = n == 1 ? PhasorMatrix{(1.0 / 3.0) * reactor.z1}
               : sequence_matrix(reactor.z1, reactor.z2, reactor.z0, reactor.phases);
    for (feeder::Phasor& entry : z) entry.im *= frequency;
    return z;
  }
  if (reactor.given == DssReactor::Given::matrices) {
    for (std::size_t i = 0; i < z.size(); ++i) {
      z[i].re = reactor.r_matrix.size() == z.size() ? reactor.r_matrix[i] : 0.0;
      z[i].im = reactor.x_matrix.size() == z.size() ? reactor.x_matrix[i] * frequency : 0.0;
    }
    return z;
  }
  const double x =
      reactor.given == DssReactor::Given::kvar ? reactance_of_rating(object, reactor) : reactor.x;
  feeder::Phasor one{reactor.r, x * frequency};
  if (reactor.g_parallel != 0.0) {
    const feeder::Phasor y = feeder::norm(one) > 0.0
                                 ? feeder::inverse(one) + feeder::Phasor{reactor.g_parallel, 0.0}
                                 : feeder::Phasor{};
    one = feeder::norm(y) > 0.0 ? feeder::inverse(y) : one;
  }
  for (std::size_t i = 0; i < n; ++i) z[i * (n + 1)] = one;
  return z;
}

inline PhasorMatrix inverted(const DssObject& object, const PhasorMatrix& matrix) {
  PhasorMatrix inverse(matrix.size());
  if (!(feeder::invert(matrix, inverse) > 0.0)) fail(object, "has an impedance without an inverse");
  return inverse;
}

/// R and X side by side: 1/R + 1/jX as matrices.
inline PhasorMatrix parallel_admittance(const DssObject& object, const DssReactor& reactor,
                                        double frequency) {
  PhasorMatrix r(reactor.r_matrix.size()), x(reactor.x_matrix.size());
  const auto entries = static_cast<std::size_t>(reactor.phases * reactor.phases);
  if (r.size() != entries || x.size() != entries) fail(object, "needs rmatrix= and xmatrix=");
  for (std::size_t i = 0; i < entries; ++i) {
    r[i] = {reactor.r_matrix[i], 0.0};
    x[i] = {0.0, reactor.x_matrix[i] * frequency};
  }
  PhasorMatrix y = inverted(object, r);
  const PhasorMatrix b = inverted(object, x);
  for (std::size_t i = 0; i < entries; ++i) y[i] = y[i] + b[i];
  return y;
}

/// Admittance among conductors of one terminal, [Y]; between two terminals, [Y -Y; -Y Y].
inline PhasorMatrix terminal_admittance(const PhasorMatrix& y, std::size_t n, bool two_terminals) {
  if (!two_terminals) return y;
  PhasorMatrix whole(4 * n * n);
  for (std::size_t i = 0; i < 2 * n; ++i)
    for (std::size_t j = 0; j < 2 * n; ++j)
      whole[i * 2 * n + j] = ((i < n) == (j < n) ? 1.0 : -1.0) * y[(i % n) * n + j % n];
  return whole;
}

/// Delta: every conductor with every other.
inline PhasorMatrix delta_admittance(const DssObject& object, const PhasorMatrix& z,
                                     std::size_t n) {
  if (!(feeder::norm(z[0]) > 0.0)) fail(object, "has no impedance");
  const feeder::Phasor y = feeder::inverse(z[0]);
  PhasorMatrix matrix(n * n, -1.0 * y);
  for (std::size_t i = 0; i < n; ++i) matrix[i * (n + 1)] = 2.0 * y;
  return matrix;
}

inline void append_series(DssBuild& build, const DssObject& object, const DssReactor& reactor,
                          const PhasorMatrix& z) {
  feeder::Lines& lines = build.circuit.lines;
  remember(build, object, lines.size());
  const DssValue* rating = find_value(object, "normamps");
  lines.name.push_back(full_name(object));
  lines.from.append(nodes_of(build, object, reactor.from, reactor.phases, reactor.phases));
  lines.to.append(nodes_of(build, object, reactor.to, reactor.phases, reactor.phases));
  lines.z_ohm.append(z);
  lines.y_s.append(PhasorMatrix(z.size()));
  lines.rating_a.push_back(rating ? number_of(*rating) : 0.0);
  lines.length.push_back(0.0);
  lines.is_switch.push_back(0);
  lines.in_service.push_back(object.openings.empty());
}

inline void append_shunt(DssBuild& build, const DssObject& object, const DssReactor& reactor,
                         const PhasorMatrix& y) {
  std::vector<Index> nodes = nodes_of(build, object, reactor.from, reactor.phases, reactor.phases);
  if (!reactor.to.name.empty() && !reactor.is_delta) {
    const std::vector<Index> others =
        nodes_of(build, object, reactor.to, reactor.phases, reactor.phases);
    nodes.insert(nodes.end(), others.begin(), others.end());
  }
  const bool two_terminals = nodes.size() > static_cast<std::size_t>(reactor.phases);
  const feeder::Primitive primitive = feeder::onto_nodes(
      nodes, terminal_admittance(y, static_cast<std::size_t>(reactor.phases), two_terminals));
  feeder::Shunts& shunts = build.circuit.shunts;
  remember(build, object, shunts.size());
  shunts.name.push_back(full_name(object));
  shunts.nodes.append(primitive.node);
  shunts.y_s.append(primitive.y_s);
  shunts.kvar.push_back(reactor.given == DssReactor::Given::kvar ? reactor.kvar : 0.0);
  shunts.steps.push_back(1);
  shunts.steps_in.push_back(1);
  shunts.is_capacitor.push_back(0);
  shunts.in_service.push_back(object.openings.empty());
}

}  // namespace detail

GS_INLINE void add_reactors(DssBuild& build) {
  for (const Index row : objects_of(build.text, "reactor")) {
    const DssObject& object = build.text.objects[row];
    if (!is_enabled(object)) continue;
    DssReactor reactor;
    reactor.frequency_hz = build.circuit.frequency_hz;
    for (const DssProperty& property : object.properties)
      detail::replay_reactor(build, reactor, property);
    if (reactor.from.name.empty()) fail(object, "needs bus1=");
    const double frequency = build.circuit.frequency_hz / reactor.frequency_hz;
    const auto n = static_cast<std::size_t>(reactor.phases);
    const bool in_parallel = reactor.is_parallel && reactor.given == DssReactor::Given::matrices;
    const bool is_series = reactor.to_given && !reactor.is_delta;
    detail::PhasorMatrix y, z;
    if (in_parallel) {
      y = detail::parallel_admittance(object, reactor, frequency);
      if (is_series) z = detail::inverted(object, y);
    } else {
      z = detail::series_impedance(object, reactor, frequency);
      if (reactor.is_delta && reactor.given <= DssReactor::Given::ohms)
        y = detail::delta_admittance(object, z, n);
      else if (!is_series)
        y = detail::inverted(object, z);
    }
    if (is_series)
      detail::append_series(build, object, reactor, z);
    else
      detail::append_shunt(build, object, reactor, y);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
