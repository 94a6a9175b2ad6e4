// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/cluster_record.hpp"

#include <doctest/doctest.h>

#include "sample_cluster.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

TEST_CASE("any two quorums share an honest member, and the honest alone are a quorum") {
  const int expected[] = {3, 4, 4, 5, 6, 6, 7};  // by hand for n = 4 .. 10
  for (int n = 1; n <= 100; ++n) {
    CAPTURE(n);
    const int f = tolerated_of(n), q = quorum_of(n);
    CHECK(3 * f < n);
    CHECK(2 * q - n > f);
    CHECK(q <= n - f);
    if (n >= 4 && n <= 10) CHECK(q == expected[n - 4]);
  }
}

TEST_CASE("seats are drawn without regard to order, from all if there are too few") {
  const Hash genesis = test::sample_genesis();
  const std::vector<std::int64_t> three = {9, 4, 7};
  CHECK(draw_committee(genesis, 1, 1, three, 7) == std::vector<std::int64_t>{4, 7, 9});
  std::vector<std::int64_t> members, backwards;
  for (int i = 0; i < 40; ++i) members.push_back(i);
  backwards.assign(members.rbegin(), members.rend());
  const auto drawn = draw_committee(genesis, 1, 1, members, 7);
  CHECK(drawn.size() == 7);
  CHECK(drawn == draw_committee(genesis, 1, 1, backwards, 7));
  CHECK(drawn != draw_committee(genesis, 1, 2, members, 7));
  CHECK(drawn != draw_committee(genesis, 2, 1, members, 7));
}

TEST_CASE("every member sits on the committee about equally often") {
  std::vector<std::int64_t> members;
  for (int i = 0; i < 20; ++i) members.push_back(i);
  std::vector<int> seated(20);
  for (std::uint64_t epoch = 0; epoch < 2000; ++epoch)
    for (const std::int64_t agent : draw_committee(test::sample_genesis(), 3, epoch, members, 7))
      ++seated[static_cast<std::size_t>(agent)];
  for (const int times : seated) {  // 700 expected, standard deviation 21
    CHECK(times > 600);
    CHECK(times < 800);
  }
}

TEST_CASE("a cluster's record lies where the format says, 879 bytes with seven seats") {
  test::SampleCluster cluster(12);
  const ClusterTree tree = cluster.certify(3, 4);
  CHECK(tree.record.size() == 72 + 200 + 1 + 7 * 40 + 1 + 5 * 65);
  CHECK(tree.record.size() == 879);
  const Record record = *decode_record(tree.record);
  CHECK(record.kind == Kind::cluster);
  CHECK(record.author == 3 * (std::int64_t{1} << 61) + 5);
  CHECK(record.author_sequence == 1);
  CHECK(record.tick == 4);
  CHECK(record.cluster_epoch == 3);
  Reader reader(record.payload);
  CHECK(reader.hash() == test::sample_genesis());
  CHECK(reader.i64() == 5);
  CHECK(reader.u64() == 3);
  CHECK(reader.i64() == 4);
  CHECK(reader.u64() == 1);
  CHECK(reader.hash() == Hash{});
  CHECK(reader.u64() == 12);
}

TEST_CASE("decoding gives back what was encoded, for 1 to 10 seats") {
  for (int devices = 1; devices <= 10; ++devices) {
    test::SampleCluster cluster(devices);
    cluster.seats = max_seats;
    const ClusterTree tree = cluster.certify(1, 1);
    const ClusterRecord record = test::cluster_of(tree.record);
    CHECK(record.committee.size() == static_cast<std::size_t>(devices));
    CHECK(cluster_leaf(record) == tree.record);
    CHECK(check_certificate(record) == ClusterRefusal::none);
  }
}

TEST_CASE("a record cut off anywhere, or with a byte too many, is none") {
  test::SampleCluster cluster(4);
  const Bytes leaf = cluster.certify(1, 1).record;
  const Record whole = *decode_record(leaf);
  for (std::size_t size = 0; size < whole.payload.size(); ++size) {
    Record part = whole;
    part.payload = whole.payload.first(size);
    CHECK_FALSE(decode_cluster_record(part));
  }
  Bytes longer(whole.payload.begin(), whole.payload.end());
  longer.push_back(std::byte{0});
  Record part = whole;
  part.payload = longer;
  CHECK_FALSE(decode_cluster_record(part));
}

TEST_CASE("no flipped bit leaves a record that a quorum certified") {
  test::SampleCluster cluster(4);
  const Bytes leaf = cluster.certify(1, 1).record;
  int decoded = 0;
  for (std::size_t bit = 0; bit < 8 * leaf.size(); ++bit) {
    Bytes flipped = leaf;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    const auto record = decode_record(flipped);
    const auto back = record ? decode_cluster_record(*record) : std::nullopt;
    if (!back) continue;
    ++decoded;
    CHECK(cluster_leaf(*back) == flipped);
    CHECK(check_certificate(*back) != ClusterRefusal::none);
  }
  CHECK(decoded > 1000);  // most bits are hashes, keys and signatures: they decode and are refused
}

TEST_CASE("a certificate needs q different seats of the statement's committee") {
  for (int n = 4; n <= 10; ++n) {
    CAPTURE(n);
    test::SampleCluster cluster(n);
    cluster.seats = n;
    const Entries leaves = cluster.write(1);
    ClusterRecord record = cluster.draft(leaves, 1, 1);
    cluster.sign_by(record);
    CHECK(check_certificate(record) == ClusterRefusal::none);
    cluster.sign_by(record, quorum_of(n) - 1);
    CHECK(check_certificate(record) == ClusterRefusal::below_quorum);
    record.signatures.push_back(record.signatures[0]);
    CHECK(check_certificate(record) == ClusterRefusal::counted_twice);
    record.signatures.back().seat = static_cast<std::uint8_t>(n);
    CHECK(check_certificate(record) == ClusterRefusal::unknown_member);
    // A signature that belongs to another seat.
    record.signatures.back() = {static_cast<std::uint8_t>(n - 1), record.signatures[0].bytes};
    CHECK(check_certificate(record) == ClusterRefusal::bad_signature);
  }
}

TEST_CASE("one member or one key in two seats counts for nothing") {
  test::SampleCluster cluster(7);
  const Entries leaves = cluster.write(1);
  ClusterRecord twice = cluster.draft(leaves, 1, 1);
  twice.committee[1] = twice.committee[0];
  twice.statement.committee = committee_hash(twice.committee);
  cluster.sign_by(twice);
  CHECK(check_certificate(twice) == ClusterRefusal::counted_twice);
  ClusterRecord key = cluster.draft(leaves, 1, 1);
  key.committee[1].key = key.committee[0].key;
  key.statement.committee = committee_hash(key.committee);
  CHECK(check_certificate(key) == ClusterRefusal::counted_twice);
  ClusterRecord other = cluster.draft(leaves, 1, 1);
  other.committee.pop_back();  // without telling the statement
  cluster.sign_by(other);
  CHECK(check_certificate(other) == ClusterRefusal::wrong_committee);
}
