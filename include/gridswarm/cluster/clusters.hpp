// SPDX-License-Identifier: BSD-3-Clause
// Who works together: the membership that formation makes and everything else reads.
#pragma once

#include <vector>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::cluster {

/// A partition of the agents of one feeder into electrically connected clusters.
struct Clusters {
  std::vector<Index> of;      ///< agent row -> cluster row; none for an agent without supply
  Csr members;                ///< cluster row -> agent rows, ascending
  std::vector<ClusterId> id;  ///< kept from formation to formation by overlap
  std::vector<Index> top;     ///< forest position of the cluster's highest bus
  std::vector<Index> leader;  ///< agent row
  Index size() const { return static_cast<Index>(id.size()); }
};

}  // namespace gridswarm::inline GS_ABI::cluster
