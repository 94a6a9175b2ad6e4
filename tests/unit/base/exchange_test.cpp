// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/base/exchange.hpp"

#include <doctest/doctest.h>

using namespace gridswarm;

TEST_CASE("pretended ranks receive what was sent to them, and only foreign mail is counted") {
  LocalExchange exchange(3);
  Mail mail = make_mail(exchange);
  for (int source = 0; source < 3; ++source)
    for (int target = 0; target < 3; ++target)
      mail.out[source][target] = Bytes(1, static_cast<std::byte>(10 * source + target));
  exchange.exchange(mail);
  for (int source = 0; source < 3; ++source)
    for (int target = 0; target < 3; ++target) {
      REQUIRE(mail.in[target][source].size() == 1);
      CHECK(mail.in[target][source][0] == static_cast<std::byte>(10 * source + target));
      CHECK(mail.out[source][target].empty());
    }
  CHECK(exchange.traffic().rounds == 1);
  CHECK(exchange.traffic().bytes == 6);
}
