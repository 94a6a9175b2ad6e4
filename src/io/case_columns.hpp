// SPDX-License-Identifier: BSD-3-Clause
// The columns of a case's tables, named once for writing and reading.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <variant>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::inline GS_ABI::io {

/// What an index column points at; it stands in the file as an id.
enum class RowOf { nothing, bus, branch };

template <class Table>
struct CaseColumn {
  const char* name;
  const char* unit;  ///< CF; "" for codes and ids
  const char* text;
  std::variant<Column<double> Table::*, Column<Index> Table::*, Column<std::int8_t> Table::*,
               Column<feeder::BusType> Table::*, Column<feeder::VarRule> Table::*>
      member;
  RowOf row_of = RowOf::nothing;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();  ///< of an integer
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  bool optional = false;  ///< an empty column is not written
  bool or_none = false;   ///< a row may point at nothing, which stands as -1
};

template <class Table>
std::span<const CaseColumn<Table>> columns_of();

template <>
inline std::span<const CaseColumn<feeder::Buses>> columns_of() {
  using T = feeder::Buses;
  static const CaseColumn<T> list[] = {
      {"type", "", "1 load, 2 PV, 3 source, 4 isolated", &T::type, RowOf::nothing, 1, 4},
      {"pd_mw", "MW", "consumption", &T::pd_mw},
      {"qd_mvar", "Mvar", "consumption", &T::qd_mvar},
      {"gs_mw", "MW", "shunt consumption at 1 p.u.", &T::gs_mw},
      {"bs_mvar", "Mvar", "shunt injection at 1 p.u.", &T::bs_mvar},
      {"vm_pu", "1", "voltage to start from, held by a source, p.u.", &T::vm_pu},
      {"va_deg", "degree", "angle to start from, held by a source", &T::va_deg},
      {"base_kv", "kV", "base voltage", &T::base_kv},
      {"vmax_pu", "1", "highest voltage allowed, p.u.", &T::vmax_pu},
      {"vmin_pu", "1", "lowest voltage allowed, p.u.", &T::vmin_pu}};
  return list;
}

template <>
inline std::span<const CaseColumn<feeder::Branches>> columns_of() {
  using T = feeder::Branches;
  static const CaseColumn<T> list[] = {
      {"fbus", "", "from bus", &T::from, RowOf::bus},
      {"tbus", "", "to bus", &T::to, RowOf::bus},
      {"r_pu", "1", "series resistance, p.u. on base_mva", &T::r_pu},
      {"x_pu", "1", "series reactance, p.u. on base_mva", &T::x_pu},
      {"b_pu", "1", "whole line charging, p.u. on base_mva", &T::b_pu},
      {"rate_mva", "MVA", "rating, 0 unlimited", &T::rate_mva},
      {"ratio", "1", "transformer ratio at the from end, 0 means 1", &T::ratio},
      {"shift_deg", "degree", "phase shift at the from end", &T::shift_deg},
      {"in_service", "", "1 in service", &T::in_service, RowOf::nothing, 0, 1},
      {"g_pu", "1", "whole shunt conductance, p.u. on base_mva", &T::g_pu, RowOf::nothing, 0, 0,
       true}};
  return list;
}

template <>
inline std::span<const CaseColumn<feeder::Generators>> columns_of() {
  using T = feeder::Generators;
  static const CaseColumn<T> list[] = {
      {"bus", "", "bus", &T::bus, RowOf::bus},
      {"pg_mw", "MW", "injection", &T::pg_mw},
      {"qg_mvar", "Mvar", "injection", &T::qg_mvar},
      {"qmax_mvar", "Mvar", "largest reactive injection", &T::qmax_mvar},
      {"qmin_mvar", "Mvar", "smallest reactive injection", &T::qmin_mvar},
      {"vg_pu", "1", "voltage held at a source or PV bus, p.u.", &T::vg_pu},
      {"in_service", "", "1 in service", &T::in_service, RowOf::nothing, 0, 1}};
  return list;
}

template <>
inline std::span<const CaseColumn<feeder::Loads>> columns_of() {
  using T = feeder::Loads;
  static const CaseColumn<T> list[] = {
      {"bus", "", "bus", &T::bus, RowOf::bus},
      {"p_mw", "MW", "consumption at 1 p.u.", &T::p_mw},
      {"q_mvar", "Mvar", "consumption at 1 p.u.", &T::q_mvar},
      {"i_p", "1", "constant-current share of p_mw", &T::i_p},
      {"z_p", "1", "constant-impedance share of p_mw", &T::z_p},
      {"i_q", "1", "constant-current share of q_mvar", &T::i_q},
      {"z_q", "1", "constant-impedance share of q_mvar", &T::z_q},
      {"in_service", "", "1 in service", &T::in_service, RowOf::nothing, 0, 1}};
  return list;
}

template <>
inline std::span<const CaseColumn<feeder::Inverters>> columns_of() {
  using T = feeder::Inverters;
  static const CaseColumn<T> list[] = {
      {"bus", "", "bus", &T::bus, RowOf::bus},
      {"p_mw", "MW", "available injection", &T::p_mw},
      {"q_mvar", "Mvar", "injection where the rule is given", &T::q_mvar},
      {"rating_mva", "MVA", "0 unlimited", &T::rating_mva},
      {"rule", "", "0 given, 1 power factor, 2 volt-var", &T::rule, RowOf::nothing, 0, 2},
      {"tan_phi", "1", "q over p of a power factor", &T::tan_phi},
      {"in_service", "", "1 in service", &T::in_service, RowOf::nothing, 0, 1}};
  return list;
}

template <>
inline std::span<const CaseColumn<feeder::TapChangers>> columns_of() {
  using T = feeder::TapChangers;
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  static const CaseColumn<T> list[] = {
      {"branch", "", "row of branches, from 1", &T::branch, RowOf::branch},
      {"ratio0", "1", "ratio at tap 0", &T::ratio0},
      {"step", "1", "p.u. per tap", &T::step},
      {"from_end", "", "1 taps at the branch's from end", &T::from_end, RowOf::nothing, 0, 1},
      {"tap", "", "present tap", &T::tap, RowOf::nothing, -most, most},
      {"tap_min", "", "lowest tap", &T::tap_min, RowOf::nothing, -most, most},
      {"tap_max", "", "highest tap", &T::tap_max, RowOf::nothing, -most, most},
      {"automatic", "", "0 fixed", &T::automatic, RowOf::nothing, 0, 1},
      {"bus", "", "bus whose voltage is held, -1 none", &T::bus, RowOf::bus,
       std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), false,
       true},
      {"v_set_pu", "1", "voltage wanted, p.u.", &T::v_set_pu},
      {"v_band_pu", "1", "full width of the dead band, p.u.", &T::v_band_pu},
      {"r_comp_pu", "1", "line drop compensation, p.u. on base_mva", &T::r_comp_pu},
      {"x_comp_pu", "1", "line drop compensation, p.u. on base_mva", &T::x_comp_pu}};
  return list;
}

}  // namespace gridswarm::inline GS_ABI::io
