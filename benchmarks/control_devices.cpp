// SPDX-License-Identifier: BSD-3-Clause
// What a tick of IEEE 1547-2018 costs a device: 10,000 of category B and III whose voltage and
// frequency change from tick to tick, every function at work, one thread.
#include "control_devices.hpp"

#include "gridswarm/base/random.hpp"
#include "gridswarm/fleet/inverter.hpp"

namespace gridswarm::bench {

namespace {

double step_ns(std::size_t count, int repeats) {
  fleet::InverterSettings settings = fleet::default_inverter_settings("B", "III");
  settings.volt_watt.enabled = true;
  const std::vector<double> power(count, 9.0), rating(count, 10.0), charge(count, 5.0);
  std::vector<AgentId> id(count);
  for (std::size_t i = 0; i < count; ++i) id[i] = static_cast<AgentId>(i);
  fleet::InverterBank bank = fleet::make_bank(settings, 0.1, {power, rating, charge, id});
  Column<double> v[2], f[2], want(count), low(count, -0.5), high(count, 1.0), health(count, 1.0),
      p(count), q(count);
  for (int now = 0; now < 2; ++now) {
    v[now].resize(count);
    f[now].resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto u = [&](std::uint32_t k) { return draw_uniform(1, Stream::test, i, k); };
      const auto draw = static_cast<std::uint32_t>(4 * now);
      v[now][i] = 0.86 + 0.26 * u(draw);
      f[now][i] = 59.8 + 0.4 * u(draw + 1);
      want[i] = u(2);
    }
  }
  int tick = 0;
  const double taken_s = best_cpu_seconds(repeats, [&] {
    for (int k = 0; k < 100; ++k, ++tick) {
      const Column<double>&volts = v[tick % 2], &hertz = f[tick % 2];
      fleet::step(bank, {volts, volts, volts, hertz, want, low, high, health}, p, q);
    }
  });
  return 1e9 * taken_s / (100.0 * static_cast<double>(count));
}

}  // namespace

std::vector<Row> device_rows() {
  return {
      {"ieee1547_ns_per_device", step_ns(10000, 30), "ns", "<=", 60.0, 30, "./dev bench control"}};
}

}  // namespace gridswarm::bench
