// SPDX-License-Identifier: BSD-3-Clause
// Inverters one after the other.
#pragma once

#include "gridswarm/kernel/inverter_lane.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

template <int mode>
void inverter_steps(const InverterView& view) {
  for (size_t i = 0; i < view.count; ++i) {
    double* block = view.cells + i / lanes * inverter_rows * lanes;
    const InverterLane lane = {block + i % lanes, view.v_meas[i], view.v_low[i],
                               view.v_high[i],    view.f_hz[i],   view.want[i],
                               view.low[i],       view.high[i],   view.health[i]};
    lane_step<mode>(*view.rule, lane, view.p[i], view.q[i]);
  }
}

inline void inverter_step(const InverterView& view) {
  switch (view.rule->mode) {
    case inverter_volt_var: return inverter_steps<inverter_volt_var>(view);
    case inverter_fixed_var: return inverter_steps<inverter_fixed_var>(view);
    case inverter_power_factor: return inverter_steps<inverter_power_factor>(view);
    case inverter_watt_var: return inverter_steps<inverter_watt_var>(view);
    default: return inverter_steps<inverter_no_reactive>(view);
  }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
