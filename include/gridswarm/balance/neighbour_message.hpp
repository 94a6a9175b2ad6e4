// SPDX-License-Identifier: BSD-3-Clause
// What neighbours tell each other: a few numbers in 24 bytes, an offer in 16, and nothing else.
//
// Little endian; numbers are IEEE 754 single. docs/formats-exchange.md has the same table.
//   state   0 agent (8)   8 open kW (4)   12 |V| p.u. (4)   16 SOC (4)   20 forecast kW (4)
//   offer   0 agent (8)   8 kW (4)        12 round (2)      14 kind (2)
// open > 0 gives, < 0 takes. SOC is 0..1, and -1 of an agent that stores nothing. A decoder trusts
// nobody: what no honest agent could say is refused and named, and the rest of the tick goes on
// without that neighbour.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::balance {

inline constexpr std::int64_t neighbour_message_bytes = 24;
inline constexpr std::int64_t neighbour_offer_bytes = 16;

/// Larger sizes are refused: no device on a feeder has a gigawatt.
inline constexpr float neighbour_power_max_kw = 1e6F;

/// The state that every agent tells its neighbours each tick.
struct NeighbourMessage {
  AgentId agent = 0;
  float open_kw = 0.0F;      ///< surplus > 0 or deficit < 0
  float v_pu = 1.0F;         ///< at the agent's bus; 0 without supply
  float soc = -1.0F;         ///< 0..1; -1: stores nothing
  float forecast_kw = 0.0F;  ///< mean power of the next ledger tick, into the grid positive
};

enum class OfferKind : std::uint16_t { offer = 0, accepted = 1, storage = 2 };

/// "I give you that much" (> 0), "I need that much of you" (< 0); the answer has the same shape.
struct NeighbourOffer {
  AgentId agent = 0;  ///< who sends it
  float kw = 0.0F;
  std::uint16_t round = 0;
  OfferKind kind = OfferKind::offer;
};

/// What a decoder found wrong, if anything.
enum class MessageFault : std::int8_t {
  none,
  size,
  agent,
  not_finite,
  power,
  voltage,
  charge,
  kind
};

/// One clear phrase for a fault.
const char* name_of(MessageFault fault);

std::array<std::uint8_t, neighbour_message_bytes> encode(const NeighbourMessage& message);
std::array<std::uint8_t, neighbour_offer_bytes> encode(const NeighbourOffer& offer);

/// @param message  out; untouched where a fault is returned
MessageFault decode(std::span<const std::uint8_t> bytes, NeighbourMessage& message);
MessageFault decode(std::span<const std::uint8_t> bytes, NeighbourOffer& offer);

}  // namespace gridswarm::inline GS_ABI::balance

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/balance/neighbour_message.ipp"
#endif
