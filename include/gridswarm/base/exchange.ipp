// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/exchange.hpp"

namespace gridswarm::inline GS_ABI {

GS_INLINE Mail make_mail(const Exchange& exchange) {
  const auto hosted = static_cast<std::size_t>(exchange.hosted());
  const std::vector<Bytes> boxes(static_cast<std::size_t>(exchange.ranks()));
  return {std::vector(hosted, boxes), std::vector(hosted, boxes)};
}

GS_INLINE void LocalExchange::exchange(Mail& mail) {
  GRIDSWARM_ASSERT(mail.out.size() == static_cast<std::size_t>(ranks_));
  for (int source = 0; source < ranks_; ++source) {
    for (int target = 0; target < ranks_; ++target) {
      Bytes& box = mail.out[source][target];
      if (source != target) traffic_.bytes += static_cast<std::int64_t>(box.size());
      mail.in[target][source] = std::move(box);
      box.clear();
    }
  }
  ++traffic_.rounds;
}

}  // namespace gridswarm::inline GS_ABI
