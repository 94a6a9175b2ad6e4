// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "gridswarm/base/error.hpp"
#include "gridswarm/contract/records.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/cluster_register.hpp"
#include "gridswarm/ledger/device_proof.hpp"
#include "gridswarm/ledger/header.hpp"
#include "gridswarm/ledger/proof_file.hpp"
#include "gridswarm/swarm/audit.hpp"
#include "gridswarm/swarm/record_words.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace audit_detail {

GS_INLINE std::string name_of(std::int64_t author) {
  const std::int64_t committees = 3 * contract::cluster_author_bit;
  if (author >= committees) return "committee of cluster " + std::to_string(author - committees);
  if (author >= contract::feeder_author_bit)
    return "gateway of feeder " + std::to_string(author - contract::feeder_author_bit);
  if (author >= contract::cluster_author_bit)
    return "cluster " + std::to_string(author - contract::cluster_author_bit);
  return "agent " + std::to_string(author);
}

/// Follows who is in the asked cluster, so that its leavers are told too.
class Question {
 public:
  explicit Question(const AuditQuery& query) : query_(query) {}

  /// False where the record can't be about whom was asked, nor change who is in the cluster.
  bool may_matter(const ledger::Record& record) const {
    if (record.kind == ledger::Kind::membership || record.kind == ledger::Kind::leader) return true;
    if (query_.device >= 0) return record.author == query_.device;
    return record.author == contract::author_of_cluster(query_.cluster) ||
           record.author == ledger::committee_author(query_.cluster);
  }

  /// True where the record is about whom was asked. Call in order of the log.
  bool wants(const ledger::Record& record) {
    if (record.kind == ledger::Kind::header) return false;
    const bool is_about = query_.device >= 0 ? is_about_device(record) : is_about_cluster(record);
    return is_about && record.tick >= query_.from && record.tick <= query_.to;
  }

 private:
  /// The cluster of an assignment, the agent of an election; nothing for any other record.
  template <class P, class Id>
  static std::optional<Id> member_of(const ledger::Record& record, contract::RecordKind kind,
                                     Id P::*member) {
    if (contract::kind_of(record) != kind) return std::nullopt;
    const auto payload = contract::decode(kind, record.payload);
    if (!payload) return std::nullopt;
    return std::get<P>(*payload).*member;
  }

  bool is_about_device(const ledger::Record& record) const {
    return record.author == query_.device ||
           member_of(record, contract::RecordKind::lead, &contract::Lead::agent) == query_.device;
  }

  bool is_about_cluster(const ledger::Record& record) {
    if (record.author == contract::author_of_cluster(query_.cluster) ||
        record.author == ledger::committee_author(query_.cluster))
      return true;
    const auto kind = contract::kind_of(record);
    if (kind == contract::RecordKind::leave) return members_.erase(record.author) > 0;
    const auto target = member_of(record, contract::RecordKind::assign, &contract::Assign::cluster);
    if (!target) return false;
    if (*target != query_.cluster) return members_.erase(record.author) > 0;
    members_.insert(record.author);
    return true;
  }

  AuditQuery query_;
  std::set<std::int64_t> members_;
};

/// A record of a cluster in the log.
struct Certified {
  std::uint64_t index = 0;
  std::int64_t tick = 0;
  std::int64_t cluster = 0;
  bool has_tree = false;
};

/// A record that is told; it is proved when its turn comes.
struct Found {
  std::uint64_t index = 0;
  std::int64_t leaf = -1;
  Bytes record;
  std::shared_ptr<const ledger::ClusterTree> tree;  ///< null: the record is the entry
};

/// One walk through a log and the gateways' trees.
class Audit {
 public:
  Audit(ledger::LogReader& log, ledger::GatewayStore* gateways, const AuditQuery& query,
        const std::function<void(const AuditLine&)>& tell)
      : log_(log), gateways_(gateways), query_(query), question_(query), tell_(tell) {}

  AuditResult run() {
    for (std::uint64_t i = log_.minimum_index(); i < log_.size() && result_.reason.empty(); ++i)
      read_entry(i);
    if (result_.reason.empty() && gateways_ != nullptr) read_trees();
    if (result_.reason.empty()) choose();
    for (const Found& found : chosen_)
      if (result_.reason.empty()) show(found);
    return result_;
  }

 private:
  void read_entry(std::uint64_t index);
  void read_trees();
  void read_tree(ledger::ClusterTree tree);
  void choose();
  void show(const Found& found);
  void prove_entry(const Found& found, AuditLine& line);
  void prove_leaf(const Found& found, AuditLine& line);

  ledger::LogReader& log_;
  ledger::GatewayStore* gateways_;
  AuditQuery query_;
  Question question_;
  const std::function<void(const AuditLine&)>& tell_;
  AuditResult result_;
  ledger::ClusterRegister known_;
  std::map<ledger::Hash, Certified> certified_;   ///< by leaf hash
  std::map<std::int64_t, std::int64_t> time_of_;  ///< tick -> end of it
  std::vector<Found> found_;                      ///< all that may matter
  std::vector<Found> chosen_;
};

GS_INLINE void Audit::read_entry(std::uint64_t index) {
  ++result_.entries;
  const Bytes bytes = log_.entry(index);
  const auto record = ledger::decode_record(bytes);
  const std::string who = "entry " + std::to_string(index);
  if (!record) {
    result_.reason = who + " is not a record";
    return;
  }
  if (const auto header = ledger::decode_header(*record)) {
    time_of_[record->tick] = header->time_s;
    return;
  }
  if (record->kind == ledger::Kind::governance)
    if (const auto key = ledger::decode_key(*record)) enroll(known_, record->author, *key);
  if (record->kind == ledger::Kind::cluster) {
    const auto cluster = ledger::decode_cluster_record(*record);
    known_.genesis = record->genesis;  // verify() has seen that all entries name one log
    const auto refusal =
        cluster ? admit(known_, *cluster, bytes, {}) : ledger::ClusterRefusal::malformed;
    if (refusal != ledger::ClusterRefusal::none) {
      result_.reason =
          who + ", a record of a cluster, should not be there: " + ledger::text(refusal);
      return;
    }
    ++result_.clusters;
    certified_[ledger::leaf_hash(bytes)] = {index, record->tick, cluster->statement.cluster};
  }
  if (question_.may_matter(*record)) found_.push_back({index, -1, bytes, nullptr});
}

/// Trees that the log does not name are not told: a crash may leave such a tree.
GS_INLINE void Audit::read_trees() {
  for (const auto& [feeder, tick] : gateways_->list())
    for (ledger::ClusterTree& tree : gateways_->read(feeder, tick).trees)
      read_tree(std::move(tree));
  for (const auto& [hash, cluster] : certified_)
    result_.missing += !cluster.has_tree && cluster.tick >= query_.from &&
                       cluster.tick <= query_.to &&
                       (query_.cluster < 0 || cluster.cluster == query_.cluster);
}

GS_INLINE void Audit::read_tree(ledger::ClusterTree tree) {
  const auto named = certified_.find(ledger::leaf_hash(tree.record));
  if (named == certified_.end()) return;
  named->second.has_tree = true;
  const auto kept = std::make_shared<const ledger::ClusterTree>(std::move(tree));
  for (std::size_t i = 0; i < kept->leaves.size(); ++i) {
    const ledger::ByteView leaf = kept->leaves[i];
    if (!question_.may_matter(*ledger::decode_record(leaf))) continue;
    found_.push_back(
        {named->second.index, static_cast<std::int64_t>(i), Bytes(leaf.begin(), leaf.end()), kept});
  }
}

/// In the order in which a flat log would hold them, as memberships follow from each other.
GS_INLINE void Audit::choose() {
  const auto place = [](const Found& found) {
    const ledger::Record record = *ledger::decode_record(found.record);
    return std::tuple(record.tick, record.author, record.author_sequence);
  };
  std::sort(found_.begin(), found_.end(),
            [&](const Found& a, const Found& b) { return place(a) < place(b); });
  for (Found& found : found_)
    if (question_.wants(*ledger::decode_record(found.record))) chosen_.push_back(std::move(found));
  found_.clear();
}

GS_INLINE void Audit::prove_entry(const Found& found, AuditLine& line) {
  const ledger::InclusionFile proof = ledger::prove_inclusion(log_, found.index);
  const ledger::Checkpoint& checkpoint = log_.checkpoint();
  if (!ledger::verify_inclusion(ledger::leaf_hash(found.record), found.index, checkpoint.size,
                                proof.path, checkpoint.root))
    result_.reason = "entry " + std::to_string(found.index) + " does not lie in the log's tree";
  const std::string text = ledger::to_text(proof);
  const ledger::ByteView bytes = ledger::bytes_of(text);
  line.proof.assign(bytes.begin(), bytes.end());
  line.hashes = static_cast<std::int64_t>(proof.path.size());
  line.proof_name = "entry-" + std::to_string(found.index) + ".tlog-proof";
}

GS_INLINE void Audit::prove_leaf(const Found& found, AuditLine& line) {
  ledger::DeviceProof proof;
  const std::int64_t author = ledger::decode_record(found.record)->author;
  if (const auto device = known_.devices.find(author); device != known_.devices.end())
    proof.device = device->second.key;
  proof.record = found.record;
  proof.index = static_cast<std::uint64_t>(found.leaf);
  proof.path = ledger::prove_leaf(found.tree->leaves, proof.index);
  proof.cluster = found.tree->record;
  proof.root_index = found.index;
  proof.root_path = log_.inclusion(found.index);
  proof.checkpoint = log_.note();
  const ledger::DeviceProofResult checked = check(proof, {});
  if (!checked.ok())
    result_.reason = "leaf " + std::to_string(found.leaf) + " of the tree of entry " +
                     std::to_string(found.index) + ": " + checked.reason;
  line.proof = encode(proof);
  line.hashes = static_cast<std::int64_t>(proof.path.size() + proof.root_path.size());
  line.proof_name = "entry-" + std::to_string(found.index) + "-leaf-" + std::to_string(found.leaf) +
                    ".device-proof";
}

GS_INLINE void Audit::show(const Found& found) {
  const ledger::Record record = *ledger::decode_record(found.record);
  AuditLine line;
  line.index = static_cast<std::int64_t>(found.index);
  line.leaf = found.leaf;
  line.tick = record.tick;
  if (const auto time = time_of_.find(record.tick); time != time_of_.end())
    line.time_s = time->second;
  line.who = name_of(record.author);
  line.what = words(record);
  line.record = found.record;
  if (found.tree)
    prove_leaf(found, line);
  else
    prove_entry(found, line);
  if (!result_.reason.empty()) return;
  ++result_.lines;
  tell_(line);
}

}  // namespace audit_detail

GS_INLINE AuditResult audit(ledger::LogReader& log, ledger::GatewayStore* gateways,
                            const AuditQuery& query,
                            const std::function<void(const AuditLine&)>& tell) {
  if ((query.device >= 0) == (query.cluster >= 0))
    throw UsageError("ask for the history of one device or of one cluster");
  if (query.from > query.to)
    throw UsageError("the history from tick " + std::to_string(query.from) + " to " +
                     std::to_string(query.to) + " is empty");
  return audit_detail::Audit(log, gateways, query, tell).run();
}

}  // namespace gridswarm::inline GS_ABI::swarm
