// SPDX-License-Identifier: BSD-3-Clause
// Complex numbers whose operations are written out, so that they round alike everywhere.
//
// std::complex leaves products and quotients to the compiler, which may call its own library for
// them or not.
#pragma once

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::feeder {

/// re + j im.
struct Phasor {
  double re = 0.0;
  double im = 0.0;
};
inline Phasor operator+(Phasor a, Phasor b) { return {a.re + b.re, a.im + b.im}; }
inline Phasor operator-(Phasor a, Phasor b) { return {a.re - b.re, a.im - b.im}; }
inline Phasor operator*(Phasor a, Phasor b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
inline Phasor operator*(double a, Phasor b) { return {a * b.re, a * b.im}; }
inline double norm(Phasor a) { return a.re * a.re + a.im * a.im; }
inline Phasor conj(Phasor a) { return {a.re, -a.im}; }
inline Phasor inverse(Phasor a) { return (1.0 / norm(a)) * conj(a); }

}  // namespace gridswarm::inline GS_ABI::feeder
