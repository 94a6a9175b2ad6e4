// SPDX-License-Identifier: BSD-3-Clause
// How fast the log hashes, beside OpenSSL and beside what the processor's rounds allow.
//
// Nodes are messages of 65 bytes, two blocks each; records have 118 bytes, which with the leaf's
// prefix and the padding make two blocks as well. A batch is 16,384 records: leaf hashes, and the
// tree's right edge with every full tile. Its bound is 64 rounds per block, of records and nodes,
// at the rate of independent rounds that sha_rounds.hpp measures in the same run. Online is one
// record after another: a leaf, pushed onto a range; its primitives are the same leaves and nodes,
// one call each, without the range. All on one thread by short runs, the speedup by the wall.
// `--durable` asks for the rows of ledger_durable.cpp alone, `--folder DIR` says on which disk,
// `--latency-ms MS` how long a group may wait to grow.
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "gridswarm/base/random.hpp"
#include "gridswarm/ledger/batch.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/sign.hpp"
#include "ledger_durable.hpp"
#include "rows.hpp"
#include "sha_rounds.hpp"

using namespace gridswarm;
using namespace gridswarm::ledger;

namespace {

constexpr std::size_t record_bytes = 118;
constexpr std::size_t records = 16384;
constexpr std::size_t nodes = 4096;
constexpr std::uint64_t proof_leaves = std::uint64_t{1} << 20;
constexpr int repeats = 200;
volatile bool kept;  // so that nothing is optimised away

Entries some_records(std::size_t count) {
  Entries entries;
  Bytes record(record_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < record.size(); ++k) record[k] = static_cast<std::byte>(i * k + i);
    entries.push_back(record);
  }
  return entries;
}

std::vector<Hash> some_hashes(std::size_t count) {
  std::vector<Hash> hashes(count);
  leaf_hashes(some_records(count), hashes);
  return hashes;
}

/// Seconds per node, in a batch.
double node_seconds(std::span<const Hash> in) {
  std::vector<Hash> out(in.size() / 2);
  return bench::best_seconds(5 * repeats, [&] { node_hashes(in, out); }) /
         static_cast<double>(out.size());
}

/// The same nodes by OpenSSL: digest fetched once, one context.
double openssl_node_seconds(std::span<const Hash> in) {
  std::vector<Hash> out(in.size() / 2);
  EVP_MD* method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const double seconds = bench::best_seconds(repeats, [&] {
    unsigned char message[65] = {1};
    for (std::size_t i = 0; i < out.size(); ++i) {
      std::memcpy(message + 1, in[2 * i].data(), 64);
      EVP_DigestInit_ex2(context, method, nullptr);
      EVP_DigestUpdate(context, message, sizeof message);
      EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(out[i].data()), nullptr);
    }
  });
  EVP_MD_CTX_free(context);
  EVP_MD_free(method);
  kept = out[0] == node_hash(in[0], in[1]);
  return seconds / static_cast<double>(out.size());
}

/// Seconds per record of a batch.
double batch_seconds(const Entries& entries, int threads, int times) {
  std::vector<Hash> leaves(entries.size());
  return bench::best_seconds(times,
                             [&] {
                               TileEdge edge;
                               std::size_t tiles = 0;
                               leaf_hashes(entries, leaves, threads);
                               append_leaves(
                                   edge, leaves, threads,
                                   [&](const TileId&, std::span<const Hash>) { ++tiles; });
                               kept = tiles > 0;
                             }) /
         static_cast<double>(entries.size());
}

/// Seconds per record, one after another.
double online_seconds(const Entries& entries) {
  return bench::best_seconds(repeats,
                             [&] {
                               CompactRange range;
                               for (std::size_t i = 0; i < entries.size(); ++i)
                                 push(range, 0, leaf_hash(entries[i]));
                               kept = range.end > 0;
                             }) /
         static_cast<double>(entries.size());
}

/// What online_seconds() hashes, without a range: a leaf and, all but one, a node per record.
double primitive_seconds(const Entries& entries) {
  Hash hash{};
  const double leaf_s = bench::best_seconds(repeats, [&] {
    for (std::size_t i = 0; i < entries.size(); ++i) hash = leaf_hash(entries[i]);
    kept = hash == Hash{};
  });
  const double node_s = bench::best_seconds(repeats, [&] {
    for (std::size_t i = 0; i < entries.size(); ++i) hash = node_hash(hash, hash);
    kept = hash == Hash{};
  });
  return (leaf_s + node_s) / static_cast<double>(entries.size());
}

/// Seconds to check that a leaf lies in a tree of 2^20, over random leaves.
double proof_seconds() {
  const std::vector<Hash> leaves = some_hashes(proof_leaves);
  MemoryTree tree;
  for (const Hash& leaf : leaves) tree.append(leaf);
  const Hash root = tree_root(tree, proof_leaves);
  constexpr std::uint64_t asked = 64;
  std::vector<std::uint64_t> index;
  std::vector<Proof> proofs;
  for (std::uint64_t i = 0; i < asked; ++i) {
    const double drawn = draw_uniform(1, Stream::test, i, 0);
    index.push_back(static_cast<std::uint64_t>(drawn * static_cast<double>(proof_leaves)));
    proofs.push_back(inclusion_proof(tree, index.back(), proof_leaves));
  }
  return bench::best_seconds(5 * repeats,
                             [&] {
                               bool all = true;
                               for (std::uint64_t i = 0; i < asked; ++i)
                                 all &= verify_inclusion(leaves[index[i]], index[i], proof_leaves,
                                                         proofs[i], root);
                               kept = all;
                             }) /
         asked;
}

double signature_seconds() {
  const SigningKey key = demo_key(1);
  const Bytes record(record_bytes, std::byte{7});
  const Signature signature = sign(key, record);
  return bench::best_seconds(repeats,
                             [&] { kept = verify_signature(key.public_key, record, signature); });
}

std::vector<bench::Row> hash_rows() {
  const std::vector<Hash> hashes = some_hashes(2 * nodes);
  const Entries batch = some_records(records);
  const double node_s = node_seconds(hashes);
  const double evp_s = openssl_node_seconds(hashes);
  const double round_s = bench::sha_rounds_seconds();
  const double batch_s = batch_seconds(batch, 1, repeats);
  const double bound_s = 4 * round_s;  // two blocks of the record, two of the node it adds
  const double online_s = online_seconds(batch);
  const double primitive_s = primitive_seconds(batch);
  const Entries many = some_records(16 * records);
  const double one_s = batch_seconds(many, 1, 30);
  const double two_s = batch_seconds(many, 2, 30);
  const std::string command = "bench_ledger --json";
  return {
      {"merkle_nodes_per_s", 1.0 / node_s, "1/s", ">=", 25e6, 5 * repeats, command},
      {"vs_openssl_evp", evp_s / node_s, "", ">=", 3.0, repeats, command},
      {"batch_append_fraction_of_hash_bound", bound_s / batch_s, "", ">=", 0.6, repeats, command},
      {"online_append_fraction_of_primitives", primitive_s / online_s, "", ">=", 0.75, repeats,
       command},
      {"two_threads_speedup", one_s / two_s, "", ">=", 1.8, 30, command},
      {"proof_verify_us", proof_seconds() * 1e6, "us", "<=", 2.5, 5 * repeats, command},
      {"device_signature_verify_us", signature_seconds() * 1e6, "us", "", 0.0, repeats, command},
      {"sha_block_rounds_ns", round_s * 1e9, "ns", "", 0.0, 300, command},
      {"batch_append_ns", batch_s * 1e9, "ns", "", 0.0, repeats, command},
      {"online_append_ns", online_s * 1e9, "ns", "", 0.0, repeats, command},
      {"openssl_evp_node_ns", evp_s * 1e9, "ns", "", 0.0, repeats, command},
  };
}

/// The argument after `name`, or `otherwise`.
std::string argument(int argc, char** argv, const std::string& name, const std::string& otherwise) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == name) return argv[i + 1];
  return otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_durable_alone = std::count(argv, argv + argc, std::string_view("--durable")) > 0;
  std::vector<bench::Row> rows;
  if (!is_durable_alone) rows = hash_rows();
  const std::string folder = argument(argc, argv, "--folder", ".");
  const double hold_ms = std::stod(argument(argc, argv, "--latency-ms", "0"));
  for (const bench::Row& row : bench::durable_rows(folder, hold_ms)) rows.push_back(row);
  bench::print_rows(rows, bench::wants_json(argc, argv));
}
