// SPDX-License-Identifier: BSD-3-Clause
// Small questions that several parts of the power-grid-model reader ask of a table's row.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/feeder/rotation.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/pgm_file.hpp"

namespace gridswarm::inline GS_ABI::io::detail {

/// Short circuit power in VA from which on a source is stiff: its impedance is below 1e-12 p.u.
inline constexpr double pgm_stiff_sk = 1e18;

/// How far apart two voltages may be that are to be the same, p.u.
inline constexpr double pgm_same_u = 1e-12;

using Complex = std::complex<double>;

[[noreturn]] inline void refuse_pgm(const PgmNetwork& network, const PgmTable& table, Index row,
                                    const std::string& sentence) {
  throw InputError(
      network.file, table.line[row],
      component_of(table.type).name + (" " + std::to_string(table.id(row)) + " ") + sentence);
}

inline double pgm_or(double value, double otherwise) {
  return std::isnan(value) ? otherwise : value;
}

/// u_rated in V of the node that an attribute names.
inline double pgm_rated(const PgmNetwork& network, const PgmTable& table, Index row,
                        const char* attribute) {
  const auto id = static_cast<std::int64_t>(table.at(row, attribute));
  return network.of(PgmType::node).at(network.find(id)->row, "u_rated");
}

/// The bus row of the node that an attribute names.
inline Index pgm_bus(const PgmNetwork& network, const PgmTable& table, Index row,
                     const char* attribute) {
  return network.find(static_cast<std::int64_t>(table.at(row, attribute)))->row;
}

/// The side (0, 1, ...) that an attribute names.
inline int pgm_side(const PgmNetwork& network, const PgmTable& table, Index row,
                    const char* attribute, int sides) {
  const double side = table.at(row, attribute);
  if (!(side >= 0.0 && side < sides))
    refuse_pgm(network, table, row,
               std::string("has ") + attribute + " " + shortest(side) + "; it must be 0 to " +
                   std::to_string(sides - 1));
  return static_cast<int>(side);
}

/// Tap position and what it does to the winding's voltage: u + step (tap - nominal).
struct PgmTap {
  double position;
  double nominal;
  double step_v;
};

inline PgmTap pgm_tap(const PgmNetwork& network, const PgmTable& table, Index row) {
  PgmTap tap;
  tap.nominal = pgm_or(table.at(row, "tap_nom"), 0.0);
  tap.position = pgm_or(table.at(row, "tap_pos"), tap.nominal);
  const double low = table.at(row, "tap_min");
  const double high = table.at(row, "tap_max");
  tap.step_v = (high > low ? 1.0 : -1.0) * table.at(row, "tap_size");
  if (tap.position < std::min(low, high) || tap.position > std::max(low, high))
    refuse_pgm(network, table, row,
               "has tap_pos " + shortest(tap.position) + ", beyond tap_min " + shortest(low) +
                   " to tap_max " + shortest(high));
  return tap;
}

/// The internal admittance of a source on 1 MVA; infinite where stiff.
inline Complex pgm_source_admittance(const PgmTable& table, Index row) {
  const double sk = pgm_or(table.at(row, "sk"), 1e10);
  const double rx = pgm_or(table.at(row, "rx_ratio"), 0.1);
  const double x = 1.0 / std::sqrt(1.0 + rx * rx);
  return sk / va_per_mva / Complex(x * rx, x);
}

inline Complex pgm_source_voltage(const PgmNetwork& network, const PgmTable& table, Index row) {
  const double u = table.at(row, "u_ref");
  if (std::isnan(u)) refuse_pgm(network, table, row, "has no u_ref");
  const double angle = std::fmod(pgm_or(table.at(row, "u_ref_angle"), 0.0), 2.0 * gridswarm::pi);
  const feeder::Rotation turn = feeder::rotation(angle / rad_per_deg);
  return u * Complex(turn.re, turn.im);
}

inline bool pgm_is_stiff(const PgmTable& table, Index row) {
  return pgm_or(table.at(row, "sk"), 1e10) >= pgm_stiff_sk;
}

/// Short circuit power as stiff sources share by it, VA.
inline double pgm_stiffness(const PgmTable& table, Index row) {
  return std::min(pgm_or(table.at(row, "sk"), 1e10), 1e300);
}

}  // namespace gridswarm::inline GS_ABI::io::detail
