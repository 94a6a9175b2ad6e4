// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include "gridswarm/base/normal.hpp"
#include "gridswarm/kernel/logarithm.hpp"

namespace gridswarm::inline GS_ABI {

namespace normal_detail {

/// sum of c[k] r^k for k = 0..7, added pairwise.
GS_INLINE double degree_seven(const double (&c)[8], double r) {
  const double r2 = r * r;
  const double low = (c[0] + c[1] * r) + r2 * (c[2] + c[3] * r);
  const double high = (c[4] + c[5] * r) + r2 * (c[6] + c[7] * r);
  return low + (r2 * r2) * high;
}

GS_INLINE double central(double y) {
  static constexpr double a[8] = {3.3871328727963666080,   1.3314166789178437745e2,
                                  1.9715909503065514427e3, 1.3731693765509461125e4,
                                  4.5921953931549871457e4, 6.7265770927008700853e4,
                                  3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr double b[8] = {1.0,
                                  4.2313330701600911252e1,
                                  6.8718700749205790830e2,
                                  5.3941960214247511077e3,
                                  2.1213794301586595867e4,
                                  3.9307895800092710610e4,
                                  2.8729085735721942674e4,
                                  5.2264952788528545610e3};
  const double r = 0.180625 - y * y;
  return y * degree_seven(a, r) / degree_seven(b, r);
}

/// Of the smaller tail, away from zero: t = sqrt(-log of the tail).
GS_INLINE double tail(double t) {
  static constexpr double c[8] = {1.42343711074968357734,    4.63033784615654529590,
                                  5.76949722146069140550,    3.64784832476320460504,
                                  1.27045825245236838258,    2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[8] = {1.0,
                                  2.05319162663775882187,
                                  1.67638483018380384940,
                                  6.89767334985100004550e-1,
                                  1.48103976427480074590e-1,
                                  1.51986665636164571966e-2,
                                  5.47593808499534494600e-4,
                                  1.05075007164441684324e-9};
  static constexpr double e[8] = {6.65790464350110377720,    5.46378491116411436990,
                                  1.78482653991729133580,    2.96560571828504891230e-1,
                                  2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[8] = {1.0,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};
  return t <= 5.0 ? degree_seven(c, t - 1.6) / degree_seven(d, t - 1.6)
                  : degree_seven(e, t - 5.0) / degree_seven(f, t - 5.0);
}

}  // namespace normal_detail

GS_INLINE double normal_quantile(double u) {
  const double y = u - 0.5;
  if (y <= 0.425 && y >= -0.425) return normal_detail::central(y);
  const double smaller = y < 0.0 ? u : 1.0 - u;
  const double size = normal_detail::tail(std::sqrt(-kernel::log_of(smaller)));
  return y < 0.0 ? -size : size;
}

GS_INLINE double lognormal_quantile(double u, double sigma) {
  return kernel::exp_of(sigma * normal_quantile(u));
}

}  // namespace gridswarm::inline GS_ABI
