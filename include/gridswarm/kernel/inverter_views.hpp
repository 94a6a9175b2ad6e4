// SPDX-License-Identifier: BSD-3-Clause
// What the step of IEEE 1547-2018 inverters sees: one rule for all of a bank, and its cells.
//
// A bank's state lies in blocks of sixteen devices: row r of device i stands at
//   cells[((i / lanes) inverter_rows + r) lanes + i % lanes],
// so a step reads and writes one stream. Times are counted in whole ticks: a window of T seconds is
// over after ceil(T / dt) ticks, and no sum of rounded seconds can move that.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// Rows of a block. Active power in shares of P_max, reactive power in shares of nameplate kVA.
enum InverterRow {
  inverter_in_service,   ///< 1 or 0
  inverter_enter_ticks,  ///< how long voltage and frequency have allowed service
  inverter_trip_ticks,   ///< eight rows: OV2, OV1, UV1, UV2, OF2, OF1, UF1, UF2
  inverter_cease_ticks = inverter_trip_ticks + 8,
  inverter_return_ticks,
  inverter_ceased,     ///< 1: momentary cessation
  inverter_ramp,       ///< limit while entering service; above 1: entered
  inverter_watt_in,    ///< volt-watt limit wanted in the tick before
  inverter_watt_out,   ///< the same after its response
  inverter_droop_pre,  ///< power before the disturbance
  inverter_droop_in,
  inverter_droop_out,
  inverter_droop_side,    ///< 1 over, -1 under, 0 within the dead-band
  inverter_droop_active,  ///< 1 until power is back after a disturbance
  inverter_reference_in,  ///< voltage as the reference's filter saw it
  inverter_reference_out,
  inverter_q_in,
  inverter_q_out,
  inverter_p_now,       ///< what the step before put out
  inverter_tripped_by,  ///< 1..8: window of the last trip, 0: none, 9: out of health
  inverter_p_per_s,     ///< plate: P_max / S
  inverter_per_charge,  ///< plate: P_max / largest charging power, 1 where there is none
  inverter_wait_ticks,  ///< plate: randomised wait before entering service
  inverter_corner_out,  ///< plate: P / S where watt-var meets the rating, generating
  inverter_corner_in,   ///< the same charging
  inverter_rows
};

/// out <- now in + before in_before + kept out_before.
struct InverterLag {
  double now;
  double before;
  double kept;
};

enum InverterMode {
  inverter_no_reactive,
  inverter_volt_var,
  inverter_fixed_var,
  inverter_power_factor,
  inverter_watt_var
};

/// Settings turned into what a step multiplies with; frequencies in Hz, voltages in p.u.
struct InverterRule {
  int32_t mode;
  double trip_v[4];
  double trip_f[4];
  double trip_ticks[8];
  double enter_v_low, enter_v_high, enter_f_low, enter_f_high, enter_ticks, enter_step;
  double cease_low, cease_high, cease_ticks, return_ticks;
  double watt_v1, watt_width, watt_p1, watt_slope;
  InverterLag watt_lag;
  double over_hz, under_hz, per_hz_over, per_hz_under, p_floor;
  InverterLag droop_lag;
  double reference, reference_auto, reference_low, reference_high;
  InverterLag reference_lag;
  double var_v[3], var_width[3], var_slope[3], var_q1;
  double qp_p[5], qp_width[5], qp_slope[5], qp_q1;
  double tangent;  ///< Q / P at constant power factor, injection positive
  double fixed_q;
  InverterLag q_lag;
  double q_inject, q_absorb;                ///< nameplate capability
  double must_inject, must_absorb;          ///< what the standard requires, for active priority
  double active_first;                      ///< 1: active power has priority outside that
  double none_below, per_full, least_part;  ///< Q none below; share of it |P| per_full
  double current;                           ///< largest current, p.u.
  double first;                             ///< 1: the first tick, nothing was put out before
};

/// One step of `count` inverters. Inputs per device, powers in shares of P_max, into the grid
/// positive: want is what the source or dispatch asks for, low..high what the device can do now.
struct InverterView {
  size_t count;
  const InverterRule* rule;
  double* cells;
  const double* v_meas;
  const double* v_low;
  const double* v_high;
  const double* f_hz;
  const double* want;
  const double* low;
  const double* high;
  const double* health;
  double* p;  ///< out, share of P_max
  double* q;  ///< out, share of nameplate kVA
};

}  // namespace gridswarm::inline GS_ABI::kernel
