// SPDX-License-Identifier: BSD-3-Clause
// Rows of the control plane: messages, devices, a tick; each group in a file of its own.
#include "control_devices.hpp"
#include "control_links.hpp"
#include "control_tick.hpp"

int main(int argc, char** argv) {
  using namespace gridswarm;
  std::vector<bench::Row> rows = bench::link_rows();
  for (const bench::Row& row : bench::device_rows()) rows.push_back(row);
  for (const bench::Row& row : bench::tick_rows()) rows.push_back(row);
  bench::print_rows(rows, bench::wants_json(argc, argv));
}
