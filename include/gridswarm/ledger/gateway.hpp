// SPDX-License-Identifier: BSD-3-Clause
// A feeder's gateway: it keeps the trees of clusters after the clusters are gone, and proves from
// them.
//
// One file per tick, written before the root log names its trees: a temporary file, fsync, rename,
// fsync of the folder. So a crash leaves a whole file or none, and never a certified root whose
// leaves nobody has. The file, big-endian (docs/formats-hierarchy.md):
//   [8] "GSGATE01", [32] genesis, i64 feeder, i64 tick, u32 trees, then each tree:
//   u16 length and record, u32 leaves, each u16 length and bytes;   last [32] H of all before
#pragma once

#include <string>

#include "gridswarm/ledger/cluster_tree.hpp"
#include "gridswarm/ledger/file.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// All trees of a feeder's clusters of one tick.
struct GatewayTick {
  Hash genesis{};
  std::int64_t feeder = 0;
  std::int64_t tick = 0;
  std::vector<ClusterTree> trees;  ///< ascending by cluster
};

Bytes encode(const GatewayTick& tick);
/// Nothing unless `bytes` is exactly what encode() writes and each tree fits its certificate.
std::optional<GatewayTick> decode_gateway_tick(ByteView bytes);

/// `feeder-<feeder>/tick-<tick>`, below the folder of all gateways.
std::string gateway_path(std::int64_t feeder, std::int64_t tick);

/// The trees that gateways of one log keep below a folder.
class GatewayStore {
 public:
  /// Nothing is read or written yet. `files` must outlive the store.
  GatewayStore(FileSystem& files, std::string folder);
  /// Durable when it returns. Bytes that are there already are left alone.
  /// @throws FileError where other trees of this feeder and tick are there, or writing fails
  void put(const GatewayTick& tick);
  /// The same for bytes that encode() made.
  void put(std::int64_t feeder, std::int64_t tick, ByteView encoded);
  /// Every file of trees: (feeder, tick), ascending.
  std::vector<std::pair<std::int64_t, std::int64_t>> list();
  /// @throws FileError where the file is missing or damaged
  GatewayTick read(std::int64_t feeder, std::int64_t tick);

 private:
  FileSystem& files_;
  std::string folder_;
};

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/gateway.ipp"
#endif
