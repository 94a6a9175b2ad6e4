// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bit>
#include <cmath>

#include "gridswarm/balance/neighbour_message.hpp"

namespace gridswarm::inline GS_ABI::balance {

namespace message_detail {

/// Unsigned integers, lowest byte first, at a running place.
template <class Word>
void put(std::uint8_t*& at, Word word) {
  for (std::size_t k = 0; k < sizeof(Word); ++k)
    *at++ = static_cast<std::uint8_t>(static_cast<std::uint64_t>(word) >> (8 * k));
}

template <class Word>
Word take(const std::uint8_t*& at) {
  std::uint64_t word = 0;
  for (std::size_t k = 0; k < sizeof(Word); ++k) word |= static_cast<std::uint64_t>(*at++) << 8 * k;
  return static_cast<Word>(word);
}

inline void put_number(std::uint8_t*& at, float number) {
  put(at, std::bit_cast<std::uint32_t>(number));
}

inline float take_number(const std::uint8_t*& at) {
  return std::bit_cast<float>(take<std::uint32_t>(at));
}

inline bool is_power(float kw) { return std::fabs(kw) <= neighbour_power_max_kw; }

}  // namespace message_detail

GS_INLINE const char* name_of(MessageFault fault) {
  switch (fault) {
    case MessageFault::none: return "none";
    case MessageFault::size: return "not 24 bytes (16 for an offer)";
    case MessageFault::agent: return "a negative agent id";
    case MessageFault::not_finite: return "a number that is not finite";
    case MessageFault::power: return "a power beyond a gigawatt";
    case MessageFault::voltage: return "a voltage outside 0 to 2 p.u.";
    case MessageFault::charge: return "a state of charge that is neither 0 to 1 nor -1";
    case MessageFault::kind: return "a kind of offer that does not exist";
  }
  return "";
}

GS_INLINE std::array<std::uint8_t, neighbour_message_bytes> encode(
    const NeighbourMessage& message) {
  std::array<std::uint8_t, neighbour_message_bytes> bytes;
  std::uint8_t* at = bytes.data();
  message_detail::put(at, static_cast<std::uint64_t>(message.agent));
  for (const float number : {message.open_kw, message.v_pu, message.soc, message.forecast_kw})
    message_detail::put_number(at, number);
  return bytes;
}

GS_INLINE std::array<std::uint8_t, neighbour_offer_bytes> encode(const NeighbourOffer& offer) {
  std::array<std::uint8_t, neighbour_offer_bytes> bytes;
  std::uint8_t* at = bytes.data();
  message_detail::put(at, static_cast<std::uint64_t>(offer.agent));
  message_detail::put_number(at, offer.kw);
  message_detail::put(at, offer.round);
  message_detail::put(at, static_cast<std::uint16_t>(offer.kind));
  return bytes;
}

GS_INLINE MessageFault decode(std::span<const std::uint8_t> bytes, NeighbourMessage& message) {
  if (bytes.size() != static_cast<std::size_t>(neighbour_message_bytes)) return MessageFault::size;
  const std::uint8_t* at = bytes.data();
  NeighbourMessage read;
  read.agent = static_cast<AgentId>(message_detail::take<std::uint64_t>(at));
  for (float* number : {&read.open_kw, &read.v_pu, &read.soc, &read.forecast_kw}) {
    *number = message_detail::take_number(at);
    if (!std::isfinite(*number)) return MessageFault::not_finite;
  }
  if (read.agent < 0) return MessageFault::agent;
  if (!message_detail::is_power(read.open_kw) || !message_detail::is_power(read.forecast_kw))
    return MessageFault::power;
  if (read.v_pu < 0.0F || read.v_pu > 2.0F) return MessageFault::voltage;
  if (read.soc != -1.0F && (read.soc < 0.0F || read.soc > 1.0F)) return MessageFault::charge;
  message = read;
  return MessageFault::none;
}

GS_INLINE MessageFault decode(std::span<const std::uint8_t> bytes, NeighbourOffer& offer) {
  if (bytes.size() != static_cast<std::size_t>(neighbour_offer_bytes)) return MessageFault::size;
  const std::uint8_t* at = bytes.data();
  NeighbourOffer read;
  read.agent = static_cast<AgentId>(message_detail::take<std::uint64_t>(at));
  read.kw = message_detail::take_number(at);
  read.round = message_detail::take<std::uint16_t>(at);
  const auto kind = message_detail::take<std::uint16_t>(at);
  if (!std::isfinite(read.kw)) return MessageFault::not_finite;
  if (read.agent < 0) return MessageFault::agent;
  if (!message_detail::is_power(read.kw)) return MessageFault::power;
  if (kind > static_cast<std::uint16_t>(OfferKind::storage)) return MessageFault::kind;
  read.kind = static_cast<OfferKind>(kind);
  offer = read;
  return MessageFault::none;
}

}  // namespace gridswarm::inline GS_ABI::balance
