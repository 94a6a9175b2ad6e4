// SPDX-License-Identifier: BSD-3-Clause
#include "fma_peak.hpp"

#include "gridswarm/kernel/isa.hpp"
#include "rows.hpp"

namespace gridswarm::bench {
namespace {

constexpr int rounds = 20000;
constexpr int chains = 10;  // enough to hide the latency of two units
constexpr int repeats = 60;
volatile double kept;  // so that nothing is optimised away

typedef double Two __attribute__((vector_size(16)));
typedef double Four __attribute__((vector_size(32)));
typedef double Eight __attribute__((vector_size(64)));

/// Compiled into each of the functions below for its own instruction set.
template <class Lanes>
[[gnu::always_inline]] inline void multiply_and_add() {
  Lanes sum[chains];
  for (int c = 0; c < chains; ++c) sum[c] = Lanes{} + (1.0 + c);
  const Lanes factor = Lanes{} + 0.999999, more = Lanes{} + 1e-9;
  for (int k = 0; k < rounds; ++k)
    for (int c = 0; c < chains; ++c) sum[c] = sum[c] * factor + more;
  for (int c = 1; c < chains; ++c) sum[0] += sum[c];
  kept = sum[0][0];
}

#if defined(__x86_64__) && !defined(__clang__)
__attribute__((target("avx2,fma"), optimize("O3", "fp-contract=fast"))) void avx2() {
  multiply_and_add<Four>();
}
__attribute__((target("avx512f"), optimize("O3", "fp-contract=fast"))) void avx512() {
  multiply_and_add<Eight>();
}
#else
void avx2() { multiply_and_add<Four>(); }
void avx512() { multiply_and_add<Eight>(); }
#endif
void plain() { multiply_and_add<Two>(); }

}  // namespace

double fma_peak_flops() {
  using kernel::Isa;
  const Isa isa = kernel::isa_in_use();
  const double lanes = isa == Isa::avx512 ? 8.0 : isa == Isa::avx2 ? 4.0 : 2.0;
  void (*const loop)() = isa == Isa::avx512 ? avx512 : isa == Isa::avx2 ? avx2 : plain;
  return 2.0 * lanes * chains * rounds / best_seconds(repeats, loop);
}

}  // namespace gridswarm::bench
