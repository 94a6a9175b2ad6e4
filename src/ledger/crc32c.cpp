// SPDX-License-Identifier: BSD-3-Clause
// CRC-32C by the processor's instruction for it: eight bytes in three cycles, far above any disk.
#include "gridswarm/ledger/crc32c.hpp"

#include <cstring>

namespace gridswarm::inline GS_ABI::ledger {

#if defined(GRIDSWARM_X86)
namespace {

[[gnu::target("sse4.2")]] std::uint32_t crc32c_by_instruction(ByteView bytes,
                                                              std::uint32_t before) {
  std::uint64_t crc = ~before;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    crc = __builtin_ia32_crc32di(crc, word);
  }
  auto narrow = static_cast<std::uint32_t>(crc);
  for (; left > 0; --left)
    narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at++));
  return ~narrow;
}

}  // namespace
#endif

std::uint32_t crc32c(ByteView bytes, std::uint32_t before) {
#if defined(GRIDSWARM_X86)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2");
  if (has_instruction) return crc32c_by_instruction(bytes, before);
#endif
  return crc32c_by_table(bytes, before);
}

}  // namespace gridswarm::inline GS_ABI::ledger
