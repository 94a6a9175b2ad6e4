// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/angle.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/fleet/sun.hpp"
#include "gridswarm/kernel/logarithm.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE double cosine_of_zenith(double utc_s, const Site& site) {
  constexpr double noon_2000_s = 946728000.0;
  constexpr double s_per_day = 86400.0;
  const double n = (utc_s - noon_2000_s) / s_per_day;
  const auto days = static_cast<std::int64_t>(utc_s / s_per_day);
  const double past_midnight_s = utc_s - static_cast<double>(days) * s_per_day;
  const SineCosine anomaly = sine_cosine_of_deg(357.528 + 0.9856003 * n);
  const double lambda_deg =
      280.460 + 0.9856474 * n + 1.915 * anomaly.sine + 0.020 * 2.0 * anomaly.sine * anomaly.cosine;
  const SineCosine lambda = sine_cosine_of_deg(lambda_deg);
  const SineCosine tilt = sine_cosine_of_deg(23.439 - 4e-7 * n);
  const double hour = 6.697375 + 0.0657098242 * n + past_midnight_s / s_per_h;
  const SineCosine theta = sine_cosine_of_deg(15.0 * hour + site.longitude_deg);
  const SineCosine phi = sine_cosine_of_deg(site.latitude_deg);
  const double towards = theta.cosine * lambda.cosine + theta.sine * tilt.cosine * lambda.sine;
  return phi.sine * tilt.sine * lambda.sine + phi.cosine * towards;
}

GS_INLINE double clear_sky_w_per_m2(double cosine) {
  return cosine > 1e-3 ? 1098.0 * cosine * kernel::exp_of(-0.059 / cosine) : 0.0;
}

GS_INLINE double mean_clear_sky_w_per_m2(double local_s, double step_s, const Site& site) {
  constexpr int samples = 8;
  const double begin_s = local_s - site.utc_offset_h * s_per_h;
  double sum = 0.0;
  for (int k = 0; k < samples; ++k)
    sum += clear_sky_w_per_m2(cosine_of_zenith(begin_s + (k + 0.5) / samples * step_s, site));
  return sum / samples;
}

}  // namespace gridswarm::inline GS_ABI::fleet
