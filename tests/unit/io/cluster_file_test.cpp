// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/cluster_file.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/csr.hpp"

namespace {

using namespace gridswarm;

fleet::Fleet three_agents() {
  fleet::Fleet fleet;
  fleet.plate.id = {5, 7, 9};
  fleet.plate.bus = {0, 1, 1};
  return fleet;
}

cluster::Clusters from(const char* text, const fleet::Fleet& fleet) {
  return io::clusters_from_table(io::parse_csv(text, "c.csv"), fleet);
}

std::string refusal(const char* text) {
  try {
    (void)from(text, three_agents());
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST_CASE("clusters are written by agent, without cluster as an empty cell, and read back") {
  feeder::Case grid;
  grid.buses.id = {10, 20};
  const fleet::Fleet fleet = three_agents();
  cluster::Clusters clusters;
  clusters.of = {0, none, 0};
  clusters.members = group_by(clusters.of, 1);
  clusters.id = {5};
  clusters.leader = {2};
  const std::string text = io::clusters_text(grid, fleet, clusters);
  CHECK(text == "agent,bus,cluster,leader\n5,10,5,0\n7,20,,0\n9,20,5,1\n");
  const cluster::Clusters back = from(text.c_str(), fleet);
  CHECK(back.of == clusters.of);
  CHECK(back.id == clusters.id);
  CHECK(back.leader == clusters.leader);
  CHECK(back.members.items == clusters.members.items);
}

TEST_CASE("agents the fleet lacks are left out, agents the file lacks have no cluster") {
  const cluster::Clusters read = from("agent,cluster\n9,4\n6,4\n8,3\n", three_agents());
  CHECK(read.of == std::vector<Index>{none, none, 0});
  CHECK(read.id == std::vector<ClusterId>{4});
  CHECK(read.leader == std::vector<Index>{none});
}

TEST_CASE("a membership of other agents is refused, one of nobody is not") {
  CHECK(refusal("agent,cluster\n6,1\n8,1\n") ==
        "c.csv: none of its 2 agents is in the fleet; it is the membership of other agents");
  CHECK(from("agent,cluster\n", three_agents()).size() == 0);
  CHECK(from("agent,cluster\n5,\n", three_agents()).size() == 0);
}

TEST_CASE("a membership that can't be right is refused with its line") {
  CHECK(refusal("agent,cluster\n5,1\n5,2\n").find("c.csv:3") == 0);
  CHECK(refusal("agent,cluster\n5,1\n5,2\n").find("line 2") != std::string::npos);
  CHECK(refusal("agent,bus\n5,1\n").find("cluster") != std::string::npos);
  CHECK(refusal("agent,cluster\n5,one\n").find("c.csv:2") == 0);
  CHECK(refusal("agent,cluster,leader\n5,1,2\n").find("must be 1 or 0") != std::string::npos);
  CHECK(refusal("agent,cluster,leader\n5,1,1\n7,1,1\n").find("second leader of cluster 1") !=
        std::string::npos);
}

}  // namespace
