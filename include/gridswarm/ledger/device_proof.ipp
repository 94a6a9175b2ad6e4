// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/device_proof.hpp"

namespace gridswarm::inline GS_ABI::ledger {

inline constexpr std::string_view device_proof_mark = "GSPROOF1";

GS_INLINE void write_step(Writer& writer, ByteView leaf, std::uint64_t index, const Proof& path) {
  GRIDSWARM_ASSERT(leaf.size() <= max_entry_size && path.size() <= 64);
  writer.u16(static_cast<std::uint16_t>(leaf.size()));
  writer.raw(leaf);
  writer.u64(index);
  writer.u8(static_cast<std::uint8_t>(path.size()));
  for (const Hash& hash : path) writer.raw(hash);
}

/// False where the path is longer than any tree is deep.
GS_INLINE bool read_step(Reader& reader, Bytes& leaf, std::uint64_t& index, Proof& path) {
  const ByteView bytes = reader.raw(reader.u16());
  leaf.assign(bytes.begin(), bytes.end());
  index = reader.u64();
  const int hashes = reader.u8();
  if (hashes > 64) return false;
  for (int k = 0; k < hashes && reader.ok(); ++k) path.push_back(reader.hash());
  return reader.ok();
}

GS_INLINE Bytes encode(const DeviceProof& proof) {
  Bytes out;
  Writer writer(out);
  writer.raw(bytes_of(device_proof_mark));
  writer.raw(proof.device);
  write_step(writer, proof.record, proof.index, proof.path);
  write_step(writer, proof.cluster, proof.root_index, proof.root_path);
  writer.u16(static_cast<std::uint16_t>(proof.checkpoint.size()));
  writer.raw(bytes_of(proof.checkpoint));
  return out;
}

GS_INLINE std::optional<DeviceProof> decode_device_proof(ByteView bytes) {
  Reader reader(bytes);
  DeviceProof proof;
  if (text_of(reader.raw(device_proof_mark.size())) != device_proof_mark) return std::nullopt;
  proof.device = reader.array<32>();
  if (!read_step(reader, proof.record, proof.index, proof.path) ||
      !read_step(reader, proof.cluster, proof.root_index, proof.root_path))
    return std::nullopt;
  proof.checkpoint = text_of(reader.raw(reader.u16()));
  if (!reader.done()) return std::nullopt;
  return proof;
}

/// Record, its signature and its place in the cluster's tree.
GS_INLINE std::string check_record(const DeviceProof& proof, const DeviceProofOptions& options,
                                   const ClusterStatement& cluster, const Record& record) {
  if (record.genesis != cluster.genesis) return "the record is of another log than its cluster";
  if (record.tick != cluster.tick) return "the record is of another tick than its cluster's tree";
  if (record.author < device_author_end) {
    if (options.device && *options.device != proof.device)
      return "the record is signed with another key than the device's";
    if (!record.signature) return "the record is not signed";
    if (!verify_signature(proof.device, signed_part(record), *record.signature))
      return "the device's signature is wrong";
  } else if (record.author != device_author_end + cluster.cluster) {
    return "the record is by neither a device nor this cluster";
  } else if (options.device) {
    return "the record is its cluster's, not the device's";
  } else if (record.signature || proof.device != PublicKey{}) {
    return "the record has a signature that its author does not give";
  }
  if (!verify_inclusion(leaf_hash(proof.record), proof.index, cluster.count, proof.path,
                        cluster.root))
    return "the record does not lie in its cluster's tree";
  return {};
}

/// The cluster's record lies in the log of the checkpoint, and that is signed.
GS_INLINE std::string check_root(const DeviceProof& proof, const DeviceProofOptions& options,
                                 Checkpoint& checkpoint) {
  const auto note = parse_note(proof.checkpoint);
  const auto parsed = note ? parse_checkpoint(note->text) : std::nullopt;
  if (!parsed) return "the checkpoint is malformed";
  checkpoint = *parsed;
  if (!options.log_keys.empty()) {
    const NoteCheck signers = check_note(*note, options.log_keys);
    if (!signers.reason.empty()) return "the checkpoint: " + signers.reason;
  }
  if (!verify_inclusion(leaf_hash(proof.cluster), proof.root_index, checkpoint.size,
                        proof.root_path, checkpoint.root))
    return "the cluster's record does not lie in the root log";
  return {};
}

GS_INLINE DeviceProofResult check(const DeviceProof& proof, const DeviceProofOptions& options) {
  DeviceProofResult result;
  const auto record = decode_record(proof.record);
  const auto envelope = decode_record(proof.cluster);
  const auto cluster = envelope ? decode_cluster_record(*envelope) : std::nullopt;
  if (!record || !cluster) {
    result.reason = record ? "the cluster's record is malformed" : "the record is malformed";
    return result;
  }
  result.record = *record;
  result.cluster = cluster->statement;
  result.signers = static_cast<int>(cluster->signatures.size());
  result.seats = static_cast<int>(cluster->committee.size());
  result.reason = check_record(proof, options, cluster->statement, *record);
  if (!result.ok()) return result;
  if (const auto refusal = check_certificate(*cluster); refusal != ClusterRefusal::none)
    result.reason = std::string("the cluster's certificate: ") + text(refusal);
  else
    result.reason = check_root(proof, options, result.checkpoint);
  return result;
}

}  // namespace gridswarm::inline GS_ABI::ledger
