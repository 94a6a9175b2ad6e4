// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/gateway.hpp"

namespace gridswarm::inline GS_ABI::ledger {

inline constexpr std::string_view gateway_mark = "GSGATE01";

GS_INLINE Bytes encode(const GatewayTick& tick) {
  Bytes out;
  Writer writer(out);
  writer.raw(bytes_of(gateway_mark));
  writer.raw(tick.genesis);
  writer.i64(tick.feeder);
  writer.i64(tick.tick);
  writer.u32(static_cast<std::uint32_t>(tick.trees.size()));
  for (const ClusterTree& tree : tick.trees) {
    writer.u16(static_cast<std::uint16_t>(tree.record.size()));
    writer.raw(tree.record);
    writer.u32(static_cast<std::uint32_t>(tree.leaves.size()));
    for (std::size_t i = 0; i < tree.leaves.size(); ++i) {
      writer.u16(static_cast<std::uint16_t>(tree.leaves[i].size()));
      writer.raw(tree.leaves[i]);
    }
  }
  writer.raw(sha256(out));
  return out;
}

/// One tree; what is wrong shows in the reader or in find_misfit().
GS_INLINE ClusterTree read_tree(Reader& reader) {
  ClusterTree tree;
  const ByteView record = reader.raw(reader.u16());
  tree.record.assign(record.begin(), record.end());
  const std::uint32_t leaves = reader.u32();
  for (std::uint32_t i = 0; i < leaves && reader.ok(); ++i)
    tree.leaves.push_back(reader.raw(reader.u16()));
  return tree;
}

GS_INLINE std::optional<GatewayTick> decode_gateway_tick(ByteView bytes) {
  if (bytes.size() < 32 || !same_bytes(sha256(bytes.first(bytes.size() - 32)), bytes.last(32)))
    return std::nullopt;
  Reader reader(bytes.first(bytes.size() - 32));
  GatewayTick tick;
  if (text_of(reader.raw(gateway_mark.size())) != gateway_mark) return std::nullopt;
  tick.genesis = reader.hash();
  tick.feeder = reader.i64();
  tick.tick = reader.i64();
  const std::uint32_t trees = reader.u32();
  std::int64_t last = -1;
  for (std::uint32_t k = 0; k < trees && reader.ok(); ++k) {
    tick.trees.push_back(read_tree(reader));
    const ClusterTree& tree = tick.trees.back();
    const auto record = decode_record(tree.record);
    const auto cluster = record ? decode_cluster_record(*record) : std::nullopt;
    if (!cluster || cluster->statement.cluster <= last ||
        cluster->statement.genesis != tick.genesis || cluster->statement.tick != tick.tick ||
        !find_misfit(tree).empty())
      return std::nullopt;
    last = cluster->statement.cluster;
  }
  if (!reader.done()) return std::nullopt;
  return tick;
}

GS_INLINE std::string gateway_path(std::int64_t feeder, std::int64_t tick) {
  return "feeder-" + std::to_string(feeder) + "/tick-" + std::to_string(tick);
}

GS_INLINE GatewayStore::GatewayStore(FileSystem& files, std::string folder)
    : files_(files), folder_(std::move(folder)) {}

GS_INLINE void GatewayStore::put(const GatewayTick& tick) {
  put(tick.feeder, tick.tick, encode(tick));
}

GS_INLINE void GatewayStore::put(std::int64_t feeder, std::int64_t tick, ByteView encoded) {
  const std::string path = folder_ + "/" + gateway_path(feeder, tick);
  const std::string parent = path.substr(0, path.rfind('/'));
  if (files_.exists(path)) {
    if (same_bytes(files_.read(path), encoded)) return;
    throw FileError(path, "holds other trees of the same feeder and tick");
  }
  if (!files_.exists(parent)) {
    files_.make_folders(parent);
    files_.sync_all(parent);
  }
  files_.write_synced(path + ".tmp", encoded);
  files_.rename(path + ".tmp", path);
  files_.sync_folder(parent);
}

GS_INLINE std::vector<std::pair<std::int64_t, std::int64_t>> GatewayStore::list() {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  if (!files_.exists(folder_)) return out;
  for (const FolderEntry& entry : files_.list(folder_)) {
    const std::string_view path = entry.path;
    const std::size_t slash = path.find("/tick-");
    if (!path.starts_with("feeder-") || slash == std::string_view::npos) continue;
    const auto feeder = from_decimal(path.substr(7, slash - 7));
    const auto tick = from_decimal(path.substr(slash + 6));
    if (feeder && tick)
      out.emplace_back(static_cast<std::int64_t>(*feeder), static_cast<std::int64_t>(*tick));
  }
  std::sort(out.begin(), out.end());
  return out;
}

GS_INLINE GatewayTick GatewayStore::read(std::int64_t feeder, std::int64_t tick) {
  const std::string path = folder_ + "/" + gateway_path(feeder, tick);
  auto decoded = decode_gateway_tick(files_.read(path));
  if (!decoded || decoded->feeder != feeder || decoded->tick != tick)
    throw FileError(path, "is no file of cluster trees, or is damaged; restore it from a copy");
  return *std::move(decoded);
}

}  // namespace gridswarm::inline GS_ABI::ledger
