// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/cluster/unmet.hpp"

namespace gridswarm::inline GS_ABI::cluster {

GS_INLINE Unmet unmet(const fleet::Fleet& fleet, const Clusters& clusters, std::int64_t size_min) {
  constexpr std::size_t named = 10;
  Unmet out;
  for (Index row = 0; row < clusters.size(); ++row)
    if (static_cast<std::int64_t>(clusters.members.row(row).size()) < size_min)
      out.undersized.push_back(row);
  if (out.undersized.empty()) return out;
  out.message = std::to_string(out.undersized.size()) + " of " + std::to_string(clusters.size()) +
                " clusters have fewer than size_min = " + std::to_string(size_min) +
                " members, since the upper bounds leave no room:";
  for (std::size_t k = 0; k < out.undersized.size() && k < named; ++k) {
    const Index row = out.undersized[k];
    const auto members = clusters.members.row(row);
    out.message +=
        (k == 0 ? " cluster " : "; cluster ") + std::to_string(clusters.id[row]) + " with agents";
    for (std::size_t i = 0; i < members.size() && i < named; ++i)
      out.message += (i == 0 ? " " : ", ") + std::to_string(fleet.plate.id[members[i]]);
    if (members.size() > named) out.message += ", ...";
  }
  if (out.undersized.size() > named) out.message += "; ...";
  return out;
}

}  // namespace gridswarm::inline GS_ABI::cluster
