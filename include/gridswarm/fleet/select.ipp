// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/fleet/select.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE Fleet select(const Fleet& fleet, std::span<const Index> rows) {
  Fleet out;
  out.profile_names = fleet.profile_names;
  out.power_curves = fleet.power_curves;
  const auto take = [&](const auto& from, auto& to) {
    if (from.size() != static_cast<std::size_t>(fleet.size())) return;
    to.reserve(rows.size());
    for (Index row : rows) to.push_back(from[row]);
  };
  const Nameplate& p = fleet.plate;
  Nameplate& q = out.plate;
  take(p.id, q.id), take(p.bus, q.bus), take(p.kind, q.kind), take(p.profile, q.profile);
  take(p.phases, q.phases);
  take(p.s_kva, q.s_kva), take(p.rating_kw, q.rating_kw), take(p.e_kwh, q.e_kwh);
  take(p.soc_start, q.soc_start), take(p.soc_min, q.soc_min), take(p.efficiency, q.efficiency);
  take(p.arrive_h, q.arrive_h), take(p.depart_h, q.depart_h), take(p.soc_depart, q.soc_depart);
  take(p.cost_per_kw2, q.cost_per_kw2), take(p.power_factor, q.power_factor);
  take(p.soc_max, q.soc_max), take(p.cost_per_kwh, q.cost_per_kwh);
  take(p.wear_curvature, q.wear_curvature), take(p.gamma_per_k, q.gamma_per_k);
  take(p.power_curve, q.power_curve), take(p.z_share, q.z_share), take(p.i_share, q.i_share);
  take(p.flexible_share, q.flexible_share), take(p.mtbf_h, q.mtbf_h);
  take(p.repair_h, q.repair_h), take(p.lost_from_h, q.lost_from_h);
  take(p.lost_to_h, q.lost_to_h), take(p.lost_health, q.lost_health);
  const State& s = fleet.state;
  State& t = out.state;
  take(s.generation_kw, t.generation_kw), take(s.consumption_kw, t.consumption_kw);
  take(s.p_kw, t.p_kw), take(s.q_kvar, t.q_kvar), take(s.p_want_kw, t.p_want_kw);
  take(s.p_min_kw, t.p_min_kw), take(s.p_max_kw, t.p_max_kw), take(s.soc, t.soc);
  take(s.v_pu, t.v_pu), take(s.f_hz, t.f_hz), take(s.forecast_kw, t.forecast_kw);
  take(s.health, t.health), take(s.bytes, t.bytes);
  take(s.zip, t.zip), take(s.stopped, t.stopped), take(s.failed, t.failed);
  return out;
}

}  // namespace gridswarm::inline GS_ABI::fleet
