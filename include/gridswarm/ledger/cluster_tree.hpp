// SPDX-License-Identifier: BSD-3-Clause
// A cluster's tree, made once per (cluster epoch, tick): the records of its devices as leaves.
//
// Each device signs its records; the tree orders them by (author, kind) like a block. The sequence
// numbers of each author run without gaps inside a tree, so first and last say which of its
// records are there; the root log refuses those it has seen (cluster_register.hpp).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gridswarm/ledger/cluster_record.hpp"
#include "gridswarm/ledger/tree.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// Which records of an author a tree holds: sequence numbers first .. last.
struct DeviceSequence {
  std::int64_t author = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const DeviceSequence&) const = default;
};

/// Of every author in the leaves, ascending; nothing if a leaf is no record or an author's numbers
/// don't run on by one.
std::optional<std::vector<DeviceSequence>> sequences_of(const Entries& leaves);
/// H("gridswarm/sequences/v1\n" || author, first, last of every author).
Hash sequences_hash(std::span<const DeviceSequence> sequences);

/// A cluster's leaves and what its committee certified of them.
struct ClusterTree {
  Bytes record;    ///< the leaf of the root log, cluster_leaf()
  Entries leaves;  ///< encoded records
};

/// Sets count, root and sequences of a statement. Throws UsageError where sequences_of() is
/// nothing.
void describe(const Entries& leaves, ClusterStatement& statement);

/// The public key of a device, or null.
using KeyOf = std::function<const PublicKey*(std::int64_t agent)>;

/// What a member checks before it signs: every leaf is a record of this log and tick, every
/// device's record is signed by that device. The reason why not, empty if all is well.
std::string find_fault(const Entries& leaves, const ClusterStatement& statement,
                       const KeyOf& key_of);

/// The statement is that of these leaves. The reason why not, empty if it is.
std::string find_misfit(const ClusterTree& tree);

/// The hashes that lead from a leaf to the tree's root.
Proof prove_leaf(const Entries& leaves, std::uint64_t index);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/cluster_tree.ipp"
#endif
