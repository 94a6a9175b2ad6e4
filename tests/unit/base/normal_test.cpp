// SPDX-License-Identifier: BSD-3-Clause
// Oracle: quantiles from SciPy 1.10 (scipy.stats.norm.ppf) to 16 digits, and the error function.
#include "gridswarm/base/normal.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace gridswarm;

TEST_CASE("normal quantiles are those of the tables, to 1e-12") {
  CHECK(normal_quantile(0.5) == 0.0);
  CHECK(normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-12));
  CHECK(normal_quantile(0.84134474606854293) == doctest::Approx(1.0).epsilon(1e-12));
  CHECK(normal_quantile(1e-10) == doctest::Approx(-6.361340902404056).epsilon(1e-12));
  CHECK(normal_quantile(1e-15) == doctest::Approx(-7.941345326170998).epsilon(1e-12));
}

TEST_CASE("the distribution function of a quantile gives its probability back") {
  for (int k = 1; k < 2000; ++k) {
    const double u = k / 2000.0;
    const double back = 0.5 * std::erfc(-normal_quantile(u) / std::sqrt(2.0));
    CHECK(back == doctest::Approx(u).epsilon(1e-13));
    CHECK(lognormal_quantile(u, 0.5) ==
          doctest::Approx(std::exp(0.5 * normal_quantile(u))).epsilon(1e-14));
  }
}
