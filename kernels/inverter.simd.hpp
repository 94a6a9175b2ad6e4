// SPDX-License-Identifier: BSD-3-Clause
// Inverters sixteen at a time: a block's rows are the lanes.
#pragma once

#include "gridswarm/kernel/inverter_lane.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

template <int mode>
[[gnu::always_inline]] inline void inverter_lane(const InverterView& view, const InverterRule& rule,
                                                 double* block, size_t i, int l) {
  const InverterLane lane = {block + l,      view.v_meas[i], view.v_low[i],
                             view.v_high[i], view.f_hz[i],   view.want[i],
                             view.low[i],    view.high[i],   view.health[i]};
  lane_step<mode>(rule, lane, view.p[i], view.q[i]);
}

template <int mode>
void inverter_steps(const InverterView& view) {
  const InverterRule rule = *view.rule;
  const size_t whole = view.count - view.count % lanes;
  for (size_t i = 0; i < whole; i += lanes) {
    double* block = view.cells + i * inverter_rows;
#pragma omp simd
    for (int l = 0; l < lanes; ++l)
      inverter_lane<mode>(view, rule, block, i + static_cast<size_t>(l), l);
  }
  for (size_t i = whole; i < view.count; ++i)
    inverter_lane<mode>(view, rule, view.cells + whole * inverter_rows, i,
                        static_cast<int>(i - whole));
}

void inverter_step(const InverterView& view) {
  switch (view.rule->mode) {
    case inverter_volt_var: return inverter_steps<inverter_volt_var>(view);
    case inverter_fixed_var: return inverter_steps<inverter_fixed_var>(view);
    case inverter_power_factor: return inverter_steps<inverter_power_factor>(view);
    case inverter_watt_var: return inverter_steps<inverter_watt_var>(view);
    default: return inverter_steps<inverter_no_reactive>(view);
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
