// SPDX-License-Identifier: BSD-3-Clause
// Sparse LU on a fixed pattern with fixed pivots, eight matrices in lanes; and the triangular
// solves, with factors of each lane or one set shared by all. Reference: kernel/reference_mesh.hpp.
//
// Row k of L and U stand together, by ascending column: L to the left of lu_diagonal[k], there the
// inverse of the pivot, U to the right. Rows are eliminated from above (up-looking): row k minus
// l_kj times row j of U for every j of its L, l_kj = w_j / u_jj.
#pragma once

#include "gridswarm/kernel/mesh_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

void lu_factor(const MeshView& mesh, double* factors, double* work, MeshPivots& pivots) {
  double weakest[sweep_lanes];
  double weakest_row[sweep_lanes] = {};
  for (int l = 0; l < sweep_lanes; ++l) weakest[l] = 1e300;
  const auto at = [](double* base, int32_t k) {
    return base + static_cast<size_t>(k) * sweep_lanes;
  };
  for (int32_t k = 0; k < mesh.unknowns; ++k) {
    const int32_t first = mesh.lu_first[k];
    const int32_t diagonal = mesh.lu_diagonal[k];
    const int32_t end = mesh.lu_first[k + 1];
    double size[sweep_lanes] = {};
    for (int32_t e = first; e < end; ++e) {
      double* __restrict w = at(work, mesh.lu_column[e]);
      const double* __restrict from = at(factors, e);
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l) {
        w[l] = from[l];
        const double positive = from[l] < 0.0 ? -from[l] : from[l];
        size[l] = positive > size[l] ? positive : size[l];
      }
    }
    for (int32_t e = first; e < diagonal; ++e) {
      const int32_t j = mesh.lu_column[e];
      const double* __restrict w = at(work, j);
      const double* __restrict inverse = at(factors, mesh.lu_diagonal[j]);
      double* __restrict to = at(factors, e);
      double part[sweep_lanes];
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l) to[l] = part[l] = w[l] * inverse[l];
      for (int32_t f = mesh.lu_diagonal[j] + 1; f < mesh.lu_first[j + 1]; ++f) {
        double* __restrict target = at(work, mesh.lu_column[f]);
        const double* __restrict upper = at(factors, f);
#pragma omp simd
        for (int l = 0; l < sweep_lanes; ++l) target[l] -= part[l] * upper[l];
      }
    }
    double* __restrict pivot = at(factors, diagonal);
    const double* __restrict w = at(work, k);
    const double row = k;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double positive = w[l] < 0.0 ? -w[l] : w[l];
      const double share = positive / size[l];
      pivot[l] = 1.0 / w[l];
      weakest_row[l] = share < weakest[l] ? row : weakest_row[l];
      weakest[l] = share < weakest[l] ? share : weakest[l];
    }
    for (int32_t e = diagonal + 1; e < end; ++e) {
      const double* __restrict from = at(work, mesh.lu_column[e]);
      double* __restrict to = at(factors, e);
#pragma omp simd
      for (int l = 0; l < sweep_lanes; ++l) to[l] = from[l];
    }
  }
  for (int l = 0; l < sweep_lanes; ++l) {
    pivots.weakest[l] = weakest[l];
    pivots.row[l] = weakest_row[l];
  }
}

/// x_k minus the sum of factors times x over entries first .. end - 1. Even and odd entries add
/// apart, so that sums don't wait for each other.
template <bool shared>
[[gnu::always_inline]] inline void lu_row(const MeshView& mesh, const double* factors,
                                          int32_t first, int32_t end, const double* x,
                                          double* __restrict even, double* __restrict odd) {
  int32_t e = first;
  for (; e + 1 < end; e += 2) {
    const double* __restrict a = x + static_cast<size_t>(mesh.lu_column[e]) * sweep_lanes;
    const double* __restrict b = x + static_cast<size_t>(mesh.lu_column[e + 1]) * sweep_lanes;
    const double* __restrict f = factors + static_cast<size_t>(e) * (shared ? 1 : sweep_lanes);
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      even[l] -= (shared ? f[0] : f[l]) * a[l];
      odd[l] -= (shared ? f[1] : f[sweep_lanes + l]) * b[l];
    }
  }
  if (e < end) {
    const double* __restrict a = x + static_cast<size_t>(mesh.lu_column[e]) * sweep_lanes;
    const double* __restrict f = factors + static_cast<size_t>(e) * (shared ? 1 : sweep_lanes);
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) even[l] -= (shared ? f[0] : f[l]) * a[l];
  }
}

template <bool shared>
[[gnu::always_inline]] inline void lu_solve_any(const MeshView& mesh, const double* factors,
                                                double* x) {
  for (int32_t k = 0; k < mesh.unknowns; ++k) {
    double* __restrict own = x + static_cast<size_t>(k) * sweep_lanes;
    double even[sweep_lanes];
    double odd[sweep_lanes] = {};
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) even[l] = own[l];
    lu_row<shared>(mesh, factors, mesh.lu_first[k], mesh.lu_diagonal[k], x, even, odd);
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) own[l] = even[l] + odd[l];
  }
  for (int32_t k = mesh.unknowns - 1; k >= 0; --k) {
    double* __restrict own = x + static_cast<size_t>(k) * sweep_lanes;
    double even[sweep_lanes];
    double odd[sweep_lanes] = {};
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) even[l] = own[l];
    lu_row<shared>(mesh, factors, mesh.lu_diagonal[k] + 1, mesh.lu_first[k + 1], x, even, odd);
    const double* __restrict inverse =
        factors + static_cast<size_t>(mesh.lu_diagonal[k]) * (shared ? 1 : sweep_lanes);
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l)
      own[l] = (even[l] + odd[l]) * (shared ? inverse[0] : inverse[l]);
  }
}

void lu_solve(const MeshView& mesh, const double* factors, double* x) {
  lu_solve_any<false>(mesh, factors, x);
}

void lu_solve_shared(const MeshView& mesh, const double* factors, double* x) {
  lu_solve_any<true>(mesh, factors, x);
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
