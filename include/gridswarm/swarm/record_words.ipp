// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/contract/records.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/cluster_record.hpp"
#include "gridswarm/ledger/header.hpp"
#include "gridswarm/swarm/record_words.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace words_detail {

GS_INLINE std::string kwh(std::int64_t milliwh) { return decimal(milliwh, 6) + " kWh"; }

GS_INLINE std::string number(std::int64_t value) { return std::to_string(value); }

/// One sentence per payload; readings never stand in the clear.
struct Say {
  std::string operator()(const std::monostate&) const { return {}; }
  std::string operator()(const contract::Join& p) const {
    static constexpr const char* names[] = {"pv", "wind turbine", "battery", "vehicle", "meter"};
    const bool is_known = p.device >= 0 && p.device < 5;
    std::string text = "joins feeder " + number(p.feeder) + ": " +
                       (is_known ? names[p.device] : "device of unknown kind") + ", " +
                       decimal(p.rating_w, 3) + " kW";
    if (p.e_capacity_wh > 0) text += ", " + decimal(p.e_capacity_wh, 3) + " kWh of storage";
    return text;
  }
  std::string operator()(const contract::Leave&) const { return "leaves the swarm"; }
  std::string operator()(const contract::Assign& p) const {
    if (p.cluster == none) return "is in no cluster from epoch " + number(p.epoch) + " on";
    return "belongs to cluster " + number(p.cluster) + " from epoch " + number(p.epoch) + " on";
  }
  std::string operator()(const contract::Reading&) const { return "reads its meter"; }
  std::string operator()(const contract::Settle& p) const {
    std::string text = "settles";
    if (p.cluster != none) text += " in cluster " + number(p.cluster);
    text += ": produced " + kwh(p.produced_milliwh) + ", consumed " + kwh(p.consumed_milliwh);
    if (p.shared_milliwh > 0) text += ", gave " + kwh(p.shared_milliwh) + " to the cluster";
    if (p.shared_milliwh < 0) text += ", took " + kwh(-p.shared_milliwh) + " from the cluster";
    if (p.tokens_micro > 0) text += ", earned " + decimal(p.tokens_micro, 6) + " tokens";
    if (p.tokens_micro < 0) text += ", paid " + decimal(-p.tokens_micro, 6) + " tokens";
    if (p.reward_micro != 0) text += ", reward " + decimal(p.reward_micro, 6) + " tokens";
    return text;
  }
  std::string operator()(const contract::Lead& p) const {
    return "elects agent " + number(p.agent) + " to lead cluster " + number(p.cluster) +
           " in epoch " + number(p.epoch) + ", score " + decimal(p.score_ppm, 6);
  }
  std::string operator()(const contract::ClusterTick& p) const {
    std::string text = "closes the tick of cluster " + number(p.cluster) + ": " + number(p.count) +
                       " members settled, net " + kwh(p.net_milliwh) + ", shared inside " +
                       kwh(p.shared_milliwh) + ", exchanged with outside " +
                       kwh(p.residual_milliwh);
    if (p.limits & contract::limit_undervoltage) text += ", undervoltage";
    if (p.limits & contract::limit_overvoltage) text += ", overvoltage";
    return text;
  }
  std::string operator()(const contract::Interval& p) const {
    return "folds " + number(p.count) + " decisions of feeder " + number(p.feeder) + ", ticks " +
           number(p.first_tick) + " to " + number(p.last_tick) + ", root " + ledger::to_hex(p.hash);
  }
};

GS_INLINE std::string say_cluster(const ledger::ClusterRecord& record) {
  const ledger::ClusterStatement& s = record.statement;
  return "certifies " + std::to_string(s.count) + " records of cluster " + number(s.cluster) +
         ", epoch " + std::to_string(s.epoch) + ": number " + std::to_string(s.number) + ", " +
         std::to_string(record.signatures.size()) + " of " +
         std::to_string(record.committee.size()) + " members signed, root " +
         ledger::to_hex(s.root);
}

}  // namespace words_detail

GS_INLINE std::string decimal(std::int64_t value, int digits) {
  // As unsigned, so that the smallest number has a magnitude too.
  const bool is_negative = value < 0;
  const auto bits = static_cast<std::uint64_t>(value);
  std::string text = std::to_string(is_negative ? 0 - bits : bits);
  const auto places = static_cast<std::size_t>(digits);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  text.insert(text.size() - places, ".");
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return (is_negative ? "-" : "") + text;
}

GS_INLINE std::string words(const ledger::Record& record) {
  const auto kind = contract::kind_of(record);
  if (kind == contract::RecordKind::reading && record.is_salted)
    return "reads its meter: commitment " + ledger::to_hex(record.payload);
  if (const auto payload = kind ? contract::decode(*kind, record.payload) : std::nullopt)
    return std::visit(words_detail::Say{}, *payload);
  if (const auto header = ledger::decode_header(record))
    return "ends block " + std::to_string(header->height) + " of " + std::to_string(header->count) +
           " records";
  if (const auto cluster = ledger::decode_cluster_record(record))
    return words_detail::say_cluster(*cluster);
  const std::string bytes = std::to_string(record.payload.size()) + " bytes";
  if (record.kind == ledger::Kind::evidence) return "gives evidence, " + bytes;
  if (record.kind == ledger::Kind::governance && record.schema == 1 && record.payload.size() == 32)
    return "has the key " + ledger::to_hex(record.payload);
  return "a record of kind " + std::to_string(static_cast<int>(record.kind)) + ", schema " +
         std::to_string(record.schema) + ", " + bytes;
}

}  // namespace gridswarm::inline GS_ABI::swarm
