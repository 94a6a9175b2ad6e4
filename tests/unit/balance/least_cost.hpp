// SPDX-License-Identifier: BSD-3-Clause
// Minimum-cost flow by successive shortest paths: the linear programme that a matching answers.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

struct Arc {
  int from, to;
  double capacity, cost;
};

/// Least cost of sending `amount` from node 0 to node 1; arcs without a round of negative cost.
inline double least_cost(int nodes, const std::vector<Arc>& given, double amount) {
  std::vector<Arc> arcs;  // arc 2k and its way back 2k + 1
  for (const Arc& arc : given) {
    arcs.push_back(arc);
    arcs.push_back({arc.to, arc.from, 0.0, -arc.cost});
  }
  double cost = 0.0;
  while (amount > 1e-9) {
    std::vector<double> distance(nodes, std::numeric_limits<double>::infinity());
    std::vector<int> by(nodes, -1);
    distance[0] = 0.0;
    for (int round = 0; round < nodes; ++round)
      for (std::size_t k = 0; k < arcs.size(); ++k)
        if (arcs[k].capacity > 1e-12 &&
            distance[arcs[k].from] + arcs[k].cost < distance[arcs[k].to] - 1e-12) {
          distance[arcs[k].to] = distance[arcs[k].from] + arcs[k].cost;
          by[arcs[k].to] = static_cast<int>(k);
        }
    REQUIRE(by[1] >= 0);
    double step = amount;
    for (int at = 1; at != 0; at = arcs[by[at]].from) step = std::min(step, arcs[by[at]].capacity);
    for (int at = 1; at != 0; at = arcs[by[at]].from) {
      arcs[by[at]].capacity -= step;
      arcs[by[at] ^ 1].capacity += step;
    }
    cost += step * distance[1];
    amount -= step;
  }
  return cost;
}
