// SPDX-License-Identifier: BSD-3-Clause
// Certificates over links that delay, lose and part: safety by the count of liars, progress by that
// of who can be heard. Oracle: check_certificate, and times that can be added by hand.
#include "gridswarm/ledger/committee_links.hpp"

#include <doctest/doctest.h>

#include "gridswarm/base/error.hpp"
#include "sample_cluster.hpp"

using namespace gridswarm;
using ledger::Certification;
using ledger::Conduct;
using link::ns_per_ms;
using link::ns_per_s;

namespace {

link::Model model_of(double delay_ms, double sigma = 0.0, double loss = 0.0) {
  link::LinkOptions options;
  options.delay_ms = delay_ms;
  options.sigma = sigma;
  options.loss = loss;
  return link::model_of(options);
}

/// A committee of n, and one or two gateways with statements of the same tick.
struct Scene {
  test::SampleCluster cluster;
  ledger::Committee committee;
  std::vector<ledger::SigningKey> keys;
  std::vector<Conduct> conducts;
  std::vector<ledger::ClusterStatement> statements;

  Scene(int seats, int gateways) : cluster(seats) {
    cluster.seats = seats;
    const ledger::Entries leaves = cluster.write(3);
    const ledger::ClusterRecord draft = cluster.draft(leaves, 1, 3);
    committee = draft.committee;
    for (const ledger::Seat& seat : committee) keys.push_back(cluster.keys.at(seat.agent));
    conducts.assign(seats, Conduct::honest);
    for (int g = 0; g < gateways; ++g) {
      statements.push_back(draft.statement);
      statements.back().root[0] ^= static_cast<std::byte>(g);
    }
  }

  std::vector<Certification> certify(link::Network& network, const ledger::CommitteeLinks& links,
                                     link::Nanoseconds give_up_ns = 10 * ns_per_s) const {
    return certify_over_links(network, links, committee, keys, conducts, statements,
                              100 * ns_per_ms, give_up_ns);
  }

  std::vector<Certification> certify(std::uint64_t seed, const link::Model& model) const {
    const auto seats = static_cast<Index>(committee.size());
    const auto gateways = static_cast<Index>(statements.size());
    link::Network network = link::make_network(seats + gateways, 2, seed);
    const Index row = link::add_model(network, model);
    const ledger::CommitteeLinks links = ledger::add_committee_links(network, seats, gateways, row);
    return certify(network, links);
  }
};

}  // namespace

TEST_CASE("a committee of 7 over links of 10 ms certifies after 20 ms, with 14 messages") {
  const Scene scene(7, 1);
  link::Network network = link::make_network(8, 2, 1);
  const Index model = link::add_model(network, model_of(10.0));
  const ledger::CommitteeLinks links = ledger::add_committee_links(network, 7, 1, model);
  const Certification result = scene.certify(network, links)[0];
  CHECK(result.certified);
  CHECK(result.took_s == 0.020);
  CHECK(network.totals.sent == 14);
  CHECK(network.totals.bytes_sent == 7 * (208 + 73));
  CHECK(result.asked_again == 0);
  CHECK(result.record.signatures.size() == 5);  // 2 f + 1 of 3 f + 1, f = 2
  CHECK(check_certificate(result.record) == ledger::ClusterRefusal::none);
}

TEST_CASE("a gateway that looks at one signature each 2 ms is done when it has seen the fifth") {
  const Scene scene(7, 1);
  link::Network network = link::make_network(8, 2, 1);
  const Index model = link::add_model(network, model_of(10.0));
  const ledger::CommitteeLinks links = ledger::add_committee_links(network, 7, 1, model);
  link::limit_ingest(network, 7, 2 * ns_per_ms, 6);
  CHECK(scene.certify(network, links)[0].took_s == 0.030);
}

TEST_CASE("with as many liars as are tolerated a certificate comes through loss of 20 %") {
  for (const int seats : {4, 7, 10}) {
    for (const Conduct conduct : {Conduct::silent, Conduct::forges, Conduct::signs_anything}) {
      Scene scene(seats, 1);
      for (int i = 0; i < ledger::tolerated_of(seats); ++i) scene.conducts[i] = conduct;
      std::int64_t refused = 0;
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Certification result = scene.certify(seed, model_of(10.0, 0.5, 0.2))[0];
        CHECK(result.certified);
        CHECK(check_certificate(result.record) == ledger::ClusterRefusal::none);
        refused += result.refused;
      }
      CHECK((refused > 0) == (conduct == Conduct::forges));
    }
  }
}

TEST_CASE("one liar more who keeps silent stops the certificate for good") {
  Scene scene(7, 1);
  for (int i = 0; i < 3; ++i) scene.conducts[i] = Conduct::silent;
  const Certification result = scene.certify(1, model_of(10.0))[0];
  CHECK_FALSE(result.certified);
  CHECK(result.record.signatures.size() == 4);
  CHECK(check_certificate(result.record) == ledger::ClusterRefusal::below_quorum);
}

TEST_CASE("two gateways never both get a certificate of one tick while few enough lie") {
  int one = 0, neither = 0;
  for (const int seats : {4, 5, 6, 7, 10}) {
    Scene scene(seats, 2);
    for (int i = 0; i < ledger::tolerated_of(seats); ++i)
      scene.conducts[i] = Conduct::signs_anything;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      const std::vector<Certification> result = scene.certify(seed, model_of(10.0, 0.5, 0.1));
      CHECK_FALSE((result[0].certified && result[1].certified));
      (result[0].certified || result[1].certified ? one : neither) += 1;
    }
  }
  CHECK(one > 0);      // the race is decided here,
  CHECK(neither > 0);  // and split there
}

TEST_CASE("with one liar more than tolerated two certificates of one tick do come about") {
  Scene scene(7, 2);
  for (int i = 0; i < 3; ++i) scene.conducts[i] = Conduct::signs_anything;
  int both = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::vector<Certification> result = scene.certify(seed, model_of(10.0, 0.5));
    both += result[0].certified && result[1].certified;
  }
  CHECK(both > 0);
}

TEST_CASE("while a partition leaves the gateway three of seven there is none, and one soon after") {
  const Scene scene(7, 1);
  link::Network network = link::make_network(8, 2, 1);
  const Index model = link::add_model(network, model_of(10.0));
  const ledger::CommitteeLinks links = ledger::add_committee_links(network, 7, 1, model);
  link::add_partition(network, {0, ns_per_s, {0, 0, 0, 1, 1, 1, 1, 0}});
  const Certification result = scene.certify(network, links)[0];
  CHECK(result.certified);
  CHECK(result.took_s >= 1.0);
  CHECK(result.took_s <= 1.0 + 0.1 + 0.02);  // the next question and its answer
}

TEST_CASE("a seed tells every message again") {
  const Scene scene(7, 2);
  const link::Model model = model_of(10.0, 0.5, 0.2);
  const std::vector<Certification> first = scene.certify(9, model), again = scene.certify(9, model);
  for (int g = 0; g < 2; ++g) {
    CHECK(first[g].record == again[g].record);
    CHECK(first[g].took_s == again[g].took_s);
  }
}

TEST_CASE("simulations that can't be are refused") {
  Scene scene(4, 1);
  link::Network network = link::make_network(4, 2, 1);
  const Index model = link::add_model(network, model_of(10.0));
  CHECK_THROWS_WITH_AS(ledger::add_committee_links(network, 4, 1, model),
                       "a network of 4 nodes for 4 seats and 1 gateways: make one node for each",
                       UsageError);
  link::Network enough = link::make_network(5, 2, 1);
  const Index row = link::add_model(enough, model_of(10.0));
  const ledger::CommitteeLinks links = ledger::add_committee_links(enough, 4, 1, row);
  scene.conducts.pop_back();
  CHECK_THROWS_AS(scene.certify(enough, links), UsageError);
}
