// SPDX-License-Identifier: BSD-3-Clause
// Natural logarithm and exponential by additions, products and one division: the same bytes on
// every instruction set, and without a branch, so that they run in lanes.
//
//   log u = k ln 2 + 2 s + s w P(w),  u = m 2^k,  sqrt(1/2) <= m < sqrt(2),  s = (m - 1) / (m + 1),
//   w = s^2
//   e^y   = 2^n (1 + r + r^2 Q(r)),   n = round(y / ln 2),  r = y - n ln 2
// P and Q are minimax polynomials of degree 6 and 9 (Remez; largest relative errors of log m and
// e^r 1.3e-18 and 3.7e-18). ln 2 stands in two parts, the first short enough for k and n times it
// to be exact.
#pragma once

#include <stdint.h>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::kernel {

constexpr double ln2_high = 0x1.62e42fefa38p-1;
constexpr double ln2_rest = 0x1.ef35793c7673p-45;

/// log u for normal u > 0, within 3 units in the last place; something finite for other u.
[[gnu::always_inline]] inline double log_of(double u) {
  constexpr uint64_t root_half = 0x3fe6a09e667f3bcdu;  // bits of sqrt(1/2), rounded up
  const uint64_t bits = __builtin_bit_cast(uint64_t, u);
  const uint64_t past = bits - root_half + (uint64_t{1024} << 52);
  const uint64_t shifted = (past >> 52) | 0x4330000000000000u;  // 2^52 + k + 1024
  const double k = __builtin_bit_cast(double, shifted) - (0x1p52 + 1024.0);
  const uint64_t within = (past & 0x000fffffffffffffu) + root_half;
  const double m = __builtin_bit_cast(double, within);
  const double s = (m - 1.0) / (m + 1.0);
  const double w = s * s;
  const double w2 = w * w;
  const double p01 = 0x1.5555555555592p-1 + w * 0x1.999999997fdb3p-2;
  const double p23 = 0x1.24924941f15b9p-2 + w * 0x1.c71c52093649dp-3;
  const double p45 = 0x1.74663eefd29d3p-3 + w * 0x1.39a1b9feb3f90p-3;
  const double p46 = p45 + w2 * 0x1.2f056abfa0fefp-3;
  const double bend = s * w * (p01 + w2 * (p23 + w2 * p46));
  return k * ln2_high + (2.0 * s + (bend + k * ln2_rest));
}

/// e^y for |y| <= 700, within 2 units in the last place; beyond, e^700 and e^-700.
[[gnu::always_inline]] inline double exp_of(double y) {
  constexpr double turn = 0x1.8p52;  // adding it leaves the nearest whole number in the last bits
  const double floor = y > -700.0 ? y : -700.0;
  const double x = floor < 700.0 ? floor : 700.0;
  const double turned = x * 0x1.71547652b82fep+0 + turn;
  const double n = turned - turn;
  const double r = (x - n * ln2_high) - n * ln2_rest;
  const double r2 = r * r;
  const double r4 = r2 * r2;
  const double q01 = 0x1.000000000000ap-1 + r * 0x1.55555555554fap-3;
  const double q23 = 0x1.555555555088cp-5 + r * 0x1.1111111127bd2p-7;
  const double q45 = 0x1.6c16c184266a0p-10 + r * 0x1.a01a012a57791p-13;
  const double q67 = 0x1.a0199a16cbfc0p-16 + r * 0x1.71df2561b51ccp-19;
  const double q89 = 0x1.28ad68cbc1902p-22 + r * 0x1.ad7f3edbc72e1p-26;
  const double q = (q01 + r2 * q23) + r4 * ((q45 + r2 * q67) + r4 * q89);
  const double scaled = 1.0 + (r + r2 * q);
  const uint64_t shift = __builtin_bit_cast(uint64_t, turned) << 52;
  const uint64_t bits = __builtin_bit_cast(uint64_t, scaled) + shift;
  return __builtin_bit_cast(double, bits);
}

}  // namespace gridswarm::inline GS_ABI::kernel
