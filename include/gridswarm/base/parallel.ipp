// SPDX-License-Identifier: BSD-3-Clause
// Headers mode: one thread. The linked library uses src/base/parallel.cpp.
#pragma once

#include "gridswarm/base/parallel.hpp"

namespace gridswarm::inline GS_ABI {

GS_INLINE void run_pieces(Index pieces, int, void (*body)(void*, Index, int) noexcept,
                          void* context) {
  for (Index piece = 0; piece < pieces; ++piece) body(context, piece, 0);
}

GS_INLINE int threads_for(int) { return 1; }

}  // namespace gridswarm::inline GS_ABI
