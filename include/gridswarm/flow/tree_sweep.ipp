// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/flow/tree_power.ipp"
#include "gridswarm/flow/tree_sweep.hpp"

namespace gridswarm::inline GS_ABI::flow {

GS_INLINE double tree_sweep(const feeder::Forest& forest, std::span<const double> p_pu,
                            std::span<const double> q_pu, std::span<double> v_re,
                            std::span<double> v_im, TreePowerWork& work) {
  const Index size = forest.size();
  for (Column<double>* column : {&work.j_re, &work.j_im, &work.v_re, &work.v_im})
    column->resize(static_cast<std::size_t>(size));
  tree_power_detail::start_currents(forest, v_re, v_im, p_pu, q_pu, work);
  for (Index at = size - 1; at >= forest.roots; --at) {
    work.j_re[forest.parent[at]] += work.j_re[at];
    work.j_im[forest.parent[at]] += work.j_im[at];
  }
  double step_squared = 0.0;
  for (Index at = forest.roots; at < size; ++at) {
    const Index up = forest.parent[at], bus = forest.bus[at];
    const double r = forest.r_pu[at], x = forest.x_pu[at];
    const double k_re = forest.k_re[at], k_im = forest.k_im[at];
    work.v_re[at] = work.v_re[up] - (r * work.j_re[at] - x * work.j_im[at]);
    work.v_im[at] = work.v_im[up] - (r * work.j_im[at] + x * work.j_re[at]);
    const double re = work.v_re[at] * k_re - work.v_im[at] * k_im;
    const double im = work.v_re[at] * k_im + work.v_im[at] * k_re;
    const double step_re = re - v_re[bus], step_im = im - v_im[bus];
    step_squared = std::max(step_squared, step_re * step_re + step_im * step_im);
    v_re[bus] = re;
    v_im[bus] = im;
  }
  return std::sqrt(step_squared);
}

}  // namespace gridswarm::inline GS_ABI::flow
