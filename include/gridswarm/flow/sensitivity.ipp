// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/phasor.hpp"
#include "gridswarm/flow/sensitivity.hpp"
#include "gridswarm/flow/sensitivity_factors.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace sensitivity_detail {

inline constexpr int width = kernel::sweep_lanes;
inline constexpr std::size_t pair = 2 * static_cast<std::size_t>(width);

/// y += X x for pairs of lanes, or its transpose.
inline void add_product(const Square& x, const double* from, double* to) {
  for (int l = 0; l < width; ++l) {
    const double re = x.a * from[l] + x.b * from[width + l];
    const double im = x.c * from[l] + x.d * from[width + l];
    to[l] += re;
    to[width + l] += im;
  }
}

inline Square transposed(const Square& x) { return {x.a, x.c, x.b, x.d}; }

inline Square impedance(const feeder::Forest& forest, Index k, double sign) {
  const double r = sign * forest.r_pu[k], x = sign * forest.x_pu[k];
  return {r, -x, x, r};
}

/// Currents a (in), by position, become dJ; dV is returned beside them.
inline void solve_columns(const feeder::Forest& forest, const TreeFactors& factors, double* a,
                          double* dv) {
  for (Index k = forest.size() - 1; k >= forest.roots; --k) {
    double share[pair] = {};
    add_product(square_at(factors.m, k), a + k * pair, share);
    for (std::size_t i = 0; i < pair; ++i) a[k * pair + i] = share[i];
    for (std::size_t i = 0; i < pair; ++i) a[forest.parent[k] * pair + i] += share[i];
  }
  std::fill_n(dv, forest.roots * pair, 0.0);
  for (Index k = forest.roots; k < forest.size(); ++k) {
    const double* above = dv + forest.parent[k] * pair;
    add_product(square_at(factors.mb, k), above, a + k * pair);
    std::copy_n(above, pair, dv + k * pair);
    add_product(impedance(forest, k, -1.0), a + k * pair, dv + k * pair);
  }
}

/// One end of a branch: power into it and how that changes.
struct End {
  feeder::Phasor power;
  feeder::Phasor change;
};

/// @param v, j  V' there and J' into the branch at that end; @param half  what half the branch's
/// shunt takes per |V'|^2
inline End end_of(feeder::Phasor v, feeder::Phasor dv, feeder::Phasor j, feeder::Phasor dj,
                  feeder::Phasor half) {
  const double square = v.re * v.re + v.im * v.im;
  const double grows = 2.0 * (v.re * dv.re + v.im * dv.im);
  return {v * conj(j) + square * conj(half), dv * conj(j) + v * conj(dj) + grows * conj(half)};
}

/// d(loading) of the branch above position k, in percent per p.u.
inline double loading_change(const feeder::Case& grid, const feeder::Forest& forest,
                             const TreeFactors& factors, Index k, const double* dj,
                             const double* dv_parent, const double* dv) {
  const Index e = forest.branch[k];
  const double rate_mva = grid.branches.rate_mva[e];
  if (rate_mva <= 0.0) return 0.0;
  const Index p = forest.parent[k];
  const auto size = [&](Index at) {
    return forest.k_re[at] * forest.k_re[at] + forest.k_im[at] * forest.k_im[at];
  };
  const double ratio = grid.branches.ratio[e] == 0.0 ? 1.0 : grid.branches.ratio[e];
  const feeder::Phasor half = {grid.branches.g_pu.empty() ? 0.0 : 0.5 * grid.branches.g_pu[e],
                               0.5 * grid.branches.b_pu[e]};
  const bool reversed = forest.reversed[k];
  const feeder::Phasor j = {factors.j_re[k], factors.j_im[k]};
  const feeder::Phasor change = {dj[0], dj[width]};
  const End near = end_of({factors.v_re[p], factors.v_im[p]}, {dv_parent[0], dv_parent[width]}, j,
                          change, size(p) / (reversed ? 1.0 : ratio * ratio) * half);
  const End far =
      end_of({factors.v_re[k], factors.v_im[k]}, {dv[0], dv[width]}, {-j.re, -j.im},
             {-change.re, -change.im}, size(k) / (reversed ? ratio * ratio : 1.0) * half);
  const double near_size = std::hypot(near.power.re, near.power.im);
  const double far_size = std::hypot(far.power.re, far.power.im);
  const End& end = near_size >= far_size ? near : far;
  const double most = std::max(near_size, far_size);
  if (most == 0.0) return 0.0;
  return 100.0 * grid.base_mva / rate_mva *
         (end.power.re * end.change.re + end.power.im * end.change.im) / most;
}

/// The gradient over currents a, from those over voltages (in gv) and edge currents (in gj): the
/// passes of solve_columns, transposed and in reverse order. What comes out stands in gj.
inline void solve_gradient(const feeder::Forest& forest, const TreeFactors& factors, double* gv,
                           double* gj) {
  const auto add = [](const Square& x, const double* from, double* to) {
    const double re = x.a * from[0] + x.b * from[1];
    const double im = x.c * from[0] + x.d * from[1];
    to[0] += re;
    to[1] += im;
  };
  for (Index k = forest.size() - 1; k >= forest.roots; --k) {
    add(transposed(impedance(forest, k, -1.0)), gv + 2 * k, gj + 2 * k);
    double* above = gv + 2 * forest.parent[k];
    above[0] += gv[2 * k];
    above[1] += gv[2 * k + 1];
    add(transposed(square_at(factors.mb, k)), gj + 2 * k, above);
  }
  std::fill_n(gj, 2 * static_cast<std::size_t>(forest.roots), 0.0);
  for (Index k = forest.roots; k < forest.size(); ++k) {
    const double both[2] = {gj[2 * k] + gj[2 * forest.parent[k]],
                            gj[2 * k + 1] + gj[2 * forest.parent[k] + 1]};
    gj[2 * k] = gj[2 * k + 1] = 0.0;
    add(transposed(square_at(factors.m, k)), both, gj + 2 * k);
  }
}

/// From the gradient over currents to that over injections: a = -conj(dS) u, u = V / |V|^2.
inline void place_gradient(const feeder::Case& grid, const feeder::Forest& forest,
                           const TreeFactors& factors, const double* g,
                           SensitivityGradient& gradient) {
  gradient.by_p.assign(grid.buses.size(), 0.0);
  gradient.by_q.assign(grid.buses.size(), 0.0);
  for (Index k = forest.roots; k < forest.size(); ++k) {
    const double vr = factors.v_re[k], vi = factors.v_im[k];
    const double square = vr * vr + vi * vi;
    gradient.by_p[forest.bus[k]] = -(g[2 * k] * vr + g[2 * k + 1] * vi) / square;
    gradient.by_q[forest.bus[k]] = (g[2 * k + 1] * vr - g[2 * k] * vi) / square;
  }
}

/// Two pairs of gradients, cleared.
inline void clear_gradients(const feeder::Forest& forest, TreeFactors& factors) {
  factors.lanes.assign(4 * static_cast<std::size_t>(forest.size()), 0.0);
}

}  // namespace sensitivity_detail

GS_INLINE void lin_voltage(const feeder::Forest& forest, std::span<const double> p_pu,
                           std::span<const double> q_pu, std::span<double> dv_pu,
                           std::span<double> scratch) {
  const Index n = forest.size();
  GRIDSWARM_ASSERT(static_cast<Index>(dv_pu.size()) == n);
  GRIDSWARM_ASSERT(scratch.size() >= 2 * dv_pu.size());
  const std::span<double> p = scratch.first(n);
  const std::span<double> q = scratch.subspan(n, n);
  std::copy_n(p_pu.begin(), n, p.begin());
  std::copy_n(q_pu.begin(), n, q.begin());
  for (Index k = n - 1; k >= forest.roots; --k) {
    p[forest.parent[k]] += p[k];
    q[forest.parent[k]] += q[k];
  }
  std::fill_n(dv_pu.begin(), forest.roots, 0.0);
  for (Index k = forest.roots; k < n; ++k)
    dv_pu[k] = dv_pu[forest.parent[k]] + (forest.r_pu[k] * p[k] + forest.x_pu[k] * q[k]);
}

GS_INLINE void sensitivity_columns(const feeder::Case& grid, const feeder::Forest& forest,
                                   TreeFactors& factors, std::span<const Index> buses, Power which,
                                   SensitivityColumns& columns) {
  using namespace sensitivity_detail;
  const auto n = static_cast<std::size_t>(forest.size());
  const auto rows = static_cast<std::size_t>(grid.buses.size());
  const auto branches = static_cast<std::size_t>(grid.branches.size());
  columns.vm_pu.assign(buses.size() * rows, 0.0);
  columns.loading_percent.assign(buses.size() * branches, 0.0);
  for (std::size_t first = 0; first < buses.size(); first += width) {
    const int used = static_cast<int>(std::min<std::size_t>(width, buses.size() - first));
    factors.lanes.assign(2 * pair * n, 0.0);
    double* a = factors.lanes.data();
    double* dv = a + pair * n;
    for (int l = 0; l < used; ++l) {
      const Index k = forest.position[buses[first + l]];
      if (k == none || k < forest.roots) continue;
      const double vr = factors.v_re[k], vi = factors.v_im[k];
      const double square = vr * vr + vi * vi;
      a[k * pair + l] = (which == Power::active ? -vr : -vi) / square;
      a[k * pair + width + l] = (which == Power::active ? -vi : vr) / square;
    }
    solve_columns(forest, factors, a, dv);
    for (Index k = forest.roots; k < forest.size(); ++k) {
      const double vr = factors.v_re[k], vi = factors.v_im[k];
      const double scale =
          std::hypot(forest.k_re[k], forest.k_im[k]) / std::sqrt(vr * vr + vi * vi);
      const double* at = dv + k * pair;
      for (int l = 0; l < used; ++l) {
        columns.vm_pu[(first + l) * rows + forest.bus[k]] =
            scale * (vr * at[l] + vi * at[width + l]);
        columns.loading_percent[(first + l) * branches + forest.branch[k]] = loading_change(
            grid, forest, factors, k, a + k * pair + l, dv + forest.parent[k] * pair + l, at + l);
      }
    }
  }
}

GS_INLINE void voltage_gradient(const feeder::Case& grid, const feeder::Forest& forest,
                                TreeFactors& factors, Index bus, SensitivityGradient& gradient) {
  using namespace sensitivity_detail;
  clear_gradients(forest, factors);
  double* gv = factors.lanes.data();
  double* gj = gv + 2 * static_cast<std::size_t>(forest.size());
  const Index k = forest.position[bus];
  if (k != none && k >= forest.roots) {
    const double vr = factors.v_re[k], vi = factors.v_im[k];
    const double scale = std::hypot(forest.k_re[k], forest.k_im[k]) / std::sqrt(vr * vr + vi * vi);
    gv[2 * k] = scale * vr;
    gv[2 * k + 1] = scale * vi;
  }
  solve_gradient(forest, factors, gv, gj);
  place_gradient(grid, forest, factors, gj, gradient);
}

GS_INLINE void loss_gradient(const feeder::Case& grid, const feeder::Forest& forest,
                             TreeFactors& factors, SensitivityGradient& gradient) {
  using namespace sensitivity_detail;
  clear_gradients(forest, factors);
  double* gv = factors.lanes.data();
  double* gj = gv + 2 * static_cast<std::size_t>(forest.size());
  for (Index k = forest.roots; k < forest.size(); ++k) {
    gv[2 * k] = 2.0 * forest.g_pu[k] * factors.v_re[k];
    gv[2 * k + 1] = 2.0 * forest.g_pu[k] * factors.v_im[k];
    gj[2 * k] = 2.0 * forest.r_pu[k] * factors.j_re[k];
    gj[2 * k + 1] = 2.0 * forest.r_pu[k] * factors.j_im[k];
  }
  solve_gradient(forest, factors, gv, gj);
  place_gradient(grid, forest, factors, gj, gradient);
}

}  // namespace gridswarm::inline GS_ABI::flow
