// SPDX-License-Identifier: BSD-3-Clause
// Who certifies what a cluster says: a few of its members, and how many of them must agree.
//
// Of n members f = floor((n - 1) / 3) may lie, and q = floor((n + f) / 2) + 1 must sign. Two sets
// of q share at least 2 q - n > f members, so one honest member is in both and two different trees
// can't both be certified; and q <= n - f, so liars who stay silent stop nobody. (2 f + 1 would be
// too few at n = 5 and 6.) Below four members no lie is tolerated, f = 0.
//
// The seats go to the members whose H(genesis, cluster, epoch, agent) is lowest: everybody can
// compute them and nobody chooses, but they can be known long ahead.
#pragma once

#include <vector>

#include "gridswarm/ledger/sign.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// Seats that a committee has at most; a cluster of fewer members seats them all.
inline constexpr int max_seats = 10;
/// Authors below this are devices; clusters, gateways and committees follow (committee_author).
inline constexpr std::int64_t device_author_end = std::int64_t{1} << 61;

/// Who writes a cluster's record into the root log: 3 * 2^61 + cluster.
std::int64_t committee_author(std::int64_t cluster);

/// Members of n that may lie, n >= 1.
int tolerated_of(int n);
/// Members of n that must sign, n >= 1.
int quorum_of(int n);

/// One member of a committee: a device and its key.
struct Seat {
  std::int64_t agent = 0;
  PublicKey key{};
  bool operator==(const Seat&) const = default;
};
using Committee = std::vector<Seat>;

/// H("gridswarm/committee/v1\n" || agent, key of every seat).
Hash committee_hash(const Committee& committee);
/// Who sits on the committee of a cluster in an epoch: at most `seats` of `members`, ascending.
std::vector<std::int64_t> draw_committee(const Hash& genesis, std::int64_t cluster,
                                         std::uint64_t epoch, std::span<const std::int64_t> members,
                                         int seats);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/committee.ipp"
#endif
