// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/flow/many.hpp"
#include "gridswarm/flow/many_parts.ipp"

namespace gridswarm::inline GS_ABI::flow {

GS_INLINE void solve_many(std::span<const FeederBatch> feeders, const FlowOptions& options,
                          const StreamOptions& stream, Exchange& exchange, const ManyHooks& hooks) {
  detail::solve_many_of(feeders, options, stream, exchange, hooks);
}

}  // namespace gridswarm::inline GS_ABI::flow
