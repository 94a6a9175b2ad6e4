// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/cluster_register.hpp"

#include <doctest/doctest.h>

#include "sample_cluster.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

/// A cluster whose first tick is in the register.
struct Scene {
  test::SampleCluster cluster{12};
  ClusterRegister known = cluster.make_register();
  ClusterTree first;

  Scene() {
    first = cluster.certify(1, 1);
    REQUIRE(admit_tree(first) == ClusterRefusal::none);
  }

  ClusterRefusal admit_tree(const ClusterTree& tree) {
    return admit_record(test::cluster_of(tree.record), tree.leaves);
  }

  ClusterRefusal admit_record(const ClusterRecord& record, const Entries& leaves) {
    const auto sequences = sequences_of(leaves);
    REQUIRE(sequences);
    return admit(known, record, cluster_leaf(record), {cluster.members, *sequences});
  }

  /// Refused for that reason, and the register is as before: the right record still enters.
  void check_refused(ClusterRecord record, const Entries& leaves, ClusterRefusal expected,
                     bool sign_again = true) {
    if (sign_again) cluster.sign_by(record);
    CHECK(admit_record(record, leaves) == expected);
    const ClusterChain& chain = known.clusters.at(cluster.cluster);
    CHECK(chain.number == 1);
    CHECK(chain.tip == cluster.tip);
  }
};

}  // namespace

TEST_CASE("records of a cluster enter one after the other, across epochs") {
  Scene scene;
  for (std::int64_t tick = 2; tick < 6; ++tick) {
    CAPTURE(tick);
    CHECK(scene.admit_tree(scene.cluster.certify(static_cast<std::uint64_t>(1 + tick / 3), tick)) ==
          ClusterRefusal::none);
  }
  CHECK(scene.known.clusters.at(5).number == 5);
  CHECK(scene.known.sequences.at(100) == 5);
}

TEST_CASE("a second record for the same cluster, epoch and tick is refused, the same or another") {
  Scene scene;
  CHECK(scene.admit_tree(scene.first) == ClusterRefusal::already_recorded);
  const Entries other = scene.cluster.write(1);
  scene.check_refused(scene.cluster.draft(other, 1, 1), other, ClusterRefusal::already_recorded);
}

TEST_CASE("what does not follow the last record is refused: old, with a gap, or linked elsewhere") {
  Scene scene;
  const Entries leaves = scene.cluster.write(2);
  const ClusterRecord good = scene.cluster.draft(leaves, 1, 2);
  const auto with = [&](auto&& change) {
    ClusterRecord record = good;
    change(record.statement);
    return record;
  };
  scene.check_refused(with([](auto& s) { s.epoch = 0; }), leaves, ClusterRefusal::stale);
  scene.check_refused(with([](auto& s) { s.tick = 0; }), leaves, ClusterRefusal::stale);
  scene.check_refused(with([](auto& s) { s.epoch = 2, s.tick = 1; }), leaves,
                      ClusterRefusal::stale);
  scene.check_refused(with([](auto& s) { s.number = 3; }), leaves, ClusterRefusal::gap);
  scene.check_refused(with([](auto& s) { s.number = 1; }), leaves, ClusterRefusal::gap);
  scene.check_refused(with([](auto& s) { s.predecessor = Hash{}; }), leaves,
                      ClusterRefusal::wrong_predecessor);
  scene.check_refused(with([](auto& s) { s.genesis = Hash{}; }), leaves,
                      ClusterRefusal::wrong_genesis);
  ClusterRecord signed_good = good;
  scene.cluster.sign_by(signed_good);
  CHECK(scene.admit_record(signed_good, leaves) == ClusterRefusal::none);
}

TEST_CASE("a certificate below quorum, a member twice, a wrong signature are refused") {
  Scene scene;
  const Entries leaves = scene.cluster.write(2);
  ClusterRecord record = scene.cluster.draft(leaves, 1, 2);
  scene.cluster.sign_by(record, quorum_of(7) - 1);
  scene.check_refused(record, leaves, ClusterRefusal::below_quorum, false);
  record.signatures.push_back(record.signatures[0]);
  scene.check_refused(record, leaves, ClusterRefusal::counted_twice, false);
  scene.cluster.sign_by(record);
  record.signatures[0].bytes[5] ^= std::byte{1};
  scene.check_refused(record, leaves, ClusterRefusal::bad_signature, false);
}

TEST_CASE("seats of who is unknown, has left, has another key or was not drawn are refused") {
  Scene scene;
  const Entries leaves = scene.cluster.write(2);
  const ClusterRecord good = scene.cluster.draft(leaves, 1, 2);
  const std::int64_t seated = good.committee[2].agent;
  scene.known.devices.erase(seated);
  scene.check_refused(good, leaves, ClusterRefusal::unknown_member);
  enroll(scene.known, seated, demo_device_key(2, seated).public_key);
  scene.check_refused(good, leaves, ClusterRefusal::wrong_key);
  scene.known.devices.erase(seated);
  CHECK(enroll(scene.known, seated, good.committee[2].key) == ClusterRefusal::none);
  CHECK(enroll(scene.known, seated, good.committee[2].key) == ClusterRefusal::known_device);
  set_member(scene.known, seated, false);
  scene.check_refused(good, leaves, ClusterRefusal::member_left);
  set_member(scene.known, seated, true);
  ClusterRecord fewer = good;  // a committee of the cluster's own choice
  fewer.committee.resize(4);
  fewer.statement.committee = committee_hash(fewer.committee);
  scene.check_refused(fewer, leaves, ClusterRefusal::wrong_committee);
}

TEST_CASE("a device's record that was there before is refused, and so are other numbers") {
  Scene scene;
  Entries replayed;  // tick 1's leaves again, certified for tick 2
  for (std::size_t i = 0; i < scene.first.leaves.size(); ++i)
    replayed.push_back(scene.first.leaves[i]);
  scene.check_refused(scene.cluster.draft(replayed, 1, 2), replayed,
                      ClusterRefusal::replayed_sequence);
  const Entries leaves = scene.cluster.write(2);
  ClusterRecord record = scene.cluster.draft(leaves, 1, 2);
  record.statement.count += 1;
  scene.check_refused(record, leaves, ClusterRefusal::wrong_sequences);
  record.statement.count -= 1;
  record.statement.sequences = Hash{};
  scene.check_refused(record, leaves, ClusterRefusal::wrong_sequences);
}

TEST_CASE("a device that moves takes its sequence along: another cluster can't replay it either") {
  Scene scene;
  test::SampleCluster other(12, 6);
  const ClusterTree tree = other.certify(1, 1);  // the same devices, numbers from 1 again
  CHECK(admit(scene.known, test::cluster_of(tree.record), tree.record,
              {other.members, *sequences_of(tree.leaves)}) == ClusterRefusal::replayed_sequence);
}

TEST_CASE("members find records that are unsigned, forged, foreign or of another tick") {
  test::SampleCluster cluster(5);
  const Entries leaves = cluster.write(1);
  const ClusterStatement s = cluster.draft(leaves, 1, 1).statement;
  CHECK(find_fault(leaves, s, cluster.key_of()).empty());
  const auto fault_of = [&](auto&& change) {
    Entries changed;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      Record record = *decode_record(leaves[i]);
      if (i == 2) change(record);
      append(changed, record);
    }
    return find_fault(changed, s, cluster.key_of());
  };
  CHECK(fault_of([](Record& r) { r.signature.reset(); }).find("not signed") != std::string::npos);
  CHECK(fault_of([](Record& r) { r.schema = 9; }).find("wrong signature") != std::string::npos);
  CHECK(fault_of([](Record& r) { r.author = 4; }).find("without a key") != std::string::npos);
  CHECK(fault_of([](Record& r) { r.tick = 2; }).find("another tick") != std::string::npos);
  CHECK(fault_of([](Record& r) { r.genesis = Hash{}; }).find("another log") != std::string::npos);
  CHECK(fault_of([](Record& r) { r.author = device_author_end + 6; }).find("nor this cluster") !=
        std::string::npos);
}

TEST_CASE("a device's key enters by a record that this key signed, and by no other") {
  const SigningKey key = demo_device_key(1, 100);
  const Bytes leaf = key_leaf(test::sample_genesis(), 100, 1, key);
  CHECK(leaf.size() == 72 + 32 + 64);
  CHECK(decode_key(*decode_record(leaf)) == key.public_key);
  for (std::size_t bit = 0; bit < 8 * leaf.size(); ++bit) {
    Bytes flipped = leaf;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    const auto record = decode_record(flipped);
    if (record) CHECK_FALSE(decode_key(*record));
  }
}
