// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/contract/checked.hpp"
#include "gridswarm/contract/settlement.hpp"

namespace gridswarm::inline GS_ABI::contract {

GS_INLINE Refusal split_exact(std::int64_t total, std::span<const std::int64_t> weight,
                              std::span<std::int64_t> share) {
  GRIDSWARM_ASSERT(share.size() == weight.size());
  std::int64_t sum = 0;
  if (total < 0) return Refusal::out_of_range;
  for (std::int64_t w : weight) {
    if (w < 0) return Refusal::out_of_range;
    if (!accumulate(sum, w)) return Refusal::overflow;
  }
  if (sum == 0) {
    std::fill(share.begin(), share.end(), 0);
    return total == 0 ? Refusal::none : Refusal::out_of_range;
  }
  struct Remainder {
    std::int64_t value;
    std::size_t position;
  };
  std::vector<Remainder> remainder(weight.size());
  std::int64_t left = total;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const Wide product = static_cast<Wide>(total) * weight[i];
    share[i] = static_cast<std::int64_t>(product / sum);
    remainder[i] = {static_cast<std::int64_t>(product % sum), i};
    left -= share[i];
  }
  // The remainders sum to left * sum and each is below sum: at least `left` of them are above 0.
  std::sort(remainder.begin(), remainder.end(), [](const Remainder& a, const Remainder& b) {
    return a.value != b.value ? a.value > b.value : a.position < b.position;
  });
  for (std::size_t k = 0; k < static_cast<std::size_t>(left); ++k) ++share[remainder[k].position];
  return Refusal::none;
}

namespace detail {

/// Split `shared` over the members with sign * net > 0; adds sign * part to their shares.
inline Refusal split_side(std::span<const std::int64_t> net_milliwh, std::int64_t sign,
                          Settlement& out) {
  for (std::size_t i = 0; i < net_milliwh.size(); ++i)
    out.weight[i] = std::max<std::int64_t>(0, sign * net_milliwh[i]);
  const Refusal refusal = split_exact(out.shared_milliwh, out.weight, out.tokens_micro);
  if (refusal != Refusal::none) return refusal;
  for (std::size_t i = 0; i < net_milliwh.size(); ++i)
    out.share_milliwh[i] += sign * out.tokens_micro[i];
  return Refusal::none;
}

}  // namespace detail

GS_INLINE Refusal settle_cluster(std::span<const std::int64_t> net_milliwh, const Tariff& tariff,
                                 Settlement& out) {
  if (tariff.price < 0 || tariff.reward_rate < 0) return Refusal::out_of_range;
  const std::size_t count = net_milliwh.size();
  std::int64_t surplus = 0;
  std::int64_t deficit = 0;
  for (std::int64_t net : net_milliwh) {
    if (net == INT64_MIN) return Refusal::overflow;  // has no negative
    if (!accumulate(net > 0 ? surplus : deficit, net > 0 ? net : -net)) return Refusal::overflow;
  }
  out.net_milliwh = surplus - deficit;
  out.shared_milliwh = std::min(surplus, deficit);
  out.residual_milliwh = std::max(surplus, deficit) - out.shared_milliwh;
  out.share_milliwh.assign(count, 0);
  out.tokens_micro.assign(count, 0);
  out.reward_micro.assign(count, 0);
  out.weight.assign(count, 0);
  for (const std::int64_t sign : {1, -1})
    if (const Refusal refusal = detail::split_side(net_milliwh, sign, out);
        refusal != Refusal::none)
      return refusal;
  for (std::size_t i = 0; i < count; ++i) {
    out.weight[i] = std::abs(out.share_milliwh[i]);
    if (!multiply(tariff.price, out.share_milliwh[i], out.tokens_micro[i]))
      return Refusal::overflow;
  }
  std::int64_t pool = 0;
  if (!multiply(tariff.reward_rate, out.shared_milliwh, pool)) return Refusal::overflow;
  return split_exact(pool, out.weight, out.reward_micro);
}

}  // namespace gridswarm::inline GS_ABI::contract
