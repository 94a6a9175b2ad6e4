// SPDX-License-Identifier: BSD-3-Clause
// Textbook Newton on the bus admittance matrix; see gridswarm/flow/oracle.hpp.
#include <klu.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/flow/oracle.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

using Complex = std::complex<double>;
using feeder::BusType;
using feeder::Case;

/// Buses without impedance between them share a node.
struct Network {
  std::vector<int> node;  ///< by bus row; -1 unsupplied
  std::vector<std::map<int, Complex>> y;
  std::vector<Complex> v;  ///< by node
  std::vector<bool> fixed, held;
};

bool in_use(const Case& grid, Index e) {
  return grid.branches.in_service[e] &&
         grid.buses.type[grid.branches.from[e]] != BusType::isolated &&
         grid.buses.type[grid.branches.to[e]] != BusType::isolated;
}

bool is_switch(const Case& grid, Index e) {
  return grid.branches.r_pu[e] == 0.0 && grid.branches.x_pu[e] == 0.0;
}

Complex ratio(const Case& grid, Index e) {
  const double r = grid.branches.ratio[e] == 0.0 ? 1.0 : grid.branches.ratio[e];
  return std::polar(r, grid.branches.shift_deg[e] * rad_per_deg);
}

/// Smallest label that can be reached over branches in use (of one sort), by repeated relabelling.
std::vector<int> labels(const Case& grid, bool only_switches) {
  std::vector<int> label(grid.buses.size());
  std::iota(label.begin(), label.end(), 0);
  const auto root = [&](int i) {
    while (label[i] != i) i = label[i];
    return i;
  };
  for (Index e = 0; e < grid.branches.size(); ++e) {
    if (!in_use(grid, e) || (only_switches && !is_switch(grid, e))) continue;
    const int a = root(grid.branches.from[e]);
    const int b = root(grid.branches.to[e]);
    label[std::max(a, b)] = std::min(a, b);
  }
  for (int i = 0; i < grid.buses.size(); ++i) label[i] = root(i);
  return label;
}

void number_nodes(const Case& grid, Network& net) {
  const std::vector<int> island = labels(grid, false);
  const std::vector<int> fused = labels(grid, true);
  std::vector<bool> live(grid.buses.size(), false);
  for (Index b = 0; b < grid.buses.size(); ++b)
    if (grid.buses.type[b] == BusType::source) live[island[b]] = true;
  std::map<int, int> number;
  net.node.assign(grid.buses.size(), -1);
  for (Index b = 0; b < grid.buses.size(); ++b)
    if (live[island[b]] && grid.buses.type[b] != BusType::isolated)
      net.node[b] = number.emplace(fused[b], static_cast<int>(number.size())).first->second;
  net.y.resize(number.size());
  net.v.assign(number.size(), 0.0);
  net.fixed.assign(number.size(), false);
  net.held.assign(number.size(), false);
}

void place_admittances(const Case& grid, Network& net) {
  for (Index b = 0; b < grid.buses.size(); ++b)
    if (net.node[b] >= 0)
      net.y[net.node[b]][net.node[b]] +=
          Complex(grid.buses.gs_mw[b], grid.buses.bs_mvar[b]) / grid.base_mva;
  const feeder::Branches& branches = grid.branches;
  for (Index e = 0; e < branches.size(); ++e) {
    const int f = net.node[branches.from[e]];
    const int t = net.node[branches.to[e]];
    if (!in_use(grid, e) || f < 0) continue;
    const Complex half(branches.g_pu.empty() ? 0.0 : branches.g_pu[e] / 2, branches.b_pu[e] / 2);
    const Complex tap = ratio(grid, e);
    net.y[f][f] += half / std::norm(tap);
    net.y[t][t] += half;
    if (is_switch(grid, e)) {
      if (std::abs(tap - 1.0) > 1e-12)
        throw InputError(grid.name, 0, "the oracle does not know ratios without impedance");
      continue;
    }
    const Complex y = 1.0 / Complex(branches.r_pu[e], branches.x_pu[e]);
    net.y[f][f] += y / std::norm(tap);
    net.y[f][t] -= y / std::conj(tap);
    net.y[t][f] -= y / tap;
    net.y[t][t] += y;
  }
}

void place_voltages(const Case& grid, Network& net) {
  const feeder::Generators& generators = grid.generators;
  for (Index b = 0; b < grid.buses.size(); ++b) {
    const int i = net.node[b];
    if (i < 0) continue;
    double vm = grid.buses.vm_pu[b];
    bool served = false;
    for (Index g = generators.size() - 1; g >= 0; --g)
      if (generators.bus[g] == b && generators.in_service[g]) {
        served = true;
        vm = generators.vg_pu[g];
      }
    const bool source = grid.buses.type[b] == BusType::source;
    const bool held = grid.buses.type[b] == BusType::pv && served;
    if (!source && !held) vm = grid.buses.vm_pu[b] > 0.0 ? grid.buses.vm_pu[b] : 1.0;
    const Complex v = std::polar(vm, grid.buses.va_deg[b] * rad_per_deg);
    if (source && net.fixed[i] && std::abs(net.v[i] - v) > 1e-9)
      throw InputError(grid.name, 0, "two sources of different voltage without impedance");
    const bool stronger = source || (held && !net.fixed[i]);
    if (stronger || net.v[i] == 0.0) net.v[i] = v;
    if (source) net.fixed[i] = true;
    if (held) net.held[i] = true;
  }
}

/// The Jacobian of (P, Q) over (angle, magnitude), by columns for KLU.
struct Jacobian {
  std::vector<int> first, row;
  std::vector<double> value;
};

class Newton {
 public:
  Newton(Network& net, std::vector<Complex> s) : net_(net), s_(std::move(s)) {
    const int nodes = static_cast<int>(net.v.size());
    angle_.assign(nodes, -1);
    magnitude_.assign(nodes, -1);
    for (int i = 0; i < nodes; ++i)
      if (!net.fixed[i]) angle_[i] = unknowns_++;
    for (int i = 0; i < nodes; ++i)
      if (!net.fixed[i] && !net.held[i]) magnitude_[i] = unknowns_++;
  }

  std::vector<Complex> powers() const {
    std::vector<Complex> s(net_.v.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
      Complex current = 0.0;
      for (const auto& [j, y] : net_.y[i]) current += y * net_.v[j];
      s[i] = net_.v[i] * std::conj(current);
    }
    return s;
  }

  /// P and Q still missing, by unknown.
  std::vector<double> mismatch() const {
    const std::vector<Complex> s = powers();
    std::vector<double> f(unknowns_);
    for (std::size_t i = 0; i < s.size(); ++i) {
      if (angle_[i] >= 0) f[angle_[i]] = s_[i].real() - s[i].real();
      if (magnitude_[i] >= 0) f[magnitude_[i]] = s_[i].imag() - s[i].imag();
    }
    return f;
  }

  bool step(std::vector<double> f) {
    const Jacobian j = jacobian();
    klu_common common;
    klu_defaults(&common);
    auto* first = const_cast<int*>(j.first.data());
    auto* row = const_cast<int*>(j.row.data());
    auto* value = const_cast<double*>(j.value.data());
    klu_symbolic* symbolic = klu_analyze(unknowns_, first, row, &common);
    klu_numeric* numeric = symbolic ? klu_factor(first, row, value, symbolic, &common) : nullptr;
    const bool solved =
        numeric && klu_solve(symbolic, numeric, unknowns_, 1, f.data(), &common) == 1;
    if (numeric) klu_free_numeric(&numeric, &common);
    if (symbolic) klu_free_symbolic(&symbolic, &common);
    for (std::size_t i = 0; solved && i < net_.v.size(); ++i) {
      const double turn = angle_[i] >= 0 ? f[angle_[i]] : 0.0;
      const double grow = magnitude_[i] >= 0 ? f[magnitude_[i]] : 0.0;
      net_.v[i] = std::polar(std::abs(net_.v[i]) + grow, std::arg(net_.v[i]) + turn);
    }
    return solved;
  }

 private:
  Jacobian jacobian() const {
    // d S_i / d angle_j = -j V_i conj(Y_ij V_j), d S_i / d |V_j| = V_i conj(Y_ij V_j) / |V_j|; the
    // diagonal has j S_i and S_i / |V_i| on top.
    const std::vector<Complex> s = powers();
    std::vector<std::map<int, double>> columns(unknowns_);
    const auto place = [&](int i, int k, Complex d) {
      if (k < 0) return;
      if (angle_[i] >= 0) columns[k][angle_[i]] += d.real();
      if (magnitude_[i] >= 0) columns[k][magnitude_[i]] += d.imag();
    };
    for (int i = 0; i < static_cast<int>(net_.v.size()); ++i) {
      for (const auto& [k, y] : net_.y[i]) {
        const Complex flow = net_.v[i] * std::conj(y * net_.v[k]);
        place(i, angle_[k], Complex(0.0, -1.0) * flow);
        place(i, magnitude_[k], flow / std::abs(net_.v[k]));
      }
      place(i, angle_[i], Complex(0.0, 1.0) * s[i]);
      place(i, magnitude_[i], s[i] / std::abs(net_.v[i]));
    }
    Jacobian j;
    j.first.push_back(0);
    for (const auto& column : columns) {
      for (const auto& [row, value] : column) {
        j.row.push_back(row);
        j.value.push_back(value);
      }
      j.first.push_back(static_cast<int>(j.row.size()));
    }
    return j;
  }

  Network& net_;
  std::vector<Complex> s_;
  std::vector<int> angle_, magnitude_;
  int unknowns_ = 0;
};

double largest(const std::vector<double>& f) {
  double most = 0.0;
  for (const double x : f) most = !(std::abs(x) <= most) ? std::abs(x) : most;
  return most;
}

}  // namespace

OracleResult oracle_flow(const Case& grid, std::span<const double> p_pu,
                         std::span<const double> q_pu) {
  Network net;
  number_nodes(grid, net);
  place_admittances(grid, net);
  place_voltages(grid, net);
  std::vector<Complex> s(net.v.size());
  for (Index b = 0; b < grid.buses.size(); ++b)
    if (net.node[b] >= 0) s[net.node[b]] += Complex(p_pu[b], q_pu[b]);
  Newton newton(net, s);
  OracleResult result;
  std::vector<double> f = newton.mismatch();
  // Until the mismatch stops to shrink: round-off, not a tolerance, ends it.
  constexpr int most = 50;
  constexpr double tolerance_pu = 1e-6;
  double before = std::numeric_limits<double>::infinity();
  while (result.iterations < most && largest(f) > 0.0 &&
         (largest(f) > tolerance_pu || largest(f) < 0.5 * before)) {
    before = largest(f);
    const std::vector<Complex> kept = net.v;
    if (!newton.step(f)) break;
    ++result.iterations;
    f = newton.mismatch();
    if (before <= tolerance_pu && !(largest(f) < before)) {
      net.v = kept;
      f = newton.mismatch();
      break;
    }
  }
  result.max_mismatch_pu = largest(f);
  result.converged = result.max_mismatch_pu <= tolerance_pu;
  const std::vector<Complex> power = newton.powers();
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  for (const int i : net.node) {
    result.v.push_back(i < 0 ? Complex(unknown, unknown) : net.v[i]);
    result.s.push_back(i < 0 ? Complex(unknown, unknown) : power[i]);
  }
  return result;
}

}  // namespace gridswarm::inline GS_ABI::flow
