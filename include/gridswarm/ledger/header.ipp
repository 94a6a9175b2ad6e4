// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/header.hpp"

namespace gridswarm::inline GS_ABI::ledger {

GS_INLINE Bytes encode(const BlockHeader& header) {
  Bytes out;
  out.reserve(header_payload_size);
  Writer writer(out);
  writer.raw(header.genesis);
  writer.u64(header.epoch);
  writer.u64(header.height);
  writer.u64(header.origin_view);
  writer.raw(header.parent);
  writer.u64(header.first_index);
  writer.u64(header.count);
  writer.raw(header.batch_root);
  writer.raw(header.post_state_root);
  writer.raw(header.contract_set);
  writer.i64(header.proposer);
  writer.i64(header.time_s);
  GRIDSWARM_ASSERT(out.size() == header_payload_size);
  return out;
}

GS_INLINE std::optional<BlockHeader> decode_header(const Record& record) {
  if (record.kind != Kind::header || record.schema != 1 || record.is_salted || record.signature)
    return std::nullopt;
  Reader reader(record.payload);
  BlockHeader header;
  header.genesis = reader.hash();
  header.epoch = reader.u64();
  header.height = reader.u64();
  header.origin_view = reader.u64();
  header.parent = reader.hash();
  header.first_index = reader.u64();
  header.count = reader.u64();
  header.batch_root = reader.hash();
  header.post_state_root = reader.hash();
  header.contract_set = reader.hash();
  header.proposer = reader.i64();
  header.time_s = reader.i64();
  if (!reader.done() || header.genesis != record.genesis || header.proposer != record.author ||
      header.height != record.author_sequence)
    return std::nullopt;
  return header;
}

GS_INLINE Bytes header_leaf(const BlockHeader& header, std::int64_t tick,
                            std::uint64_t cluster_epoch) {
  const Bytes payload = encode(header);
  Record record;
  record.kind = Kind::header;
  record.genesis = header.genesis;
  record.author = header.proposer;
  record.author_sequence = header.height;
  record.tick = tick;
  record.cluster_epoch = cluster_epoch;
  record.payload = payload;
  Bytes leaf;
  encode(record, leaf);
  return leaf;
}

}  // namespace gridswarm::inline GS_ABI::ledger
