// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/swarm/packing.hpp"
#include "gridswarm/swarm/sink.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace sink_detail {

/// Calls visit(column or number) for every member, in one order for both directions.
template <class Rows, class Visit>
void each_member(Rows& rows, Visit&& visit) {
  visit(rows.feeder), visit(rows.interval), visit(rows.ticks);
  visit(rows.totals), visit(rows.p_kw), visit(rows.q_kvar), visit(rows.v_re_pu);
  visit(rows.v_im_pu), visit(rows.agent_p_kw), visit(rows.agent_soc), visit(rows.soc);
  visit(rows.e_out_kwh), visit(rows.e_in_kwh), visit(rows.cluster), visit(rows.leader);
  visit(rows.unserved_kwh);
  visit(rows.moved), visit(rows.clusters), visit(rows.messages), visit(rows.bytes);
  visit(rows.forecast_error_kw), visit(rows.forecasts), visit(rows.forecast_square_kw2);
  visit(rows.forecast_bias_kw), visit(rows.persistence_square_kw2), visit(rows.flow_s),
      visit(rows.tick_s);
}

template <class Layout, class Visit>
void each_layout_member(Layout& layout, Visit&& visit) {
  visit(layout.name), visit(layout.bus), visit(layout.agent), visit(layout.agent_bus);
  visit(layout.agent_kind), visit(layout.e_kwh), visit(layout.efficiency);
  visit(layout.kw_per_pu), visit(layout.base_mva), visit(layout.bus_type);
  visit(layout.base_kv), visit(layout.gs_mw), visit(layout.bs_mvar), visit(layout.fbus);
  visit(layout.tbus), visit(layout.in_service), visit(layout.r_pu), visit(layout.x_pu);
  visit(layout.b_pu), visit(layout.rate_mva), visit(layout.ratio), visit(layout.shift_deg);
  visit(layout.bus_name), visit(layout.node), visit(layout.agent_phases);
}

}  // namespace sink_detail

GS_INLINE Bytes pack(const FeederInterval& rows) {
  Bytes out;
  sink_detail::each_member(rows, PackWriter{out});
  return out;
}

GS_INLINE void unpack(const Bytes& bytes, FeederInterval& rows) {
  sink_detail::each_member(rows, PackReader{bytes.data()});
}

GS_INLINE Bytes pack(const FeederLayout& layout) {
  Bytes out;
  sink_detail::each_layout_member(layout, PackWriter{out});
  return out;
}

GS_INLINE void unpack(const Bytes& bytes, FeederLayout& layout) {
  sink_detail::each_layout_member(layout, PackReader{bytes.data()});
}

}  // namespace gridswarm::inline GS_ABI::swarm
