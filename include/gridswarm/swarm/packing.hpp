// SPDX-License-Identifier: BSD-3-Clause
// Values as bytes between the ranks of one program: native layout, counts before columns.
//
// Not a file format: both ends are the same build on the same kind of machine.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "gridswarm/base/exchange.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// Appends numbers, columns and strings.
struct PackWriter {
  Bytes& out;
  void raw(const void* data, std::size_t size) {
    const std::size_t at = out.size();
    out.resize(at + size);
    if (size) std::memcpy(out.data() + at, data, size);
  }
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(const T& number) { raw(&number, sizeof number); }
  /// A column, a vector or a string.
  template <class T>
  requires(!std::is_arithmetic_v<T>) void operator()(const T& values) {
    const std::uint64_t count = values.size();
    raw(&count, sizeof count);
    raw(values.data(), count * sizeof(values[0]));
  }
  void operator()(const std::vector<std::string>& texts) {
    (*this)(static_cast<std::uint64_t>(texts.size()));
    for (const std::string& text : texts) (*this)(text);
  }
};

/// Reads them back in the same order.
struct PackReader {
  const std::byte* at;
  void raw(void* data, std::size_t size) {
    if (size) std::memcpy(data, at, size);
    at += size;
  }
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(T& number) { raw(&number, sizeof number); }
  template <class T>
  requires(!std::is_arithmetic_v<T>) void operator()(T& values) {
    std::uint64_t count = 0;
    raw(&count, sizeof count);
    values.resize(count);
    raw(values.data(), count * sizeof(values[0]));
  }
  void operator()(std::vector<std::string>& texts) {
    std::uint64_t count = 0;
    (*this)(count);
    texts.resize(count);
    for (std::string& text : texts) (*this)(text);
  }
};

}  // namespace gridswarm::inline GS_ABI::swarm
