// SPDX-License-Identifier: BSD-3-Clause
#include "sha_rounds.hpp"

#include "gridswarm/kernel/isa.hpp"
#include "rows.hpp"

namespace gridswarm::bench {
namespace {

#if defined(__x86_64__)
constexpr int blocks = 500;
constexpr int messages = 6;  // enough to hide the latency
constexpr int repeats = 300;
typedef int Words __attribute__((vector_size(16)));
volatile int kept;  // so that nothing is optimised away

__attribute__((target("sha,avx"))) void rounds() {
  Words feba[messages], hgdc[messages];
  for (int s = 0; s < messages; ++s) feba[s] = hgdc[s] = Words{s, 1, 2, 3};
  const Words word = {5, 6, 7, 8};
  for (int k = 0; k < 16 * blocks; ++k) {  // four rounds each
#pragma GCC unroll 6
    for (int s = 0; s < messages; ++s) hgdc[s] = __builtin_ia32_sha256rnds2(hgdc[s], feba[s], word);
#pragma GCC unroll 6
    for (int s = 0; s < messages; ++s) feba[s] = __builtin_ia32_sha256rnds2(feba[s], hgdc[s], word);
  }
  for (int s = 0; s < messages; ++s) kept = feba[s][0] + hgdc[s][0];
}
#endif

}  // namespace

double sha_rounds_seconds() {
#if defined(__x86_64__)
  if (kernel::has_sha()) return best_seconds(repeats, rounds) / (blocks * messages);
#endif
  return 0.0;
}

}  // namespace gridswarm::bench
