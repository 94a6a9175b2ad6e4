// SPDX-License-Identifier: BSD-3-Clause
// Normal and lognormal numbers without libm: the same bytes on every machine.
//
// By inversion: z = Phi^-1(u) for a uniform u, so one draw gives one number and its order is kept.
// With y = u - 1/2 and r = 0.180625 - y^2 the quantile is y A(r)/B(r) for |y| <= 0.425, and beyond
// C(t)/D(t) or E(t)/F(t) in t = sqrt(-log(min(u, 1 - u))): rational functions of degree 7 (Wichura,
// Algorithm AS 241, Applied Statistics 37, 1988), here with our own logarithm. Largest difference
// from a reference of 1e-15 relative for 1e-16 <= u <= 1 - 1e-16 (unit test: 1e-12).
#pragma once

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI {

/// z with P(Z <= z) = u for a standard normal Z; u in (0, 1).
double normal_quantile(double u);

/// exp(sigma z(u)): the quantile of a lognormal number whose median is 1; |sigma z| <= 700.
double lognormal_quantile(double u, double sigma);

}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/base/normal.ipp"
#endif
