// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/fleet/device.hpp"
#include "gridswarm/fleet/load.hpp"
#include "gridswarm/fleet/photovoltaic.hpp"

namespace gridswarm::inline GS_ABI::fleet {

GS_INLINE void reset_state(Fleet& fleet, double f_hz) {
  const auto n = static_cast<std::size_t>(fleet.size());
  State& state = fleet.state;
  for (Column<double>* column :
       {&state.generation_kw, &state.consumption_kw, &state.p_kw, &state.q_kvar, &state.p_want_kw,
        &state.p_min_kw, &state.p_max_kw, &state.forecast_kw})
    column->assign(n, 0.0);
  state.soc.assign(fleet.plate.soc_start.begin(), fleet.plate.soc_start.end());
  state.v_pu.assign(n, 1.0);
  state.f_hz.assign(n, f_hz);
  state.health.assign(n, 1.0);
  state.bytes.assign(n, 0);
  const bool blows = std::find(fleet.plate.kind.begin(), fleet.plate.kind.end(), Kind::wind) !=
                     fleet.plate.kind.end();
  state.zip.assign(has_zip(fleet.plate) ? n : 0, 1.0);
  state.stopped.assign(blows ? n : 0, 0);
  state.failed.assign(fleet.plate.mtbf_h.empty() ? 0 : n, 0);
}

namespace device_detail {

inline constexpr double s_per_day = 24.0 * s_per_h;
inline constexpr double instant_s = 1e-3;  ///< stamps closer than this are the same moment
inline constexpr Index piece_size = 4096, group_size = 256;
inline constexpr int kinds = 6;

/// x_s in (-86400, 86400] as a time of day in [0, 86400); just below midnight counts as midnight.
GS_INLINE double wrapped_s(double x_s) {
  if (x_s < 0.0) x_s += s_per_day;
  return x_s >= s_per_day - instant_s ? 0.0 : x_s;
}

/// The same in (0, 86400]: how long until that moment comes next.
GS_INLINE double until_s(double from_s, double to_s) {
  const double wait_s = wrapped_s(to_s - from_s);
  return wait_s < instant_s ? s_per_day : wait_s;
}

struct Stay {
  bool plugged = false;  ///< during the whole tick
  double later_s = 0.0;  ///< whole ticks of the stay that follow this one
};

GS_INLINE Stay stay_of(double arrive_h, double depart_h, const Tick& tick) {
  const double begin_s = tick.hour_of_day * s_per_h;
  const double since_s = wrapped_s(begin_s - arrive_h * s_per_h);
  const double stay_s = until_s(arrive_h * s_per_h, depart_h * s_per_h);
  const double left_s = stay_s - since_s - tick.dt_s;
  if (left_s < -instant_s) return {};
  const auto ticks = static_cast<std::int64_t>((left_s + instant_s) / tick.dt_s);
  return {true, static_cast<double>(ticks) * tick.dt_s};
}

/// The tick as every storage needs it: hours, and one over them.
struct Hours {
  explicit Hours(double dt_s) : dt_h(dt_s / s_per_h), per_h(s_per_h / dt_s) {}
  double dt_h, per_h;
};

GS_INLINE void sense_battery(const Nameplate& plate, State& state, Index i, const Hours& hours) {
  const double limit = state.health[i] * std::min(plate.rating_kw[i], plate.s_kva[i]);
  const double most_soc = given_or(plate.soc_max, i, 1.0);
  const double in_kwh = (most_soc - state.soc[i]) * plate.e_kwh[i] / plate.efficiency[i];
  const double out_kwh = (state.soc[i] - plate.soc_min[i]) * plate.e_kwh[i] * plate.efficiency[i];
  state.p_want_kw[i] = 0.0;
  state.p_min_kw[i] = -std::max(0.0, std::min(limit, in_kwh * hours.per_h));
  state.p_max_kw[i] = std::max(0.0, std::min(limit, out_kwh * hours.per_h));
}

GS_INLINE void sense_ev(const Nameplate& plate, State& state, Index i, const Tick& tick,
                        const Hours& hours) {
  const Stay stay = stay_of(plate.arrive_h[i], plate.depart_h[i], tick);
  double want = 0.0, low = 0.0, high = 0.0;
  if (stay.plugged) {
    const double limit = state.health[i] * std::min(plate.rating_kw[i], plate.s_kva[i]);
    const double per_soc_kwh = plate.e_kwh[i] / plate.efficiency[i];
    const double room = std::max(0.0, given_or(plate.soc_max, i, 1.0) - state.soc[i]);
    const double most = std::min(limit, room * per_soc_kwh * hours.per_h);
    const double need_kwh = std::max(0.0, (plate.soc_depart[i] - state.soc[i]) * per_soc_kwh);
    const double must_kwh = std::max(0.0, need_kwh - limit * (stay.later_s / s_per_h));
    want = -std::min(most, need_kwh * hours.per_h);
    high = -std::min(most, must_kwh * hours.per_h);
    low = -most;
  }
  state.p_want_kw[i] = want;
  state.p_min_kw[i] = low;
  state.p_max_kw[i] = high;
}

/// Reactive power of agent i at consumption p_kw: lagging at its power factor f, p sqrt(1 - f^2) /
/// f.
GS_INLINE double lagging_kvar(double p_kw, double factor) {
  return factor == 1.0 ? 0.0 : p_kw * (std::sqrt(1.0 - factor * factor) / factor);
}

/// What the weather lets a device give, or what a consumer draws at 1 p.u., in kW.
GS_INLINE double profile_kw(const Fleet& fleet, const ProfileValues& values, Index i,
                            bool& is_stopped) {
  const Nameplate& plate = fleet.plate;
  const Index profile = plate.profile[i];
  if (profile == none) return plate.rating_kw[i];
  const double value = values.value[profile];
  switch (values.unit[profile]) {
    case ProfileUnit::kw: return value;
    case ProfileUnit::w_per_m2: {
      const PvModule module{.gamma_per_k = given_or(plate.gamma_per_k, i, PvModule{}.gamma_per_k)};
      return pv_power_kw(plate.rating_kw[i], plate.s_kva[i],
                         {value, values.air_celsius[profile], values.wind_m_per_s[profile]},
                         module);
    }
    case ProfileUnit::m_per_s: {
      const Index own = plate.power_curve.empty() ? none : plate.power_curve[i];
      static const PowerCurve usual = usual_power_curve();
      const double normal_m_per_s =
          normal_wind_m_per_s(value, air_kg_per_m3(values.air_celsius[profile]));
      const PowerCurve& curve = own == none ? usual : fleet.power_curves[own];
      return plate.rating_kw[i] * wind_share(curve, normal_m_per_s, is_stopped);
    }
    default: return plate.rating_kw[i] * value;
  }
}

GS_INLINE void sense_consumer(Fleet& fleet, const ProfileValues& values, double dt_h, Index i) {
  const Nameplate& plate = fleet.plate;
  State& state = fleet.state;
  bool is_stopped = false;
  double power_kw = profile_kw(fleet, values, i, is_stopped);
  const Index profile = plate.profile[i];
  const bool is_kw = profile != none && values.unit[profile] == ProfileUnit::kw;
  const bool paired = profile != none && values.has_reactive[profile];
  double scale = is_kw ? 1.0 : plate.rating_kw[i];
  if (!state.zip.empty()) {
    state.zip[i] = zip_factor(plate, i, state.v_pu[i]);
    power_kw *= state.zip[i];
    scale *= state.zip[i];
  }
  if (plate.kind[i] == Kind::load) {
    sense_load(plate, state, i, std::max(0.0, power_kw), dt_h);
    state.p_kw[i] = -state.consumption_kw[i];
  } else {
    state.consumption_kw[i] = std::max(0.0, power_kw);
    state.p_kw[i] = state.p_want_kw[i] = state.p_min_kw[i] = state.p_max_kw[i] = -power_kw;
  }
  state.q_kvar[i] =
      paired ? -scale * values.reactive[profile] : -lagging_kvar(power_kw, plate.power_factor[i]);
}

/// Health 0: neither power nor band.
GS_INLINE void sense_lost(State& state, Index i) {
  for (Column<double>* column : {&state.generation_kw, &state.consumption_kw, &state.p_kw,
                                 &state.q_kvar, &state.p_want_kw, &state.p_min_kw, &state.p_max_kw})
    (*column)[i] = 0.0;
}

GS_INLINE void sense_generator(Fleet& fleet, const ProfileValues& values, Index i) {
  State& state = fleet.state;
  bool is_stopped = !state.stopped.empty() && state.stopped[i] != 0;
  const double power_kw = profile_kw(fleet, values, i, is_stopped);
  if (!state.stopped.empty()) state.stopped[i] = is_stopped;
  const double available =
      state.health[i] * std::max(0.0, std::min(power_kw, fleet.plate.s_kva[i]));
  state.generation_kw[i] = state.p_want_kw[i] = state.p_max_kw[i] = available;
  state.p_min_kw[i] = 0.0;
}

/// Agents first .. last - 1, one kind after the other: kinds are mixed in a fleet, and a processor
/// that guesses each agent's anew is wrong for most.
GS_INLINE void sense_group(Fleet& fleet, const ProfileValues& values, const Tick& tick,
                           const Hours& hours, Index first, Index last) {
  const Nameplate& plate = fleet.plate;
  State& state = fleet.state;
  std::uint8_t row[kinds][group_size];
  int count[kinds] = {};
  for (Index i = first; i < last; ++i) {
    const auto kind = static_cast<int>(plate.kind[i]);
    row[kind][count[kind]++] = static_cast<std::uint8_t>(i - first);
  }
  const auto each = [&](Kind kind, auto&& sense_one) {
    for (int k = 0; k < count[static_cast<int>(kind)]; ++k) {
      const Index i = first + row[static_cast<int>(kind)][k];
      if (state.health[i] == 0.0)
        sense_lost(state, i);
      else
        sense_one(i);
    }
  };
  each(Kind::battery, [&](Index i) { sense_battery(plate, state, i, hours); });
  each(Kind::ev, [&](Index i) { sense_ev(plate, state, i, tick, hours); });
  for (const Kind kind : {Kind::pv, Kind::wind})
    each(kind, [&](Index i) { sense_generator(fleet, values, i); });
  for (const Kind kind : {Kind::meter, Kind::load})
    each(kind, [&](Index i) { sense_consumer(fleet, values, hours.dt_h, i); });
}

/// body(first, last) for all agents, in pieces of one fixed size.
template <class Body>
void for_pieces(Index agents, int threads, Body&& body) {
  auto piece_of = [&](Index piece, int) noexcept {
    body(piece * piece_size, std::min(agents, (piece + 1) * piece_size));
  };
  const Index pieces = (agents + piece_size - 1) / piece_size;
  if (threads == 1)
    for (Index piece = 0; piece < pieces; ++piece) piece_of(piece, 0);
  else
    run_pieces(pieces, threads, piece_of);
}

/// body(i) for all agents.
template <class Body>
void for_agents(Index agents, int threads, Body&& body) {
  for_pieces(agents, threads, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) body(i);
  });
}

}  // namespace device_detail

GS_INLINE void sense(Fleet& fleet, const ProfileValues& values, const Tick& tick, int threads) {
  GRIDSWARM_ASSERT(values.value.size() == fleet.profile_names.size());
  const device_detail::Hours hours(tick.dt_s);
  device_detail::for_pieces(fleet.size(), threads, [&](Index first, Index last) {
    for (Index at = first; at < last; at += device_detail::group_size)
      device_detail::sense_group(fleet, values, tick, hours, at,
                                 std::min(last, at + device_detail::group_size));
  });
}

GS_INLINE double expected_kw(const Fleet& fleet, const ProfileValues& values, Index i) {
  const Kind kind = fleet.plate.kind[i];
  bool is_stopped = !fleet.state.stopped.empty() && fleet.state.stopped[i] != 0;
  const double power_kw = device_detail::profile_kw(fleet, values, i, is_stopped);
  const double health = fleet.state.health[i];
  if (kind == Kind::meter || kind == Kind::load) return health > 0.0 ? -power_kw : 0.0;
  return health * std::max(0.0, std::min(power_kw, fleet.plate.s_kva[i]));
}

GS_INLINE void integrate(Fleet& fleet, double dt_s, int threads) {
  const double dt_h = dt_s / s_per_h;
  const Nameplate& plate = fleet.plate;
  State& state = fleet.state;
  device_detail::for_agents(fleet.size(), threads, [&](Index i) {
    if (plate.kind[i] == Kind::load && plate.e_kwh[i] > 0.0) {
      const double owed_kwh = (state.consumption_kw[i] + state.p_kw[i]) * dt_h;
      state.soc[i] = std::max(0.0, std::min(1.0, state.soc[i] - owed_kwh / plate.e_kwh[i]));
    }
    if (plate.kind[i] != Kind::battery && plate.kind[i] != Kind::ev) return;
    const double p_kw = state.p_kw[i];
    const double once = plate.efficiency[i];
    const double drawn_kwh = p_kw < 0.0 ? p_kw * dt_h * once : p_kw * dt_h / once;
    const double soc = state.soc[i] - drawn_kwh / plate.e_kwh[i];
    GRIDSWARM_ASSERT(soc >= -1e-9 && soc <= 1.0 + 1e-9);
    state.soc[i] = std::max(0.0, std::min(1.0, soc));
  });
}

GS_INLINE bool is_plugged(double arrive_h, double depart_h, const Tick& tick) {
  return device_detail::stay_of(arrive_h, depart_h, tick).plugged;
}

GS_INLINE double settle_departures(Fleet& fleet, const Tick& tick) {
  const Nameplate& plate = fleet.plate;
  const double begin_s = tick.hour_of_day * s_per_h;
  const double end_s = tick.dt_s + device_detail::instant_s;
  double unserved_kwh = 0.0;
  for (Index i = 0; i < fleet.size(); ++i) {
    if (plate.kind[i] != Kind::ev) continue;
    const double arrives_s = device_detail::until_s(begin_s, plate.arrive_h[i] * s_per_h);
    const double departs_s = device_detail::until_s(begin_s, plate.depart_h[i] * s_per_h);
    double& soc = fleet.state.soc[i];
    if (arrives_s <= end_s && arrives_s < departs_s) soc = plate.soc_start[i];
    if (departs_s <= end_s)
      unserved_kwh += std::max(0.0, plate.soc_depart[i] - soc) * plate.e_kwh[i];
    if (arrives_s <= end_s && arrives_s >= departs_s) soc = plate.soc_start[i];
  }
  return unserved_kwh;
}

GS_INLINE void local_rules(Fleet& fleet, Index buses, LocalWork& work) {
  const Nameplate& plate = fleet.plate;
  State& state = fleet.state;
  for (Column<double>* column : {&work.net_kw, &work.up_kw, &work.down_kw})
    column->assign(static_cast<std::size_t>(buses), 0.0);
  for (Index i = 0; i < fleet.size(); ++i) {
    const Index bus = plate.bus[i];
    if (plate.kind[i] == Kind::battery) {
      work.up_kw[bus] += state.p_max_kw[i];
      work.down_kw[bus] += state.p_min_kw[i];
      continue;
    }
    state.p_kw[i] = state.p_want_kw[i];
    if (plate.kind[i] != Kind::meter && plate.kind[i] != Kind::load) state.q_kvar[i] = 0.0;
    work.net_kw[bus] += state.p_kw[i];
  }
  for (Index i = 0; i < fleet.size(); ++i) {
    if (plate.kind[i] != Kind::battery) continue;
    const Index bus = plate.bus[i];
    const double wanted = -work.net_kw[bus];
    const double reach = wanted > 0.0 ? work.up_kw[bus] : work.down_kw[bus];
    const double share = reach == 0.0 ? 0.0 : std::min(1.0, wanted / reach);
    state.p_kw[i] = share * (wanted > 0.0 ? state.p_max_kw[i] : state.p_min_kw[i]);
    state.q_kvar[i] = 0.0;
  }
}

GS_INLINE double curtailed_kw(const Fleet& fleet) {
  double sum_kw = 0.0;
  for (Index i = 0; i < fleet.size(); ++i)
    if (fleet.plate.kind[i] == Kind::pv || fleet.plate.kind[i] == Kind::wind)
      sum_kw += fleet.state.generation_kw[i] - fleet.state.p_kw[i];
  return sum_kw;
}

}  // namespace gridswarm::inline GS_ABI::fleet
