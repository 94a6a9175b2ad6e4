// SPDX-License-Identifier: BSD-3-Clause
// Small dense complex matrices in long double, for eliminating a circuit.
//
// A winding that nothing but an anti-float admittance holds makes blocks whose condition is 1e8 and
// more; a plan is made once, so its blocks are reduced with the digits to spare.
#pragma once

#include <span>
#include <vector>

#include "gridswarm/feeder/phasor.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// re + j im.
struct Wide {
  long double re = 0.0L;
  long double im = 0.0L;
};
inline Wide operator+(Wide a, Wide b) { return {a.re + b.re, a.im + b.im}; }
inline Wide operator-(Wide a, Wide b) { return {a.re - b.re, a.im - b.im}; }
inline Wide operator*(Wide a, Wide b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
inline Wide wide(feeder::Phasor a) { return {a.re, a.im}; }
/// Larger of |re| and |im|: a size good enough to compare by.
long double size_of(Wide a);

/// Row-major.
struct WideMatrix {
  int rows = 0;
  int columns = 0;
  std::vector<Wide> items;

  WideMatrix() = default;
  WideMatrix(int rows_wanted, int columns_wanted)
      : rows(rows_wanted), columns(columns_wanted), items(at_least(rows, columns)) {}
  Wide& operator()(int i, int j) { return items[at_least(i, columns) + static_cast<unsigned>(j)]; }
  const Wide& operator()(int i, int j) const {
    return items[at_least(i, columns) + static_cast<unsigned>(j)];
  }
  bool is_empty() const { return items.empty(); }

 private:
  static std::size_t at_least(int i, int j) {
    return static_cast<std::size_t>(i) * static_cast<std::size_t>(j);
  }
};

WideMatrix wide_identity(int n);
WideMatrix product(const WideMatrix& a, const WideMatrix& b);
WideMatrix negative(WideMatrix a);
void add_to(WideMatrix& sum, const WideMatrix& a);
void subtract_from(WideMatrix& difference, const WideMatrix& a);
/// Rows `i` and columns `j` of a matrix.
WideMatrix part_of(const WideMatrix& a, std::span<const int> i, std::span<const int> j);
/// Largest sum of sizes along a row.
long double row_norm(const WideMatrix& a);
bool is_zero(const WideMatrix& a);

/// Replace a by its inverse (elimination with full pivoting, rows and columns first brought to one
/// size). Returns the smallest pivot over the largest; 0, and `a` is spoilt, if there is none.
long double invert(WideMatrix& a);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/wide_matrix.ipp"
#endif
