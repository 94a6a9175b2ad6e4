// SPDX-License-Identifier: BSD-3-Clause
// A second opinion on unbalanced circuits: the nodal equations as one dense matrix in long double,
// solved by Newton's method with differences for slopes, and every law straight from its formula.
// It knows nothing of orders of elimination, lanes or kernels; only transformers share their
// primitive with what it judges.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <stdexcept>
#include <vector>

#include "circuit_truth.hpp"
#include "gridswarm/feeder/circuit.hpp"
#include "gridswarm/feeder/primitive.hpp"

namespace test {

namespace gs = gridswarm;
using gs::Index;
using Real = long double;
using Complexes = std::vector<Complex>;

inline Complex wide(gs::feeder::Phasor z) { return {z.re, z.im}; }

/// Solve a x = b in place by elimination with row pivots; a is n x n, row-major.
template <class Number>
void solve_dense(std::vector<Number>& a, std::vector<Number>& b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t best = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(a[i * n + k]) > std::abs(a[best * n + k])) best = i;
    if (std::abs(a[best * n + k]) == 0) throw std::runtime_error("singular");
    for (std::size_t j = 0; j < n && best != k; ++j) std::swap(a[k * n + j], a[best * n + j]);
    std::swap(b[k], b[best]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const Number factor = a[i * n + k] / a[k * n + k];
      if (factor == Number(0)) continue;
      for (std::size_t j = k; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) b[k] -= a[k * n + j] * b[j];
    b[k] /= a[k * n + k];
  }
}

inline Complexes inverse_dense(const Complexes& matrix, std::size_t n) {
  Complexes inverse(n * n);
  for (std::size_t c = 0; c < n; ++c) {
    Complexes a = matrix, b(n);
    b[c] = 1;
    solve_dense(a, b);
    for (std::size_t r = 0; r < n; ++r) inverse[r * n + c] = b[r];
  }
  return inverse;
}

/// A load or a DER: its elements' law and S, which a rule may change with the voltage.
struct TrueDevice {
  std::vector<std::array<Index, 2>> elements;  ///< node rows or ground
  TrueElement at;
  Complex s_va;    ///< consumption of one element
  Index der = -1;  ///< follows the voltage by this row's rule
};

struct CircuitOracle {
  std::size_t n = 0;
  Complexes y;                ///< n x n
  Complexes source_a;         ///< injected by sources behind impedance
  std::vector<char> is_held;  ///< by node: voltage given
  Complexes held_v;
  std::vector<TrueDevice> devices;
  Complexes v;  ///< the solution
  bool is_converged = false;
  int iterations = 0;
};

inline void stamp(CircuitOracle& to, const std::vector<Index>& nodes, const Complexes& y) {
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (std::size_t j = 0; j < nodes.size(); ++j)
      if (nodes[i] != gs::feeder::ground && nodes[j] != gs::feeder::ground)
        to.y[nodes[i] * to.n + nodes[j]] += y[i * nodes.size() + j];
}

inline void stamp(CircuitOracle& to, const gs::feeder::Primitive& primitive) {
  Complexes y;
  for (const auto entry : primitive.y_s) y.push_back(wide(entry));
  stamp(to, primitive.node, y);
}

inline void stamp_lines(CircuitOracle& to, const gs::feeder::Circuit& circuit) {
  const auto& lines = circuit.lines;
  for (Index k = 0; k < lines.size(); ++k) {
    if (!lines.in_service[k]) continue;
    const auto from = lines.from.row(k), into = lines.to.row(k);
    const std::size_t n = from.size();
    Complexes z;
    for (const auto entry : lines.z_ohm.row(k)) z.push_back(wide(entry));
    const Complexes series = inverse_dense(z, n);
    Complexes y(4 * n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        const Complex half = wide(lines.y_s.row(k)[i * n + j]) / Real(2);
        const Complex own = series[i * n + j] + half;
        y[i * 2 * n + j] = y[(n + i) * 2 * n + n + j] = own;
        y[i * 2 * n + n + j] = y[(n + i) * 2 * n + j] = -series[i * n + j];
      }
    std::vector<Index> nodes(from.begin(), from.end());
    nodes.insert(nodes.end(), into.begin(), into.end());
    stamp(to, nodes, y);
  }
}

inline void stamp_sources(CircuitOracle& to, const gs::feeder::Circuit& circuit) {
  const auto& sources = circuit.sources;
  for (Index k = 0; k < sources.size(); ++k) {
    if (!sources.in_service[k]) continue;
    const auto nodes = sources.nodes.row(k);
    const std::size_t n = nodes.size();
    Complexes z, emf;
    Real size = 0;
    for (const auto entry : sources.z_ohm.row(k)) z.push_back(wide(entry));
    for (const Complex entry : z) size = std::max(size, std::abs(entry));
    for (std::size_t i = 0; i < n; ++i)
      emf.push_back(wide(sources.emf_v[sources.nodes.first[k] + static_cast<Index>(i)]));
    if (size == 0) {
      for (std::size_t i = 0; i < n; ++i) {
        to.is_held[nodes[i]] = 1;
        to.held_v[nodes[i]] = emf[i];
      }
      continue;
    }
    const Complexes y = inverse_dense(z, n);
    stamp(to, {nodes.begin(), nodes.end()}, y);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) to.source_a[nodes[i]] += y[i * n + j] * emf[j];
  }
}

/// Elements of a device by the rules of feeder/circuit.hpp.
inline std::vector<std::array<Index, 2>> elements_of(std::span<const Index> nodes,
                                                     gs::feeder::Connection connection,
                                                     int phases) {
  std::vector<std::array<Index, 2>> elements;
  for (int q = 0; q < phases; ++q)
    elements.push_back({nodes[q], connection == gs::feeder::Connection::wye
                                      ? nodes.back()
                                      : nodes[(q + 1) % nodes.size()]});
  return elements;
}

inline double true_rated_v(gs::feeder::Connection connection, int phases, double kv) {
  const bool is_split = connection == gs::feeder::Connection::wye && phases > 1;
  return 1000.0 * kv / (is_split ? std::sqrt(3.0) : 1.0);
}

inline void list_devices(CircuitOracle& to, const gs::feeder::Circuit& circuit) {
  const auto& loads = circuit.loads;
  for (Index i = 0; i < loads.size(); ++i) {
    if (!loads.in_service[i]) continue;
    TrueDevice device;
    device.elements = elements_of(loads.nodes.row(i), loads.connection[i], loads.phases[i]);
    device.at = {loads.law[i],
                 true_rated_v(loads.connection[i], loads.phases[i], loads.kv[i]),
                 loads.v_min_pu[i],
                 loads.v_max_pu[i],
                 loads.v_low_pu[i],
                 loads.exponent_p[i],
                 loads.exponent_q[i],
                 loads.zip[i],
                 false};
    device.s_va = Complex(loads.kw[i], loads.kvar[i]) * Real(1000) / Real(loads.phases[i]);
    to.devices.push_back(device);
  }
  const auto& ders = circuit.ders;
  for (Index i = 0; i < ders.size(); ++i) {
    if (!ders.in_service[i]) continue;
    TrueDevice device;
    device.elements = elements_of(ders.nodes.row(i), ders.connection[i], ders.phases[i]);
    device.at.rated_v = true_rated_v(ders.connection[i], ders.phases[i], ders.kv[i]);
    device.at.v_min_pu = ders.v_min_pu[i];
    device.at.v_max_pu = ders.v_max_pu[i];
    device.at.is_der = true;
    device.der = i;
    to.devices.push_back(device);
  }
}

inline Complex voltage_of(const Complexes& v, Index node) {
  return node == gs::feeder::ground ? Complex(0) : v[node];
}

inline Real curve_at(const gs::Curve& curve, Real x) {
  if (x <= curve.x[0]) return curve.y[0];
  for (int k = 1; k < curve.count; ++k)
    if (x < curve.x[k])
      return curve.y[k - 1] + (Real(curve.y[k]) - curve.y[k - 1]) * (x - curve.x[k - 1]) /
                                  (Real(curve.x[k]) - curve.x[k - 1]);
  return curve.y[curve.count - 1];
}

/// Consumption of one element of a DER at the mean voltage u of its elements.
inline Complex der_va(const gs::feeder::Ders& ders, Index i, Real u) {
  const Real kva = ders.kva[i];
  Real p = ders.kw[i], q = ders.kvar[i];
  if (ders.volt_watt[i].count > 0) p = std::min(p, kva * curve_at(ders.volt_watt[i], u));
  if (kva > 0) p = std::max(-kva, std::min(kva, p));
  if (ders.rule[i] == gs::feeder::VarRule::power_factor) q = ders.tan_phi[i] * p;
  if (ders.rule[i] == gs::feeder::VarRule::volt_var && ders.volt_var[i].count > 0)
    q = kva * curve_at(ders.volt_var[i], u);
  const Real room = std::sqrt(std::max(Real(0), kva * kva - p * p));
  if (kva > 0) q = std::max(-room, std::min(room, q));
  return -Complex(p, q) * Real(1000) / Real(ders.phases[i]);
}

/// Add what a device takes at v to the currents out of its nodes.
inline void add_currents(const gs::feeder::Circuit& circuit, const TrueDevice& device,
                         const Complexes& v, Complexes& current) {
  Complex s = device.s_va;
  if (device.der >= 0) {
    Real u = 0;
    for (const auto [a, b] : device.elements) u += std::abs(voltage_of(v, a) - voltage_of(v, b));
    u /= Real(device.elements.size()) * device.at.rated_v;
    s = der_va(circuit.ders, device.der, u);
  }
  for (const auto [a, b] : device.elements) {
    const Complex between = voltage_of(v, a) - voltage_of(v, b);
    if (between == Complex(0)) continue;
    const Complex i = true_current(device.at, s, between);
    if (a != gs::feeder::ground) current[a] += i;
    if (b != gs::feeder::ground) current[b] -= i;
  }
}

/// What leaves every node: network, devices, less the sources. 0 at the solution.
inline Complexes imbalance(const CircuitOracle& at, const gs::feeder::Circuit& circuit,
                           const Complexes& v) {
  Complexes left(at.n);
  for (std::size_t i = 0; i < at.n; ++i) {
    left[i] = -at.source_a[i];
    for (std::size_t j = 0; j < at.n; ++j) left[i] += at.y[i * at.n + j] * v[j];
  }
  for (const TrueDevice& device : at.devices) add_currents(circuit, device, v, left);
  for (std::size_t i = 0; i < at.n; ++i)
    if (at.is_held[i]) left[i] = v[i] - at.held_v[i];
  return left;
}

/// Real matrix of the imbalance's slopes: rows and columns re 0 .. n - 1, im 0 .. n - 1.
inline std::vector<Real> slopes(const CircuitOracle& at, const gs::feeder::Circuit& circuit,
                                const Complexes& v) {
  const std::size_t n = at.n, m = 2 * n;
  std::vector<Real> a(m * m);
  const auto add = [&](std::size_t i, std::size_t column, Complex slope) {
    if (at.is_held[i]) return;
    a[i * m + column] += slope.real();
    a[(n + i) * m + column] += slope.imag();
  };
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      add(i, j, at.y[i * n + j]);
      add(i, n + j, at.y[i * n + j] * Complex(0, 1));
    }
  for (const TrueDevice& device : at.devices) {
    std::vector<Index> nodes;
    for (const auto& element : device.elements)
      for (const Index node : element)
        if (node != gs::feeder::ground) nodes.push_back(node);
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    const Real h = Real(1e-8) * device.at.rated_v;
    for (const Index node : nodes)
      for (int part = 0; part < 2; ++part) {
        Complexes moved = v, high(n), low(n);
        const Complex step = part == 0 ? Complex(h, 0) : Complex(0, h);
        moved[node] = v[node] + step;
        add_currents(circuit, device, moved, high);
        moved[node] = v[node] - step;
        add_currents(circuit, device, moved, low);
        for (const Index k : nodes) add(k, part * n + node, (high[k] - low[k]) / (Real(2) * h));
      }
  }
  for (std::size_t i = 0; i < n; ++i)
    if (at.is_held[i]) a[i * m + i] = a[(n + i) * m + n + i] = 1;
  return a;
}

inline Real largest(const Complexes& values) {
  Real most = 0;
  for (const Complex value : values) most = std::max(most, std::abs(value));
  return most;
}

/// Taps and steps as stated; every node must hang together with a source.
inline CircuitOracle oracle_circuit(const gs::feeder::Circuit& circuit, int max_iterations = 60) {
  CircuitOracle at;
  at.n = static_cast<std::size_t>(circuit.nodes.size());
  at.y.resize(at.n * at.n);
  at.source_a.resize(at.n);
  at.held_v.resize(at.n);
  at.is_held.resize(at.n);
  stamp_lines(at, circuit);
  stamp_sources(at, circuit);
  for (Index k = 0; k < circuit.transformers.size(); ++k)
    if (circuit.transformers.in_service[k]) stamp(at, transformer_primitive(circuit, k, {}));
  for (Index k = 0; k < circuit.shunts.size(); ++k)
    if (circuit.shunts.in_service[k])
      stamp(at, shunt_primitive(circuit, k, circuit.shunts.steps_in[k]));
  for (Index k = 0; k < circuit.admittances.size(); ++k)
    if (circuit.admittances.in_service[k]) stamp(at, admittance_primitive(circuit, k));
  Complexes idle = at.y;
  at.v = at.source_a;
  for (std::size_t i = 0; i < at.n; ++i) {
    if (!at.is_held[i]) continue;
    for (std::size_t j = 0; j < at.n; ++j) idle[i * at.n + j] = i == j ? 1 : 0;
    at.v[i] = at.held_v[i];
  }
  solve_dense(idle, at.v);
  list_devices(at, circuit);
  for (; at.iterations < max_iterations && !at.is_converged; ++at.iterations) {
    const Complexes left = imbalance(at, circuit, at.v);
    std::vector<Real> a = slopes(at, circuit, at.v), b(2 * at.n);
    for (std::size_t i = 0; i < at.n; ++i) {
      b[i] = left[i].real();
      b[at.n + i] = left[i].imag();
    }
    solve_dense(a, b);
    Complexes trial = at.v;
    Real share = 1, step = 0;
    for (int halving = 0; halving < 8; ++halving, share /= 2) {
      step = 0;
      for (std::size_t i = 0; i < at.n; ++i) {
        trial[i] = at.v[i] - share * Complex(b[i], b[at.n + i]);
        step = std::max(step, std::abs(trial[i] - at.v[i]) / std::max(Real(1), std::abs(at.v[i])));
      }
      if (largest(imbalance(at, circuit, trial)) < largest(left) || step < 1e-12L) break;
    }
    at.v = trial;
    at.is_converged = step < 1e-13L || largest(imbalance(at, circuit, at.v)) < 1e-10L;  // ampere
  }
  return at;
}

}  // namespace test
