// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/feeder/rotation.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/pgm_branch.hpp"
#include "gridswarm/io/pgm_parts.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Both ends' common u_rated.
inline double pgm_one_rated(const PgmNetwork& network, const PgmTable& table, Index row) {
  const double from = pgm_rated(network, table, row, "from_node");
  const double to = pgm_rated(network, table, row, "to_node");
  if (std::abs(from - to) > 1e-8)
    refuse_pgm(network, table, row,
               "joins nodes of u_rated " + shortest(from) + " and " + shortest(to) +
                   " V; a line joins nodes of one voltage");
  return from;
}

/// Series z and shunt y of a line from ohms, farads and loss factor.
inline PgmPi line_model(const PgmNetwork& network, const PgmTable& table, Index row, Complex z_ohm,
                        Complex y_siemens) {
  const double rated = pgm_one_rated(network, table, row);
  const double z_base = rated * rated / va_per_mva;
  PgmPi pi;
  pi.z = z_ohm / z_base;
  pi.y = y_siemens * z_base;
  const double i_n = table.at(row, "i_n");
  if (std::isfinite(i_n)) pi.rate_mva = std::sqrt(3.0) * i_n * rated / va_per_mva;
  if (z_ohm == Complex()) refuse_pgm(network, table, row, "has no impedance; use a link for that");
  return pi;
}

/// Of a symmetric 3 x 3 matrix (aa, ba, bb, ca, cb, cc): what a balanced system sees of its
/// inverse: the mean of the diagonal less the mean beside it.
inline Complex balanced_inverse(const std::array<Complex, 6>& m) {
  const auto [aa, ba, bb, ca, cb, cc] = m;
  const Complex determinant =
      aa * (bb * cc - cb * cb) - ba * (ba * cc - cb * ca) + ca * (ba * cb - bb * ca);
  const Complex diagonal = (bb * cc - cb * cb) + (aa * cc - ca * ca) + (aa * bb - ba * ba);
  const Complex beside = (ca * cb - ba * cc) + (ba * cb - ca * bb) + (ba * ca - aa * cb);
  return (diagonal - beside) / (3.0 * determinant);
}

/// Impedances among the phases of a line (aa, ba, bb, ca, cb, cc), by Kron's reduction where it has
/// a neutral, which carries what the phases leave over.
inline std::array<Complex, 6> asym_line_impedances(const PgmTable& table, Index row) {
  constexpr const char* names[] = {"aa", "ba", "bb", "ca", "cb", "cc", "na", "nb", "nc", "nn"};
  std::array<Complex, 10> z;
  for (std::size_t k = 0; k < z.size(); ++k)
    z[k] = {table.at(row, std::string("r_") + names[k]),
            table.at(row, std::string("x_") + names[k])};
  const bool neutral = !std::isnan(z[9].real()) || !std::isnan(z[6].real());
  std::array<Complex, 6> phases;
  std::copy(z.begin(), z.begin() + 6, phases.begin());
  for (std::size_t a = 0, k = 0; neutral && a < 3; ++a)
    for (std::size_t b = 0; b <= a; ++b, ++k) phases[k] -= z[6 + a] * z[6 + b] / z[9];
  return phases;
}

inline PgmPi asym_line_model(const PgmNetwork& network, const PgmTable& table, Index row,
                             double omega) {
  const std::array<Complex, 6> phases = asym_line_impedances(table, row);
  double c1 = table.at(row, "c1");
  if (std::isnan(c1) || std::isnan(table.at(row, "c0")))
    c1 = (table.at(row, "c_aa") + table.at(row, "c_bb") + table.at(row, "c_cc") -
          table.at(row, "c_ba") - table.at(row, "c_ca") - table.at(row, "c_cb")) /
         3.0;
  if (std::isnan(c1)) refuse_pgm(network, table, row, "has neither c0 and c1 nor c_aa to c_cc");
  const Complex z1 = 1.0 / balanced_inverse(phases);
  if (!std::isfinite(std::abs(z1)))
    refuse_pgm(network, table, row, "has an impedance matrix that cannot be inverted");
  return line_model(network, table, row, z1, {0.0, omega * c1});
}

/// uk or pk at a tap position, straight between its values at the nominal and the outer taps.
inline double pgm_at_tap(const PgmTable& table, Index row, double tap, const std::string& name) {
  const double middle = table.at(row, name);
  const double nominal = pgm_or(table.at(row, "tap_nom"), 0.0);
  const double low = table.at(row, "tap_min");
  const double high = table.at(row, "tap_max");
  const bool upper = tap <= std::max(nominal, high) && tap >= std::min(nominal, high);
  const double end = upper ? high : low;
  if (end == nominal) return middle;
  const double outer = pgm_or(table.at(row, name + (upper ? "_max" : "_min")), middle);
  return middle + (tap - nominal) * (outer - middle) / (end - nominal);
}

inline void pgm_set_ratio(const PgmNetwork& network, const PgmTable& table, Index row, PgmPi& pi,
                          const PgmTap& tap, double u_tapped, double per_volt) {
  const double at_zero = u_tapped - tap.step_v * tap.nominal;
  const double now = at_zero + tap.step_v * tap.position;
  if (!(at_zero > 0.0) || !(now > 0.0))
    refuse_pgm(network, table, row,
               "has taps that bring its winding to " + shortest(std::min(at_zero, now)) + " V");
  pi.ratio0 = at_zero * per_volt;
  pi.step = tap.step_v / at_zero;
  pi.ratio = now * per_volt;
}

/// Clock number times 30 degrees, once it fits the windings: odd between star and not star.
inline double pgm_clock_deg(const PgmNetwork& network, const PgmTable& table, Index row,
                            const char* clock, const char* winding, const char* other) {
  const double hours = table.at(row, clock);
  for (const char* name : {winding, other})
    if (!(table.at(row, name) >= 0.0 && table.at(row, name) <= 4.0))
      refuse_pgm(
          network, table, row,
          std::string("has ") + name + " " + shortest(table.at(row, name)) + "; it must be 0 to 4");
  const auto star = [&](const char* name) {
    return table.at(row, name) == 0.0 || table.at(row, name) == 1.0;
  };
  const bool odd = std::fmod(hours, 2.0) != 0.0;
  if (std::abs(hours) > 12.0 || odd == (star(winding) == star(other)))
    refuse_pgm(network, table, row,
               std::string("has ") + clock + " " + shortest(hours) +
                   "; -12 to 12 is possible, odd where just one of both windings is a star");
  return 30.0 * std::fmod(hours, 12.0);
}

/// Impedance of a rated short circuit test, p.u. on 1 MVA. uk may be negative in a star.
inline Complex pgm_short_circuit(double uk, double pk, double sn) {
  const double r = pk / sn;
  const double x = std::sqrt(std::max(uk * uk - r * r, 0.0));
  return Complex(r, uk < 0.0 ? -x : x) * (va_per_mva / sn);
}

/// Admittance of a no-load test, p.u. on 1 MVA.
inline Complex pgm_no_load(double i0, double p0, double sn) {
  const double g = p0 / sn;
  return Complex(g, -std::sqrt(std::max(i0 * i0 - g * g, 0.0))) * (sn / va_per_mva);
}

inline PgmPi transformer_model(const PgmNetwork& network, const PgmTable& table, Index row) {
  const PgmTap tap = pgm_tap(network, table, row);
  const double u[2] = {table.at(row, "u1"), table.at(row, "u2")};
  const double rated[2] = {pgm_rated(network, table, row, "from_node"),
                           pgm_rated(network, table, row, "to_node")};
  const int side = pgm_side(network, table, row, "tap_side", 2);
  const int other = 1 - side;
  const double sn = table.at(row, "sn");
  const double base = u[other] / rated[other];  // of the other winding, on its node's base
  const double uk = pgm_at_tap(table, row, tap.position, "uk");
  const double pk = pgm_at_tap(table, row, tap.position, "pk");
  if (!(uk > 0.0) || uk < pk / sn)
    refuse_pgm(network, table, row,
               "has uk " + shortest(uk) + ", below pk / sn = " + shortest(pk / sn) +
                   "; no reactance is left");
  PgmPi pi;
  pi.taps_at_to = side == 1;
  pi.z = base * base * pgm_short_circuit(uk, pk, sn);
  pi.y = pgm_no_load(table.at(row, "i0"), table.at(row, "p0"), sn) / (base * base);
  pgm_set_ratio(network, table, row, pi, tap, u[side], 1.0 / (base * rated[side]));
  const double clock = pgm_clock_deg(network, table, row, "clock", "winding_from", "winding_to");
  pi.shift_deg = side == 0 ? clock : -clock;
  pi.rate_mva = sn / va_per_mva;
  return pi;
}

inline PgmPi generic_model(const PgmNetwork& network, const PgmTable& table, Index row) {
  const double rated = pgm_rated(network, table, row, "to_node");
  const double z_base = rated * rated / va_per_mva;
  PgmPi pi;
  pi.z = Complex(table.at(row, "r1"), table.at(row, "x1")) / z_base;
  pi.y = Complex(table.at(row, "g1"), table.at(row, "b1")) * z_base;
  pi.ratio = pi.ratio0 = pgm_or(table.at(row, "k"), 1.0);
  pi.shift_deg = std::fmod(pgm_or(table.at(row, "theta"), 0.0), 2.0 * gridswarm::pi) / rad_per_deg;
  pi.rate_mva = pgm_or(table.at(row, "sn"), 0.0) / va_per_mva;
  if (pi.z == Complex()) refuse_pgm(network, table, row, "has no impedance; use a link for that");
  return pi;
}

}  // namespace detail

GS_INLINE PgmPort pgm_port(const PgmPi& pi, bool from_closed, bool to_closed) {
  const feeder::Rotation turn = feeder::rotation(pi.shift_deg);
  const detail::Complex ratio = pi.ratio * detail::Complex(turn.re, turn.im);
  const detail::Complex series = 1.0 / pi.z;
  const double squared = pi.ratio * pi.ratio;
  const bool tapped_closed = pi.taps_at_to ? to_closed : from_closed;
  detail::Complex own;  // of the tapped end, of the other end, and between
  detail::Complex others;
  detail::Complex across;
  detail::Complex back;
  if (from_closed && to_closed) {
    others = series + 0.5 * pi.y;
    own = others / squared;
    across = -series / std::conj(ratio);
    back = -series / ratio;
  } else if (from_closed || to_closed) {
    const detail::Complex seen = 0.5 * pi.y + series * pi.y / (2.0 * series + pi.y);
    (tapped_closed ? own : others) = tapped_closed ? seen / squared : seen;
  }
  return pi.taps_at_to ? PgmPort{others, back, across, own} : PgmPort{own, across, back, others};
}

GS_INLINE PgmPi pgm_pi(const PgmNetwork& network, PgmType type, Index row, double frequency_hz) {
  const PgmTable& table = network.of(type);
  const double omega = 2.0 * pi * frequency_hz;
  if (table.at(row, "from_node") == table.at(row, "to_node"))
    detail::refuse_pgm(network, table, row,
                       "begins and ends at node " + shortest(table.at(row, "to_node")));
  PgmPi model;
  switch (type) {
    case PgmType::line:
      model = detail::line_model(
          network, table, row, {table.at(row, "r1"), table.at(row, "x1")},
          omega * table.at(row, "c1") * detail::Complex(table.at(row, "tan1"), 1.0));
      break;
    case PgmType::asym_line: model = detail::asym_line_model(network, table, row, omega); break;
    case PgmType::link: model.z = 1.0 / detail::Complex(1e6, 1e6); break;
    case PgmType::generic_branch: model = detail::generic_model(network, table, row); break;
    default: model = detail::transformer_model(network, table, row);
  }
  const double size = std::abs(model.z);
  if (!std::isfinite(size) || size < 1e-280 || !std::isfinite(std::abs(model.y)) ||
      !std::isfinite(model.ratio) || !(model.ratio > 1e-100))
    detail::refuse_pgm(network, table, row,
                       "has values that are, per unit, beyond what a double holds");
  return model;
}

GS_INLINE std::array<PgmPi, 3> pgm_star(const PgmNetwork& network, Index row) {
  const PgmTable& table = network.of(PgmType::three_winding_transformer);
  const detail::PgmTap tap = detail::pgm_tap(network, table, row);
  const int side = detail::pgm_side(network, table, row, "tap_side", 3);
  const double sn[3] = {table.at(row, "sn_1"), table.at(row, "sn_2"), table.at(row, "sn_3")};
  // Between the sides 12, 13, 23, on the rating of side 1.
  constexpr int ends[3][2] = {{0, 1}, {0, 2}, {1, 2}};
  constexpr const char* names[3] = {"12", "13", "23"};
  double uk[3];
  double pk[3];
  for (int k = 0; k < 3; ++k) {
    const double scale = sn[0] / std::min(sn[ends[k][0]], sn[ends[k][1]]);
    uk[k] = scale * detail::pgm_at_tap(table, row, tap.position, std::string("uk_") + names[k]);
    pk[k] =
        scale * scale * detail::pgm_at_tap(table, row, tap.position, std::string("pk_") + names[k]);
  }
  const double sum_uk = 0.5 * (uk[0] + uk[1] + uk[2]);
  const double sum_pk = 0.5 * (pk[0] + pk[1] + pk[2]);
  std::array<PgmPi, 3> legs;
  for (int k = 0; k < 3; ++k) {
    // What lies opposite of side 1 is 23, of side 2 is 13, of side 3 is 12.
    const double share = sn[k] / sn[0];
    const double leg_uk = (sum_uk - uk[2 - k]) * share;
    const double leg_pk = (sum_pk - pk[2 - k]) * share * share;
    PgmPi& leg = legs[k];
    leg.z = detail::pgm_short_circuit(leg_uk, leg_pk, sn[k]);
    if (std::abs(leg.z) < 1e-9 * va_per_mva / sn[k]) leg.z = {0.0, 1e-9 * va_per_mva / sn[k]};
    if (k == 0) leg.y = detail::pgm_no_load(table.at(row, "i0"), table.at(row, "p0"), sn[0]);
    const std::string number = std::to_string(k + 1);
    const double rated = detail::pgm_rated(network, table, row, ("node_" + number).c_str());
    const detail::PgmTap own = k == side ? tap : detail::PgmTap{0.0, 0.0, 0.0};
    detail::pgm_set_ratio(network, table, row, leg, own, table.at(row, "u" + number), 1.0 / rated);
    leg.rate_mva = sn[k] / va_per_mva;
    if (k > 0)
      leg.shift_deg = -detail::pgm_clock_deg(network, table, row, k == 1 ? "clock_12" : "clock_13",
                                             "winding_1", k == 1 ? "winding_2" : "winding_3");
    if (!std::isfinite(std::abs(leg.z)) || !std::isfinite(std::abs(leg.y)))
      detail::refuse_pgm(network, table, row,
                         "has values that are, per unit, beyond what a double holds");
  }
  return legs;
}

}  // namespace gridswarm::inline GS_ABI::io
