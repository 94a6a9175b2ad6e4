// SPDX-License-Identifier: BSD-3-Clause
// The wires as a case file states them: buses, branches and generators as columns.
//
// Units and signs are the file's (MATPOWER version 2): loads in MW and Mvar, consumption positive;
// impedances in p.u. on base_mva; ratio 0 means a line. Rows keep the file's order, ids are the
// file's. What MATPOWER can't say (loads that follow their voltage, inverters, tap changers, branch
// conductance, names) stands in tables and columns that are empty where nobody needs them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/curve.hpp"
#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::feeder {

enum class BusType : std::int8_t { pq = 1, pv = 2, source = 3, isolated = 4 };

/// One row per bus, in the file's order.
struct Buses {
  Column<BusId> id;        ///< the file's bus number
  Column<BusType> type;    ///< source = slack, also called reference
  Column<double> pd_mw;    ///< consumption, positive
  Column<double> qd_mvar;  ///< consumption, positive
  Column<double> gs_mw;    ///< shunt consumption at 1 p.u.
  Column<double> bs_mvar;  ///< shunt injection at 1 p.u. (capacitor positive)
  Column<double> vm_pu;    ///< start value; a source without generator holds this
  Column<double> va_deg;   ///< start value; a source holds this angle
  Column<double> base_kv;  ///< line to line, or line to neutral in a per-phase case
  Column<double> vmax_pu;
  Column<double> vmin_pu;
  std::vector<std::string> name;  ///< the file's; empty: none has one
  Column<std::int8_t> phases;     ///< a reduction's: bits 1, 2, 4 for a, b, c; empty: all have all
  Index size() const { return static_cast<Index>(id.size()); }
};

/// One row per branch (pi model, transformer ratio and shift at the from end).
struct Branches {
  Column<Index> from;  ///< bus row
  Column<Index> to;    ///< bus row
  Column<double> r_pu;
  Column<double> x_pu;
  Column<double> b_pu;      ///< whole line charging, half at each end
  Column<double> rate_mva;  ///< 0 means unlimited
  Column<double> ratio;     ///< 0 means 1
  Column<double> shift_deg;
  Column<std::int8_t> in_service;
  Column<double> g_pu;  ///< whole shunt conductance (iron losses), half at each end; empty: none
  Index size() const { return static_cast<Index>(from.size()); }
};

/// One row per generator; several may share a bus.
struct Generators {
  Column<Index> bus;     ///< bus row
  Column<double> pg_mw;  ///< injection, positive
  Column<double> qg_mvar;
  Column<double> qmax_mvar;
  Column<double> qmin_mvar;
  Column<double> vg_pu;  ///< voltage held at a source or PV bus
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(bus.size()); }
};

/// One row per load that stands apart from its bus row's pd, qd (and adds to it). At voltage u p.u.
/// it consumes P(u) = p (1 - i_p - z_p + i_p u + z_p u^2), Q(u) alike: shares of constant current
/// and constant impedance, the rest constant power.
struct Loads {
  Column<std::int64_t> id;  ///< the file's
  Column<Index> bus;        ///< bus row
  Column<double> p_mw;      ///< consumption at 1 p.u., positive
  Column<double> q_mvar;
  Column<double> i_p;
  Column<double> z_p;
  Column<double> i_q;
  Column<double> z_q;
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(bus.size()); }
};

/// What an inverter does with its reactive power.
enum class VarRule : std::int8_t {
  given,         ///< q_mvar as stated
  power_factor,  ///< q = tan_phi * p, positive tan_phi injects
  volt_var       ///< q = rating * volt_var(u), injection positive
};

/// One row per inverter: its power follows the voltage of its bus inside the power flow. It injects
/// P(u) = min(p_mw, rating * volt_watt(u)) and Q by its rule, with |Q| <= sqrt(rating^2 - P^2)
/// where rating_mva > 0 (active power has priority).
struct Inverters {
  Column<std::int64_t> id;
  Column<Index> bus;          ///< bus row
  Column<double> p_mw;        ///< available, injection positive
  Column<double> q_mvar;      ///< rule given: injection positive
  Column<double> rating_mva;  ///< 0: unlimited (then no curves)
  Column<VarRule> rule;
  Column<double> tan_phi;
  std::vector<Curve> volt_var;   ///< share of rating over u; count 0: none
  std::vector<Curve> volt_watt;  ///< share of rating over u; count 0: none
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(bus.size()); }
};

/// One row per branch with taps: on-load tap changers and line regulators. The branch's ratio (and
/// so its from end's side) is ratio0 * (1 + step * tap) if the taps sit at the from end, and
/// ratio0 / (1 + step * tap) if at the to end.
struct TapChangers {
  Column<std::int64_t> id;
  Column<Index> branch;          ///< branch row
  Column<double> ratio0;         ///< ratio at tap 0
  Column<double> step;           ///< p.u. per tap, may be negative
  Column<std::int8_t> from_end;  ///< 1: the winding with taps is the branch's from end
  Column<std::int32_t> tap;      ///< as stated, and where the search starts
  Column<std::int32_t> tap_min;
  Column<std::int32_t> tap_max;
  Column<std::int8_t> automatic;  ///< 0: fixed at `tap`
  Column<Index> bus;              ///< bus row whose voltage is held
  Column<double> v_set_pu;
  Column<double> v_band_pu;  ///< full width of the dead band
  Column<double> r_comp_pu;  ///< line drop compensation on the case's base; 0: none
  Column<double> x_comp_pu;
  Index size() const { return static_cast<Index>(branch.size()); }
};

struct Case {
  std::string name;  ///< the function name in the file
  std::string file;  ///< where it was read from, for messages; empty when made in memory
  double base_mva = 1.0;
  bool per_phase = false;  ///< powers are one phase's third of a balanced three-phase system
  bool by_name = false;    ///< buses are known by name, ids only count them (feeder/reduction.hpp)
  Buses buses;
  Branches branches;
  Generators generators;
  Loads loads;
  Inverters inverters;
  TapChangers tap_changers;
  std::vector<std::string> warnings;  ///< what the file's reader passed over, a sentence each
};

}  // namespace gridswarm::inline GS_ABI::feeder
