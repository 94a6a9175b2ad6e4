// SPDX-License-Identifier: BSD-3-Clause
// Everything of the log that is binary: records, headers, clusters' records, proofs of devices,
// superblocks, stages, bundles and tiles. What a decoder accepts, its encoder gives back.
#include "fuzz.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/cluster_record.hpp"
#include "gridswarm/ledger/device_proof.hpp"
#include "gridswarm/ledger/header.hpp"
#include "gridswarm/ledger/superblock.hpp"
#include "gridswarm/ledger/tile.hpp"

namespace gridswarm::fuzz {
namespace {

using namespace ledger;

void try_record(ByteView bytes) {
  const auto record = decode_record(bytes);
  if (!record) return;
  Bytes again;
  encode(*record, again);
  claim(same_bytes(again, bytes), "a record has one encoding");
  if (const auto header = decode_header(*record))
    claim(same_bytes(encode(*header), record->payload), "a header has one encoding");
  if (const auto cluster = decode_cluster_record(*record)) {
    check_count(*cluster);
    claim(check_certificate(*cluster) != ClusterRefusal::none || cluster->signatures.size() > 0,
          "nothing is certified without signatures");
  }
}

void try_stage(ByteView bytes) {
  const auto stage = decode_stage(bytes);
  if (!stage) return;
  Bytes again;
  begin_stage(again, stage->sequence, stage->old_size);
  for (const StagedTile& tile : stage->tiles) stage_tile(again, tile.id, tile.bytes);
  close_stage(again, stage->head);
  claim(same_bytes(again, bytes), "a stage has one encoding");
}

/// The first byte says how many entries or hashes are asked for.
void try_tile(ByteView bytes) {
  if (bytes.empty()) return;
  const int width = 1 + std::to_integer<int>(bytes[0]);
  bytes = bytes.subspan(1);
  if (const auto entries = parse_bundle(bytes, width)) {
    Bytes again;
    for (const ByteView entry : *entries) append_to_bundle(again, entry);
    claim(same_bytes(again, bytes), "a bundle has one encoding");
  }
  if (const auto hashes = parse_tile(bytes, width))
    claim(same_bytes(std::as_bytes(std::span(*hashes)), bytes), "a tile is its hashes");
}

}  // namespace

void body(std::string_view text) {
  const ByteView bytes = bytes_of(text);
  try_record(bytes);
  try_tile(bytes);
  Bytes sealed(bytes.begin(), bytes.end());  // a mutation never hits the hash of all before
  const Hash seal = sha256(bytes);
  sealed.insert(sealed.end(), seal.begin(), seal.end());
  for (const ByteView view : {bytes, ByteView(sealed)}) {
    try_stage(view);
    if (const auto block = decode_superblock(view))
      claim(same_bytes(encode(*block), view), "a superblock has one encoding");
  }
  if (const auto proof = decode_device_proof(bytes)) {
    claim(same_bytes(encode(*proof), bytes), "a device's proof has one encoding");
    check(*proof, {});
  }
}

}  // namespace gridswarm::fuzz
