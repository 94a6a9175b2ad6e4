// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "gridswarm/base/collectives.hpp"
#include "gridswarm/base/error.hpp"

namespace gridswarm::inline GS_ABI {

GS_INLINE std::vector<Bytes> gather_to_root(Exchange& exchange, std::vector<Bytes> payloads) {
  GRIDSWARM_ASSERT(payloads.size() == static_cast<std::size_t>(exchange.hosted()));
  Mail mail = make_mail(exchange);
  for (std::size_t h = 0; h < payloads.size(); ++h) mail.out[h][0] = std::move(payloads[h]);
  exchange.exchange(mail);
  if (!hosts_root(exchange)) return {};
  return std::move(mail.in[0]);
}

GS_INLINE Bytes broadcast(Exchange& exchange, Bytes payload) {
  Mail mail = make_mail(exchange);
  if (hosts_root(exchange))
    for (Bytes& box : mail.out[0]) box = payload;
  exchange.exchange(mail);
  return std::move(mail.in[0][0]);
}

GS_INLINE std::vector<Bytes> all_gather(Exchange& exchange, const std::vector<Bytes>& payloads) {
  GRIDSWARM_ASSERT(payloads.size() == static_cast<std::size_t>(exchange.hosted()));
  Mail mail = make_mail(exchange);
  for (std::size_t h = 0; h < payloads.size(); ++h)
    for (Bytes& box : mail.out[h]) box = payloads[h];
  exchange.exchange(mail);
  return std::move(mail.in[0]);
}

GS_INLINE std::int64_t all_max(Exchange& exchange, std::int64_t value) {
  Bytes said(sizeof value);
  std::memcpy(said.data(), &value, sizeof value);
  const std::vector<Bytes> payloads(static_cast<std::size_t>(exchange.hosted()), said);
  for (const Bytes& heard : all_gather(exchange, payloads)) {
    std::int64_t other = 0;
    GRIDSWARM_ASSERT(heard.size() == sizeof other);
    std::memcpy(&other, heard.data(), sizeof other);
    value = std::max(value, other);
  }
  return value;
}

GS_INLINE std::int64_t all_sum(Exchange& exchange, std::int64_t value) {
  std::vector<Bytes> payloads(static_cast<std::size_t>(exchange.hosted()));
  payloads[0].resize(sizeof value);  // one voice per process, however many ranks it hosts
  std::memcpy(payloads[0].data(), &value, sizeof value);
  std::int64_t sum = 0;
  for (const Bytes& heard : all_gather(exchange, payloads)) {
    if (heard.empty()) continue;
    std::int64_t other = 0;
    std::memcpy(&other, heard.data(), sizeof other);
    sum += other;
  }
  return sum;
}

GS_INLINE bool any_process(Exchange& exchange, bool value) {
  return all_max(exchange, value ? 1 : 0) != 0;
}

}  // namespace gridswarm::inline GS_ABI
