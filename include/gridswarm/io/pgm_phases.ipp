// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include "gridswarm/base/units.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/pgm_branch.ipp"
#include "gridswarm/io/pgm_parts.hpp"
#include "gridswarm/io/pgm_phases.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

enum PgmWinding { wye, wye_n, delta, zigzag, zigzag_n };

/// A transformer in zero sequence, p.u. on 1 MVA; impedances to ground on their own nodes' bases.
struct PgmZero {
  int winding[2];       ///< of the from and the to end
  Complex grounded[2];  ///< what lies between neutral and ground
  Complex y;            ///< magnetisation
  double low;           ///< susceptance of ends that nothing grounds
};

inline PgmMatrix operator+(PgmMatrix a, const PgmMatrix& b) {
  for (std::size_t k = 0; k < a.size(); ++k) a[k] += b[k];
  return a;
}

inline PgmMatrix operator*(Complex factor, PgmMatrix a) {
  for (Complex& entry : a) entry *= factor;
  return a;
}

inline PgmMatrix product(const PgmMatrix& a, const PgmMatrix& b) {
  PgmMatrix out{};
  for (std::size_t i = 0; i < 9; ++i)
    for (std::size_t k = 0; k < 3; ++k) out[i] += a[i / 3 * 3 + k] * b[3 * k + i % 3];
  return out;
}

/// By the adjugate. Not finite where there is no inverse.
inline PgmMatrix inverse_of(const PgmMatrix& m) {
  PgmMatrix out;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      const std::size_t a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
      out[3 * i + j] = m[3 * a + c] * m[3 * b + d] - m[3 * a + d] * m[3 * b + c];
    }
  const Complex determinant = m[0] * out[0] + m[1] * out[3] + m[2] * out[6];
  return (1.0 / determinant) * out;
}

inline PgmMatrix one() { return {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0}; }

/// From rows of a lower triangle: aa, ba, bb, ca, cb, cc.
inline PgmMatrix symmetric(const std::array<Complex, 6>& m) {
  return {m[0], m[1], m[3], m[1], m[2], m[4], m[3], m[4], m[5]};
}

inline bool is_finite(const PgmMatrix& m) {
  return std::all_of(m.begin(), m.end(), [](const Complex& entry) {
    return std::isfinite(entry.real()) && std::isfinite(entry.imag());
  });
}

/// A number that only symmetric calculations can do without.
inline double asym_number(const PgmNetwork& network, const PgmTable& table, Index row,
                          const char* attribute) {
  const double value = table.at(row, attribute);
  if (std::isnan(value))
    refuse_pgm(network, table, row,
               std::string("has no ") + attribute + ", which an asymmetric calculation needs");
  return value;
}

/// Blocks of a line between closed or open ends from its z and y: one end open, the other sees
/// y/2 + (1 + y z / 2)^-1 y / 2.
inline void close_line(PgmBlocks& line, bool from_closed, bool to_closed) {
  const PgmMatrix half = 0.5 * line.y_s;
  line.is_line = true;
  if (from_closed && to_closed) {
    const PgmMatrix series = inverse_of(line.z_ohm);
    line.ff = line.tt = series + half;
    line.ft = line.tf = -1.0 * series;
  } else if (from_closed || to_closed) {
    (from_closed ? line.ff : line.tt) =
        half + product(inverse_of(one() + product(half, line.z_ohm)), half);
  }
}

inline PgmMatrix asym_line_charging(const PgmNetwork& network, const PgmTable& table, Index row,
                                    double omega) {
  const double c1 = table.at(row, "c1");
  const double c0 = table.at(row, "c0");
  if (!std::isnan(c1) && !std::isnan(c0))
    return pgm_of_sequences({0.0, omega * c0}, {0.0, omega * c1}, {0.0, omega * c1});
  constexpr const char* names[] = {"c_aa", "c_ba", "c_bb", "c_ca", "c_cb", "c_cc"};
  std::array<Complex, 6> y;
  for (std::size_t k = 0; k < y.size(); ++k)
    y[k] = {0.0, omega * asym_number(network, table, row, names[k])};
  return symmetric(y);
}

inline PgmBlocks line_blocks(const PgmNetwork& network, PgmType type, Index row, double omega) {
  const PgmTable& table = network.of(type);
  PgmBlocks line;
  if (type == PgmType::asym_line) {
    line.z_ohm = symmetric(asym_line_impedances(table, row));
    line.y_s = asym_line_charging(network, table, row, omega);
  } else if (type == PgmType::link) {
    const double rated = pgm_rated(network, table, row, "from_node");
    const Complex z = rated * rated / va_per_mva / Complex(1e6, 1e6);
    line.z_ohm = pgm_of_sequences(z, z, z);
  } else {
    for (const char* attribute : {"r0", "x0", "c0", "tan0"})
      asym_number(network, table, row, attribute);
    const Complex z1(table.at(row, "r1"), table.at(row, "x1"));
    const Complex z0(table.at(row, "r0"), table.at(row, "x0"));
    const Complex y1 = omega * table.at(row, "c1") * Complex(table.at(row, "tan1"), 1.0);
    const Complex y0 = omega * table.at(row, "c0") * Complex(table.at(row, "tan0"), 1.0);
    if (z0 == Complex())
      refuse_pgm(network, table, row, "has no impedance in zero sequence; use a link for that");
    line.z_ohm = pgm_of_sequences(z0, z1, z1);
    line.y_s = pgm_of_sequences(y0, y1, y1);
  }
  close_line(line, table.at(row, "from_status") != 0.0, table.at(row, "to_status") != 0.0);
  return line;
}

/// One end's admittance in zero sequence where no current passes to the other end. `squared` takes
/// the series impedance's own end to this one.
inline Complex one_sided(const PgmZero& zero, int end, const Complex& z, double squared) {
  const Complex grounded = 3.0 * zero.grounded[end] / squared;
  const int own = zero.winding[end];
  if (own == zigzag_n) return 1.0 / (0.1 * z + grounded) / squared;
  if (own != wye_n) return {0.0, zero.low};
  Complex y = zero.y;
  if (zero.winding[1 - end] == delta) y += 1.0 / z;
  if (y != Complex()) y = 1.0 / (1.0 / y + grounded) / squared;
  if (zero.winding[1 - end] != delta) y += Complex(0.0, zero.low);
  return y;
}

inline PgmPort zero_port(const PgmPi& pi, const PgmZero& zero, bool from_closed, bool to_closed) {
  const double squared[2] = {pi.taps_at_to ? 1.0 : pi.ratio * pi.ratio,
                             pi.taps_at_to ? pi.ratio * pi.ratio : 1.0};
  if (zero.winding[0] == wye_n && zero.winding[1] == wye_n) {
    PgmPi passed = pi;
    passed.y = zero.y;
    for (int end = 0; end < 2; ++end) passed.z += 3.0 * zero.grounded[end] / squared[end];
    const int hours = (static_cast<int>(std::lround(pi.shift_deg / 30.0)) % 12 + 12) % 12;
    passed.shift_deg = hours % 4 == 2 ? 180.0 : 0.0;
    return pgm_port(passed, from_closed, to_closed);
  }
  PgmPort port;
  if (from_closed) port.ff = one_sided(zero, 0, pi.z, squared[0]);
  if (to_closed) port.tt = one_sided(zero, 1, pi.z, squared[1]);
  return port;
}

inline PgmBlocks transformer_blocks(const PgmPi& pi, const PgmZero& zero, bool from_closed,
                                    bool to_closed, double from_v, double to_v) {
  PgmPi mirrored = pi;
  mirrored.shift_deg = -pi.shift_deg;
  const PgmPort first = zero_port(pi, zero, from_closed, to_closed);
  const PgmPort second = pgm_port(pi, from_closed, to_closed);
  const PgmPort third = pgm_port(mirrored, from_closed, to_closed);
  const auto block = [&](Complex PgmPort::*part, double volts) {
    return (va_per_mva / volts) * pgm_of_sequences(first.*part, second.*part, third.*part);
  };
  PgmBlocks out;
  out.ff = block(&PgmPort::ff, from_v * from_v);
  out.ft = block(&PgmPort::ft, from_v * to_v);
  out.tf = block(&PgmPort::tf, from_v * to_v);
  out.tt = block(&PgmPort::tt, to_v * to_v);
  return out;
}

/// Impedance between neutral and ground, p.u. on 1 MVA at u_rated.
inline Complex pgm_grounding(const PgmTable& table, Index row, const std::string& end,
                             double rated) {
  return Complex(pgm_or(table.at(row, "r_grounding_" + end), 0.0),
                 pgm_or(table.at(row, "x_grounding_" + end), 0.0)) *
         (va_per_mva / (rated * rated));
}

inline PgmBlocks two_winding_blocks(const PgmNetwork& network, const PgmTable& table, Index row,
                                    const PgmPi& pi) {
  const double rated[2] = {pgm_rated(network, table, row, "from_node"),
                           pgm_rated(network, table, row, "to_node")};
  const double sn = table.at(row, "sn");
  const double i0 = table.at(row, "i0");
  const double i0_zero = pgm_or(table.at(row, "i0_zero_sequence"), i0);
  const double p0_zero =
      pgm_or(table.at(row, "p0_zero_sequence"),
             table.at(row, "p0") + table.at(row, "pk") * (i0_zero * i0_zero - i0 * i0));
  const int other = pi.taps_at_to ? 0 : 1;
  const double base = table.at(row, other ? "u2" : "u1") / rated[other];
  PgmZero zero{
      {static_cast<int>(table.at(row, "winding_from")),
       static_cast<int>(table.at(row, "winding_to"))},
      {pgm_grounding(table, row, "from", rated[0]), pgm_grounding(table, row, "to", rated[1])},
      pgm_no_load(i0_zero, p0_zero, sn) / (base * base),
      -1e-8 * sn / va_per_mva / table.at(row, "uk")};
  return transformer_blocks(pi, zero, table.at(row, "from_status") != 0.0,
                            table.at(row, "to_status") != 0.0, rated[0], rated[1]);
}

}  // namespace detail

GS_INLINE PgmMatrix pgm_of_sequences(std::complex<double> zero, std::complex<double> positive,
                                     std::complex<double> negative) {
  const detail::Complex a(-0.5, 0.5 * std::sqrt(3.0));
  const detail::Complex third[3] = {(zero + positive + negative) / 3.0,
                                    (zero + positive * a + negative * std::conj(a)) / 3.0,
                                    (zero + positive * std::conj(a) + negative * a) / 3.0};
  PgmMatrix m;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) m[3 * i + j] = third[(j + 3 - i) % 3];
  return m;
}

GS_INLINE PgmBlocks pgm_blocks(const PgmNetwork& network, PgmType type, Index row,
                               double frequency_hz) {
  const PgmTable& table = network.of(type);
  if (type == PgmType::generic_branch)
    detail::refuse_pgm(network, table, row,
                       "has no zero sequence; only symmetric calculations know it");
  const PgmPi pi = pgm_pi(network, type, row, frequency_hz);
  const PgmBlocks blocks =
      type == PgmType::transformer
          ? detail::two_winding_blocks(network, table, row, pi)
          : detail::line_blocks(network, type, row, 2.0 * gridswarm::pi * frequency_hz);
  for (const PgmMatrix* block :
       {&blocks.ff, &blocks.ft, &blocks.tf, &blocks.tt, &blocks.z_ohm, &blocks.y_s})
    if (!detail::is_finite(*block))
      detail::refuse_pgm(network, table, row,
                         "has values that are beyond what a double holds, or an impedance matrix "
                         "that cannot be inverted");
  return blocks;
}

GS_INLINE std::array<PgmBlocks, 3> pgm_star_blocks(const PgmNetwork& network, Index row) {
  const PgmTable& table = network.of(PgmType::three_winding_transformer);
  const std::array<PgmPi, 3> legs = pgm_star(network, row);
  const double star = table.at(row, "u1");
  std::array<PgmBlocks, 3> blocks;
  for (int k = 0; k < 3; ++k) {
    const std::string side = std::to_string(k + 1);
    const double rated = detail::pgm_rated(network, table, row, ("node_" + side).c_str());
    const int own = k == 0 ? detail::wye_n : static_cast<int>(table.at(row, "winding_" + side));
    const int at_star = k == 0 ? detail::wye_n : static_cast<int>(table.at(row, "winding_1"));
    const detail::PgmZero zero{{own, at_star},
                               {detail::pgm_grounding(table, row, side, rated), {}},
                               legs[k].y,
                               -1e-8 / std::abs(legs[k].z)};
    blocks[k] = detail::transformer_blocks(legs[k], zero, table.at(row, "status_" + side) != 0.0,
                                           true, rated, star);
    for (const PgmMatrix* block : {&blocks[k].ff, &blocks[k].ft, &blocks[k].tf, &blocks[k].tt})
      if (!detail::is_finite(*block))
        detail::refuse_pgm(network, table, row,
                           "has values that are, per unit, beyond what a double holds");
  }
  return blocks;
}

GS_INLINE PgmMatrix pgm_shunt_admittance(const PgmNetwork& network, Index row) {
  const PgmTable& table = network.of(PgmType::shunt);
  const detail::Complex y1(table.at(row, "g1"), table.at(row, "b1"));
  const detail::Complex y0(detail::asym_number(network, table, row, "g0"),
                           detail::asym_number(network, table, row, "b0"));
  return pgm_of_sequences(y0, y1, y1);
}

GS_INLINE std::array<std::complex<double>, 3> pgm_times(
    const PgmMatrix& m, std::span<const std::complex<double>, 3> v) {
  std::array<std::complex<double>, 3> out;
  for (std::size_t i = 0; i < 3; ++i)
    out[i] = m[3 * i] * v[0] + m[3 * i + 1] * v[1] + m[3 * i + 2] * v[2];
  return out;
}

}  // namespace gridswarm::inline GS_ABI::io
