// SPDX-License-Identifier: BSD-3-Clause
// Bodies of primitive.hpp: lines, shunts, inverses. Transformers are in primitive_transformer.ipp.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/feeder/primitive_transformer.ipp"

namespace gridswarm::inline GS_ABI::feeder {

namespace {

/// Phasors of elimination; what cancels there keeps eleven bits more.
struct WidePhasor {
  long double re = 0.0L;
  long double im = 0.0L;
};

inline long double norm_of(WidePhasor a) { return a.re * a.re + a.im * a.im; }

inline WidePhasor times(WidePhasor a, WidePhasor b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

inline WidePhasor reciprocal(WidePhasor a) {
  const long double over = 1.0L / norm_of(a);
  return {a.re * over, -a.im * over};
}

/// Row and column of the largest entry of work[step.., step..].
inline std::pair<std::size_t, std::size_t> find_pivot(const std::vector<WidePhasor>& work,
                                                      std::size_t n, std::size_t step) {
  std::pair<std::size_t, std::size_t> best{step, step};
  for (std::size_t i = step; i < n; ++i)
    for (std::size_t j = step; j < n; ++j)
      if (norm_of(work[i * n + j]) > norm_of(work[best.first * n + best.second])) best = {i, j};
  return best;
}

/// One step of Gauss-Jordan in place: `step`'s column of A becomes that of the inverse.
inline void eliminate(std::vector<WidePhasor>& work, std::size_t n, std::size_t step) {
  const WidePhasor pivot = reciprocal(work[step * n + step]);
  work[step * n + step] = {1.0L, 0.0L};
  for (std::size_t j = 0; j < n; ++j) work[step * n + j] = times(work[step * n + j], pivot);
  for (std::size_t i = 0; i < n; ++i) {
    if (i == step) continue;
    const WidePhasor factor = work[i * n + step];
    work[i * n + step] = {};
    for (std::size_t j = 0; j < n; ++j) {
      const WidePhasor product = times(factor, work[step * n + j]);
      work[i * n + j].re -= product.re;
      work[i * n + j].im -= product.im;
    }
  }
}

inline void swap_rows(std::vector<WidePhasor>& work, std::size_t n, std::size_t a, std::size_t b) {
  for (std::size_t j = 0; a != b && j < n; ++j) std::swap(work[a * n + j], work[b * n + j]);
}

inline void swap_columns(std::vector<WidePhasor>& work, std::size_t n, std::size_t a,
                         std::size_t b) {
  for (std::size_t i = 0; a != b && i < n; ++i) std::swap(work[i * n + a], work[i * n + b]);
}

}  // namespace

GS_INLINE double invert(std::span<const Phasor> matrix, std::span<Phasor> inverse) {
  std::size_t n = 0;
  while (n * n < matrix.size()) ++n;
  std::vector<WidePhasor> work(matrix.size());
  for (std::size_t i = 0; i < work.size(); ++i) work[i] = {matrix[i].re, matrix[i].im};
  std::vector<std::pair<std::size_t, std::size_t>> swaps(n);
  long double largest = 0.0L, smallest = 0.0L;  // squares
  for (std::size_t step = 0; step < n; ++step) {
    swaps[step] = find_pivot(work, n, step);
    swap_rows(work, n, step, swaps[step].first);
    swap_columns(work, n, step, swaps[step].second);
    const long double pivot = norm_of(work[step * n + step]);
    if (step == 0) largest = smallest = pivot;
    smallest = std::min(smallest, pivot);
    if (!(pivot > 0.0L)) return 0.0;
    eliminate(work, n, step);
  }
  for (std::size_t step = n; step-- > 0;) {  // columns of A are rows of its inverse
    swap_rows(work, n, step, swaps[step].second);
    swap_columns(work, n, step, swaps[step].first);
  }
  for (std::size_t i = 0; i < work.size(); ++i)
    inverse[i] = {static_cast<double>(work[i].re), static_cast<double>(work[i].im)};
  return n == 0 ? 1.0 : static_cast<double>(__builtin_sqrtl(smallest / largest));
}

GS_INLINE Primitive onto_nodes(std::span<const Index> conductors, std::span<const Phasor> y_s) {
  Primitive result;
  std::vector<std::size_t> place(conductors.size());
  for (std::size_t i = 0; i < conductors.size(); ++i) {
    if (conductors[i] == ground) continue;
    const auto found = std::find(result.node.begin(), result.node.end(), conductors[i]);
    place[i] = static_cast<std::size_t>(found - result.node.begin());
    if (found == result.node.end()) result.node.push_back(conductors[i]);
  }
  const std::size_t n = result.node.size();
  result.y_s.assign(n * n, {});
  for (std::size_t i = 0; i < conductors.size(); ++i)
    for (std::size_t j = 0; j < conductors.size(); ++j) {
      if (conductors[i] == ground || conductors[j] == ground) continue;
      Phasor& entry = result.y_s[place[i] * n + place[j]];
      entry = entry + y_s[i * conductors.size() + j];
    }
  return result;
}

GS_INLINE Primitive line_conductors(const Circuit& circuit, Index line) {
  const Lines& lines = circuit.lines;
  const auto from = lines.from.row(line), to = lines.to.row(line);
  const auto shunt = lines.y_s.row(line);
  const std::size_t n = from.size();
  Primitive result;
  result.node.assign(from.begin(), from.end());
  result.node.insert(result.node.end(), to.begin(), to.end());
  std::vector<Phasor> series(n * n);
  if (invert(lines.z_ohm.row(line), series) == 0.0)
    throw InputError(circuit.file.empty() ? "circuit" : circuit.file, 0,
                     lines.name[line] +
                         " has a series impedance without inverse; give it one, or "
                         "join its buses");
  result.y_s.resize(4 * n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const Phasor y = series[i * n + j];
      const Phasor at_end = y + 0.5 * shunt[i * n + j];
      result.y_s[i * 2 * n + j] = result.y_s[(n + i) * 2 * n + n + j] = at_end;
      result.y_s[i * 2 * n + n + j] = result.y_s[(n + i) * 2 * n + j] = -1.0 * y;
    }
  return result;
}

GS_INLINE Primitive line_primitive(const Circuit& circuit, Index line) {
  const Primitive whole = line_conductors(circuit, line);
  return onto_nodes(whole.node, whole.y_s);
}

GS_INLINE Primitive shunt_primitive(const Circuit& circuit, Index shunt, std::int32_t steps_in) {
  const Shunts& shunts = circuit.shunts;
  const double share = static_cast<double>(steps_in) / std::max(shunts.steps[shunt], 1);
  std::vector<Phasor> y_s(shunts.y_s.row(shunt).begin(), shunts.y_s.row(shunt).end());
  for (Phasor& entry : y_s) entry = share * entry;
  return onto_nodes(shunts.nodes.row(shunt), y_s);
}

GS_INLINE Primitive admittance_primitive(const Circuit& circuit, Index admittance) {
  const Admittances& table = circuit.admittances;
  return onto_nodes(table.nodes.row(admittance), table.y_s.row(admittance));
}

}  // namespace gridswarm::inline GS_ABI::feeder
