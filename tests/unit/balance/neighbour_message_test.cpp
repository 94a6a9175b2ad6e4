// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/balance/neighbour_message.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace gridswarm;
using balance::MessageFault;

TEST_CASE("a state is 24 bytes, little endian, at the offsets that the page states") {
  const auto bytes =
      balance::encode(balance::NeighbourMessage{0x0102030405060708, 1.0F, 0.5F, -1.0F, -2.0F});
  const std::vector<std::uint8_t> expected = {8, 7, 6, 5,    4, 3, 2,    1,    0, 0, 0x80, 0x3f,
                                              0, 0, 0, 0x3f, 0, 0, 0x80, 0xbf, 0, 0, 0,    0xc0};
  CHECK(std::vector<std::uint8_t>(bytes.begin(), bytes.end()) == expected);
  const auto offer =
      balance::encode(balance::NeighbourOffer{9, 1.0F, 0x0201, balance::OfferKind::accepted});
  const std::vector<std::uint8_t> expected_offer = {9, 0, 0,    0,    0, 0, 0, 0,
                                                    0, 0, 0x80, 0x3f, 1, 2, 1, 0};
  CHECK(std::vector<std::uint8_t>(offer.begin(), offer.end()) == expected_offer);
}

TEST_CASE("what was encoded is decoded, to the last bit") {
  const balance::NeighbourMessage sent{42, -3.25F, 1.03125F, 0.75F, 0.1F};
  balance::NeighbourMessage read;
  REQUIRE(balance::decode(balance::encode(sent), read) == MessageFault::none);
  CHECK(read.agent == 42);
  CHECK(read.open_kw == sent.open_kw);
  CHECK(read.v_pu == sent.v_pu);
  CHECK(read.soc == sent.soc);
  CHECK(read.forecast_kw == sent.forecast_kw);
  const balance::NeighbourOffer offered{7, -2.5F, 65535, balance::OfferKind::storage};
  balance::NeighbourOffer heard;
  REQUIRE(balance::decode(balance::encode(offered), heard) == MessageFault::none);
  CHECK(heard.agent == 7);
  CHECK(heard.kw == -2.5F);
  CHECK(heard.round == 65535);
  CHECK(heard.kind == balance::OfferKind::storage);
}

TEST_CASE("what no honest agent could say is refused and named, and nothing is taken over") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const struct {
    balance::NeighbourMessage said;
    MessageFault fault;
  } cases[] = {
      {{-1, 0.0F, 1.0F, 0.5F, 0.0F}, MessageFault::agent},
      {{1, nan, 1.0F, 0.5F, 0.0F}, MessageFault::not_finite},
      {{1, 0.0F, 1.0F, 0.5F, -inf}, MessageFault::not_finite},
      {{1, 2e6F, 1.0F, 0.5F, 0.0F}, MessageFault::power},
      {{1, 0.0F, 1.0F, 0.5F, -2e6F}, MessageFault::power},
      {{1, 0.0F, -0.1F, 0.5F, 0.0F}, MessageFault::voltage},
      {{1, 0.0F, 2.1F, 0.5F, 0.0F}, MessageFault::voltage},
      {{1, 0.0F, 1.0F, 1.01F, 0.0F}, MessageFault::charge},
      {{1, 0.0F, 1.0F, -0.5F, 0.0F}, MessageFault::charge},
  };
  for (const auto& each : cases) {
    balance::NeighbourMessage read{77, 1.0F, 1.0F, 1.0F, 1.0F};
    CHECK(balance::decode(balance::encode(each.said), read) == each.fault);
    CHECK(read.agent == 77);
    CHECK(std::string(balance::name_of(each.fault)).size() > 10);
  }
  balance::NeighbourMessage read;
  CHECK(balance::decode(std::vector<std::uint8_t>(23), read) == MessageFault::size);
  CHECK(balance::decode(std::vector<std::uint8_t>(25), read) == MessageFault::size);
  balance::NeighbourOffer offer;
  auto bytes = balance::encode(balance::NeighbourOffer{1, 1.0F, 0, balance::OfferKind::offer});
  bytes[14] = 3;
  CHECK(balance::decode(bytes, offer) == MessageFault::kind);
  CHECK(balance::decode(std::vector<std::uint8_t>(24), offer) == MessageFault::size);
  CHECK(balance::decode(balance::encode(balance::NeighbourOffer{1, nan}), offer) ==
        MessageFault::not_finite);
  CHECK(balance::decode(balance::encode(balance::NeighbourOffer{1, 2e6F}), offer) ==
        MessageFault::power);
  CHECK(balance::decode(balance::encode(balance::NeighbourOffer{-9, 1.0F}), offer) ==
        MessageFault::agent);
}
