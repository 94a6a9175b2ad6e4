// SPDX-License-Identifier: BSD-3-Clause
// A partition written down by hand.
#pragma once

#include <vector>

#include "gridswarm/cluster/clusters.hpp"

namespace sample {

/// Agent row -> cluster row, as Clusters; nobody leads.
inline gridswarm::cluster::Clusters partition(std::vector<gridswarm::Index> of,
                                              gridswarm::Index rows) {
  gridswarm::cluster::Clusters clusters;
  clusters.members = gridswarm::group_by(of, rows);
  clusters.of = std::move(of);
  for (gridswarm::Index row = 0; row < rows; ++row) clusters.id.push_back(row);
  clusters.leader.assign(static_cast<std::size_t>(rows), gridswarm::none);
  return clusters;
}

}  // namespace sample
