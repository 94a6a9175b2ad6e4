// SPDX-License-Identifier: BSD-3-Clause
// What a hierarchy costs a device, a cluster's member and the root, and what the root's load is for
// 10,000, a million and ten million devices.
//
// Clusters have 100 devices, committees seven seats of which five sign, and each device writes one
// signed record of 64 bytes per tick. Primitives are best CPU times of short repeats on one thread.
// The two runs certify and admit every cluster of one tick: trees, draws, seats' signatures, the
// root's checks of five signatures, chain and 100 sequences, then one block of the log into files
// in memory. In the run of a million the devices' own signatures are bytes without meaning, as
// nobody above a cluster looks at them; devices and members have rows of their own. Shares are
// those primitives times what comes per second.
#include <ctime>
#include <optional>
#include <vector>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/cluster_register.hpp"
#include "gridswarm/ledger/device_proof.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/log.hpp"
#include "rows.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

constexpr int devices_per_cluster = 100;
constexpr int seats = 7;
constexpr int repeats = 20;
const Hash genesis = sha256(bytes_of("bench"));
volatile bool kept;  // so that nothing is optimised away

Record record_of(std::int64_t agent, ByteView payload) {
  Record record;
  record.kind = Kind::settlement;
  record.genesis = genesis;
  record.author = agent;
  record.author_sequence = 1;
  record.tick = 1;
  record.payload = payload;
  return record;
}

/// A cluster of one tick; devices' keys are made where somebody needs them.
struct Cluster {
  std::int64_t id = 0;
  std::vector<std::int64_t> members;
  std::vector<SigningKey> seated;
  Entries leaves;
};

Cluster make_cluster(std::int64_t id, bool sign_records) {
  Cluster cluster;
  cluster.id = id;
  const Bytes payload(64, std::byte{5});
  for (std::int64_t k = 0; k < devices_per_cluster; ++k) {
    const std::int64_t agent = id * devices_per_cluster + k;
    cluster.members.push_back(agent);
    Record record = record_of(agent, payload);
    record.signature.emplace().fill(std::byte{1});
    if (sign_records) record.signature = sign(demo_device_key(1, agent), signed_part(record));
    append(cluster.leaves, record);
  }
  for (const std::int64_t agent : draw_committee(genesis, id, 1, cluster.members, seats))
    cluster.seated.push_back(demo_device_key(1, agent));
  return cluster;
}

/// Draw, tree and five signatures: the record for the root.
ClusterRecord certify(const Cluster& cluster) {
  ClusterRecord record;
  const auto drawn = draw_committee(genesis, cluster.id, 1, cluster.members, seats);
  for (std::size_t k = 0; k < drawn.size(); ++k)
    record.committee.push_back({drawn[k], cluster.seated[k].public_key});
  ClusterStatement& s = record.statement;
  s.genesis = genesis;
  s.cluster = cluster.id;
  s.epoch = s.tick = 1;
  s.committee = committee_hash(record.committee);
  describe(cluster.leaves, s);
  for (int seat = 0; seat < quorum_of(seats); ++seat)
    record.signatures.push_back(sign_seat(cluster.seated[static_cast<std::size_t>(seat)],
                                          static_cast<std::uint8_t>(seat), s));
  return record;
}

ClusterRegister make_register(std::span<const Cluster> clusters) {
  ClusterRegister known;
  known.genesis = genesis;
  known.seats = seats;
  for (const Cluster& cluster : clusters) {
    const auto drawn = draw_committee(genesis, cluster.id, 1, cluster.members, seats);
    for (std::size_t k = 0; k < drawn.size(); ++k)
      enroll(known, drawn[k], cluster.seated[k].public_key);
  }
  return known;
}

/// One cluster's record as it comes to the root.
struct Submission {
  Bytes leaf;
  std::vector<DeviceSequence> sequences;
};

void admit_all(ClusterRegister& known, std::span<const Cluster> clusters,
               std::span<const Submission> submissions, Entries& block) {
  for (std::size_t k = 0; k < clusters.size(); ++k) {
    const auto record = decode_cluster_record(*decode_record(submissions[k].leaf));
    const auto refusal =
        admit(known, *record, submissions[k].leaf, {clusters[k].members, submissions[k].sequences});
    if (refusal == ClusterRefusal::none) block.push_back(submissions[k].leaf);
  }
}

double cpu_s() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// CPU seconds of a whole tick of `count` clusters, below and at the root.
struct TickCost {
  double certify_s = 0;
  double admit_s = 0;
  double append_s = 0;
  std::size_t admitted = 0;
};

TickCost measure_tick(std::int64_t count) {
  std::vector<Cluster> clusters;
  for (std::int64_t id = 0; id < count; ++id) clusters.push_back(make_cluster(id, false));
  ClusterRegister known = make_register(clusters);
  MemoryFiles files;
  Log log = Log::create(files, "log", demo_key(1), genesis);
  std::vector<Submission> submissions;
  TickCost cost;
  double begin = cpu_s();
  for (const Cluster& cluster : clusters)
    submissions.push_back({cluster_leaf(certify(cluster)), *sequences_of(cluster.leaves)});
  cost.certify_s = cpu_s() - begin;
  Entries block;
  begin = cpu_s();
  admit_all(known, clusters, submissions, block);
  cost.admit_s = cpu_s() - begin;
  begin = cpu_s();
  log.append_block(block, {});
  cost.append_s = cpu_s() - begin;
  cost.admitted = block.size();
  return cost;
}

/// Seconds of one admission, from a register that has not seen the cluster.
double admission_seconds(const Cluster& cluster, const Submission& submission) {
  const ClusterRegister fresh = make_register(std::span(&cluster, 1));
  const auto record = decode_cluster_record(*decode_record(submission.leaf));
  return bench::best_cpu_seconds(repeats,
                                 [&] {
                                   for (int k = 0; k < 10; ++k) {
                                     ClusterRegister known = fresh;
                                     kept = admit(known, *record, submission.leaf,
                                                  {cluster.members, submission.sequences}) ==
                                            ClusterRefusal::none;
                                   }
                                 }) /
         10;
}

double proof_seconds(const Cluster& cluster, const Submission& submission) {
  DeviceProof proof;
  const ByteView leaf = cluster.leaves[42];
  proof.device = demo_device_key(1, decode_record(leaf)->author).public_key;
  proof.record.assign(leaf.begin(), leaf.end());
  proof.index = 42;
  proof.path = prove_leaf(cluster.leaves, 42);
  proof.cluster = submission.leaf;
  MemoryTree tree;
  for (int k = 0; k < 1 << 16; ++k) tree.append(leaf_hash(submission.leaf));
  proof.root_path = inclusion_proof(tree, 0, tree.size());
  const SigningKey key = demo_key(1);
  const VerifierKey verifier = verifier_of(key);
  proof.checkpoint =
      sign_checkpoint({key.name, tree.size(), tree_root(tree, tree.size()), {}}, key);
  return bench::best_cpu_seconds(repeats, [&] {
    kept = check(proof, {std::span(&verifier, 1), {}}).ok();
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = "./dev bench hierarchy";
  std::vector<bench::Row> rows;
  const auto add = [&](const std::string& name, double value, const std::string& unit,
                       int times = repeats) {
    rows.push_back({name, value, unit, "", 0.0, times, command});
  };
  const Cluster cluster = make_cluster(7, true);
  const Submission submission{cluster_leaf(certify(cluster)), *sequences_of(cluster.leaves)};
  const Bytes payload(64, std::byte{5});
  const SigningKey key = demo_device_key(1, 700);
  const Record record = record_of(700, payload);
  std::vector<SigningKey> keys;
  for (const std::int64_t agent : cluster.members) keys.push_back(demo_device_key(1, agent));
  const auto key_of = [&](std::int64_t agent) {
    return &keys[static_cast<std::size_t>(agent - cluster.members[0])].public_key;
  };
  const ClusterStatement statement =
      decode_cluster_record(*decode_record(submission.leaf))->statement;
  const double sign_s =
      bench::best_cpu_seconds(repeats,
                              [&] {
                                for (int k = 0; k < 100; ++k)
                                  kept = sign(key, signed_part(record))[0] == std::byte{0};
                              }) /
      100;
  const double check_s = bench::best_cpu_seconds(
      repeats, [&] { kept = find_fault(cluster.leaves, statement, key_of).empty(); });
  const double certify_s =
      bench::best_cpu_seconds(repeats, [&] { kept = certify(cluster).signatures.empty(); });
  const double admit_s = admission_seconds(cluster, submission);
  add("device_sign_us", 1e6 * sign_s, "us");
  add("member_check_us_per_record", 1e6 * check_s / devices_per_cluster, "us");
  add("cluster_certify_us", 1e6 * certify_s, "us");
  add("root_admit_us", 1e6 * admit_s, "us");
  add("device_proof_check_us", 1e6 * proof_seconds(cluster, submission), "us");
  add("cluster_record_bytes", static_cast<double>(submission.leaf.size()), "B", 1);
  struct Size {
    const char* name;
    std::int64_t devices;
  };
  for (const Size& size : {Size{"10k", 10000}, Size{"1m", 1000000}}) {
    const std::int64_t clusters = size.devices / devices_per_cluster;
    const TickCost cost = measure_tick(clusters);
    const std::string tail = std::string("_") + size.name + "_s";
    if (cost.admitted != static_cast<std::size_t>(clusters)) return 1;
    add("run_certify" + tail, cost.certify_s, "s", 1);
    add("run_admit" + tail, cost.admit_s, "s", 1);
    add("run_append" + tail, cost.append_s, "s", 1);
  }
  for (const Size& size : {Size{"10k", 10000}, Size{"1m", 1000000}, Size{"10m", 10000000}})
    for (const int tick_s : {5, 60, 300}) {
      const double per_s = static_cast<double>(size.devices) / devices_per_cluster / tick_s;
      add(std::string("root_core_percent_") + size.name + "_" + std::to_string(tick_s) + "s",
          100.0 * per_s * admit_s, "%");
    }
  bench::print_rows(rows, bench::wants_json(argc, argv));
}
