// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/balance/tree_response.hpp"

namespace gridswarm::inline GS_ABI::balance {

GS_INLINE void tree_response(const feeder::Forest& forest, std::span<const double> weight,
                             std::span<const double> u, std::span<double> y) {
  const Index count = forest.size();
  if (y.data() != u.data())
    for (Index i = 0; i < count; ++i) y[i] = u[i];
  for (Index i = count - 1; i >= forest.roots; --i) y[forest.parent[i]] += y[i];
  for (Index i = 0; i < forest.roots; ++i) y[i] = 0.0;
  for (Index i = forest.roots; i < count; ++i) y[i] = y[forest.parent[i]] + weight[i] * y[i];
}

}  // namespace gridswarm::inline GS_ABI::balance
