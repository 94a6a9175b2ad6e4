// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/fleet/synthetic.hpp"

namespace gridswarm::inline GS_ABI::fleet {

namespace synthetic_detail {

/// Mean 0, variance 1: four uniforms added, scaled by sqrt(3).
GS_INLINE double bell(std::uint64_t seed, std::uint64_t series, std::uint32_t step) {
  const auto word = draw(seed, Stream::weather, series, step);
  double sum = 0.0;
  for (const std::uint32_t w : word) sum += static_cast<double>(w) * 0x1p-32;
  return (sum - 2.0) * std::sqrt(3.0);
}

/// First-order noise x <- a x + sqrt(1 - a^2) g with a = 1 / (1 + step / memory); variance 1.
GS_INLINE Column<double> noise(std::uint64_t seed, std::uint64_t series, std::size_t steps,
                               double step_s, double memory_s) {
  const double keep = 1.0 / (1.0 + step_s / memory_s);
  const double fresh = std::sqrt(1.0 - keep * keep);
  Column<double> x(steps);
  double now = bell(seed, series, 0);
  for (std::size_t k = 0; k < steps; ++k) {
    x[k] = now;
    now = keep * now + fresh * bell(seed, series, static_cast<std::uint32_t>(k + 1));
  }
  return x;
}

GS_INLINE double unit(double x) { return std::max(0.0, std::min(1.0, x)); }

/// 1 at the centre, 1/2 one width away, flat on top.
GS_INLINE double bump(double hour, double centre_h, double width_h) {
  double away = hour - centre_h;
  away -= 24.0 * std::floor((away + 12.0) / 24.0);
  const double square = (away / width_h) * (away / width_h);
  return 1.0 / (1.0 + square * square);
}

/// Clear sky: u^1.25 of the parabola u that is 1 at 13:00 and 0 at 05:30 and 20:30.
GS_INLINE double clear_sky(double hour) {
  const double away = (hour - 13.0) / 7.5;
  const double u = std::max(0.0, 1.0 - away * away);
  return u * std::sqrt(std::sqrt(u));
}

GS_INLINE double home(double hour) {
  return 0.10 + 0.28 * bump(hour, 7.25, 1.25) + 0.14 * bump(hour, 12.5, 1.5) +
         0.62 * bump(hour, 19.25, 2.0);
}

GS_INLINE double shop(double hour) { return 0.15 + 0.70 * bump(hour, 13.5, 5.0); }

}  // namespace synthetic_detail

GS_INLINE ProfileSet make_synthetic_profiles(std::uint64_t seed, double step_s) {
  using namespace synthetic_detail;
  const double rows = 86400.0 / step_s;
  if (!(step_s >= 60.0) || std::floor(step_s / 60.0) * 60.0 != step_s || std::floor(rows) != rows ||
      rows < 2.0)
    throw UsageError("the step of synthetic profiles must be whole minutes that divide a day");
  const auto steps = static_cast<std::size_t>(rows);
  const Column<double> region = noise(seed, 0, steps, step_s, 3600.0);
  ProfileSet set;
  std::uint64_t series = 1;
  const auto add = [&](const char* kind, int count, double memory_s, auto&& value_of) {
    for (int which = 1; which <= count; ++which, ++series) {
      const Column<double> own = noise(seed, series, steps, step_s, memory_s);
      Profile profile;
      profile.name = std::string(kind) + '_' + std::to_string(which) + "_pu";
      profile.step_s = step_s;
      profile.repeat = true;
      profile.value.resize(steps);
      for (std::size_t k = 0; k < steps; ++k) {
        const double hour = static_cast<double>(k) * step_s / 3600.0;
        profile.value[k] = std::floor(unit(value_of(hour, own[k], region[k])) * 1e4 + 0.5) / 1e4;
      }
      set.profiles.push_back(std::move(profile));
    }
  };
  add("pv", 4, 900.0, [](double hour, double own, double common) {
    const double cloud = unit(0.5 * (0.6 * own + 0.8 * common) - 0.1);
    return clear_sky(hour) * (1.0 - 0.75 * cloud);
  });
  add("wind", 2, 7200.0, [](double, double own, double common) {
    const double speed = 0.55 + 0.2 * own + 0.1 * common;  // of rated speed
    return speed * speed * speed;
  });
  add("home", 6, 1200.0,
      [](double hour, double own, double) { return home(hour) * (1.0 + 0.18 * own); });
  add("shop", 2, 3600.0,
      [](double hour, double own, double) { return shop(hour) * (1.0 + 0.05 * own); });
  add("district", 1, 3600.0, [](double hour, double own, double) {
    return (home(hour) + 0.6 * shop(hour)) * (1.0 + 0.02 * own);
  });
  return set;
}

}  // namespace gridswarm::inline GS_ABI::fleet
