// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "gridswarm/ledger/bytes.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

TEST_CASE("integers are written big-endian and read back") {
  Bytes bytes;
  Writer writer(bytes);
  writer.u8(1);
  writer.u16(0x0203);
  writer.u32(0x04050607);
  writer.u64(0x08090a0b0c0d0e0f);
  writer.i64(-2);
  CHECK(to_hex(bytes) == "0102030405060708090a0b0c0d0e0ffffffffffffffffe");
  Reader reader(bytes);
  CHECK(reader.u8() == 1);
  CHECK(reader.u16() == 0x0203);
  CHECK(reader.u32() == 0x04050607);
  CHECK(reader.u64() == 0x08090a0b0c0d0e0f);
  CHECK(reader.i64() == -2);
  CHECK(reader.done());
}

TEST_CASE("a reader that ran out stays failed") {
  const Bytes bytes(3);
  Reader reader(bytes);
  CHECK(reader.u32() == 0);
  CHECK_FALSE(reader.ok());
  CHECK(reader.u8() == 0);
  CHECK_FALSE(reader.done());
  CHECK(Reader(bytes).raw(~std::uint64_t{0}).empty());
}

TEST_CASE("left-over bytes are not done") {
  const Bytes bytes(3);
  Reader reader(bytes);
  reader.u16();
  CHECK(reader.ok());
  CHECK_FALSE(reader.done());
  CHECK(reader.left() == 1);
}

TEST_CASE("hexadecimal goes both ways and refuses capitals, odd lengths and strangers") {
  CHECK(to_hex(*from_hex("00ff7f")) == "00ff7f");
  CHECK(from_hex("")->empty());
  for (const char* bad : {"0", "0G", "FF", "0 ", "0x00"}) CHECK_FALSE(from_hex(bad));
}

TEST_CASE("base64 of RFC 4648 section 10 goes both ways") {
  const char* pairs[][2] = {{"", ""},
                            {"f", "Zg=="},
                            {"fo", "Zm8="},
                            {"foo", "Zm9v"},
                            {"foob", "Zm9vYg=="},
                            {"fooba", "Zm9vYmE="},
                            {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : pairs) {
    CHECK(to_base64(bytes_of(plain)) == coded);
    CHECK(text_of(*from_base64(coded)) == plain);
  }
}

TEST_CASE("base64 with any other spelling of the same bytes is refused") {
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg== ", "Z===", "====", "Zg==Zg==", "Zm8-",
                          "Zm\n8", "=", "Zm9vYg=a"})
    CHECK_FALSE_MESSAGE(from_base64(bad), bad);
  CHECK_FALSE(hash_from_base64("Zg=="));
}

TEST_CASE(
    "every text of one base64 block decodes only if it is the encoding of what it decodes to") {
  const char alphabet[] = "AQgw0+/=-";
  for (char a : alphabet)
    for (char b : alphabet)
      for (char c : alphabet)
        for (char d : alphabet) {
          const std::string text = {a, b, c, d};
          if (const auto bytes = from_base64(text)) CHECK(to_base64(*bytes) == text);
        }
}

TEST_CASE("decimals have no sign, no leading zero and at most 64 bits") {
  CHECK(*from_decimal("0") == 0);
  CHECK(*from_decimal("18446744073709551615") == ~std::uint64_t{0});
  for (const char* bad : {"", "00", "01", "+1", "-1", " 1", "1 ", "18446744073709551616", "1e3"})
    CHECK_FALSE_MESSAGE(from_decimal(bad), bad);
}
