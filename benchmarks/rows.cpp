// SPDX-License-Identifier: BSD-3-Clause
#include "rows.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

namespace gridswarm::bench {

bool meets_bar(const Row& row) {
  if (row.op == "<=") return row.value <= row.bar;
  if (row.op == ">=") return row.value >= row.bar;
  return true;
}

void print_rows(std::span<const Row> rows, bool json) {
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Row& row : rows) {
      nlohmann::ordered_json one = {{"name", row.name}, {"value", row.value}, {"unit", row.unit}};
      one["op"] = row.op.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.op);
      one["bar"] = row.op.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.bar);
      one["repeats"] = row.repeats;
      one["command"] = row.command;
      list.push_back(one);
    }
    std::printf("%s\n", nlohmann::ordered_json{{"rows", list}}.dump().c_str());
    return;
  }
  for (const Row& row : rows) {
    std::printf("%-44s %10.4g %-8s", row.name.c_str(), row.value, row.unit.c_str());
    if (!row.op.empty())
      std::printf(" %s %-8.4g %s", row.op.c_str(), row.bar, meets_bar(row) ? "met" : "MISSED");
    std::printf("\n");
  }
}

bool wants_json(int argc, char** argv) {
  for (int k = 1; k < argc; ++k)
    if (std::strcmp(argv[k], "--json") == 0) return true;
  return false;
}

}  // namespace gridswarm::bench
