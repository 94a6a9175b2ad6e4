// SPDX-License-Identifier: BSD-3-Clause
// A cluster of devices that sign their records, and its committee: for tests of the hierarchy.
#pragma once

#include <map>

#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/cluster_register.hpp"
#include "gridswarm/ledger/gateway.hpp"

namespace gridswarm::test {

inline ledger::Hash sample_genesis() {
  ledger::Hash genesis;
  genesis.fill(std::byte{7});
  return genesis;
}

/// Devices 100, 101, ... of one cluster.
struct SampleCluster {
  std::int64_t cluster = 5;
  int seats = 7;
  std::vector<std::int64_t> members;
  std::map<std::int64_t, ledger::SigningKey> keys;
  std::map<std::int64_t, std::uint64_t> sequence;
  std::uint64_t number = 0;
  ledger::Hash tip{};

  explicit SampleCluster(int devices, std::int64_t id = 5) : cluster(id) {
    for (int i = 0; i < devices; ++i) {
      members.push_back(100 + i);
      keys.emplace(100 + i, ledger::demo_device_key(1, 100 + i));
    }
  }

  /// A register that knows the devices.
  ledger::ClusterRegister make_register() const {
    ledger::ClusterRegister known;
    known.genesis = sample_genesis();
    known.seats = seats;
    for (const auto& [agent, key] : keys) enroll(known, agent, key.public_key);
    return known;
  }

  ledger::KeyOf key_of() const {
    return [this](std::int64_t agent) {
      const auto key = keys.find(agent);
      return key == keys.end() ? nullptr : &key->second.public_key;
    };
  }

  /// A signed record of every device.
  ledger::Entries write(std::int64_t tick) {
    ledger::Entries leaves;
    for (const std::int64_t agent : members) {
      const Bytes payload(48, static_cast<std::byte>(agent + tick));
      ledger::Record record;
      record.kind = ledger::Kind::settlement;
      record.genesis = sample_genesis();
      record.author = agent;
      record.author_sequence = ++sequence[agent];
      record.tick = tick;
      record.payload = payload;
      record.signature = sign(keys.at(agent), signed_part(record));
      append(leaves, record);
    }
    return leaves;
  }

  /// What the committee would certify of these leaves, linked to the last commit(), not signed.
  ledger::ClusterRecord draft(const ledger::Entries& leaves, std::uint64_t epoch,
                              std::int64_t tick) const {
    ledger::ClusterRecord record;
    for (const std::int64_t agent :
         ledger::draw_committee(sample_genesis(), cluster, epoch, members, seats))
      record.committee.push_back({agent, keys.at(agent).public_key});
    ledger::ClusterStatement& s = record.statement;
    s.genesis = sample_genesis();
    s.cluster = cluster;
    s.epoch = epoch;
    s.tick = tick;
    s.number = number + 1;
    s.predecessor = tip;
    s.committee = committee_hash(record.committee);
    describe(leaves, s);
    return record;
  }

  /// Signed anew by the first `signers` seats; below zero: by a quorum.
  void sign_by(ledger::ClusterRecord& record, int signers = -1) const {
    if (signers < 0) signers = ledger::quorum_of(static_cast<int>(record.committee.size()));
    record.signatures.clear();
    for (int seat = 0; seat < signers; ++seat)
      record.signatures.push_back(sign_seat(keys.at(record.committee[seat].agent),
                                            static_cast<std::uint8_t>(seat), record.statement));
  }

  void commit(const ledger::ClusterRecord& record) {
    number = record.statement.number;
    tip = ledger::leaf_hash(cluster_leaf(record));
  }

  /// One whole tree of a tick, certified; the chain goes on.
  ledger::ClusterTree certify(std::uint64_t epoch, std::int64_t tick) {
    ledger::ClusterTree tree;
    tree.leaves = write(tick);
    ledger::ClusterRecord record = draft(tree.leaves, epoch, tick);
    sign_by(record);
    tree.record = cluster_leaf(record);
    commit(record);
    return tree;
  }
};

inline ledger::ClusterRecord cluster_of(const Bytes& leaf) {
  return *decode_cluster_record(*ledger::decode_record(leaf));
}

}  // namespace gridswarm::test
