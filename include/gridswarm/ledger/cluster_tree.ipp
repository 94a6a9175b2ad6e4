// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/batch.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/cluster_tree.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE std::optional<std::vector<DeviceSequence>> sequences_of(const Entries& leaves) {
  std::map<std::int64_t, DeviceSequence> by_author;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const auto record = decode_record(leaves[i]);
    if (!record) return std::nullopt;
    const std::uint64_t number = record->author_sequence;
    const auto [at, is_new] =
        by_author.try_emplace(record->author, DeviceSequence{record->author, number, number});
    if (is_new) continue;
    if (number != at->second.last + 1) return std::nullopt;
    at->second.last = number;
  }
  std::vector<DeviceSequence> sequences;
  for (const auto& [author, sequence] : by_author) sequences.push_back(sequence);
  return sequences;
}

GS_INLINE Hash sequences_hash(std::span<const DeviceSequence> sequences) {
  Bytes bytes;
  Writer writer(bytes);
  writer.raw(bytes_of("gridswarm/sequences/v1\n"));
  for (const DeviceSequence& sequence : sequences) {
    writer.i64(sequence.author);
    writer.u64(sequence.first);
    writer.u64(sequence.last);
  }
  return sha256(bytes);
}

GS_INLINE Hash root_of_entries(const Entries& leaves) {
  std::vector<Hash> hashes(leaves.size());
  leaf_hashes(leaves, hashes);
  return root_of_leaves(hashes);
}

GS_INLINE void describe(const Entries& leaves, ClusterStatement& statement) {
  const auto sequences = sequences_of(leaves);
  if (!sequences)
    throw UsageError("cluster " + std::to_string(statement.cluster) +
                     " can't be certified: its leaves are no records in sequence");
  statement.count = leaves.size();
  statement.root = root_of_entries(leaves);
  statement.sequences = sequences_hash(*sequences);
}

GS_INLINE std::string find_fault(const Entries& leaves, const ClusterStatement& statement,
                                 const KeyOf& key_of) {
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const auto record = decode_record(leaves[i]);
    const std::string who = "leaf " + std::to_string(i);
    if (!record) return who + " is not a record";
    if (record->genesis != statement.genesis) return who + " is a record of another log";
    if (record->tick != statement.tick) return who + " is a record of another tick";
    if (record->author >= device_author_end) {
      if (record->author != device_author_end + statement.cluster)
        return who + " is by neither a device nor this cluster";
      continue;
    }
    const std::string by = who + ", by agent " + std::to_string(record->author) + ",";
    const PublicKey* key = key_of(record->author);
    if (key == nullptr) return by + " has an author without a key";
    if (!record->signature) return by + " is not signed";
    if (!verify_signature(*key, signed_part(*record), *record->signature))
      return by + " has a wrong signature";
  }
  return {};
}

GS_INLINE std::string find_misfit(const ClusterTree& tree) {
  const auto record = decode_record(tree.record);
  const auto cluster = record ? decode_cluster_record(*record) : std::nullopt;
  if (!cluster) return "the certificate is no record of a cluster";
  const ClusterStatement& s = cluster->statement;
  if (s.count != tree.leaves.size()) return "the tree has another number of leaves";
  const auto sequences = sequences_of(tree.leaves);
  if (!sequences || sequences_hash(*sequences) != s.sequences)
    return "the leaves' sequence numbers are not those certified";
  if (root_of_entries(tree.leaves) != s.root) return "the leaves do not give the certified root";
  return {};
}

GS_INLINE Proof prove_leaf(const Entries& leaves, std::uint64_t index) {
  std::vector<Hash> hashes(leaves.size());
  leaf_hashes(leaves, hashes);
  MemoryTree tree;
  for (const Hash& hash : hashes) tree.append(hash);
  return inclusion_proof(tree, index, leaves.size());
}

}  // namespace gridswarm::inline GS_ABI::ledger
