// SPDX-License-Identifier: BSD-3-Clause
// Compressed rows: the one shape of every list of lists (children, members, neighbours).
#pragma once

#include <span>
#include <vector>

#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI {

/// Row i holds items[first[i]] .. items[first[i + 1] - 1].
struct Csr {
  std::vector<Index> first;  ///< rows + 1 offsets
  std::vector<Index> items;

  Index rows() const { return first.empty() ? 0 : static_cast<Index>(first.size()) - 1; }
  std::span<const Index> row(Index i) const {
    return {items.data() + first[i], items.data() + first[i + 1]};
  }
};

/// Group `count` things by key: row k lists, in ascending order, every i with key[i] == k.
/// Keys outside 0..rows-1 (such as `none`) belong to no row.
Csr group_by(std::span<const Index> key, Index rows);

}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/base/csr.ipp"
#endif
