// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/committee.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE std::int64_t committee_author(std::int64_t cluster) {
  return 3 * device_author_end + cluster;
}

GS_INLINE int tolerated_of(int n) {
  GRIDSWARM_ASSERT(n >= 1);
  return (n - 1) / 3;
}

GS_INLINE int quorum_of(int n) { return (n + tolerated_of(n)) / 2 + 1; }

GS_INLINE Hash committee_hash(const Committee& committee) {
  Bytes bytes;
  Writer writer(bytes);
  writer.raw(bytes_of("gridswarm/committee/v1\n"));
  for (const Seat& seat : committee) {
    writer.i64(seat.agent);
    writer.raw(seat.key);
  }
  return sha256(bytes);
}

GS_INLINE std::vector<std::int64_t> draw_committee(const Hash& genesis, std::int64_t cluster,
                                                   std::uint64_t epoch,
                                                   std::span<const std::int64_t> members,
                                                   int seats) {
  std::vector<std::pair<Hash, std::int64_t>> lot;
  for (const std::int64_t agent : members) {
    Bytes bytes;
    Writer writer(bytes);
    writer.raw(bytes_of("gridswarm/seat/v1\n"));
    writer.raw(genesis);
    writer.i64(cluster);
    writer.u64(epoch);
    writer.i64(agent);
    lot.emplace_back(sha256(bytes), agent);
  }
  std::sort(lot.begin(), lot.end());
  if (lot.size() > static_cast<std::size_t>(seats)) lot.resize(static_cast<std::size_t>(seats));
  std::vector<std::int64_t> drawn;
  for (const auto& [hash, agent] : lot) drawn.push_back(agent);
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

}  // namespace gridswarm::inline GS_ABI::ledger
