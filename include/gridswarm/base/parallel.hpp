// SPDX-License-Identifier: BSD-3-Clause
// Independent pieces of work over threads; how many pieces there are never depends on the threads.
#pragma once

#include <type_traits>

#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI {

/// Call body(context, piece, thread) for piece = 0..pieces-1, each piece once, thread < threads.
/// @param threads  0: what OpenMP would use. Headers mode always uses one.
/// An exception inside body ends the program: check inputs before.
void run_pieces(Index pieces, int threads, void (*body)(void*, Index, int) noexcept, void* context);

/// How many threads run_pieces would use for that request (for per-thread buffers).
int threads_for(int threads);

/// The same with a lambda: body(Index piece, int thread).
template <class Body>
void run_pieces(Index pieces, int threads, Body&& body) {
  run_pieces(
      pieces, threads,
      [](void* context, Index piece, int thread) noexcept {
        (*static_cast<std::remove_reference_t<Body>*>(context))(piece, thread);
      },
      &body);
}

}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/base/parallel.ipp"
#endif
