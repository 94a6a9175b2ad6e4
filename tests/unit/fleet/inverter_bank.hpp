// SPDX-License-Identifier: BSD-3-Clause
// A bank of equal inverters of 10 kW and 10 kVA under one voltage and frequency.
#pragma once

#include <vector>

#include "gridswarm/fleet/inverter.hpp"

namespace make {

using namespace gridswarm;

struct Inverters {
  fleet::InverterBank bank;
  std::vector<double> v_meas, v_low, v_high, f, want, low, high, health, p, q;

  void tick(int threads = 1) {
    fleet::step(bank, {v_meas, v_low, v_high, f, want, low, high, health}, p, q, threads);
  }
  /// All devices see v and f; three-phase extremes the same.
  void see(double v, double f_hz) {
    for (auto* column : {&v_meas, &v_low, &v_high}) column->assign(v_meas.size(), v);
    f.assign(f.size(), f_hz);
  }
};

inline Inverters inverters(const fleet::InverterSettings& settings, double dt_s, std::size_t n = 1,
                           bool in_service = true, double p_kw = 10.0, double charge_kw = 0.0) {
  Inverters them;
  const std::vector<double> power(n, p_kw), s(n, 10.0), charge(n, charge_kw);
  std::vector<AgentId> id(n);
  for (std::size_t i = 0; i < n; ++i) id[i] = static_cast<AgentId>(i);
  them.bank = fleet::make_bank(settings, dt_s, {power, s, charge, id}, in_service);
  for (auto* column :
       {&them.v_meas, &them.v_low, &them.v_high, &them.want, &them.high, &them.health})
    column->assign(n, 1.0);
  them.f.assign(n, settings.nominal_hz);
  for (auto* column : {&them.low, &them.p, &them.q}) column->assign(n, 0.0);
  if (charge_kw > 0.0) them.low.assign(n, -charge_kw / p_kw);
  return them;
}

}  // namespace make
