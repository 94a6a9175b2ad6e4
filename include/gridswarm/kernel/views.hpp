// SPDX-License-Identifier: BSD-3-Clause
// What a kernel sees: plain pointers and sizes, no standard library.
//
// Views are plain C structs outside the inline ABI namespace's templates, so that every instruction
// set and both modes agree on their layout. Nothing here owns memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// Scenarios that travel together: two AVX-512 registers of f64, four of AVX2.
inline constexpr int lanes = 16;

/// The members of one cluster as its leader's passes see them (balance/boxed_quadratic.hpp).
struct DispatchView {
  size_t count;
  const double* want_kw;
  const double* min_kw;
  const double* max_kw;
  const double* inverse_cost;
};

/// One aggregate at a price: sum of set-points, and of 1/a over members off their limits.
struct DispatchSums {
  double sum_kw;
  double slope;
};

/// What a leader asks first: sums of limits, of sizes max(|min|, |max|), and the lowest and highest
/// price at which some member meets a limit.
struct DispatchSurvey {
  double sum_min_kw;
  double sum_max_kw;
  double sum_size_kw;
  double min_price;
  double max_price;
};

}  // namespace gridswarm::inline GS_ABI::kernel
