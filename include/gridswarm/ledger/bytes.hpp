// SPDX-License-Identifier: BSD-3-Clause
// Integers, text, base64 and hex to bytes and back; big-endian and strict in both directions.
//
// Everything that is hashed must have exactly one encoding, so each decoder here refuses what its
// encoder would not write. A decoding error is a value: bytes from outside are expected to be
// wrong.
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "gridswarm/ledger/hash.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// Appends to a byte string that the caller owns.
class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}
  void u8(std::uint8_t value) { integer(value, 1); }
  void u16(std::uint16_t value) { integer(value, 2); }
  void u32(std::uint32_t value) { integer(value, 4); }
  void u64(std::uint64_t value) { integer(value, 8); }
  void i64(std::int64_t value) { integer(static_cast<std::uint64_t>(value), 8); }
  void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

 private:
  void integer(std::uint64_t value, int width);
  Bytes& out_;
};

/// Reads from bytes that the caller owns. After a read past the end ok() is false for good and
/// every later read gives zeros, so a decoder checks once, at its end.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(integer(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(integer(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(integer(4)); }
  std::uint64_t u64() { return integer(8); }
  std::int64_t i64() { return static_cast<std::int64_t>(integer(8)); }
  /// A view of the next `count` bytes; empty after a failure.
  ByteView raw(std::uint64_t count);
  Hash hash() { return array<32>(); }
  template <std::size_t N>
  std::array<std::byte, N> array() {
    std::array<std::byte, N> out{};
    if (const ByteView bytes = raw(N); bytes.size() == N) std::memcpy(out.data(), bytes.data(), N);
    return out;
  }
  bool ok() const { return ok_; }
  /// True when nothing failed and nothing is left over.
  bool done() const { return ok_ && rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

 private:
  std::uint64_t integer(int width);
  ByteView rest_;
  bool ok_ = true;
};

/// The bytes of a text, and the text of bytes (no conversion; the caller keeps the storage).
ByteView bytes_of(std::string_view text);
std::string_view text_of(ByteView bytes);
bool same_bytes(ByteView a, ByteView b);

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);
/// Nothing unless `text` is pairs of lower-case hexadecimal digits.
std::optional<Bytes> from_hex(std::string_view text);

/// Standard base64 with padding (RFC 4648 section 4).
std::string to_base64(ByteView bytes);
/// Nothing unless `text` is what to_base64 writes: full padding, spare bits zero, no spaces.
std::optional<Bytes> from_base64(std::string_view text);
/// 32 bytes in base64, or nothing.
std::optional<Hash> hash_from_base64(std::string_view text);

/// A decimal number without sign, leading zeros or spaces; nothing if it's not one or needs more
/// than 64 bits.
std::optional<std::uint64_t> from_decimal(std::string_view text);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/bytes.ipp"
#endif
