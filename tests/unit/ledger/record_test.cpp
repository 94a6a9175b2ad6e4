// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/header.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

Record sample(ByteView payload) {
  Record record;
  record.kind = Kind::settlement;
  record.schema = 0x0203;
  record.genesis.fill(std::byte{0xaa});
  record.author = 7;
  record.author_sequence = 8;
  record.tick = -1;
  record.cluster_epoch = 9;
  record.payload = payload;
  return record;
}

Bytes encoded(const Record& record) {
  Bytes out;
  encode(record, out);
  return out;
}

}  // namespace

TEST_CASE("a record is written field by field at the places the format names") {
  const Bytes bytes = encoded(sample(bytes_of("kWh")));
  CHECK(to_hex(bytes) ==
        "01"
        "0005"
        "0203" +
            std::string(64, 'a') +
            "0000000000000007"
            "0000000000000008"
            "ffffffffffffffff"
            "0000000000000009"
            "00"
            "0003"
            "6b5768");
  CHECK(bytes.size() == record_header_size + 3);
}

TEST_CASE("decoding gives back what was encoded, with and without signature") {
  for (const bool is_signed : {false, true}) {
    Record record = sample(bytes_of("payload"));
    if (is_signed) record.signature.emplace().fill(std::byte{0x55});
    const Bytes bytes = encoded(record);
    const auto back = decode_record(bytes);
    REQUIRE(back);
    CHECK(back->kind == record.kind);
    CHECK(back->schema == record.schema);
    CHECK(back->genesis == record.genesis);
    CHECK(back->author == 7);
    CHECK(back->author_sequence == 8);
    CHECK(back->tick == -1);
    CHECK(back->cluster_epoch == 9);
    CHECK(back->signature == record.signature);
    CHECK(text_of(back->payload) == "payload");
    CHECK(encoded(*back) == bytes);
  }
}

TEST_CASE("whatever bytes decode at all are the encoding of what they decode to") {
  const Hash commitment{};
  Record record = sample(commitment);
  record.is_salted = true;
  record.signature.emplace();
  const Bytes good = encoded(record);
  int accepted = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      Bytes bytes = good;
      bytes[at] = static_cast<std::byte>(value);
      if (const auto back = decode_record(bytes)) {
        ++accepted;
        REQUIRE(encoded(*back) == bytes);
      }
    }
  CHECK(accepted > 0);
}

TEST_CASE("cut-off, prolonged, unknown and contradictory records are refused") {
  const Bytes good = encoded(sample(bytes_of("kWh")));
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(decode_record(ByteView(good).first(size)));
  Bytes longer = good;
  longer.push_back(std::byte{0});
  CHECK_FALSE(decode_record(longer));
  const auto with = [&](std::size_t at, int value) {
    Bytes bytes = good;
    bytes[at] = static_cast<std::byte>(value);
    return bytes;
  };
  CHECK_FALSE(decode_record(with(0, 2)));   // version
  CHECK_FALSE(decode_record(with(2, 0)));   // kind
  CHECK_FALSE(decode_record(with(2, 10)));  // kind
  CHECK_FALSE(decode_record(with(69, 1)));  // salted, but three bytes of payload
  CHECK_FALSE(decode_record(with(69, 2)));  // signed, without a signature
  CHECK_FALSE(decode_record(with(69, 4)));  // unknown flag
}

TEST_CASE("a commitment is the hash of salt and clear bytes and opens with nothing else") {
  Salt salt{};
  salt[15] = std::byte{1};
  Bytes both(salt.begin(), salt.end());
  Writer(both).raw(bytes_of("3.5 kWh"));
  const Hash commitment = commit(salt, bytes_of("3.5 kWh"));
  CHECK(commitment == sha256(both));
  Record record = sample(commitment);
  CHECK_FALSE(opens(record, salt, bytes_of("3.5 kWh")));
  record.is_salted = true;
  CHECK(opens(record, salt, bytes_of("3.5 kWh")));
  CHECK_FALSE(opens(record, salt, bytes_of("3.6 kWh")));
  CHECK_FALSE(opens(record, Salt{}, bytes_of("3.5 kWh")));
}

TEST_CASE("salts differ by secret, author and sequence") {
  Hash other{};
  other[0] = std::byte{1};
  const Salt salt = derive_salt(Hash{}, 1, 2);
  CHECK(salt == derive_salt(Hash{}, 1, 2));
  CHECK(salt != derive_salt(other, 1, 2));
  CHECK(salt != derive_salt(Hash{}, 2, 2));
  CHECK(salt != derive_salt(Hash{}, 1, 3));
}

TEST_CASE("a header leaf gives its header back, and a header elsewhere is none") {
  BlockHeader header;
  header.genesis.fill(std::byte{1});
  header.epoch = 2;
  header.height = 3;
  header.origin_view = 4;
  header.parent.fill(std::byte{5});
  header.first_index = 6;
  header.count = 7;
  header.batch_root.fill(std::byte{8});
  header.post_state_root.fill(std::byte{9});
  header.contract_set.fill(std::byte{10});
  header.proposer = 11;
  header.time_s = 12;
  const Bytes leaf = header_leaf(header, 13, 14);
  CHECK(leaf.size() == record_header_size + header_payload_size);
  auto record = decode_record(leaf);
  REQUIRE(record);
  CHECK(record->tick == 13);
  CHECK(record->cluster_epoch == 14);
  CHECK(decode_header(*record) == header);
  Record other = *record;
  other.kind = Kind::governance;
  CHECK_FALSE(decode_header(other));
  other = *record;
  other.genesis = {};
  CHECK_FALSE(decode_header(other));
  other = *record;
  other.payload = other.payload.first(other.payload.size() - 1);
  CHECK_FALSE(decode_header(other));
}
