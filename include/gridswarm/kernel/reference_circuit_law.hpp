// SPDX-License-Identifier: BSD-3-Clause
// Reference of the kernel of circuits' laws: one lane after another, one number at a time.
//
// The order of operations is the contract: kernels/circuit_law.simd.hpp must give the same bytes.
#pragma once

#include "gridswarm/kernel/circuit_law_views.hpp"
#include "gridswarm/kernel/logarithm.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

/// Factor of P (part 0) or Q (part 1) at |V|^2 = square.
GS_INLINE double circuit_law_factor(const CircuitLaw& law, const CircuitBands& bands, int part,
                                    double square) {
  if (law.kind == circuit_law_admittance) return bands.plain;
  const bool is_within = square > law.least_square && square <= law.most_square;
  if (law.kind == circuit_law_power && is_within) return 1.0 / square;
  if (square <= bands.low_square) return bands.plain;
  const double root = __builtin_sqrt(square);
  const double over = 1.0 / root;
  const double u = root * bands.over_rated;
  double factor = bands.above[part];
  if (square <= law.least_square)
    factor = bands.below_flat[part] + bands.below_over[part] * over;
  else if (is_within && law.kind == circuit_law_sum)
    factor = bands.flat[part] + (bands.over[part] + bands.over_square[part] * over) * over;
  else if (is_within)
    factor = bands.plain * exp_of(0.5 * bands.exponent[part] *
                                  log_of((square * bands.over_rated) * bands.over_rated));
  if (bands.cut_off > 0.0) factor = factor / (1.0 + exp_of(1000.0 * (bands.cut_off - u)));
  return factor;
}

/// V_a - V_b of one lane, and |V|^2.
struct CircuitLawVoltage {
  double re;
  double im;
  double square;
};

GS_INLINE CircuitLawVoltage circuit_law_voltage(const CircuitLaw& law, const double* v, int lane) {
  const double* a = v + 2 * static_cast<size_t>(law.a) * sweep_lanes + lane;
  CircuitLawVoltage at = {a[0], a[sweep_lanes], 0.0};
  if (law.b >= 0) {
    const double* b = v + 2 * static_cast<size_t>(law.b) * sweep_lanes + lane;
    at.re -= b[0];
    at.im -= b[sweep_lanes];
  }
  at.square = at.re * at.re + at.im * at.im;
  return at;
}

GS_INLINE void circuit_law_draw_lane(const CircuitLaw& law, const CircuitBands* bands,
                                     const double* power, const double* v, double* j, int lane) {
  const CircuitLawVoltage at = circuit_law_voltage(law, v, lane);
  const CircuitBands& band = bands[law.bands];
  const double g = power[lane] * circuit_law_factor(law, band, 0, at.square);
  const double b = power[sweep_lanes + lane] * circuit_law_factor(law, band, 1, at.square);
  const double re = g * at.re + b * at.im;
  const double im = g * at.im - b * at.re;
  double* from = j + 2 * static_cast<size_t>(law.a) * sweep_lanes + lane;
  from[0] += re;
  from[sweep_lanes] += im;
  if (law.b < 0) return;
  double* to = j + 2 * static_cast<size_t>(law.b) * sweep_lanes + lane;
  to[0] -= re;
  to[sweep_lanes] -= im;
}

GS_INLINE void circuit_law_draw(const CircuitLaw& law, const CircuitBands* bands,
                                const double* power, const double* v, double* j) {
  for (int lane = 0; lane < sweep_lanes; ++lane)
    circuit_law_draw_lane(law, bands, power, v, j, lane);
}

GS_INLINE void circuit_law_powers(const CircuitLaw* laws, size_t count, const CircuitBands* bands,
                                  const double* power, const double* v, double* drawn) {
  for (size_t i = 0; i < count; ++i)
    for (int lane = 0; lane < sweep_lanes; ++lane) {
      const size_t at_p = 2 * i * sweep_lanes + lane;
      const CircuitLawVoltage at = circuit_law_voltage(laws[i], v, lane);
      const CircuitBands& band = bands[laws[i].bands];
      for (int part = 0; part < 2; ++part)
        drawn[at_p + part * sweep_lanes] = power[at_p + part * sweep_lanes] *
                                           circuit_law_factor(laws[i], band, part, at.square) *
                                           at.square;
    }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
