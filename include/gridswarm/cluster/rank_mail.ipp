// SPDX-License-Identifier: BSD-3-Clause
// What ranks that form clusters say, as bytes: labels, cuts, sums. Ranks are machines of one kind.
#pragma once

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/exchange.hpp"
#include "gridswarm/cluster/tree_programme.hpp"

namespace gridswarm::inline GS_ABI::cluster::detail {

template <class Value>
void put(Bytes& bytes, const Value* values, std::size_t count) {
  static_assert(std::is_trivially_copyable_v<Value>);
  const std::size_t at = bytes.size();
  bytes.resize(at + count * sizeof(Value));
  if (count > 0) std::memcpy(bytes.data() + at, values, count * sizeof(Value));
}

/// Reads what put() wrote.
struct Reader {
  const Bytes& bytes;
  std::size_t at = 0;
  template <class Value>
  void take(Value* values, std::size_t count) {
    GRIDSWARM_ASSERT(count * sizeof(Value) <= bytes.size() - at);
    if (count > 0) std::memcpy(values, bytes.data() + at, count * sizeof(Value));
    at += count * sizeof(Value);
  }
  template <class Value>
  Value take() {
    Value value;
    take(&value, 1);
    return value;
  }
};

/// The labels there are: how many, then each with its slot.
template <class More>
void put_table(const LabelTable<More>& table, Bytes& bytes) {
  const auto there = static_cast<std::uint8_t>(
      std::count_if(table.score.begin(), table.score.end(),
                    [](std::int64_t score) { return score != no_label; }));
  put(bytes, &there, 1);
  for (std::size_t k = 0; k < table.score.size(); ++k) {
    if (table.score[k] == no_label) continue;
    const auto slot = static_cast<std::uint8_t>(k);
    put(bytes, &slot, 1);
    put(bytes, &table.score[k], 1);
    put(bytes, &table.label[k], 1);
  }
}

template <class More>
void take_table(Reader& reader, std::size_t slots, LabelTable<More>& table) {
  table.score.assign(slots, no_label);
  table.label.resize(slots);
  for (int left = reader.take<std::uint8_t>(); left > 0; --left) {
    const auto slot = reader.take<std::uint8_t>();
    GRIDSWARM_ASSERT(slot < slots);
    reader.take(&table.score[slot], 1);
    reader.take(&table.label[slot], 1);
  }
}

/// Cuts as bits.
GS_INLINE void put_cuts(const std::vector<std::int8_t>& cuts, Bytes& bytes) {
  std::vector<std::uint8_t> bits((cuts.size() + 7) / 8, 0);
  for (std::size_t k = 0; k < cuts.size(); ++k)
    bits[k / 8] = static_cast<std::uint8_t>(bits[k / 8] | ((cuts[k] != 0) << (k % 8)));
  put(bytes, bits.data(), bits.size());
}

GS_INLINE void take_cuts(Reader& reader, std::int8_t* cuts, std::size_t count) {
  std::vector<std::uint8_t> bits((count + 7) / 8);
  reader.take(bits.data(), bits.size());
  for (std::size_t k = 0; k < count; ++k)
    cuts[k] = static_cast<std::int8_t>((bits[k / 8] >> (k % 8)) & 1);
}

}  // namespace gridswarm::inline GS_ABI::cluster::detail
