// SPDX-License-Identifier: BSD-3-Clause
// One file that proves a device's record by two paths, without any log.
//
//   record --path--> root of the cluster's tree, signed by q of its committee
//   cluster's record --path--> root of the root log, signed by its checkpoint
// The file, big-endian (docs/formats-hierarchy.md):
//   [8] "GSPROOF1", [32] the device's public key (zero: written by the cluster itself),
//   u16 length and record, u64 index, u8 hashes and path in the cluster's tree,
//   u16 length and cluster's record, u64 index, u8 hashes and path in the root log,
//   u16 length and checkpoint note
#pragma once

#include <string>

#include "gridswarm/ledger/checkpoint.hpp"
#include "gridswarm/ledger/cluster_tree.hpp"

namespace gridswarm::inline GS_ABI::ledger {

struct DeviceProof {
  PublicKey device{};  ///< key that signed the record; zero where the cluster wrote it
  Bytes record;
  std::uint64_t index = 0;  ///< in the cluster's tree
  Proof path;
  Bytes cluster;                 ///< its record, as in the root log
  std::uint64_t root_index = 0;  ///< of that record in the root log
  Proof root_path;
  std::string checkpoint;  ///< signed note
  bool operator==(const DeviceProof&) const = default;
};

Bytes encode(const DeviceProof& proof);
/// Nothing unless `bytes` is exactly what encode() writes; nothing in it is checked yet.
std::optional<DeviceProof> decode_device_proof(ByteView bytes);

/// What the reader knows from elsewhere.
struct DeviceProofOptions {
  std::span<const VerifierKey> log_keys;  ///< empty: the checkpoint's signature is not checked
  std::optional<PublicKey> device;        ///< the device's key
};

/// What a proof shows, or why it shows nothing.
struct DeviceProofResult {
  std::string reason;  ///< empty: proved
  Record record;       ///< its payload a view into the proof
  ClusterStatement cluster;
  int signers = 0;  ///< members of its committee that signed
  int seats = 0;
  Checkpoint checkpoint;
  bool ok() const { return reason.empty(); }
};
DeviceProofResult check(const DeviceProof& proof, const DeviceProofOptions& options);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/device_proof.ipp"
#endif
