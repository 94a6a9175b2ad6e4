// SPDX-License-Identifier: BSD-3-Clause
// Curves at every break-point and between, responses by the exponential, priorities by Pythagoras.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "gridswarm/base/random.hpp"
#include "gridswarm/kernel/kernels.hpp"
#include "inverter_bank.hpp"

using namespace gridswarm;
using doctest::Approx;

namespace {

/// Trips off, so that curves can be read at any voltage.
fleet::InverterSettings settings_of(const char* category, const char* reactive) {
  fleet::InverterSettings settings = fleet::default_inverter_settings(category, "III");
  settings.reactive = reactive;
  settings.trip.enabled = false;
  settings.current_pu = 10.0;
  return settings;
}

struct Power {
  double p, q;
};

Power settled(const fleet::InverterSettings& settings, double v, double want = 0.5,
              double f_hz = 60.0) {
  make::Inverters them = make::inverters(settings, 60.0, 1, true, 10.0, 10.0);
  them.see(v, f_hz);
  them.want.assign(1, want);
  them.tick();
  return {them.p[0], them.q[0]};
}

}  // namespace

TEST_CASE("volt-var of category B meets the standard's four points and is straight between") {
  const fleet::InverterSettings b = settings_of("B", "volt-var");
  const double v[] = {0.85, 0.92, 0.95, 0.98, 1.00, 1.02, 1.05, 1.08, 1.15};
  const double q[] = {0.44, 0.44, 0.22, 0.0, 0.0, 0.0, -0.22, -0.44, -0.44};
  for (int k = 0; k < 9; ++k) CHECK(settled(b, v[k]).q == Approx(q[k]).epsilon(1e-12));
}

TEST_CASE("volt-var of category A has no dead-band and a quarter of the rating") {
  const fleet::InverterSettings a = settings_of("A", "volt-var");
  const double v[] = {0.80, 0.90, 0.95, 1.00, 1.05, 1.10, 1.20};
  const double q[] = {0.25, 0.25, 0.125, 0.0, -0.125, -0.25, -0.25};
  for (int k = 0; k < 7; ++k) CHECK(settled(a, v[k]).q == Approx(q[k]).epsilon(1e-12));
}

TEST_CASE("a moved reference moves the whole curve") {
  fleet::InverterSettings b = settings_of("B", "volt-var");
  b.volt_var.reference_pu = 1.05;
  CHECK(settled(b, 1.10).q == Approx(-0.22).epsilon(1e-12));
}

TEST_CASE("a following reference lets reactive power go after its time constant") {
  fleet::InverterSettings b = settings_of("B", "volt-var");
  b.volt_var.follow = true;
  make::Inverters them = make::inverters(b, 1.0);
  them.want.assign(1, 0.5);
  them.tick();
  them.see(1.04, 60.0);
  for (int k = 0; k < 300; ++k) them.tick();
  const double reference = 1.0 + 0.04 * (1.0 - std::exp(-1.0));
  CHECK(fleet::state_of(them.bank, 0, kernel::inverter_reference_out) ==
        Approx(reference).epsilon(1e-9));
}

TEST_CASE("volt-watt meets its points") {
  fleet::InverterSettings settings = settings_of("B", "none");
  settings.volt_watt.enabled = true;
  const double v[] = {1.00, 1.06, 1.07, 1.08, 1.10, 1.12};
  const double p[] = {1.0, 1.0, 0.75, 0.5, 0.0, 0.0};
  for (int k = 0; k < 6; ++k) CHECK(settled(settings, v[k], 1.0).p == Approx(p[k]).epsilon(1e-9));
}

TEST_CASE("watt-var meets its points on both sides") {
  fleet::InverterSettings settings = settings_of("B", "watt-var");
  settings.prorate = false;
  const double p[] = {-0.9, -0.75, -0.5, -0.2, 0.0, 0.2, 0.5, 0.75, 0.85};
  const double q[] = {0.352, 0.22, 0.0, 0.0, 0.0, 0.0, 0.0, -0.22, -0.308};
  for (int k = 0; k < 9; ++k) {
    const Power power = settled(settings, 1.0, p[k]);
    CHECK(power.q == Approx(q[k]).epsilon(1e-9));
    CHECK(power.p == Approx(p[k]).epsilon(1e-9));
  }
  const Power full = settled(settings, 1.0, 1.0);  // 1 and 0.44 do not fit: back along the curve
  CHECK(full.p * full.p + full.q * full.q == Approx(1.0).epsilon(1e-9));
  CHECK(full.q == Approx(-0.44 * (full.p - 0.5) / 0.5).epsilon(1e-9));
}

TEST_CASE("constant power factor and constant reactive power") {
  fleet::InverterSettings settings = settings_of("B", "power-factor");
  CHECK(settled(settings, 1.0, 0.5).q == Approx(-0.5 * std::sqrt(1.0 - 0.81) / 0.9).epsilon(1e-12));
  settings.fixed.injects = true;
  CHECK(settled(settings, 1.0, 0.5).q == Approx(0.5 * std::sqrt(1.0 - 0.81) / 0.9).epsilon(1e-12));
  settings.reactive = "constant";
  settings.fixed.q_pu = -0.3;
  CHECK(settled(settings, 1.0, 0.5).q == Approx(-0.3).epsilon(1e-12));
}

TEST_CASE("reactive capability ends below 5 % and grows to 20 % of P_max") {
  const fleet::InverterSettings b = settings_of("B", "volt-var");
  const double p[] = {0.0, 0.049, 0.05, 0.1, 0.2, 0.5};
  const double q[] = {0.0, 0.0, 0.11, 0.22, 0.44, 0.44};
  for (int k = 0; k < 6; ++k) CHECK(settled(b, 0.90, p[k]).q == Approx(q[k]).epsilon(1e-12));
}

TEST_CASE("at the rating reactive power comes first, or active power beyond what is required") {
  fleet::InverterSettings b = settings_of("B", "constant");
  b.inject_pu = b.absorb_pu = 0.8;
  b.fixed.q_pu = 0.8;
  CHECK(settled(b, 1.0, 1.0).p == Approx(0.6).epsilon(1e-12));
  CHECK(settled(b, 1.0, 1.0).q == Approx(0.8).epsilon(1e-12));
  b.reactive_priority = false;
  CHECK(settled(b, 1.0, 1.0).q == Approx(0.44).epsilon(1e-12));
  CHECK(settled(b, 1.0, 1.0).p == Approx(std::sqrt(1.0 - 0.44 * 0.44)).epsilon(1e-12));
}

TEST_CASE("after its response time a step is done to 90 %") {
  fleet::InverterSettings b = settings_of("B", "volt-var");
  make::Inverters them = make::inverters(b, 0.5);
  them.want.assign(1, 0.5);
  them.tick();
  CHECK(them.q[0] == 0.0);
  them.see(1.08, 60.0);
  for (int k = 0; k < 10; ++k) them.tick();
  CHECK(them.q[0] == Approx(-0.44 * (1.0 - std::exp(-2.303))).epsilon(1e-12));
}

TEST_CASE("decay is the exponential") {
  for (double x : {0.0, 1e-9, 0.05, 0.125, 0.3, 1.0, 2.303, 27.6, 138.0})
    CHECK(fleet::decay(x) == Approx(std::exp(-x)).epsilon(1e-13));
}

TEST_CASE("droop lowers power above the dead-band and raises it below") {
  fleet::InverterSettings settings = settings_of("B", "none");
  settings.droop.open_loop_s = 0.2;
  make::Inverters them = make::inverters(settings, 1.0);
  const auto after = [&](double f_hz) {
    them.see(1.0, 60.0);
    them.want.assign(1, 0.5);
    for (int k = 0; k < 3; ++k) them.tick();
    CHECK(them.p[0] == Approx(0.5).epsilon(1e-3));
    them.see(1.0, f_hz);
    for (int k = 0; k < 5; ++k) them.tick();
    return them.p[0];
  };
  CHECK(after(60.036) == Approx(0.5).epsilon(1e-9));
  CHECK(after(60.336) == Approx(0.5 - 0.3 / 3.0).epsilon(1e-6));
  CHECK(after(59.664) == Approx(0.5 + 0.3 / 3.0).epsilon(1e-6));
  CHECK(after(64.0) == Approx(0.0).epsilon(1e-6));
}

TEST_CASE("a bank that begins at a high frequency lowers what it would have given") {
  const Power power = settled(settings_of("B", "none"), 1.0, 0.5, 60.336);
  CHECK(power.p == Approx(0.5 - 0.3 / 3.0).epsilon(1e-12));
}

TEST_CASE("storage may charge to hold a high frequency, a generator may not") {
  fleet::InverterSettings settings = settings_of("B", "none");
  settings.droop.open_loop_s = 0.2;
  make::Inverters them = make::inverters(settings, 1.0, 1, true, 10.0, 10.0);
  them.want.assign(1, -0.2);
  them.tick();
  them.see(1.0, 60.336);
  for (int k = 0; k < 5; ++k) them.tick();
  CHECK(them.p[0] == Approx(-0.3).epsilon(1e-6));
}

TEST_CASE("current is limited with reactive power first") {
  fleet::InverterSettings b = settings_of("B", "volt-var");
  b.current_pu = 1.2;
  const Power low = settled(b, 0.60, 1.0);
  CHECK(low.q == Approx(0.44).epsilon(1e-12));
  CHECK(low.p == Approx(std::sqrt(0.72 * 0.72 - 0.44 * 0.44)).epsilon(1e-12));
}

TEST_CASE("three phases: average for curves, extremes for trips") {
  const fleet::ApplicableVoltage v = fleet::three_phase_voltage(1.0, 1.0, 0.7);
  CHECK(v.meas_pu == Approx(0.9));
  CHECK(v.low_pu == Approx(0.7));
  CHECK(v.high_pu == Approx(1.0));
}

namespace {

/// Everything that 200 random ticks put out, and the state they leave.
std::vector<double> random_ticks(const fleet::InverterSettings& settings, std::size_t n) {
  make::Inverters them = make::inverters(settings, 0.1, n, true, 9.0, 7.0);
  std::vector<double> all;
  for (std::uint32_t k = 0; k < 200; ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto u = [&](std::uint32_t what) {
        return draw_uniform(1, Stream::test, i * 8 + what, k / 9);
      };
      them.v_meas[i] = 0.8 + 0.4 * u(0);
      them.v_low[i] = them.v_meas[i] - 0.3 * u(1) * u(1);
      them.v_high[i] = them.v_meas[i] + 0.1 * u(2) * u(2);
      them.f[i] = 59.0 + 2.0 * u(3);
      them.want[i] = 2.0 * u(4) - 1.0;
      them.health[i] = u(5) < 0.02 ? 0.0 : 1.0;
    }
    them.tick();
    all.insert(all.end(), them.p.begin(), them.p.end());
    all.insert(all.end(), them.q.begin(), them.q.end());
  }
  for (std::size_t i = 0; i < n; ++i)
    for (int row = 0; row < kernel::inverter_rows; ++row)
      all.push_back(fleet::state_of(them.bank, static_cast<Index>(i), row));
  return all;
}

}  // namespace

TEST_CASE("every instruction set steps to the same bytes, whatever the count") {
  fleet::InverterSettings settings = fleet::default_inverter_settings("B", "III");
  settings.volt_watt.enabled = true;
  settings.volt_var.follow = true;
  const kernel::Isa before = kernel::isa_in_use();
  for (const char* mode : {"none", "volt-var", "watt-var", "power-factor", "constant"})
    for (std::size_t n : {1, 15, 16, 17, 50}) {
      settings.reactive = mode;
      REQUIRE(kernel::use_isa(kernel::Isa::reference));
      const std::vector<double> plain = random_ticks(settings, n);
      for (int isa = 1; isa < kernel::isa_count; ++isa)
        if (kernel::use_isa(static_cast<kernel::Isa>(isa))) {
          const std::vector<double> fast = random_ticks(settings, n);
          REQUIRE(std::memcmp(fast.data(), plain.data(), plain.size() * sizeof(double)) == 0);
        }
    }
  kernel::use_isa(before);
}
