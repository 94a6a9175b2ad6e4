// SPDX-License-Identifier: BSD-3-Clause
// The wires as a case file states them: buses, branches and generators as columns.
//
// Units and signs are the file's (MATPOWER version 2): loads in MW and Mvar, consumption positive;
// impedances in p.u. on base_mva; ratio 0 means a line. Rows keep the file's order, ids are the
// file's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gridswarm/base/column.hpp"
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

struct Case {
  std::string name;  ///< the function name in the file
  std::string file;  ///< where it was read from, for messages; empty when made in memory
  double base_mva = 1.0;
  bool per_phase = false;  ///< powers are one phase's third of a balanced three-phase system
  Buses buses;
  Branches branches;
  Generators generators;
};

}  // namespace gridswarm::inline GS_ABI::feeder
