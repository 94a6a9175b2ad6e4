// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <limits>

#include "gridswarm/ledger/bytes.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE void Writer::integer(std::uint64_t value, int width) {
  std::array<std::byte, 8> digits;
  for (int i = 0; i < width; ++i) digits[i] = static_cast<std::byte>(value >> 8 * (width - 1 - i));
  out_.insert(out_.end(), digits.begin(), digits.begin() + width);
}

GS_INLINE ByteView Reader::raw(std::uint64_t count) {
  if (!ok_ || count > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const ByteView out = rest_.first(count);
  rest_ = rest_.subspan(count);
  return out;
}

GS_INLINE std::uint64_t Reader::integer(int width) {
  std::uint64_t value = 0;
  for (std::byte digit : raw(static_cast<std::uint64_t>(width)))
    value = value << 8 | static_cast<std::uint64_t>(digit);
  return value;
}

GS_INLINE ByteView bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

GS_INLINE std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

GS_INLINE bool same_bytes(ByteView a, ByteView b) { return std::ranges::equal(a, b); }

GS_INLINE std::string to_hex(ByteView bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (std::byte b : bytes) {
    text += digits[static_cast<unsigned>(b) >> 4];
    text += digits[static_cast<unsigned>(b) & 15];
  }
  return text;
}

GS_INLINE std::optional<Bytes> from_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = digits.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    bytes[i / 2] = bytes[i / 2] << 4 | static_cast<std::byte>(digit);
  }
  return bytes;
}

inline constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

GS_INLINE std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < count ? static_cast<std::uint32_t>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= count ? base64_digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

GS_INLINE std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t count = i + 4 == text.size() ? 4 - padding : 4;
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t digit = k < count ? base64_digits.find(text[i + k]) : 0;
      if (digit == std::string_view::npos) return std::nullopt;
      bits = bits << 6 | static_cast<std::uint32_t>(digit);
    }
    for (std::size_t k = 0; k + 1 < count; ++k)
      bytes.push_back(static_cast<std::byte>(bits >> (16 - 8 * k)));
    const std::uint32_t spare = count == 4 ? 0 : count == 3 ? bits & 0xff : bits & 0xffff;
    if (spare != 0) return std::nullopt;
  }
  return bytes;
}

GS_INLINE std::optional<Hash> hash_from_base64(std::string_view text) {
  const std::optional<Bytes> bytes = from_base64(text);
  if (!bytes || bytes->size() != 32) return std::nullopt;
  return Reader(*bytes).hash();
}

GS_INLINE std::optional<std::uint64_t> from_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (most - digit) / 10) return std::nullopt;
    value = 10 * value + digit;
  }
  return value;
}

}  // namespace gridswarm::inline GS_ABI::ledger
