// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/fleet/device.hpp"
#include "gridswarm/fleet/load.hpp"
#include "gridswarm/fleet/phases.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/fleet_file.hpp"
#include "gridswarm/io/fleet_optional.ipp"

namespace gridswarm::inline GS_ABI::io {

namespace fleet_detail {

/// Bus row of a cell: a case's number, or a circuit's name in any case of letters.
struct BusCells {
  const feeder::Case& grid;
  std::unordered_map<std::string, Index> row_of;

  explicit BusCells(const feeder::Case& given) : grid(given) {
    for (Index b = 0; b < grid.buses.size(); ++b)
      row_of.emplace(
          grid.by_name ? lower_case(grid.buses.name[b]) : std::to_string(grid.buses.id[b]), b);
  }
  Index find(const Row& row) const {
    row.require(bus);
    const auto found =
        row_of.find(grid.by_name ? lower_case(std::string(row.text(bus)))
                                 : std::to_string(integer(row.table, row.row, row.at[bus])));
    if (found == row_of.end())
      row.refuse(bus, "is not in case " + grid.name + "; give a bus " +
                          (grid.by_name ? "name" : "number") + " of the case file");
    return found->second;
  }
  static std::string lower_case(std::string text) {
    for (char& letter : text)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return text;
  }
};

/// Bits of the phases, those that the bus has.
GS_INLINE std::int8_t phases_of(const Row& row, const feeder::Case& grid, Index bus_row) {
  const auto stated = fleet::phases_of_word(row.text(phases));
  if (!stated) row.refuse(phases, "is no word of phases; write a, b, c, ab, bc, ac or abc");
  const int there = grid.buses.phases.empty() ? 7 : grid.buses.phases[bus_row];
  if (*stated & ~there)
    row.refuse(phases, "is not at bus " + std::string(row.text(bus)) + ", which has " +
                           fleet::word_of_phases(static_cast<std::int8_t>(there)));
  return *stated;
}

GS_INLINE fleet::Kind kind_of(const Row& row) {
  row.require(kind);
  for (std::size_t k = 0; k < kind_names.size(); ++k)
    if (row.text(kind) == kind_names[k]) return static_cast<fleet::Kind>(k);
  row.refuse(kind, "is unknown; write pv, wind, battery, ev, meter or load");
}

/// Append what stands on the plate, each value checked.
GS_INLINE void push_plate(const Row& row, Index bus_row, fleet::Nameplate& plate) {
  const fleet::Kind what = kind_of(row);
  const bool stores = what == fleet::Kind::battery || what == fleet::Kind::ev;
  const bool is_ev = what == fleet::Kind::ev;
  const char* const share = "lies outside [0, 1]";
  const char* const hour = "lies outside [0, 24]; give the hour of the day";
  row.require(rating_kw);
  const double rating = row.between(rating_kw, 0.0, 0.0, no_limit, "is negative; ratings are >= 0");
  const double factor = row.between(power_factor, 1.0, 0.01, 1.0,
                                    "lies outside [0.01, 1]; 1 means no reactive power");
  const bool consumes = (consumer_kinds & bit_of(what)) != 0;
  const bool waits = what == fleet::Kind::load;
  if (factor != 1.0 && !consumes)
    row.refuse(power_factor, "is only for meters and loads; leave it empty");
  const double energy = row.between(e_kwh, 0.0, 0.0, no_limit, "is negative; capacities are >= 0");
  if (stores && !(energy > 0.0)) row.refuse(e_kwh, "must be above 0 for a battery or an ev");
  if (!stores && !waits && energy > 0.0)
    row.refuse(e_kwh, "is only for batteries, evs and loads; leave it empty");
  const double least = row.between(soc_min, stores && !is_ev ? 0.1 : 0.0, 0.0, 1.0, share);
  const double start = row.between(soc, stores ? 0.5 : 0.0, 0.0, 1.0, share);
  if (stores && start < least) row.refuse(soc, "is below soc_min; raise it or lower soc_min");
  const double once = row.between(efficiency, stores ? 0.95 : 1.0, 0.0, 1.0,
                                  "lies outside (0, 1]; it is the one-way efficiency");
  if (!(once > 0.0)) row.refuse(efficiency, "lies outside (0, 1]; it is the one-way efficiency");
  const double cost = row.between(cost_per_kw2, 1.0, 0.0, no_limit, "must be above 0");
  if (!(cost > 0.0)) row.refuse(cost_per_kw2, "must be above 0");

  plate.id.push_back(integer(row.table, row.row, row.at[agent]));
  plate.bus.push_back(bus_row);
  plate.kind.push_back(what);
  plate.s_kva.push_back(
      row.between(s_kva, rating / factor, 0.0, no_limit, "is negative; ratings are >= 0"));
  plate.rating_kw.push_back(rating);
  plate.e_kwh.push_back(energy);
  plate.soc_start.push_back(stores ? start : waits && energy > 0.0 ? 1.0 : 0.0);
  plate.soc_min.push_back(stores ? least : 0.0);
  plate.efficiency.push_back(once);
  plate.arrive_h.push_back(row.between(arrive_h, is_ev ? 18.0 : 0.0, 0.0, 24.0, hour));
  plate.depart_h.push_back(row.between(depart_h, is_ev ? 7.0 : 0.0, 0.0, 24.0, hour));
  plate.soc_depart.push_back(row.between(soc_depart, is_ev ? 0.8 : 0.0, 0.0, 1.0, share));
  plate.cost_per_kw2.push_back(cost);
  plate.power_factor.push_back(factor);
}

/// Present power and band of agent i: what the file says, else what the kind could do at full sun.
GS_INLINE void set_present(const Row& row, Index i, fleet::Fleet& fleet) {
  const fleet::Nameplate& plate = fleet.plate;
  fleet::State& state = fleet.state;
  const fleet::Kind what = plate.kind[i];
  const double limit = std::min(plate.rating_kw[i], plate.s_kva[i]);
  const double most = std::max(plate.rating_kw[i], plate.s_kva[i]) * (1.0 + 1e-9);
  double now = 0.0, low = 0.0, high = 0.0;
  if (what == fleet::Kind::pv || what == fleet::Kind::wind) now = limit;
  const bool consumes = (consumer_kinds & bit_of(what)) != 0;
  if (consumes) now = -plate.rating_kw[i];
  if (what == fleet::Kind::ev && state.soc[i] < plate.soc_depart[i]) now = -limit;
  const char* const advice = "is beyond the device's rating";
  now = row.between(p_kw, now, -most, most, advice);
  if (what == fleet::Kind::pv || what == fleet::Kind::wind) high = now;
  if (consumes) low = high = now;
  if (what == fleet::Kind::load) high = now * (1.0 - fleet::given_or(plate.flexible_share, i, 0.0));
  if (what == fleet::Kind::battery) {
    low = state.soc[i] < fleet::given_or(plate.soc_max, i, 1.0) ? -limit : 0.0;
    high = state.soc[i] > plate.soc_min[i] ? limit : 0.0;
  }
  if (what == fleet::Kind::ev) low = state.soc[i] < 1.0 ? -limit : 0.0;
  low = row.between(p_min_kw, low, -most, most, advice);
  high = row.between(p_max_kw, high, -most, most, advice);
  if (what == fleet::Kind::meter && (low != now || high != now))
    row.refuse(low != now ? p_min_kw : p_max_kw, "differs from p_kw, but a meter can't be moved");
  if (now < 0.0 && (what == fleet::Kind::pv || what == fleet::Kind::wind))
    row.refuse(p_kw, "is negative; power into the grid counts positive");
  if (now > 0.0 && consumes)
    row.refuse(p_kw, "is positive; a consumer draws, and power into the grid counts positive");
  if (low > now) row.refuse(p_min_kw, "is above p_kw; the band must hold the present power");
  if (high < now) row.refuse(p_max_kw, "is below p_kw; the band must hold the present power");
  state.p_kw[i] = state.p_want_kw[i] = now;
  state.p_min_kw[i] = low;
  state.p_max_kw[i] = high;
  if (consumes) {
    const double factor = plate.power_factor[i];
    state.consumption_kw[i] = -now;
    state.q_kvar[i] = now * std::sqrt(1.0 - factor * factor) / factor;
  } else if (what == fleet::Kind::pv || what == fleet::Kind::wind) {
    state.generation_kw[i] = high;
  }
}

/// Rows by agent id. @throws InputError on an id that is negative or stands twice.
GS_INLINE std::vector<Index> rows_by_id(const CsvTable& table, Index column) {
  std::vector<AgentId> id;
  for (Index r = 0; r < table.rows(); ++r) {
    id.push_back(integer(table, r, column));
    if (id.back() < 0) throw cell_error(table, r, column, "is negative; agent ids are >= 0");
  }
  std::vector<Index> order(id.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return id[a] < id[b]; });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (id[order[i]] == id[order[i - 1]])
      throw cell_error(table, order[i], column,
                       "stands already in line " + std::to_string(table.line[order[i - 1]]) +
                           "; every agent needs its own id");
  return order;
}

/// Quotes a name that holds a comma, a quote, a line end or outer blanks.
GS_INLINE void push_text(std::string& out, const std::string& name) {
  const bool outer = !name.empty() && (name.front() == ' ' || name.back() == ' ');
  if (!outer && name.find_first_of(",\"\r\n\t") == std::string::npos) {
    out += name;
    return;
  }
  out += '"';
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

}  // namespace fleet_detail

GS_INLINE std::string bus_text(const feeder::Case& grid, Index bus_row) {
  if (!grid.by_name) return std::to_string(grid.buses.id[bus_row]);
  std::string out;
  fleet_detail::push_text(out, grid.buses.name[bus_row]);
  return out;
}

GS_INLINE std::span<const std::string_view> fleet_columns() { return fleet_detail::names; }

GS_INLINE fleet::Fleet fleet_from_table(const CsvTable& table, const feeder::Case& grid) {
  using namespace fleet_detail;
  require_known_columns(table, names);
  std::array<Index, column_count> at;
  for (Index c = 0; c < column_count; ++c) at[c] = find_column(table, names[c]);
  for (const Column must : {agent, bus, kind, rating_kw}) require_column(table, names[must]);
  const BusCells buses(grid);

  fleet::Fleet out;
  const std::vector<Index> order = rows_by_id(table, at[agent]);
  for (const Index r : order) {
    const Row row{table, at, r};
    const Index bus_row = buses.find(row);
    push_plate(row, bus_row, out.plate);
    push_optional(row, out);
    if (at[phases] != none) out.plate.phases.push_back(phases_of(row, grid, bus_row));
    if (row.given(profile)) out.profile_names.emplace_back(row.text(profile));
  }
  std::sort(out.profile_names.begin(), out.profile_names.end());
  out.profile_names.erase(std::unique(out.profile_names.begin(), out.profile_names.end()),
                          out.profile_names.end());
  fleet::reset_state(out);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Row row{table, at, order[i]};
    const auto name =
        std::lower_bound(out.profile_names.begin(), out.profile_names.end(), row.text(profile));
    out.plate.profile.push_back(
        row.given(profile) ? static_cast<Index>(name - out.profile_names.begin()) : none);
    set_present(row, static_cast<Index>(i), out);
  }
  return out;
}

GS_INLINE fleet::Fleet read_fleet(const std::string& path, const feeder::Case& grid) {
  return fleet_from_table(read_csv(path), grid);
}

GS_INLINE std::string fleet_text(const fleet::Fleet& fleet, const feeder::Case& grid) {
  using namespace fleet_detail;
  const fleet::Nameplate& plate = fleet.plate;
  const fleet::State& state = fleet.state;
  std::string out;
  const bool phased = !plate.phases.empty();
  for (const Column column : columns_of(fleet)) (out += names[column]) += ',';
  out.back() = '\n';
  for (Index i = 0; i < fleet.size(); ++i) {
    const bool is_ev = plate.kind[i] == fleet::Kind::ev;
    const bool stores = is_ev || plate.kind[i] == fleet::Kind::battery;
    const auto cell = [&](double value, bool shown = true) {
      if (shown) out += shortest(value);
      out += ',';
    };
    out += std::to_string(plate.id[i]) + ',' + bus_text(grid, plate.bus[i]) + ',';
    (out += kind_names[static_cast<std::size_t>(plate.kind[i])]) += ',';
    cell(plate.s_kva[i]);
    cell(plate.rating_kw[i]);
    cell(plate.e_kwh[i], stores || plate.e_kwh[i] > 0.0);
    cell(plate.soc_start[i], stores);
    cell(plate.soc_min[i], stores);
    cell(plate.efficiency[i], stores);
    cell(plate.arrive_h[i], is_ev);
    cell(plate.depart_h[i], is_ev);
    cell(plate.soc_depart[i], is_ev);
    cell(plate.cost_per_kw2[i]);
    cell(plate.power_factor[i], (consumer_kinds & bit_of(plate.kind[i])) != 0);
    if (plate.profile[i] != none) push_text(out, fleet.profile_names[plate.profile[i]]);
    out += ',';
    cell(state.p_kw[i]);
    cell(state.p_min_kw[i]);
    out += shortest(state.p_max_kw[i]);
    if (phased) (out += ',') += fleet::word_of_phases(plate.phases[i]);
    push_optional_cells(fleet, i, out);
    out += '\n';
  }
  return out;
}

GS_INLINE void write_fleet(const std::string& path, const fleet::Fleet& fleet,
                           const feeder::Case& grid) {
  write_file_atomically(path, fleet_text(fleet, grid));
}

}  // namespace gridswarm::inline GS_ABI::io
