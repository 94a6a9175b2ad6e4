// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/fleet/load.hpp"
#include "gridswarm/fleet/wear.hpp"

namespace gridswarm::inline GS_ABI::fleet {

namespace wear_detail {

GS_INLINE double per_kwh_at(const Nameplate& plate, Index i, double soc) {
  if (plate.kind[i] != Kind::battery && plate.kind[i] != Kind::ev) return 0.0;
  const double w = given_or(plate.wear_curvature, i, 0.0);
  return given_or(plate.cost_per_kwh, i, 0.0) * (1.0 - w + 2.0 * w * (1.0 - soc));
}

}  // namespace wear_detail

GS_INLINE double wear_per_kwh(const Fleet& fleet, Index agent) {
  return wear_detail::per_kwh_at(fleet.plate, agent, fleet.state.soc[agent]);
}

GS_INLINE double wear_cost(const Fleet& fleet, double dt_s) {
  const Nameplate& plate = fleet.plate;
  if (plate.cost_per_kwh.empty()) return 0.0;
  const double dt_h = dt_s / s_per_h;
  double sum = 0.0;
  for (Index i = 0; i < fleet.size(); ++i) {
    const double p_kw = fleet.state.p_kw[i];
    if (p_kw == 0.0 || !(plate.e_kwh[i] > 0.0)) continue;
    const double drawn_kwh =
        (p_kw < 0.0 ? p_kw * plate.efficiency[i] : p_kw / plate.efficiency[i]) * dt_h;
    const double middle = fleet.state.soc[i] - 0.5 * drawn_kwh / plate.e_kwh[i];
    sum += wear_detail::per_kwh_at(plate, i, middle) * (p_kw < 0.0 ? -p_kw : p_kw) * dt_h;
  }
  return sum;
}

}  // namespace gridswarm::inline GS_ABI::fleet
