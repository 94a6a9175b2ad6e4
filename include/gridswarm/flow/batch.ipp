// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/batch.hpp"
#include "gridswarm/flow/branch_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// Rows per axis, at least one each.
inline std::array<std::int64_t, 3> axis_lengths(const Batch& batch) {
  const InjectionAxis& injections = batch.injections;
  const Index rows = injections.given.scenarios > 0 ? injections.given.scenarios : injections.rows;
  return {std::max<std::int64_t>(1, static_cast<std::int64_t>(batch.topology.size())),
          std::max<Index>(1, batch.tap_rows), std::max<Index>(1, rows)};
}

/// Where a change lands; null for a row that does not exist.
inline double value_in(const feeder::Case& grid, const CaseChange& change, bool& exists) {
  const auto at = [&](const auto& column) {
    exists = change.row >= 0 && static_cast<std::size_t>(change.row) < column.size();
    return exists ? static_cast<double>(column[change.row]) : 0.0;
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
  return 0.0;
}

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

/// Sorted, the last of two changes of one thing, nothing that changes nothing.
inline std::vector<CaseChange> canonical(const feeder::Case& grid,
                                         const std::vector<CaseChange>& changes) {
  std::map<std::pair<int, Index>, double> last;
  for (const CaseChange& change : changes)
    last[{static_cast<int>(change.part), change.row}] = change.value;
  std::vector<CaseChange> kept;
  for (const auto& [key, value] : last) {
    const CaseChange change{static_cast<CasePart>(key.first), key.second, value};
    bool exists = false;
    if (value_in(grid, change, exists) != value) kept.push_back(change);
  }
  return kept;
}

inline void require_count(const char* what, std::size_t size, std::size_t wanted,
                          bool may_be_empty) {
  if (size == wanted || (may_be_empty && size == 0)) return;
  throw UsageError(std::string("a batch needs ") + std::to_string(wanted) + " numbers " + what +
                   ", not " + std::to_string(size));
}

inline void check_profiled(const char* what, const Profiled& it, Index rows, Index profiles) {
  const std::string name(what);
  const auto all = static_cast<std::size_t>(rows);
  require_count((name + ".fixed_p_pu").c_str(), it.fixed_p_pu.size(), all, true);
  require_count((name + ".fixed_q_pu").c_str(), it.fixed_q_pu.size(), all, true);
  const std::size_t terms = it.row.size();
  require_count((name + ".p_profile").c_str(), it.p_profile.size(), terms, false);
  require_count((name + ".q_profile").c_str(), it.q_profile.size(), terms, true);
  require_count((name + ".p_pu").c_str(), it.p_pu.size(), terms, false);
  require_count((name + ".q_pu").c_str(), it.q_pu.size(), terms, true);
  for (std::size_t i = 0; i < terms; ++i) {
    if (it.row[i] < 0 || it.row[i] >= rows)
      throw UsageError("term " + std::to_string(i) + " of " + name + " is for row " +
                       std::to_string(it.row[i]) + " of " + std::to_string(rows));
    for (const Index profile : {it.p_profile[i], it.q_profile.empty() ? none : it.q_profile[i]})
      if (profile != none && (profile < 0 || profile >= profiles))
        throw UsageError("term " + std::to_string(i) + " of " + name + " follows profile " +
                         std::to_string(profile) + " of " + std::to_string(profiles));
  }
}

/// One row: fixed plus terms. An array that neither holds anything stays empty.
inline void fill_profiled(const Profiled& it, Index rows, const double* factor, double* p,
                          double* q) {
  const auto begin_with = [rows](std::span<const double> fixed, double* to) {
    if (to && fixed.empty()) std::fill_n(to, rows, 0.0);
    if (to && !fixed.empty()) std::copy_n(fixed.data(), rows, to);
  };
  begin_with(it.fixed_p_pu, p);
  begin_with(it.fixed_q_pu, q);
  const auto of = [&](Index profile) { return profile == none ? 1.0 : factor[profile]; };
  for (std::size_t i = 0; i < it.row.size(); ++i) {
    if (p) p[it.row[i]] += it.p_pu[i] * of(it.p_profile[i]);
    if (q && !it.q_pu.empty())
      q[it.row[i]] += it.q_pu[i] * of(it.q_profile.empty() ? it.p_profile[i] : it.q_profile[i]);
  }
}

inline bool is_used(const Profiled& it) {
  return !it.row.empty() || !it.fixed_p_pu.empty() || !it.fixed_q_pu.empty();
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
    own.fixed_p_pu = fill.nominal_p_pu;
    own.fixed_q_pu = fill.nominal_q_pu;
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

/// Given rows: a slice where they follow one another, else copies.
inline Injections fill_given(const Batch& batch, std::int64_t first, Index count, FillRows& fill) {
  std::vector<Index> chosen(static_cast<std::size_t>(count));
  bool in_order = true;
  for (Index k = 0; k < count; ++k) {
    chosen[k] = row_of(batch, first + k).injection;
    in_order = in_order && chosen[k] == chosen[0] + k;
  }
  const Injections& given = batch.injections.given;
  return in_order ? slice(given, chosen[0], count) : gather(given, chosen, fill.rows);
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

GS_INLINE std::int64_t scenarios_of(const Batch& batch) {
  const auto length = detail::axis_lengths(batch);
  if (batch.combine == Combine::product) return length[0] * length[1] * length[2];
  const std::int64_t longest = *std::max_element(length.begin(), length.end());
  for (const std::int64_t one : length)
    if (one != 1 && one != longest)
      throw UsageError("axes of " + std::to_string(length[0]) + " topologies, " +
                       std::to_string(length[1]) + " tap rows and " + std::to_string(length[2]) +
                       " injection rows can't be zipped; give equal lengths or a product");
  return longest;
}

GS_INLINE BatchRow row_of(const Batch& batch, std::int64_t scenario) {
  const auto length = detail::axis_lengths(batch);
  if (batch.combine == Combine::product)
    return {static_cast<Index>(scenario / (length[1] * length[2])),
            static_cast<Index>(scenario / length[2] % length[1]),
            static_cast<Index>(scenario % length[2])};
  const auto of = [scenario](std::int64_t one) {
    return static_cast<Index>(one == 1 ? 0 : scenario);
  };
  return {of(length[0]), of(length[1]), of(length[2])};
}

GS_INLINE void check(const feeder::Case& grid, const Batch& batch) {
  scenarios_of(batch);
  detail::require_count(
      "tap", batch.tap.size(),
      static_cast<std::size_t>(batch.tap_rows) * static_cast<std::size_t>(grid.tap_changers.size()),
      false);
  for (std::size_t row = 0; row < batch.topology.size(); ++row)
    for (const CaseChange& change : batch.topology[row]) {
      bool exists = false;
      detail::value_in(grid, change, exists);
      if (!exists)
        throw UsageError("topology " + std::to_string(row) + " changes row " +
                         std::to_string(change.row) + " of a table that has no such row");
    }
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
  Topologies found;
  if (batch.topology.empty()) return {{0}, {{}}};
  std::map<std::vector<std::array<double, 3>>, Index> number_of;
  for (const auto& row : batch.topology) {
    std::vector<CaseChange> changes = detail::canonical(grid, row);
    std::vector<std::array<double, 3>> key;
    for (const CaseChange& change : changes)
      key.push_back(
          {static_cast<double>(change.part), static_cast<double>(change.row), change.value});
    const auto [at, is_new] =
        number_of.emplace(std::move(key), static_cast<Index>(found.changes.size()));
    if (is_new) found.changes.push_back(std::move(changes));
    found.number.push_back(at->second);
  }
  return found;
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
  Injections block = axis.given.scenarios > 0 ? detail::fill_given(batch, first, count, fill)
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
