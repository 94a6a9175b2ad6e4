// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/fleet/load.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE double given_or(const Column<double>& column, Index agent, double otherwise) {
  return column.empty() ? otherwise : column[agent];
}

GS_INLINE double zip_factor(const Nameplate& plate, Index agent, double v_pu) {
  const double z = given_or(plate.z_share, agent, 0.0);
  const double i = given_or(plate.i_share, agent, 0.0);
  return z * (v_pu * v_pu) + i * v_pu + (1.0 - z - i);
}

GS_INLINE bool has_zip(const Nameplate& plate) {
  return !plate.z_share.empty() || !plate.i_share.empty();
}

GS_INLINE double follow_voltage(Fleet& fleet, std::span<double> p_kw, std::span<double> q_kvar) {
  State& state = fleet.state;
  if (state.zip.empty()) return 0.0;
  double most = 0.0;
  for (Index i = 0; i < fleet.size(); ++i) {
    const double now = zip_factor(fleet.plate, i, state.v_pu[i]);
    const double before = state.zip[i];
    if (now == before || !(before > 0.0)) continue;
    p_kw[i] *= now / before;
    q_kvar[i] *= now / before;
    state.consumption_kw[i] *= now / before;
    state.zip[i] = now;
    most = std::max(most, std::abs(now - before));
  }
  return most;
}

GS_INLINE void sense_load(const Nameplate& plate, State& state, Index i, double power_kw,
                          double dt_h) {
  const double share = given_or(plate.flexible_share, i, 0.0);
  double less = share * power_kw, more = 0.0;
  if (plate.e_kwh[i] > 0.0) {
    const double room = std::max(0.0, plate.s_kva[i] - power_kw);
    less = std::min(less, state.soc[i] * plate.e_kwh[i] / dt_h);
    more =
        std::min({share * plate.rating_kw[i], room, (1.0 - state.soc[i]) * plate.e_kwh[i] / dt_h});
  }
  state.consumption_kw[i] = power_kw;
  state.p_want_kw[i] = state.p_min_kw[i] = -(power_kw + more);
  state.p_max_kw[i] = -(power_kw - less);
}

GS_INLINE void follow_reactive(const Fleet& fleet, std::span<const double> p_kw,
                               std::span<double> q_kvar) {
  const State& state = fleet.state;
  if (fleet.plate.flexible_share.empty()) return;
  for (Index i = 0; i < fleet.size(); ++i)
    if (fleet.plate.kind[i] == Kind::load && state.consumption_kw[i] > 0.0)
      q_kvar[i] = state.q_kvar[i] * (-p_kw[i] / state.consumption_kw[i]);
}

GS_INLINE double shed_kw(const Fleet& fleet) {
  double sum_kw = 0.0;
  for (Index i = 0; i < fleet.size(); ++i)
    if (fleet.plate.kind[i] == Kind::load)
      sum_kw += fleet.state.consumption_kw[i] + fleet.state.p_kw[i];
  return sum_kw;
}

}  // namespace gridswarm::inline GS_ABI::fleet
