// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/ledger/device_proof.hpp"

#include <doctest/doctest.h>

#include "gridswarm/ledger/file_memory.hpp"
#include "sample_cluster.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

/// A root log of `size` leaves; the cluster's record is leaf `at`.
struct RootLog {
  SigningKey key = demo_key(3);
  VerifierKey verifier = verifier_of(key);
  MemoryTree tree;
  std::uint64_t at = 0;
  std::string checkpoint;

  RootLog(const Bytes& record, std::uint64_t size, std::uint64_t at) : at(at) {
    for (std::uint64_t i = 0; i < size; ++i) {
      Bytes other;
      Writer(other).u64(i);
      tree.append(leaf_hash(i == at ? record : other));
    }
    checkpoint = sign_checkpoint({key.name, size, tree_root(tree, size), {}}, key);
  }
};

DeviceProof make_proof(const test::SampleCluster& cluster, const ClusterTree& tree,
                       std::uint64_t index, RootLog& log) {
  DeviceProof proof;
  const ByteView leaf = tree.leaves[index];
  proof.device = cluster.keys.at(decode_record(leaf)->author).public_key;
  proof.record.assign(leaf.begin(), leaf.end());
  proof.index = index;
  proof.path = prove_leaf(tree.leaves, index);
  proof.cluster = tree.record;
  proof.root_index = log.at;
  proof.root_path = inclusion_proof(log.tree, log.at, log.tree.size());
  proof.checkpoint = log.checkpoint;
  return proof;
}

struct Scene {
  test::SampleCluster cluster;
  ClusterTree tree;
  RootLog log;
  DeviceProof proof;
  DeviceProofOptions options;

  explicit Scene(int devices = 100, std::uint64_t size = 5000)
      : cluster(devices),
        tree(cluster.certify(1, 1)),
        log(tree.record, size, size / 3),
        proof(make_proof(cluster, tree, 3 % devices, log)) {
    options.log_keys = std::span(&log.verifier, 1);
    options.device = proof.device;
  }

  std::string reason(const DeviceProof& changed) const { return check(changed, options).reason; }
};

bool says(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a device's record proves itself by two paths, without any log") {
  const Scene scene;
  const Bytes file = encode(scene.proof);
  const auto back = decode_device_proof(file);
  REQUIRE(back);
  CHECK(*back == scene.proof);
  const DeviceProofResult result = check(*back, scene.options);
  CHECK(result.reason == "");
  CHECK(result.record.author == 103);
  CHECK(result.cluster.cluster == 5);
  CHECK(result.signers == 5);
  CHECK(result.seats == 7);
  CHECK(result.checkpoint.size == 5000);
  // 100 devices and 5000 leaves: paths of 7 and 13 hashes.
  CHECK(scene.proof.path.size() == 7);
  CHECK(scene.proof.root_path.size() == 13);
  CHECK(file.size() == 8 + 32 + (2 + 184 + 9 + 7 * 32) + (2 + 879 + 9 + 13 * 32) + 2 +
                           scene.log.checkpoint.size());
  CHECK(file.size() < 2560);
}

TEST_CASE("every device of every size of cluster can be proved") {
  for (const int devices : {1, 2, 3, 7, 8, 9, 33}) {
    Scene scene(devices, 2 * static_cast<std::uint64_t>(devices));
    for (int i = 0; i < devices; ++i) {
      DeviceProof proof =
          make_proof(scene.cluster, scene.tree, static_cast<std::uint64_t>(i), scene.log);
      scene.options.device = proof.device;
      CHECK(scene.reason(proof) == "");
    }
  }
}

TEST_CASE("a proof cut off anywhere, or with a byte too many, is none") {
  const Scene scene(4, 8);
  Bytes file = encode(scene.proof);
  for (std::size_t size = 0; size < file.size(); ++size)
    CHECK_FALSE(decode_device_proof(ByteView(file).first(size)));
  file.push_back(std::byte{0});
  CHECK_FALSE(decode_device_proof(file));
}

TEST_CASE("no flipped bit of a proof still proves") {
  const Scene scene(4, 8);
  const Bytes file = encode(scene.proof);
  int decoded = 0;
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    Bytes flipped = file;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    const auto proof = decode_device_proof(flipped);
    if (!proof) continue;
    ++decoded;
    CHECK(encode(*proof) == flipped);
    CHECK_FALSE(check(*proof, scene.options).ok());
  }
  CHECK(decoded > 5000);
}

TEST_CASE("what is wrong with a proof is said") {
  const Scene scene;
  const auto reason = [&](auto&& change) {
    DeviceProof proof = scene.proof;
    change(proof);
    return scene.reason(proof);
  };
  CHECK(says(reason([](auto& p) { p.index += 1; }), "its cluster's tree"));
  CHECK(says(reason([](auto& p) { p.root_index += 1; }), "the root log"));
  CHECK(says(reason([](auto& p) { p.path.pop_back(); }), "its cluster's tree"));
  CHECK(says(reason([](auto& p) { p.root_path.push_back({}); }), "the root log"));
  CHECK(says(reason([](auto& p) { p.record.pop_back(); }), "the record is malformed"));
  CHECK(says(reason([](auto& p) { p.cluster.pop_back(); }), "cluster's record is malformed"));
  CHECK(says(reason([](auto& p) { p.checkpoint = "x"; }), "checkpoint is malformed"));
  CHECK(says(reason([](auto& p) { p.device = {}; }), "another key"));
  const SigningKey stranger = demo_key(4);
  CHECK(says(reason([&](auto& p) {
               const Checkpoint c = *parse_checkpoint(parse_note(p.checkpoint)->text);
               p.checkpoint = sign_checkpoint(c, stranger);
             }),
             "no known key"));
  CHECK(says(reason([&](auto& p) {
               ClusterRecord record = test::cluster_of(p.cluster);
               record.signatures.pop_back();
               p.cluster = cluster_leaf(record);
             }),
             "too few"));
}

TEST_CASE("another device's record, rightly proved, is not the asked device's") {
  Scene scene;
  const DeviceProof other = make_proof(scene.cluster, scene.tree, 4, scene.log);
  CHECK(says(scene.reason(other), "another key"));
  scene.options.device.reset();
  CHECK(scene.reason(other) == "");
}
