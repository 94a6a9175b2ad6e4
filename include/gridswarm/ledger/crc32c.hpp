// SPDX-License-Identifier: BSD-3-Clause
// CRC-32C: tells a torn write from a whole one, many times faster than a hash does.
//
// Polynomial 0x1EDC6F41 (Castagnoli), bits reversed, start and end inverted, as RFC 3720 B.4 shows.
// It guards against accidents alone; what an attacker must not change is hashed and signed.
#pragma once

#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// The CRC of bytes that follow those of which `before` is the CRC; 0: nothing before. By the
/// instruction of SSE 4.2 where there is one.
std::uint32_t crc32c(ByteView bytes, std::uint32_t before = 0);
/// The same by a table, everywhere.
std::uint32_t crc32c_by_table(ByteView bytes, std::uint32_t before = 0);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/crc32c.ipp"
#endif
