// SPDX-License-Identifier: BSD-3-Clause
// Tap regulators of a power-grid-model network as tap changers of its case.
#pragma once

#include <set>

#include "gridswarm/io/pgm_branch.hpp"
#include "gridswarm/io/pgm_case.hpp"
#include "gridswarm/io/pgm_parts.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// The case's branch rows of transformers, by row: one each, and three each.
struct PgmTapped {
  std::vector<Index> branch;
  std::vector<PgmPi> model;
};

inline void add_pgm_tap(const PgmNetwork& network, Index row, const PgmTapped& tapped, Index at,
                        Index bus, PgmCase& out) {
  const PgmTable& table = network.of(PgmType::transformer_tap_regulator);
  const PgmPlace& place =
      *network.find(static_cast<std::int64_t>(table.at(row, "regulated_object")));
  const PgmTable& object = network.of(place.type);
  const double rated = 1e3 * out.grid.buses.base_kv[bus];
  const double z_base = rated * rated / va_per_mva;
  const double set = table.at(row, "u_set");
  const double band = table.at(row, "u_band");
  if (std::isnan(set)) refuse_pgm(network, table, row, "has no u_set");
  if (std::isnan(band)) refuse_pgm(network, table, row, "has no u_band");
  const PgmTap tap = pgm_tap(network, object, place.row);
  const double low = object.at(place.row, "tap_min");
  const double high = object.at(place.row, "tap_max");
  feeder::TapChangers& taps = out.grid.tap_changers;
  out.tap_row[row] = taps.size();
  taps.id.push_back(table.id(row));
  taps.branch.push_back(tapped.branch[at]);
  taps.ratio0.push_back(tapped.model[at].ratio0);
  taps.step.push_back(tapped.model[at].step);
  taps.from_end.push_back(1);
  taps.tap.push_back(static_cast<std::int32_t>(tap.position));
  taps.tap_min.push_back(static_cast<std::int32_t>(std::min(low, high)));
  taps.tap_max.push_back(static_cast<std::int32_t>(std::max(low, high)));
  taps.automatic.push_back(1);
  taps.bus.push_back(bus);
  taps.v_set_pu.push_back(set / rated);
  taps.v_band_pu.push_back(band / rated);
  taps.r_comp_pu.push_back(pgm_or(table.at(row, "line_drop_compensation_r"), 0.0) / z_base);
  taps.x_comp_pu.push_back(pgm_or(table.at(row, "line_drop_compensation_x"), 0.0) / z_base);
}

/// Regulators in service on transformers that carry current; the others are idle.
inline void add_pgm_taps(const PgmNetwork& network, const PgmTapped& two, const PgmTapped& three,
                         PgmCase& out) {
  const PgmTable& table = network.of(PgmType::transformer_tap_regulator);
  out.tap_row.assign(table.size(), none);
  std::set<std::int64_t> regulated;
  for (Index row = 0; row < table.size(); ++row) {
    const PgmPlace& place =
        *network.find(static_cast<std::int64_t>(table.at(row, "regulated_object")));
    if (!regulated.insert(place.id).second)
      refuse_pgm(network, table, row,
                 "regulates " + std::to_string(place.id) + ", which another one regulates");
    if (table.at(row, "status") == 0.0) continue;
    if (std::isnan(table.at(row, "control_side")))
      refuse_pgm(network, table, row, "has no control_side");
    const bool star = place.type == PgmType::three_winding_transformer;
    const int sides = star ? 3 : 2;
    const int controlled = pgm_side(network, table, row, "control_side", sides);
    const PgmTable& object = network.of(place.type);
    const int tap_side = pgm_side(network, object, place.row, "tap_side", sides);
    const PgmTapped& tapped = star ? three : two;
    const Index at = star ? 3 * place.row + tap_side : place.row;
    if (!out.grid.branches.in_service[tapped.branch[at]]) continue;
    const std::string side = std::to_string(controlled + 1);
    const std::string node = star ? "node_" + side : controlled == 0 ? "from_node" : "to_node";
    add_pgm_tap(network, row, tapped, at, pgm_bus(network, object, place.row, node.c_str()), out);
  }
}

}  // namespace detail

}  // namespace gridswarm::inline GS_ABI::io
