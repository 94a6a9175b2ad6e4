// SPDX-License-Identifier: BSD-3-Clause
// Sparse LU on a fixed pattern with fixed pivots, eight matrices in lanes; and the triangular
// solves, with factors of each lane or one set shared by all. Reference: kernel/reference_mesh.hpp.
//
// Row k of L and U stand together, by ascending column: L to the left of lu_diagonal[k], there the
// inverse of the pivot, U to the right. Rows are eliminated from above (up-looking): row k minus
// l_kj times row j of U for every j of its L, l_kj = w_j / u_jj.
#pragma once

#include "gridswarm/kernel/mesh_views.hpp"
#include "pack.simd.hpp"

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
      const Packs l = packs(part);
      for (int32_t f = mesh.lu_diagonal[j] + 1; f < mesh.lu_first[j + 1]; ++f) {
        Packs& target = packs(at(work, mesh.lu_column[f]));
        const Packs& upper = packs(at(factors, f));
        target.a -= l.a * upper.a;
        target.b -= l.b * upper.b;
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
[[gnu::always_inline]] inline void lu_row(const MeshView& mesh, const double* factors, int32_t k,
                                          int32_t first, int32_t end, const double* x, Packs& sum) {
  Packs even = packs(x + static_cast<size_t>(k) * sweep_lanes);
  Packs odd = {};
  int32_t e = first;
  for (; e + 1 < end; e += 2) {
    const Packs& p = packs(x + static_cast<size_t>(mesh.lu_column[e]) * sweep_lanes);
    const Packs& q = packs(x + static_cast<size_t>(mesh.lu_column[e + 1]) * sweep_lanes);
    if constexpr (shared) {
      even.a -= factors[e] * p.a;
      even.b -= factors[e] * p.b;
      odd.a -= factors[e + 1] * q.a;
      odd.b -= factors[e + 1] * q.b;
    } else {
      const Packs* f = &packs(factors + static_cast<size_t>(e) * sweep_lanes);
      even.a -= f[0].a * p.a;
      even.b -= f[0].b * p.b;
      odd.a -= f[1].a * q.a;
      odd.b -= f[1].b * q.b;
    }
  }
  if (e < end) {
    const Packs& p = packs(x + static_cast<size_t>(mesh.lu_column[e]) * sweep_lanes);
    if constexpr (shared) {
      even.a -= factors[e] * p.a;
      even.b -= factors[e] * p.b;
    } else {
      const Packs& f = packs(factors + static_cast<size_t>(e) * sweep_lanes);
      even.a -= f.a * p.a;
      even.b -= f.b * p.b;
    }
  }
  sum.a = even.a + odd.a;
  sum.b = even.b + odd.b;
}

template <bool shared>
[[gnu::always_inline]] inline void lu_solve_any(const MeshView& mesh, const double* factors,
                                                double* x) {
  Packs sum;
  for (int32_t k = 0; k < mesh.unknowns; ++k) {
    lu_row<shared>(mesh, factors, k, mesh.lu_first[k], mesh.lu_diagonal[k], x, sum);
    packs(x + static_cast<size_t>(k) * sweep_lanes) = sum;
  }
  for (int32_t k = mesh.unknowns - 1; k >= 0; --k) {
    const int32_t diagonal = mesh.lu_diagonal[k];
    lu_row<shared>(mesh, factors, k, diagonal + 1, mesh.lu_first[k + 1], x, sum);
    if constexpr (shared) {
      sum.a *= factors[diagonal];
      sum.b *= factors[diagonal];
    } else {
      sum.a *= packs(factors + static_cast<size_t>(diagonal) * sweep_lanes).a;
      sum.b *= packs(factors + static_cast<size_t>(diagonal) * sweep_lanes).b;
    }
    packs(x + static_cast<size_t>(k) * sweep_lanes) = sum;
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
