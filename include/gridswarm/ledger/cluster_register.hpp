// SPDX-License-Identifier: BSD-3-Clause
// What the root log remembers of devices and clusters, and which records of clusters it takes.
//
// One record per (cluster epoch, tick), numbered from 1 and linked by hash to the cluster's last
// one, certified by enough members that are known and have not left, with no device record that was
// there before. Everything is checked before anything is changed. A cluster that comes back after
// having gone goes on with its chain.
#pragma once

#include <optional>
#include <unordered_map>

#include "gridswarm/ledger/cluster_tree.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// A device as the root knows it.
struct RegisteredDevice {
  PublicKey key{};
  bool is_member = true;
};

/// A cluster's last record.
struct ClusterChain {
  std::uint64_t number = 0;
  std::uint64_t epoch = 0;
  std::int64_t tick = 0;
  Hash tip{};  ///< its leaf hash
};

struct ClusterRegister {
  Hash genesis{};
  int seats = 7;  ///< that a committee has, where the cluster is large enough
  std::unordered_map<std::int64_t, RegisteredDevice> devices;
  std::unordered_map<std::int64_t, ClusterChain> clusters;
  std::unordered_map<std::int64_t, std::uint64_t> sequences;  ///< last one of each author
};

/// What the root knows about a record beside the register; a reader of the log alone knows neither.
struct ClusterContext {
  /// Members of the cluster now, ascending; the committee must be the one drawn from them.
  std::optional<std::span<const std::int64_t>> members;
  /// What each author wrote, as the tree's leaves say.
  std::optional<std::span<const DeviceSequence>> sequences;
};

/// A device's key becomes known; refused if it has one.
ClusterRefusal enroll(ClusterRegister& known, std::int64_t agent, const PublicKey& key);
/// A device leaves or comes back; nothing happens if it's unknown.
void set_member(ClusterRegister& known, std::int64_t agent, bool is_member);
/// Check a record and take it in. Refused, the register stays as it was.
/// @param leaf  the record as it stands in the root log, for the next one's link
ClusterRefusal admit(ClusterRegister& known, const ClusterRecord& record, ByteView leaf,
                     const ClusterContext& context);

/// The leaf that makes a device's key known: governance record, schema 1, sequence 0, by the device
/// and signed with that key; payload: the 32 bytes of the public key.
Bytes key_leaf(const Hash& genesis, std::int64_t agent, std::int64_t tick, const SigningKey& key);
/// The key in such a record, signature checked; nothing if it's another record.
std::optional<PublicKey> decode_key(const Record& record);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/cluster_register.ipp"
#endif
