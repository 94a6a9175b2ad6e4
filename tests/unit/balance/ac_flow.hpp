// SPDX-License-Identifier: BSD-3-Clause
// A small AC power flow by currents, one scenario, for tests that need AC truth: not flow::solve.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "gridswarm/feeder/forest.hpp"

struct AcFlow {
  std::vector<std::complex<double>> v;
  bool converged = false;
  double lowest() const {
    double low = 1e300;
    for (const std::complex<double>& each : v) low = std::min(low, std::abs(each));
    return low;
  }
};

/// @param s  injection per position, into the grid positive; sources hold 1 p.u.
inline AcFlow ac_flow(const gridswarm::feeder::Forest& forest,
                      const std::vector<std::complex<double>>& s) {
  using gridswarm::Index;
  const Index count = forest.size();
  AcFlow out;
  out.v.assign(count, 1.0);
  std::vector<std::complex<double>> current(count);
  for (int iteration = 0; iteration < 500 && !out.converged; ++iteration) {
    for (Index k = 0; k < count; ++k) current[k] = std::conj(s[k] / out.v[k]);
    for (Index k = count - 1; k >= forest.roots; --k) current[forest.parent[k]] += current[k];
    double step = 0.0;
    for (Index k = forest.roots; k < count; ++k) {
      const std::complex<double> z(forest.r_pu[k], forest.x_pu[k]);
      const std::complex<double> next = out.v[forest.parent[k]] + z * current[k];
      step = std::max(step, std::abs(next - out.v[k]));
      out.v[k] = next;
    }
    out.converged = step < 1e-14;
    if (!(step < 10.0)) return out;
  }
  return out;
}

/// Devices repeat q = -factor slope (|V| - 1) at every tick on AC: do they come to rest?
inline bool local_loop_settles(const gridswarm::feeder::Forest& forest,
                               std::vector<std::complex<double>> s,
                               const gridswarm::Column<double>& slope, double factor) {
  const std::vector<std::complex<double>> load = s;
  double change = 1.0;
  for (int tick = 0; tick < 3000; ++tick) {
    const AcFlow flow = ac_flow(forest, s);
    if (!flow.converged) return false;
    change = 0.0;
    for (std::size_t k = 0; k < s.size(); ++k) {
      const double q = load[k].imag() - factor * slope[k] * (std::abs(flow.v[k]) - 1.0);
      change = std::max(change, std::abs(q - s[k].imag()));
      s[k] = {load[k].real(), q};
    }
    if (change < 1e-10) return true;
    if (change > 1e3) return false;
  }
  return false;
}
