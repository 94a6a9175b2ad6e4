// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/sensitivity.hpp"

namespace gridswarm::inline GS_ABI::flow {

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

}  // namespace gridswarm::inline GS_ABI::flow
