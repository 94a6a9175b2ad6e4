// SPDX-License-Identifier: BSD-3-Clause
// Bodies of wide_matrix.hpp.
#pragma once

#include <algorithm>
#include <utility>

#include "gridswarm/flow/wide_matrix.hpp"

namespace gridswarm::inline GS_ABI::flow {

GS_INLINE long double size_of(Wide a) {
  const long double re = a.re < 0.0L ? -a.re : a.re;
  const long double im = a.im < 0.0L ? -a.im : a.im;
  return re > im ? re : im;
}

GS_INLINE WideMatrix wide_identity(int n) {
  WideMatrix identity(n, n);
  for (int i = 0; i < n; ++i) identity(i, i) = {1.0L, 0.0L};
  return identity;
}

GS_INLINE WideMatrix product(const WideMatrix& a, const WideMatrix& b) {
  WideMatrix result(a.rows, b.columns);
  for (int i = 0; i < a.rows; ++i)
    for (int k = 0; k < a.columns; ++k)
      for (int j = 0; j < b.columns; ++j) result(i, j) = result(i, j) + a(i, k) * b(k, j);
  return result;
}

GS_INLINE WideMatrix negative(WideMatrix a) {
  for (Wide& item : a.items) item = {-item.re, -item.im};
  return a;
}

GS_INLINE void add_to(WideMatrix& sum, const WideMatrix& a) {
  for (std::size_t k = 0; k < a.items.size(); ++k) sum.items[k] = sum.items[k] + a.items[k];
}

GS_INLINE void subtract_from(WideMatrix& difference, const WideMatrix& a) {
  for (std::size_t k = 0; k < a.items.size(); ++k)
    difference.items[k] = difference.items[k] - a.items[k];
}

GS_INLINE WideMatrix part_of(const WideMatrix& a, std::span<const int> i, std::span<const int> j) {
  WideMatrix part(static_cast<int>(i.size()), static_cast<int>(j.size()));
  for (int p = 0; p < part.rows; ++p)
    for (int q = 0; q < part.columns; ++q)
      part(p, q) = a(i[static_cast<std::size_t>(p)], j[static_cast<std::size_t>(q)]);
  return part;
}

GS_INLINE long double row_norm(const WideMatrix& a) {
  long double largest = 0.0L;
  for (int i = 0; i < a.rows; ++i) {
    long double sum = 0.0L;
    for (int j = 0; j < a.columns; ++j) sum += size_of(a(i, j));
    largest = std::max(largest, sum);
  }
  return largest;
}

GS_INLINE bool is_zero(const WideMatrix& a) {
  return std::all_of(a.items.begin(), a.items.end(),
                     [](Wide item) { return item.re == 0.0L && item.im == 0.0L; });
}

namespace {

inline Wide wide_inverse(Wide a) {
  const long double scale = size_of(a);
  const long double re = a.re / scale, im = a.im / scale;
  const long double square = (re * re + im * im) * scale;
  return {re / square, -im / square};
}

/// The power of two just above a size, so that scaling rounds nothing.
inline long double power_above(long double size) {
  long double power = 1.0L;
  while (power < size) power *= 2.0L;
  while (power > 2.0L * size) power *= 0.5L;
  return power;
}

/// Gauss and Jordan in place, the pivot of step k brought to (k, k) by swaps that are undone last.
inline long double invert_scaled(WideMatrix& a) {
  const int n = a.rows;
  std::vector<std::pair<int, int>> swaps;
  long double smallest = 0.0L, largest = 0.0L;
  for (int k = 0; k < n; ++k) {
    int row = k, column = k;
    for (int i = k; i < n; ++i)
      for (int j = k; j < n; ++j)
        if (size_of(a(i, j)) > size_of(a(row, column))) row = i, column = j;
    const long double size = size_of(a(row, column));
    if (!(size > 0.0L)) return 0.0L;
    smallest = k == 0 ? size : std::min(smallest, size);
    largest = std::max(largest, size);
    for (int j = 0; j < n; ++j) std::swap(a(k, j), a(row, j));
    for (int i = 0; i < n; ++i) std::swap(a(i, k), a(i, column));
    swaps.emplace_back(row, column);
    const Wide pivot = wide_inverse(a(k, k));
    a(k, k) = {1.0L, 0.0L};
    for (int j = 0; j < n; ++j) a(k, j) = a(k, j) * pivot;
    for (int i = 0; i < n; ++i) {
      if (i == k) continue;
      const Wide factor = a(i, k);
      a(i, k) = {};
      for (int j = 0; j < n; ++j) a(i, j) = a(i, j) - factor * a(k, j);
    }
  }
  for (int k = n - 1; k >= 0; --k) {
    const auto [row, column] = swaps[static_cast<std::size_t>(k)];
    for (int i = 0; i < n; ++i) std::swap(a(i, k), a(i, row));
    for (int j = 0; j < n; ++j) std::swap(a(k, j), a(column, j));
  }
  return smallest / largest;
}

}  // namespace

GS_INLINE long double invert(WideMatrix& a) {
  const int n = a.rows;
  std::vector<long double> scale(static_cast<std::size_t>(n), 1.0L);
  for (int i = 0; i < n; ++i) {
    const long double diagonal = size_of(a(i, i));
    // a square root of a power of two, near enough
    long double root = 1.0L;
    if (diagonal > 0.0L)
      for (long double power = power_above(diagonal); power > 1.0L; power *= 0.25L) root *= 0.5L;
    if (diagonal > 0.0L)
      for (long double power = power_above(diagonal); power < 1.0L; power *= 4.0L) root *= 2.0L;
    scale[static_cast<std::size_t>(i)] = root;
  }
  const auto rescale = [&] {
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        const long double by =
            scale[static_cast<std::size_t>(i)] * scale[static_cast<std::size_t>(j)];
        a(i, j) = {a(i, j).re * by, a(i, j).im * by};
      }
  };
  rescale();
  const long double pivots = invert_scaled(a);
  if (pivots > 0.0L) rescale();
  return pivots;
}

}  // namespace gridswarm::inline GS_ABI::flow
