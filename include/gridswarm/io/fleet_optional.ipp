// SPDX-License-Identifier: BSD-3-Clause
// Columns of a fleet file that most fleets leave out: each is one row of a table.
#pragma once

#include <array>
#include <string>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/fleet/device.hpp"
#include "gridswarm/fleet/photovoltaic.hpp"
#include "gridswarm/io/fleet_row.ipp"

namespace gridswarm::inline GS_ABI::io {

namespace fleet_detail {

/// Kinds as bits.
constexpr int bit_of(fleet::Kind kind) { return 1 << static_cast<int>(kind); }
inline constexpr int storage_kinds = bit_of(fleet::Kind::battery) | bit_of(fleet::Kind::ev);
inline constexpr int consumer_kinds = bit_of(fleet::Kind::meter) | bit_of(fleet::Kind::load);
inline constexpr int all_kinds = 63;

struct Optional {
  Column column;
  gridswarm::Column<double> fleet::Nameplate::*member;
  int kinds;
  double otherwise, low, high;
  const char* advice;
};

inline constexpr std::array<Optional, 12> optional_columns = {{
    {soc_max, &fleet::Nameplate::soc_max, storage_kinds, 1, 0, 1, "lies outside [0, 1]"},
    {cost_per_kwh, &fleet::Nameplate::cost_per_kwh, storage_kinds, 0, 0, no_limit,
     "is negative; wear costs 0 or more"},
    {wear_curvature, &fleet::Nameplate::wear_curvature, storage_kinds, 0, 0, 1,
     "lies outside [0, 1]; 0 counts throughput alone"},
    {gamma_per_k, &fleet::Nameplate::gamma_per_k, bit_of(fleet::Kind::pv),
     fleet::PvModule{}.gamma_per_k, -0.02, 0, "lies outside [-0.02, 0]; silicon has about -0.0035"},
    {z_share, &fleet::Nameplate::z_share, consumer_kinds, 0, 0, 1, "lies outside [0, 1]"},
    {i_share, &fleet::Nameplate::i_share, consumer_kinds, 0, 0, 1, "lies outside [0, 1]"},
    {flexible_share, &fleet::Nameplate::flexible_share, bit_of(fleet::Kind::load), 0, 0, 1,
     "lies outside [0, 1]"},
    {mtbf_h, &fleet::Nameplate::mtbf_h, all_kinds, 0, 0, no_limit,
     "is negative; 0 means that it never fails"},
    {repair_h, &fleet::Nameplate::repair_h, all_kinds, 24, 1e-3, no_limit,
     "must be at least 0.001 h; leave it empty for a day"},
    {lost_from_h, &fleet::Nameplate::lost_from_h, all_kinds, no_limit, 0, no_limit,
     "is negative; hours count from the start of the run"},
    {lost_to_h, &fleet::Nameplate::lost_to_h, all_kinds, no_limit, 0, no_limit,
     "is negative; hours count from the start of the run"},
    {lost_health, &fleet::Nameplate::lost_health, all_kinds, 0, 0, 1, "lies outside [0, 1]"},
}};

/// What leaves a device no set point at all, or says two things at once.
GS_INLINE void refuse_contradictions(const Row& row, const fleet::Nameplate& plate) {
  const std::size_t i = plate.id.size() - 1;
  const fleet::Kind what = plate.kind[i];
  const double most = row.given(soc_max) ? plate.soc_max[i] : 1.0;
  const bool stores = (storage_kinds & bit_of(what)) != 0;
  if (stores && plate.soc_min[i] >= most)
    row.refuse(soc_max, "is not above soc_min " + shortest(plate.soc_min[i]) +
                            ", so there is nothing to charge; raise soc_max or lower soc_min");
  if (stores && plate.soc_start[i] > most)
    row.refuse(soc, "is above soc_max " + shortest(most) + "; lower it or raise soc_max");
  if (what == fleet::Kind::ev && plate.soc_depart[i] > most)
    row.refuse(soc_depart,
               "is above soc_max " + shortest(most) + ", which it can't reach; lower it");
  if (what == fleet::Kind::ev && plate.arrive_h[i] == plate.depart_h[i])
    row.refuse(depart_h, "equals arrive_h, so it leaves as it comes; give two hours of the day");
  if (row.given(z_share) && row.given(i_share) && plate.z_share[i] + plate.i_share[i] > 1.0 + 1e-12)
    row.refuse(i_share, "and z_share " + shortest(plate.z_share[i]) +
                            " are more than 1; the rest is constant power");
  if (row.given(lost_to_h) && !(plate.lost_to_h[i] > plate.lost_from_h[i]))
    row.refuse(lost_to_h, "is not after lost_from_h; a loss of health ends after it begins");
}

GS_INLINE void push_optional(const Row& row, fleet::Fleet& out) {
  fleet::Nameplate& plate = out.plate;
  const int bit = bit_of(plate.kind.back());
  for (const Optional& it : optional_columns) {
    if (row.at[it.column] == none) continue;
    const double value = row.between(it.column, it.otherwise, it.low, it.high, it.advice);
    if (row.given(it.column) && !(it.kinds & bit))
      row.refuse(it.column, "is not for this kind of device; leave it empty");
    (plate.*it.member).push_back(value);
  }
  if (row.given(lost_to_h) && row.at[lost_from_h] == none)
    row.refuse(lost_to_h, "needs lost_from_h beside it");
  refuse_contradictions(row, plate);
  if (row.at[power_curve] == none) return;
  plate.power_curve.push_back(none);
  if (!row.given(power_curve)) return;
  if (plate.kind.back() != fleet::Kind::wind)
    row.refuse(power_curve, "is only for wind; leave it empty");
  plate.power_curve.back() = static_cast<Index>(out.power_curves.size());
  try {
    out.power_curves.push_back(fleet::parse_power_curve(row.text(power_curve)));
  } catch (const UsageError& error) {
    throw InputError(row.table.file, row.table.line[static_cast<std::size_t>(row.row)],
                     row.who() + error.what());
  }
}

/// Columns that this fleet has values in, in the order in which they are written.
GS_INLINE std::vector<Column> columns_of(const fleet::Fleet& fleet) {
  std::vector<Column> out;
  for (Index c = 0; c < soc_max; ++c)
    if (c != phases || !fleet.plate.phases.empty()) out.push_back(static_cast<Column>(c));
  for (const Optional& it : optional_columns)
    if (!(fleet.plate.*it.member).empty()) out.push_back(it.column);
  if (!fleet.plate.power_curve.empty()) out.push_back(power_curve);
  return out;
}

/// The optional cells of agent i, each after a comma.
GS_INLINE void push_optional_cells(const fleet::Fleet& fleet, Index i, std::string& out) {
  for (const Optional& it : optional_columns) {
    const auto& column = fleet.plate.*it.member;
    if (column.empty()) continue;
    out += ',';
    const bool is_shown = (it.kinds & bit_of(fleet.plate.kind[i])) && column[i] != no_limit;
    if (is_shown) out += shortest(column[i]);
  }
  if (fleet.plate.power_curve.empty()) return;
  out += ',';
  if (fleet.plate.power_curve[i] == none) return;
  const fleet::PowerCurve& curve = fleet.power_curves[fleet.plate.power_curve[i]];
  for (std::size_t k = 0; k < curve.share.size(); ++k) {
    if (k > 0) out += ' ';
    out += shortest(curve.wind_m_per_s[k]) + ':' + shortest(curve.share[k]);
  }
  if (curve.restart_m_s > 0.0) out += " restart:" + shortest(curve.restart_m_s);
}

}  // namespace fleet_detail

}  // namespace gridswarm::inline GS_ABI::io
