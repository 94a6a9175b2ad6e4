// SPDX-License-Identifier: BSD-3-Clause
// Known answers: the kat_vectors file of Random123 for philox4x32-10 (D. E. Shaw Research).
#include "gridswarm/base/random.hpp"

#include <doctest/doctest.h>

using namespace gridswarm;

TEST_CASE("draw() is Philox4x32-10 with the documented counter and key") {
  // kat: counter 0 0 0 0, key 0 0 -> 6627e8d5 e169c58d bc57ac4c 9b00dbd8
  const auto zero = draw(0, static_cast<Stream>(0), 0, 0);
  CHECK(zero == std::array<std::uint32_t, 4>{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
  // kat: counter and key all ones -> 408f276d 41c83b0e a20bc7c6 6d5451fd
  const auto ones = draw(~0ull, static_cast<Stream>(~0u), ~0ull, ~0u);
  CHECK(ones == std::array<std::uint32_t, 4>{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
  // kat: pi digits -> d16cfe09 94fdcceb 5001e420 24126ea1
  const auto digits = draw(0x299f31d0a4093822ull, static_cast<Stream>(0x03707344u),
                           0x85a308d3243f6a88ull, 0x13198a2eu);
  CHECK(digits == std::array<std::uint32_t, 4>{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u});
}

TEST_CASE("uniform numbers stay in [0, 1) and fill it evenly") {
  double sum = 0.0;
  for (int i = 0; i < 10000; ++i) {
    const double u = draw_uniform(7, Stream::test, i, 0);
    REQUIRE(u >= 0.0);
    REQUIRE(u < 1.0);
    sum += u;
  }
  CHECK(sum / 10000 == doctest::Approx(0.5).epsilon(0.02));  // 5 sigma of 1/sqrt(12 n) is 0.014
}

TEST_CASE("draw_below reaches every value under its bound and none above") {
  std::array<int, 5> seen{};
  for (int i = 0; i < 1000; ++i) ++seen.at(draw_below(3, Stream::test, i, 1, 5));
  for (int count : seen) CHECK(count > 100);
}
