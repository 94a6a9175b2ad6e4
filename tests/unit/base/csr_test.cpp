// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/base/csr.hpp"

#include <doctest/doctest.h>

using namespace gridswarm;

TEST_CASE("grouping lists each row's things in ascending order and leaves out the rest") {
  const std::vector<Index> key = {1, none, 0, 1, 7};
  const Csr rows = group_by(key, 3);
  REQUIRE(rows.rows() == 3);
  CHECK(std::vector<Index>(rows.row(0).begin(), rows.row(0).end()) == std::vector<Index>{2});
  CHECK(std::vector<Index>(rows.row(1).begin(), rows.row(1).end()) == std::vector<Index>{0, 3});
  CHECK(rows.row(2).empty());
}
