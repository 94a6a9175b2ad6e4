// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/base/parallel.hpp"

#include <omp.h>

namespace gridswarm::inline GS_ABI {

int threads_for(int threads) { return threads > 0 ? threads : omp_get_max_threads(); }

void run_pieces(Index pieces, int threads, void (*body)(void*, Index, int) noexcept,
                void* context) {
  const int team = threads_for(threads);
  if (team == 1 || pieces <= 1) {
    for (Index piece = 0; piece < pieces; ++piece) body(context, piece, 0);
    return;
  }
#pragma omp parallel for schedule(dynamic) num_threads(team)
  for (Index piece = 0; piece < pieces; ++piece) body(context, piece, omp_get_thread_num());
}

}  // namespace gridswarm::inline GS_ABI
