// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/swarm/hierarchy.hpp"
#include "gridswarm/swarm/journal.ipp"

namespace gridswarm::inline GS_ABI::swarm {

namespace hierarchy_detail {

GS_INLINE void append_entry(Bytes& pack, ledger::ByteView entry) {
  ledger::Writer writer(pack);
  writer.u16(static_cast<std::uint16_t>(entry.size()));
  writer.raw(entry);
}

/// Keys of devices that write for the first time, told to the root log.
GS_INLINE void enroll_new(Journal& journal, std::int64_t tick, Bytes& loose) {
  for (const AgentBook& book : journal.agents) {
    if (journal.keys.contains(book.id)) continue;
    const auto key =
        journal.keys.emplace(book.id, ledger::demo_device_key(journal.options.seed, book.id));
    append_entry(loose,
                 ledger::key_leaf(journal.options.genesis, book.id, tick, key.first->second));
  }
}

/// Whose tree a record belongs into; none: the root log's.
GS_INLINE ClusterId tree_of(Journal& journal, std::int64_t author) {
  if (author < contract::cluster_author_bit) return detail::book_at(journal, author)->cluster;
  if (author < contract::feeder_author_bit) return author - contract::cluster_author_bit;
  return none;
}

/// The committee checks the leaves and certifies them; the cluster's chain goes on.
GS_INLINE ledger::ClusterTree certify(Journal& journal, std::int64_t tick, ClusterId id,
                                      ledger::Entries leaves) {
  const ClusterBook& book = journal.clusters[id];
  ledger::ClusterChain& chain = journal.certified[id];
  ledger::ClusterRecord record;
  ledger::ClusterStatement& s = record.statement;
  s.genesis = journal.options.genesis;
  s.cluster = id;
  s.epoch = static_cast<std::uint64_t>(book.epoch);
  s.tick = tick;
  s.number = chain.number + 1;
  s.predecessor = chain.tip;
  for (const AgentId agent :
       ledger::draw_committee(s.genesis, id, s.epoch, book.members, journal.options.seats))
    record.committee.push_back({agent, journal.keys.at(agent).public_key});
  s.committee = ledger::committee_hash(record.committee);
  ledger::describe(leaves, s);
  const auto key_of = [&](std::int64_t agent) {
    const auto key = journal.keys.find(agent);
    return key == journal.keys.end() ? nullptr : &key->second.public_key;
  };
  if (const std::string fault = ledger::find_fault(leaves, s, key_of); !fault.empty())
    throw Error(ExitCode::run_time, "the committee of cluster " + std::to_string(id) +
                                        " does not sign at tick " + std::to_string(tick) + ": " +
                                        fault);
  const int quorum = ledger::quorum_of(static_cast<int>(record.committee.size()));
  for (int seat = 0; seat < quorum; ++seat)
    record.signatures.push_back(
        ledger::sign_seat(journal.keys.at(record.committee[static_cast<std::size_t>(seat)].agent),
                          static_cast<std::uint8_t>(seat), s));
  ledger::ClusterTree tree{ledger::cluster_leaf(record), std::move(leaves)};
  chain = {s.number, s.epoch, tick, ledger::leaf_hash(tree.record)};
  return tree;
}

/// Devices come and go by their own records, before clusters are admitted.
GS_INLINE void note_members(ledger::ClusterRegister& known, const ledger::Entries& records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const ledger::Record record = *ledger::decode_record(records[i]);
    const auto kind = contract::kind_of(record);
    if (kind == contract::RecordKind::join) set_member(known, record.author, true);
    if (kind == contract::RecordKind::leave) set_member(known, record.author, false);
  }
}

/// A record of the root log waits for its place.
struct Waiting {
  std::int64_t tick, author;
  std::uint64_t sequence;
  ledger::ByteView bytes;
};

/// What the block will hold and what the contracts will see.
struct Gathered {
  std::vector<Waiting> root;
  std::vector<Bytes> packs;  ///< devices' and clusters' records, for merge_records()
};

GS_INLINE void take(Gathered& gathered, ledger::ByteView bytes) {
  const ledger::Record record = *ledger::decode_record(bytes);
  gathered.root.push_back({record.tick, record.author, record.author_sequence, bytes});
}

/// Loose records: keys become known, the others go to the contracts too.
GS_INLINE void take_loose(ledger::ClusterRegister& known, const ledger::Entries& loose,
                          Gathered& gathered, Block& block) {
  Bytes& pack = gathered.packs.emplace_back();
  for (std::size_t i = 0; i < loose.size(); ++i) {
    const ledger::Record record = *ledger::decode_record(loose[i]);
    if (record.kind != ledger::Kind::governance) {
      append_entry(pack, loose[i]);
      take(gathered, loose[i]);
      continue;
    }
    const auto key = ledger::decode_key(record);
    const auto refusal =
        key ? ledger::enroll(known, record.author, *key) : ledger::ClusterRefusal::malformed;
    if (refusal == ledger::ClusterRefusal::none)
      take(gathered, loose[i]);
    else
      block.refused.push_back(
          {i, contract::Refusal::malformed,
           "the key of agent " + std::to_string(record.author) + ": " + ledger::text(refusal)});
  }
}

/// One certified tree: in the block if the root takes it.
GS_INLINE bool take_tree(const contract::State& state, ledger::ClusterRegister& known,
                         const ledger::ClusterTree& tree, Gathered& gathered, Block& block) {
  const auto cluster = *ledger::decode_cluster_record(*ledger::decode_record(tree.record));
  const ClusterId id = cluster.statement.cluster;
  const Index row = contract::find(state.clusters.id, id);
  const auto sequences = *ledger::sequences_of(tree.leaves);
  ledger::ClusterContext context{{}, sequences};
  if (row != none) context.members = state.members[static_cast<std::size_t>(row)];
  const auto refusal = ledger::admit(known, cluster, tree.record, context);
  if (refusal == ledger::ClusterRefusal::none) {
    take(gathered, tree.record);
    return true;
  }
  block.refused.push_back({gathered.root.size(), contract::Refusal::malformed,
                           "the record of cluster " + std::to_string(id) + " at tick " +
                               std::to_string(cluster.statement.tick) + ": " +
                               ledger::text(refusal)});
  return false;
}

}  // namespace hierarchy_detail

GS_INLINE HierarchyOptions hierarchy_of(const Scenario& scenario, const std::string& gateways) {
  return {scenario.ledger.hierarchy ? gateways : "", static_cast<int>(scenario.ledger.committee)};
}

GS_INLINE Bytes pack_hierarchy(Journal& journal, std::int64_t tick) {
  using namespace hierarchy_detail;
  Bytes loose;
  enroll_new(journal, tick, loose);
  std::map<ClusterId, ledger::Entries> leaves;
  detail::take_records(journal, [&](ledger::Record& record) {
    if (record.author < ledger::device_author_end)
      record.signature = ledger::sign(journal.keys.at(record.author), ledger::signed_part(record));
    const ClusterId id = tree_of(journal, record.author);
    if (id != none) return ledger::append(leaves[id], record);
    Bytes bytes;
    ledger::encode(record, bytes);
    append_entry(loose, bytes);
  });
  ledger::GatewayTick trees{journal.options.genesis, journal.feeder, tick, {}};
  for (auto& [id, entries] : leaves)
    trees.trees.push_back(certify(journal, tick, id, std::move(entries)));
  const Bytes encoded = ledger::encode(trees);
  Bytes pack;
  ledger::Writer writer(pack);
  writer.u64(encoded.size());
  writer.raw(encoded);
  writer.raw(loose);
  return pack;
}

GS_INLINE HierarchyTick unpack_hierarchy(ledger::ByteView pack) {
  ledger::Reader reader(pack);
  HierarchyTick tick;
  const ledger::ByteView encoded = reader.raw(reader.u64());
  tick.encoded.assign(encoded.begin(), encoded.end());
  auto trees = ledger::decode_gateway_tick(encoded);
  while (reader.left() > 0) {
    tick.loose.push_back(reader.raw(reader.u16()));
    if (!reader.ok() || !ledger::decode_record(tick.loose[tick.loose.size() - 1])) trees.reset();
  }
  if (!reader.ok() || !trees)
    throw UsageError("a feeder's pack of certified trees is cut off or holds something else");
  tick.trees = *std::move(trees);
  return tick;
}

GS_INLINE HierarchyBlock close_hierarchy(contract::State& state, ledger::ClusterRegister& known,
                                         std::span<const HierarchyTick> feeders,
                                         ledger::BlockInfo info) {
  using namespace hierarchy_detail;
  Gathered gathered;
  HierarchyBlock out;
  Block keys;  // what is refused before the contracts speak
  for (const HierarchyTick& feeder : feeders) {
    take_loose(known, feeder.loose, gathered, keys);
    for (const ledger::ClusterTree& tree : feeder.trees.trees) {
      Bytes& pack = gathered.packs.emplace_back();
      for (std::size_t i = 0; i < tree.leaves.size(); ++i) append_entry(pack, tree.leaves[i]);
      out.device_records += static_cast<std::int64_t>(tree.leaves.size());
    }
  }
  out.block = close_block(state, merge_records(gathered.packs), info);
  note_members(known, out.block.leaves);
  out.block.refused.insert(out.block.refused.end(), keys.refused.begin(), keys.refused.end());
  for (const HierarchyTick& feeder : feeders)
    for (const ledger::ClusterTree& tree : feeder.trees.trees)
      out.cluster_records += take_tree(state, known, tree, gathered, out.block);
  std::sort(gathered.root.begin(), gathered.root.end(), [](const Waiting& a, const Waiting& b) {
    return std::tie(a.tick, a.author, a.sequence) < std::tie(b.tick, b.author, b.sequence);
  });
  out.block.leaves.clear();
  for (const Waiting& record : gathered.root) out.block.leaves.push_back(record.bytes);
  return out;
}

}  // namespace gridswarm::inline GS_ABI::swarm
