// SPDX-License-Identifier: BSD-3-Clause
// The readable history of a device or a cluster, each line with its proof.
//
// The log is walked once, entry by entry, and its clusters' records are admitted as the root
// admitted them. Records of devices lie in the log itself or, with a hierarchy, in the trees that
// gateways keep: a tree counts only if its certified record lies in the log. Every proof is checked
// before it is given out. Whether the folder is whole is verify()'s business, which comes first.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gridswarm/ledger/gateway.hpp"
#include "gridswarm/ledger/log_reader.hpp"

namespace gridswarm::inline GS_ABI::swarm {

/// Whose history, and from when to when. Either a device or a cluster.
struct AuditQuery {
  std::int64_t device = -1;   ///< agent id; -1: none
  std::int64_t cluster = -1;  ///< cluster id; -1: none
  std::int64_t from = 0;      ///< ledger ticks, both ends included
  std::int64_t to = INT64_MAX;
};

/// One record about whom was asked.
struct AuditLine {
  std::int64_t index = 0;  ///< entry of the log: the record, or that of its cluster
  std::int64_t leaf = -1;  ///< in the cluster's tree; -1: the record is the entry
  std::int64_t tick = 0;
  std::int64_t time_s = -1;  ///< end of the tick, simulated Unix time; -1: no header says
  std::string who;           ///< "agent 7", "cluster 3", "gateway of feeder 0"
  std::string what;          ///< in words and units
  std::int64_t hashes = 0;   ///< that the proof's paths have
  std::string proof_name;    ///< for a file: entry-<index>[-leaf-<leaf>].<kind>
  Bytes proof;               ///< c2sp tlog-proof, or docs/formats-hierarchy.md for a leaf
  Bytes record;              ///< what is proved
};

struct AuditResult {
  std::string reason;         ///< why the log can't be trusted, empty if it can
  std::int64_t entries = 0;   ///< of the log that were read
  std::int64_t lines = 0;     ///< told
  std::int64_t clusters = 0;  ///< records of clusters that were admitted
  std::int64_t missing = 0;   ///< of those in question, trees that no gateway has
};

/// Calls tell(line) in order of (tick, entry, leaf). Stops at the first thing that is wrong.
/// @param gateways  null: trees are not looked for
/// @throws UsageError unless exactly one of device and cluster is asked for
AuditResult audit(ledger::LogReader& log, ledger::GatewayStore* gateways, const AuditQuery& query,
                  const std::function<void(const AuditLine&)>& tell);

}  // namespace gridswarm::inline GS_ABI::swarm

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/audit.ipp"
#endif
