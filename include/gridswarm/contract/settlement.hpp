// SPDX-License-Identifier: BSD-3-Clause
// Who is paid what for energy shared inside a cluster, to the last milliwatt-hour and micro-token.
//
// Over one ledger tick member i put net_i into the grid (milliwatt-hours, < 0: it took energy).
//   S = sum of net_i > 0,   D = sum of -net_i < 0,   shared = min(S, D)
// is what changed hands inside: the surplus side gives it, the deficit side takes it, each member
// pro rata to |net_i| by largest remainders (Hamilton's method), so that given = taken = shared
// exactly.
//   tokens_i = price * shared_i     sums to zero, since the shares do
//   reward_i = split of pool = reward_rate * shared, weights |shared_i|, by largest remainders
// Integers only; products are formed in 128 bits; what does not fit 64 bits is refused.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gridswarm/contract/verdict.hpp"

namespace gridswarm::inline GS_ABI::contract {

/// Split `total` >= 0 in proportion to `weight[i]` >= 0 so that the shares sum to it exactly:
/// floors first, then one unit each to the largest remainders, ties to the lower position.
/// No share exceeds its weight when total <= sum of weights. `share` has the size of `weight`.
/// Refused: overflow of the sum of weights; negative values; all weights 0 but total > 0.
Refusal split_exact(std::int64_t total, std::span<const std::int64_t> weight,
                    std::span<std::int64_t> share);

/// What shared energy costs; both in micro-token per milliwatt-hour, >= 0.
struct Tariff {
  std::int64_t price = 1;        ///< paid by the taker, earned by the giver
  std::int64_t reward_rate = 0;  ///< newly issued per milliwatt-hour shared, split by contribution
  bool operator==(const Tariff&) const = default;
};

/// One cluster, one ledger tick. Columns in the order of the members given; capacity is kept.
struct Settlement {
  std::int64_t net_milliwh = 0;             ///< sum of net
  std::int64_t shared_milliwh = 0;          ///< changed hands inside
  std::int64_t residual_milliwh = 0;        ///< exchanged with outside: sum of |net| - 2 shared
  std::vector<std::int64_t> share_milliwh;  ///< > 0 given, < 0 taken; sums to 0
  std::vector<std::int64_t> tokens_micro;   ///< sums to 0
  std::vector<std::int64_t> reward_micro;   ///< sums to reward_rate * shared
  std::vector<std::int64_t> weight;         ///< work space
};

/// Settle one cluster whose members (ascending by id) put net_milliwh[i] into the grid.
/// Refused, with `out` undefined: overflow, negative tariff.
Refusal settle_cluster(std::span<const std::int64_t> net_milliwh, const Tariff& tariff,
                       Settlement& out);

}  // namespace gridswarm::inline GS_ABI::contract

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/contract/settlement.ipp"
#endif
