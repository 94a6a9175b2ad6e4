// SPDX-License-Identifier: BSD-3-Clause
// What loads and DER of a circuit draw, as kernels see it: elements between two nodes of a bus.
//
// With V = V_a - V_b a current I = (f_p P - j f_q Q) V leaves node a and enters node b, where P and
// Q are the element's own numbers per lane (consumption at rated voltage, W and var) and the
// factors, in 1/V^2, follow from |V|:
//   |V| <= low          plain
//   low < |V| <= least  below_flat + below_over / |V|       a current that is linear in |V|
//   |V| > most          above                               an admittance
//   else                within, by kind
// Below `low` apart, factors of a law that cuts off are multiplied by 1 / (1 + e^(1000 (cut_off -
// u))), which is OpenDSS's (1 + tanh(500 (u - cut_off))) / 2.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {

/// What holds within the limits of voltage.
enum CircuitLawKind {
  circuit_law_power,       ///< 1 / |V|^2: constant power
  circuit_law_admittance,  ///< plain, at any voltage
  circuit_law_sum,         ///< flat + over / |V| + over_square / |V|^2
  circuit_law_exponents    ///< plain u^exponent
};

/// What elements of one law and rating share; of two numbers the first is for P, the other for Q.
struct CircuitBands {
  double low_square;  ///< |V|^2, negative: no such band
  double plain;       ///< 1 / rated^2
  double over_rated;  ///< 1 / rated: u = |V| over_rated
  double below_flat[2];
  double below_over[2];
  double above[2];
  double flat[2];
  double over[2];
  double over_square[2];
  double exponent[2];  ///< less 2
  double cut_off;      ///< u; 0: none
};

/// One element. A node is the slot of its voltage: re and im stand at v[2 slot sweep_lanes].
struct CircuitLaw {
  int32_t kind;
  int32_t a;
  int32_t b;            ///< -1: ground
  int32_t bands;        ///< row of CircuitBands
  double least_square;  ///< |V|^2
  double most_square;
};

}  // namespace gridswarm::inline GS_ABI::kernel
