// SPDX-License-Identifier: BSD-3-Clause
// Eight lanes held in registers through a loop over something else: two packs of four.
//
// gcc 12 keeps a local array that "omp simd" loops add to in memory, and a sum over a sparse row
// then waits for its own stores: 3 times slower. Packs are compiler vectors (gcc and clang), which
// every instruction set cuts to its own width; each operation rounds as in a plain loop.
#pragma once

#include "gridswarm/kernel/views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

typedef double Pack __attribute__((vector_size(32), may_alias, aligned(8)));

/// sweep_lanes numbers. Copied pack by pack: gcc copies a plain struct by halves of packs, and what
/// reads it then waits.
struct Packs {
  Pack a;
  Pack b;
  [[gnu::always_inline]] Packs() : a{}, b{} {}
  [[gnu::always_inline]] Packs(const Pack& a, const Pack& b) : a(a), b(b) {}
  [[gnu::always_inline]] Packs(const Packs& other) : a(other.a), b(other.b) {}
  [[gnu::always_inline]] Packs& operator=(const Packs& other) {
    a = other.a;
    b = other.b;
    return *this;
  }
};
static_assert(sizeof(Packs) == sweep_lanes * sizeof(double), "two packs are one row of lanes");

[[gnu::always_inline]] inline const Packs& packs(const double* from) {
  return *reinterpret_cast<const Packs*>(from);
}
[[gnu::always_inline]] inline Packs& packs(double* to) { return *reinterpret_cast<Packs*>(to); }

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
