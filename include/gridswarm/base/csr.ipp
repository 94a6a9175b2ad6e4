// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/csr.hpp"

namespace gridswarm::inline GS_ABI {

GS_INLINE Csr group_by(std::span<const Index> key, Index rows) {
  Csr out;
  out.first.assign(static_cast<std::size_t>(rows) + 1, 0);
  for (Index k : key)
    if (k >= 0 && k < rows) ++out.first[k + 1];
  for (Index r = 0; r < rows; ++r) out.first[r + 1] += out.first[r];
  out.items.resize(static_cast<std::size_t>(out.first[rows]));
  std::vector<Index> next(out.first.begin(), out.first.end() - 1);
  for (Index i = 0; i < static_cast<Index>(key.size()); ++i)
    if (key[i] >= 0 && key[i] < rows) out.items[next[key[i]]++] = i;
  return out;
}

}  // namespace gridswarm::inline GS_ABI
