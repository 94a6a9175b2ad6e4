// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/flow/tree_power.hpp"

namespace gridswarm::inline GS_ABI::flow {

namespace tree_power_detail {

/// V' = V / K, and the bus's own current -conj(S / V') + y' V'; sources have no injection.
GS_INLINE void start_currents(const feeder::Forest& forest, std::span<const double> v_re,
                              std::span<const double> v_im, std::span<const double> p_pu,
                              std::span<const double> q_pu, TreePowerWork& work) {
  for (Index at = 0; at < forest.size(); ++at) {
    const Index bus = forest.bus[at];
    const double k_re = forest.k_re[at], k_im = forest.k_im[at];
    const double k2 = k_re * k_re + k_im * k_im;
    const double re = (v_re[bus] * k_re + v_im[bus] * k_im) / k2;
    const double im = (v_im[bus] * k_re - v_re[bus] * k_im) / k2;
    const double v2 = re * re + im * im;
    const double p = at < forest.roots ? 0.0 : p_pu[bus];
    const double q = at < forest.roots ? 0.0 : q_pu[bus];
    work.v_re[at] = re;
    work.v_im[at] = im;
    work.j_re[at] = forest.g_pu[at] * re - forest.b_pu[at] * im - (p * re + q * im) / v2;
    work.j_im[at] = forest.g_pu[at] * im + forest.b_pu[at] * re - (p * im - q * re) / v2;
  }
}

}  // namespace tree_power_detail

GS_INLINE TreePower tree_power(const feeder::Case& grid, const feeder::Forest& forest,
                               std::span<const double> v_re, std::span<const double> v_im,
                               std::span<const double> p_pu, std::span<const double> q_pu,
                               TreePowerWork& work) {
  const Index size = forest.size();
  for (Column<double>* column : {&work.j_re, &work.j_im, &work.v_re, &work.v_im})
    column->resize(static_cast<std::size_t>(size));
  tree_power_detail::start_currents(forest, v_re, v_im, p_pu, q_pu, work);
  TreePower out;
  for (Index at = size - 1; at >= 0; --at) {
    const double v2 = work.v_re[at] * work.v_re[at] + work.v_im[at] * work.v_im[at];
    out.losses_pu += forest.g_pu[at] * v2;
    if (at < forest.roots) continue;
    const Index up = forest.parent[at];
    const double j2 = work.j_re[at] * work.j_re[at] + work.j_im[at] * work.j_im[at];
    work.j_re[up] += work.j_re[at];
    work.j_im[up] += work.j_im[at];
    out.losses_pu += forest.r_pu[at] * j2;
    const double rate_mva = grid.branches.rate_mva[forest.branch[at]];
    if (rate_mva <= 0.0) continue;
    const double up2 = work.v_re[up] * work.v_re[up] + work.v_im[up] * work.v_im[up];
    const double s_mva = std::sqrt(j2 * std::max(v2, up2)) * grid.base_mva;
    out.loading_max_percent = std::max(out.loading_max_percent, 100.0 * s_mva / rate_mva);
  }
  return out;
}

}  // namespace gridswarm::inline GS_ABI::flow
