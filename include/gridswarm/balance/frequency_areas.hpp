// SPDX-License-Identifier: BSD-3-Clause
// Areas of a power system between steps of load: swing, governor, turbine, tie lines, AGC.
//
// Deviations from the schedule, in MW and Hz. Area a of base S, inertia constant H, damping D:
//   df/dt = f0 / (2 H S) (P_m - L - D S f / f0 - T + G)
// L load steps, T export over its tie lines, G what the swarm gives. Governor and turbine:
//   T_g dv/dt = clamp(P_ref - dead(f) S / (R f0), -reserve, +reserve) - v,  |dv/dt| <= ramp
//   T_t dc/dt = v - c,   T_r dr/dt = c - r,   P_m = F c + (1 - F) r
// A tie line from a to b with synchronising coefficient K (MW per rad): dP/dt = 2 pi K (f_a - f_b).
// AGC: every agc_period, from measurements agc_delay old, ACE = T + B f, P_ref -= period k ACE,
// where B is the natural response D S / f0 + S / (R f0) unless it's given. (Kundur 1994, chapter
// 11; Saadat 1999, chapter 12, whose numbers are the tests'.) Fourth-order Runge-Kutta in steps of
// at most 10 ms; only + - * /, so the same bytes everywhere.
#pragma once

#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"
#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::balance {

/// One synchronous area as a single machine. A time constant of 0 means at once.
struct Area {
  double machines_mva = 1000.0;
  double inertia_s = 5.0;   ///< H: energy of the rotors at f0 over machines_mva
  double damping_pu = 1.0;  ///< load's change per change of frequency, both p.u.
  double droop_pu = 0.05;   ///< governors' frequency change for full power; 0: no governors
  double governor_dead_band_hz = 0.0;
  double governor_s = 0.2;
  double turbine_s = 0.5;
  double reheat_s = 0.0;
  double high_pressure_share = 0.3;  ///< of power that passes by the reheater
  double reserve_mw = no_limit;      ///< either way, of the generators
  double ramp_mw_per_s = no_limit;   ///< of the generators, either way
  double agc_gain_per_s = 0.0;       ///< 0: no AGC
  double agc_bias_mw_per_hz = 0.0;   ///< 0: the area's natural response
  double agc_period_s = 4.0;
  double agc_delay_s = 2.0;
  double agc_ramp_mw_per_s = no_limit;  ///< how fast orders may change, either way
};

/// A corridor between two areas; flow counts from `from` to `to`.
struct TieLine {
  Index from = 0;
  Index to = 1;
  double synchronising_mw_per_rad = 1000.0;
};

/// Deviations of everything that moves continuously.
struct AreaState {
  Column<double> f_hz, valve_mw, chest_mw, reheat_mw;  ///< per area
  Column<double> tie_mw;                               ///< per line
};

/// What is held during a step, per area.
struct AreaInputs {
  Column<double> reference_mw;  ///< of the generators, from AGC
  Column<double> load_mw;
  Column<double> support_start_mw, support_middle_mw, support_end_mw;  ///< the swarm's power
};

/// Buffers of a step; owned by the caller.
struct AreaWork {
  AreaState slope[4], trial;
  Column<double> export_mw;
};

/// 0 inside +- band, the rest beyond it.
double beyond(double deviation, double band);
/// D S / f0 + S / (R f0), MW per Hz.
double natural_response(const Area& area, double f_nominal_hz);
/// Size the columns; nothing deviates.
void at_rest(AreaState& state, std::size_t areas, std::size_t ties);
double mechanical_mw(const Area& area, const AreaState& state, Index a);
/// Net export of each area.
void exports(std::span<const TieLine> ties, const AreaState& state, Column<double>& export_mw);
/// @throws InputError naming the row and the value of an area or a line that can't be
void check_areas(std::span<const Area> areas, std::span<const TieLine> ties, double step_s);
/// One step of all areas and lines.
void step_areas(std::span<const Area> areas, std::span<const TieLine> ties, double f_nominal_hz,
                double step_s, const AreaInputs& inputs, AreaState& state, AreaWork& work);

}  // namespace gridswarm::inline GS_ABI::balance

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<balance::Area>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/frequency_areas.ipp"
#endif
