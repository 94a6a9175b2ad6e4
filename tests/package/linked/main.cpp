// SPDX-License-Identifier: BSD-3-Clause
// A user of the linked library: a little of what a planner does, ended by one status.
#include <gridswarm/base/csr.hpp>
#include <gridswarm/base/random.hpp>
#include <gridswarm/kernel/isa.hpp>
#include <vector>

int main() {
  using namespace gridswarm;
  const std::vector<Index> key = {1, 0, 1};
  const Csr rows = group_by(key, 2);
  const bool right = rows.rows() == 2 && rows.row(1).size() == 2 &&
                     draw(0, static_cast<Stream>(0), 0, 0)[0] == 0x6627e8d5u &&
                     kernel::is_supported(kernel::Isa::baseline);
  return right ? 0 : 1;
}
