// SPDX-License-Identifier: BSD-3-Clause
// What elements of a circuit draw at their voltages, eight scenarios in lanes: the inner step of
// every pass over an unbalanced network. Reference: kernel/reference_circuit_law.hpp.
//
// Nearly all elements are of constant power with no lane below its limits: then one division per
// lane is all, those above the limits included. Exponents within the limits of all lanes have a way
// of their own, too. Any other lane sends all eight the slow way, where each gets the same bytes.
#pragma once

#include "gridswarm/kernel/circuit_law_views.hpp"
#include "gridswarm/kernel/logarithm.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr size_t circuit_pair = 2 * static_cast<size_t>(sweep_lanes);

/// One number per lane and part.
struct CircuitPair {
  alignas(64) double at[circuit_pair];
};

/// |V|^2, 1 / |V|, u and u^2 per lane.
struct CircuitRoots {
  alignas(64) double square[sweep_lanes];
  alignas(64) double over[sweep_lanes];
  alignas(64) double u[sweep_lanes];
  alignas(64) double u_square[sweep_lanes];
};

/// Factors of exponents within the limits.
[[gnu::always_inline]] inline void circuit_law_exponents_at(const CircuitBands& bands,
                                                            const double* __restrict square,
                                                            CircuitPair& factor) {
  const double over_rated = bands.over_rated;
  const double plain = bands.plain;
  const double half_p = 0.5 * bands.exponent[0], half_q = 0.5 * bands.exponent[1];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double log_square = log_of((square[l] * over_rated) * over_rated);
    factor.at[l] = plain * exp_of(half_p * log_square);
    factor.at[sweep_lanes + l] = plain * exp_of(half_q * log_square);
  }
}

/// Factors within the limits.
void circuit_law_within(const CircuitLaw& law, const CircuitBands& bands, const CircuitRoots& roots,
                        CircuitPair& factor) {
  for (int part = 0; part < 2; ++part) {
    double* __restrict to = factor.at + part * sweep_lanes;
    const double flat = bands.flat[part];
    const double over = bands.over[part];
    const double over_square = bands.over_square[part];
    const double half = 0.5 * bands.exponent[part];
    const double plain = bands.plain;
    if (law.kind == circuit_law_power) {
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l) to[l] = 1.0 / roots.square[l];
    } else if (law.kind == circuit_law_sum) {
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l)
        to[l] = flat + (over + over_square * roots.over[l]) * roots.over[l];
    } else {
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l)
        to[l] = plain * exp_of(half * log_of(roots.u_square[l]));
    }
  }
}

/// Factors of any kind but admittances at any voltage.
[[gnu::noinline]] void circuit_law_factors(const CircuitLaw& law, const CircuitBands& bands,
                                           const double* __restrict square, CircuitPair& factor) {
  CircuitRoots roots;
  const double over_rated = bands.over_rated;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double root = __builtin_sqrt(square[l]);
    roots.square[l] = square[l];
    roots.over[l] = 1.0 / root;
    roots.u[l] = root * over_rated;
    roots.u_square[l] = (square[l] * over_rated) * over_rated;
  }
  circuit_law_within(law, bands, roots, factor);
  const double least = law.least_square;
  const double most = law.most_square;
  const double low = bands.low_square;
  const double plain = bands.plain;
  const double cut_off = bands.cut_off;
  for (int part = 0; part < 2; ++part) {
    double* __restrict to = factor.at + part * sweep_lanes;
    const double flat = bands.below_flat[part];
    const double over = bands.below_over[part];
    const double above = bands.above[part];
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double below = flat + over * roots.over[l];
      const double not_high = square[l] <= most ? to[l] : above;
      to[l] = square[l] <= least ? below : not_high;
    }
    if (cut_off > 0.0) {
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l)
        to[l] = to[l] / (1.0 + exp_of(1000.0 * (cut_off - roots.u[l])));
    }
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) to[l] = square[l] <= low ? plain : to[l];
  }
}

/// V_a - V_b, and |V|^2. Returns 0 if all lanes lie within the limits.
template <bool grounded>
[[gnu::always_inline]] inline int64_t circuit_law_voltage(const CircuitLaw& law,
                                                          const double* __restrict v,
                                                          CircuitPair& between,
                                                          double* __restrict square) {
  const double* __restrict a = v + static_cast<size_t>(law.a) * circuit_pair;
  const double* __restrict b = grounded ? a : v + static_cast<size_t>(law.b) * circuit_pair;
  const double least = law.least_square;
  const double most = law.most_square;
  alignas(64) int64_t is_outside[sweep_lanes];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double re = grounded ? a[l] : a[l] - b[l];
    const double im = grounded ? a[sweep_lanes + l] : a[sweep_lanes + l] - b[sweep_lanes + l];
    const double abs_square = re * re + im * im;
    between.at[l] = re;
    between.at[sweep_lanes + l] = im;
    square[l] = abs_square;
    const int64_t is_too_low = abs_square > least ? 0 : 1;
    const int64_t is_too_high = abs_square <= most ? 0 : 1;
    is_outside[l] = is_too_low | is_too_high;
  }
  int64_t outside = 0;
  for (int l = 0; l < sweep_lanes; ++l) outside |= is_outside[l];
  return outside;
}

/// Factors of any kind at any voltage.
template <bool grounded>
[[gnu::always_inline]] inline void circuit_law_factors_at(const CircuitLaw& law,
                                                          const CircuitBands* bands,
                                                          const double* v, CircuitPair& between,
                                                          double* square, CircuitPair& factor) {
  const int64_t outside = circuit_law_voltage<grounded>(law, v, between, square);
  if (law.kind == circuit_law_power && outside == 0) {
    const double* __restrict from = square;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double inverse = 1.0 / from[l];
      factor.at[l] = inverse;
      factor.at[sweep_lanes + l] = inverse;
    }
  } else if (law.kind == circuit_law_admittance) {
    const double plain = bands[law.bands].plain;
#pragma omp simd
    for (size_t i = 0; i < circuit_pair; ++i) factor.at[i] = plain;
  } else if (law.kind == circuit_law_exponents && outside == 0) {
    circuit_law_exponents_at(bands[law.bands], square, factor);
  } else {
    circuit_law_factors(law, bands[law.bands], square, factor);
  }
}

/// Add I at node a to j, which lies as v does, and take it away at node b.
template <bool grounded>
[[gnu::always_inline]] inline void circuit_law_draw_as(const CircuitLaw& law,
                                                       const CircuitBands* bands,
                                                       const double* __restrict power,
                                                       const double* v, double* j) {
  CircuitPair between;
  CircuitPair factor;
  alignas(64) double square[sweep_lanes];
  circuit_law_factors_at<grounded>(law, bands, v, between, square, factor);
  double* __restrict from = j + static_cast<size_t>(law.a) * circuit_pair;
  double* __restrict to = j + static_cast<size_t>(grounded ? 0 : law.b) * circuit_pair;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double g = power[l] * factor.at[l];
    const double b = power[sweep_lanes + l] * factor.at[sweep_lanes + l];
    const double re = g * between.at[l] + b * between.at[sweep_lanes + l];
    const double im = g * between.at[sweep_lanes + l] - b * between.at[l];
    from[l] += re;
    from[sweep_lanes + l] += im;
    if (!grounded) to[l] -= re;
    if (!grounded) to[sweep_lanes + l] -= im;
  }
}

/// Constant power with no lane below its limits, in one loop. Returns false, and changes nothing,
/// if a lane is.
template <bool grounded>
[[gnu::always_inline]] inline bool circuit_law_draw_steady(const CircuitLaw& law,
                                                           const CircuitBands& bands,
                                                           const double* __restrict power,
                                                           const double* __restrict v,
                                                           double* __restrict j) {
  const double* __restrict a = v + static_cast<size_t>(law.a) * circuit_pair;
  const double* __restrict b = grounded ? a : v + static_cast<size_t>(law.b) * circuit_pair;
  const double least = law.least_square;
  const double most = law.most_square;
  const double above_p = bands.above[0], above_q = bands.above[1];
  alignas(64) double re[sweep_lanes];
  alignas(64) double im[sweep_lanes];
  alignas(64) int64_t is_below[sweep_lanes];
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    const double vr = grounded ? a[l] : a[l] - b[l];
    const double vi = grounded ? a[sweep_lanes + l] : a[sweep_lanes + l] - b[sweep_lanes + l];
    const double square = vr * vr + vi * vi;
    is_below[l] = square > least ? 0 : 1;
    const double inverse = 1.0 / square;
    const double factor_p = square <= most ? inverse : above_p;
    const double factor_q = square <= most ? inverse : above_q;
    const double g = power[l] * factor_p;
    const double s = power[sweep_lanes + l] * factor_q;
    re[l] = g * vr + s * vi;
    im[l] = g * vi - s * vr;
  }
  int64_t below = 0;
  for (int l = 0; l < sweep_lanes; ++l) below |= is_below[l];
  if (below != 0) return false;
  double* __restrict from = j + static_cast<size_t>(law.a) * circuit_pair;
  double* __restrict to = j + static_cast<size_t>(grounded ? 0 : law.b) * circuit_pair;
#pragma omp simd
  for (int l = 0; l < sweep_lanes; ++l) {
    from[l] += re[l];
    from[sweep_lanes + l] += im[l];
    if (!grounded) to[l] -= re[l];
    if (!grounded) to[sweep_lanes + l] -= im[l];
  }
  return true;
}

/// One element. power: its P and Q per lane; v, j: pairs of lines by slot.
[[gnu::always_inline]] inline void circuit_law_draw_inline(const CircuitLaw& law,
                                                           const CircuitBands* bands,
                                                           const double* power, const double* v,
                                                           double* j) {
  const bool is_steady = law.kind == circuit_law_power;
  const CircuitBands& band = bands[law.bands];
  if (law.b < 0) {
    if (is_steady && circuit_law_draw_steady<true>(law, band, power, v, j)) return;
    return circuit_law_draw_as<true>(law, bands, power, v, j);
  }
  if (is_steady && circuit_law_draw_steady<false>(law, band, power, v, j)) return;
  circuit_law_draw_as<false>(law, bands, power, v, j);
}

void circuit_law_draw(const CircuitLaw& law, const CircuitBands* bands, const double* power,
                      const double* v, double* j) {
  circuit_law_draw_inline(law, bands, power, v, j);
}

void circuit_law_powers(const CircuitLaw* laws, size_t count, const CircuitBands* bands,
                        const double* power, const double* v, double* drawn) {
  CircuitPair between;
  CircuitPair factor;
  alignas(64) double square[sweep_lanes];
  for (size_t i = 0; i < count; ++i) {
    if (laws[i].b < 0)
      circuit_law_factors_at<true>(laws[i], bands, v, between, square, factor);
    else
      circuit_law_factors_at<false>(laws[i], bands, v, between, square, factor);
    const double* __restrict from = power + i * circuit_pair;
    double* __restrict to = drawn + i * circuit_pair;
    for (int part = 0; part < 2; ++part)
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l)
        to[part * sweep_lanes + l] =
            from[part * sweep_lanes + l] * factor.at[part * sweep_lanes + l] * square[l];
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
