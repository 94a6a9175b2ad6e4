// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/cluster_picture.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/error.hpp"

namespace {

using namespace gridswarm;

/// A line of `buses` buses from the source at position 0.
feeder::Forest line(Index buses) {
  feeder::Forest forest;
  forest.roots = 1;
  for (Index q = 0; q < buses; ++q) {
    forest.bus.push_back(q);
    forest.position.push_back(q);
    forest.parent.push_back(q - 1);
  }
  return forest;
}

cluster::Clusters clusters_of(std::vector<Index> of, Index rows, std::vector<Index> leader) {
  cluster::Clusters clusters;
  clusters.members = group_by(of, rows);
  clusters.of = std::move(of);
  for (Index row = 0; row < rows; ++row) clusters.id.push_back(row);
  clusters.leader = std::move(leader);
  return clusters;
}

Index count(const std::string& text, const std::string& word) {
  Index n = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; ++at) ++n;
  return n;
}

TEST_CASE("wires have the colour of the cluster with members on both sides, others are grey") {
  feeder::Case grid;
  grid.name = "a<b";
  fleet::Fleet fleet;  // buses 1, 3 in cluster 0, bus 4 in cluster 1, both at bus 5
  fleet.plate.id = {1, 2, 3, 4, 5};
  fleet.plate.bus = {1, 3, 4, 5, 5};
  const auto clusters = clusters_of({0, 0, 1, 1, none}, 2, {0, 3});
  const std::string text = io::cluster_picture(grid, line(7), fleet, clusters);
  // Wires: 0-1 and 3-4, 5-6 grey; 1-2, 2-3 first colour; 4-5 second.
  CHECK(count(text, "stroke=\"#B5B5B5\"") == 3);
  CHECK(count(text, "stroke=\"#0072B2\"") == 2);
  CHECK(count(text, "stroke=\"#E69F00\"") == 1);
  CHECK(count(text, "<circle") == 6 + 2);  // discs of six buses, two leaders
  CHECK(count(text, "a&lt;b: 5 agents in 2 clusters") == 1);
  CHECK(text.substr(text.size() - 7) == "</svg>\n");
}

TEST_CASE("a bus with agents of two clusters is a divided disc") {
  feeder::Case grid;
  fleet::Fleet fleet;
  fleet.plate.id = {1, 2, 3};
  fleet.plate.bus = {1, 1, 1};
  const std::string text =
      io::cluster_picture(grid, line(2), fleet, clusters_of({0, 1, 1}, 2, {none, none}));
  CHECK(count(text, "<path") == 1 + 2);
  CHECK(count(text, "A6.0 6.0 0 1 1") == 1);  // two of three agents take the large arc
}

TEST_CASE("a case too large to look at is refused") {
  const auto nobody = clusters_of({}, 0, {});
  CHECK_THROWS_AS((void)io::cluster_picture({}, line(io::most_buses_drawn + 1), {}, nobody),
                  UsageError);
}

}  // namespace
