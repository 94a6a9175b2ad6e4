// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/batch.hpp"
#include "gridswarm/flow/batch_parts.ipp"
#include "gridswarm/flow/branch_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

inline void apply(const CaseChange& change, feeder::Case& grid) {
  const auto flag = static_cast<std::int8_t>(change.value != 0.0);
  switch (change.part) {
    case CasePart::branch_in_service: grid.branches.in_service[change.row] = flag; break;
    case CasePart::generator_in_service: grid.generators.in_service[change.row] = flag; break;
    case CasePart::generator_vg_pu: grid.generators.vg_pu[change.row] = change.value; break;
    case CasePart::bus_type:
      grid.buses.type[change.row] = static_cast<feeder::BusType>(static_cast<int>(change.value));
      break;
    case CasePart::bus_vm_pu: grid.buses.vm_pu[change.row] = change.value; break;
    case CasePart::bus_va_deg: grid.buses.va_deg[change.row] = change.value; break;
    case CasePart::bus_gs_mw: grid.buses.gs_mw[change.row] = change.value; break;
    case CasePart::bus_bs_mvar: grid.buses.bs_mvar[change.row] = change.value; break;
  }
}

/// Profiles: every scenario's rows are formed here.
inline Injections fill_profiles(const feeder::Case& grid, const Batch& batch, std::int64_t first,
                                Index count, FillRows& fill) {
  const InjectionAxis& axis = batch.injections;
  InjectionRows& rows = fill.rows;
  const auto room = [&](bool used, Index width, Column<double>& column) {
    column.resize(used ? static_cast<std::size_t>(width) * static_cast<std::size_t>(count) : 0);
    return std::pair<double*, Index>{used ? column.data() : nullptr, width};
  };
  const Index buses = grid.buses.size();
  const auto p = room(true, buses, rows.p_pu);
  const auto q = room(true, buses, rows.q_pu);
  const auto load_p = room(is_used(axis.loads), grid.loads.size(), rows.load_p_pu);
  const auto load_q = room(is_used(axis.loads), grid.loads.size(), rows.load_q_pu);
  const auto inverter = room(is_used(axis.inverters), grid.inverters.size(), rows.inverter_p_pu);
  Profiled own = axis.buses;
  if (!is_used(own)) {
    own.fixed_p = fill.nominal_p_pu;
    own.fixed_q = fill.nominal_q_pu;
  }
  for (Index k = 0; k < count; ++k) {
    const Index row = row_of(batch, first + k).injection;
    const double* factor = axis.factor.data() +
                           static_cast<std::size_t>(row) * static_cast<std::size_t>(axis.profiles);
    const auto at = [k](const std::pair<double*, Index>& place) {
      return place.first ? place.first + static_cast<std::size_t>(k) * place.second : nullptr;
    };
    fill_profiled(own, buses, factor, at(p), at(q));
    if (load_p.first) fill_profiled(axis.loads, load_p.second, factor, at(load_p), at(load_q));
    if (inverter.first)
      fill_profiled(axis.inverters, inverter.second, factor, at(inverter), nullptr);
  }
  Injections block;
  block.scenarios = count;
  block.p_pu = rows.p_pu;
  block.q_pu = rows.q_pu;
  block.load_p_pu = rows.load_p_pu;
  block.load_q_pu = rows.load_q_pu;
  block.inverter_p_pu = rows.inverter_p_pu;
  return block;
}

/// The case's own injections in every scenario.
inline Injections fill_nominal(Index count, FillRows& fill) {
  const auto repeat = [count](const Column<double>& row, Column<double>& to) {
    to.resize(row.size() * static_cast<std::size_t>(count));
    for (Index k = 0; k < count; ++k)
      std::copy(row.begin(), row.end(),
                to.begin() + static_cast<std::ptrdiff_t>(row.size() * static_cast<std::size_t>(k)));
  };
  repeat(fill.nominal_p_pu, fill.rows.p_pu);
  repeat(fill.nominal_q_pu, fill.rows.q_pu);
  return {count, fill.rows.p_pu, fill.rows.q_pu};
}

}  // namespace detail

GS_INLINE std::int64_t scenarios_of(const Batch& batch) { return detail::axes_scenarios(batch); }

GS_INLINE BatchRow row_of(const Batch& batch, std::int64_t scenario) {
  return detail::axes_row(batch, scenario);
}

GS_INLINE std::optional<double> value_in(const feeder::Case& grid, const CaseChange& change) {
  const auto at = [&](const auto& column) -> std::optional<double> {
    if (change.row < 0 || static_cast<std::size_t>(change.row) >= column.size()) return {};
    return static_cast<double>(column[change.row]);
  };
  switch (change.part) {
    case CasePart::branch_in_service: return at(grid.branches.in_service);
    case CasePart::generator_in_service: return at(grid.generators.in_service);
    case CasePart::generator_vg_pu: return at(grid.generators.vg_pu);
    case CasePart::bus_type: return at(grid.buses.type);
    case CasePart::bus_vm_pu: return at(grid.buses.vm_pu);
    case CasePart::bus_va_deg: return at(grid.buses.va_deg);
    case CasePart::bus_gs_mw: return at(grid.buses.gs_mw);
    case CasePart::bus_bs_mvar: return at(grid.buses.bs_mvar);
  }
  return {};
}

GS_INLINE void check(const feeder::Case& grid, const Batch& batch) {
  scenarios_of(batch);
  detail::require_count(
      "tap", batch.tap.size(),
      static_cast<std::size_t>(batch.tap_rows) * static_cast<std::size_t>(grid.tap_changers.size()),
      false);
  detail::check_topology(grid, batch);
  const InjectionAxis& axis = batch.injections;
  if (axis.given.scenarios > 0) {
    const std::size_t all = static_cast<std::size_t>(axis.given.scenarios) *
                            static_cast<std::size_t>(grid.buses.size());
    detail::require_count("p_pu", axis.given.p_pu.size(), all, false);
    detail::require_count("q_pu", axis.given.q_pu.size(), all, false);
    return;
  }
  detail::require_count(
      "factor", axis.factor.size(),
      static_cast<std::size_t>(axis.rows) * static_cast<std::size_t>(axis.profiles), false);
  detail::check_profiled("buses", axis.buses, grid.buses.size(), axis.profiles);
  detail::check_profiled("loads", axis.loads, grid.loads.size(), axis.profiles);
  detail::check_profiled("inverters", axis.inverters, grid.inverters.size(), axis.profiles);
}

GS_INLINE Topologies distinct_topologies(const feeder::Case& grid, const Batch& batch) {
  return detail::distinct_rows(grid, batch);
}

GS_INLINE feeder::Case changed(const feeder::Case& grid, std::span<const CaseChange> changes) {
  feeder::Case copy = grid;
  for (const CaseChange& change : changes) detail::apply(change, copy);
  return copy;
}

GS_INLINE Injections fill_block(const feeder::Case& grid, const Batch& batch, std::int64_t first,
                                Index count, FillRows& fill) {
  const InjectionAxis& axis = batch.injections;
  if (axis.given.scenarios == 0) nominal_injections(grid, fill.nominal_p_pu, fill.nominal_q_pu);
  Injections block = axis.given.scenarios > 0 ? detail::fill_given(batch, first, count, fill.rows)
                     : axis.rows > 0 ? detail::fill_profiles(grid, batch, first, count, fill)
                                     : detail::fill_nominal(count, fill);
  if (batch.tap_rows > 0) {
    const auto width = static_cast<std::size_t>(grid.tap_changers.size());
    fill.rows.tap.resize(width * static_cast<std::size_t>(count));
    for (Index k = 0; k < count; ++k)
      std::copy_n(batch.tap.data() + width * static_cast<std::size_t>(row_of(batch, first + k).tap),
                  width, fill.rows.tap.data() + width * static_cast<std::size_t>(k));
    block.tap = fill.rows.tap;
  }
  return block;
}

}  // namespace gridswarm::inline GS_ABI::flow
