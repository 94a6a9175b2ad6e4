// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/committee_links.hpp"

namespace gridswarm::inline GS_ABI::ledger {

namespace committee_links_detail {

inline constexpr std::int16_t ask = 0, answer = 1;

/// A simulation under way.
struct Asking {
  link::Network& network;
  const CommitteeLinks& links;
  std::span<const SigningKey> keys;
  std::span<const Conduct> conducts;
  std::span<const ClusterStatement> statements;
  link::Nanoseconds start_ns, retry_ns;
  std::vector<std::vector<Index>> signed_for;  ///< per seat, gateways whose statements it signed
  std::vector<SeatSignature> heard;            ///< rows of answers under way
  std::vector<Certification> result;
  Index seats() const { return static_cast<Index>(keys.size()); }
};

GS_INLINE bool has_signed(const ClusterRecord& record, Index seat) {
  return std::any_of(record.signatures.begin(), record.signatures.end(),
                     [&](const SeatSignature& s) { return s.seat == seat; });
}

/// A gateway asks all who have not signed, and looks again after retry_ns.
GS_INLINE void ask_seats(Asking& run, Index gateway, bool again) {
  Certification& result = run.result[gateway];
  for (Index seat = 0; seat < run.seats(); ++seat) {
    if (has_signed(result.record, seat)) continue;
    link::send(run.network, run.links.ask[gateway * run.seats() + seat], ask, ask_bytes);
    result.asked_again += again;
  }
  link::wake(run.network, run.seats() + gateway, link::now_ns(run.network) + run.retry_ns, ask);
}

/// Do two statements speak of the same tick of a cluster?
GS_INLINE bool same_tick(const ClusterStatement& a, const ClusterStatement& b) {
  return a.genesis == b.genesis && a.cluster == b.cluster && a.epoch == b.epoch && a.tick == b.tick;
}

/// May the seat sign this gateway's statement? An honest one remembers what it signed.
GS_INLINE bool signs(Asking& run, Index seat, Index gateway) {
  const Conduct conduct = run.conducts[seat];
  if (conduct == Conduct::silent) return false;
  if (conduct != Conduct::honest) return true;
  for (const Index before : run.signed_for[seat])
    if (same_tick(run.statements[before], run.statements[gateway]))
      return run.statements[before] == run.statements[gateway];
  run.signed_for[seat].push_back(gateway);
  return true;
}

GS_INLINE void answer_gateway(Asking& run, Index seat, Index gateway) {
  if (!signs(run, seat, gateway)) return;
  SeatSignature signature =
      sign_seat(run.keys[seat], static_cast<std::uint8_t>(seat), run.statements[gateway]);
  if (run.conducts[seat] == Conduct::forges) signature.bytes[0] ^= std::byte{1};
  run.heard.push_back(signature);
  link::send(run.network, run.links.answer[gateway * run.seats() + seat], answer, answer_bytes,
             run.heard.size() - 1);
}

GS_INLINE void take_answer(Asking& run, Index gateway, const SeatSignature& signature) {
  Certification& result = run.result[gateway];
  ClusterRecord& record = result.record;
  if (result.certified || has_signed(record, signature.seat)) return;
  if (!verify_signature(record.committee[signature.seat].key, signed_part(record.statement),
                        signature.bytes)) {
    ++result.refused;
    return;
  }
  const auto after = std::find_if(record.signatures.begin(), record.signatures.end(),
                                  [&](const SeatSignature& s) { return s.seat > signature.seat; });
  record.signatures.insert(after, signature);
  if (static_cast<int>(record.signatures.size()) < quorum_of(static_cast<int>(run.seats()))) return;
  result.certified = true;
  result.took_s = static_cast<double>(link::now_ns(run.network) - run.start_ns) / 1e9;
}

GS_INLINE void take(Asking& run, const link::Event& event) {
  const Index gateway = event.node - run.seats();
  if (event.stage == link::Stage::timer) {
    if (!run.result[gateway].certified) ask_seats(run, gateway, true);
  } else if (event.kind == ask) {
    answer_gateway(run, event.node, event.from - run.seats());
  } else {
    take_answer(run, gateway, run.heard[event.payload]);
  }
}

}  // namespace committee_links_detail

GS_INLINE CommitteeLinks add_committee_links(link::Network& network, Index seats, Index gateways,
                                             Index model) {
  if (static_cast<Index>(network.nodes.size()) < seats + gateways)
    throw UsageError("a network of " + std::to_string(network.nodes.size()) + " nodes for " +
                     std::to_string(seats) + " seats and " + std::to_string(gateways) +
                     " gateways: make one node for each");
  CommitteeLinks links;
  for (Index gateway = 0; gateway < gateways; ++gateway)
    for (Index seat = 0; seat < seats; ++seat) {
      links.ask.push_back(add_link(network, seats + gateway, seat, model));
      links.answer.push_back(add_link(network, seat, seats + gateway, model));
    }
  return links;
}

GS_INLINE std::vector<Certification> certify_over_links(
    link::Network& network, const CommitteeLinks& links, const Committee& committee,
    std::span<const SigningKey> keys, std::span<const Conduct> conducts,
    std::span<const ClusterStatement> statements, link::Nanoseconds retry_ns,
    link::Nanoseconds give_up_ns) {
  using namespace committee_links_detail;
  if (committee.empty() || keys.size() != committee.size() || conducts.size() != committee.size() ||
      links.ask.size() != committee.size() * statements.size())
    throw UsageError("a committee of " + std::to_string(committee.size()) + " seats needs as many" +
                     " keys and conducts, and links to each of the gateways");
  if (retry_ns <= 0) throw UsageError("retry_ns must be positive: gateways ask again after it");
  const link::Nanoseconds start = link::now_ns(network);
  Asking run{network, links, keys, conducts, statements, start, retry_ns, {}, {}, {}};
  run.signed_for.resize(committee.size());
  for (const ClusterStatement& statement : statements) {
    Certification& result = run.result.emplace_back();
    result.record.statement = statement;
    result.record.committee = committee;
  }
  for (std::size_t g = 0; g < statements.size(); ++g) ask_seats(run, static_cast<Index>(g), false);
  const auto open = [](const Certification& result) { return !result.certified; };
  link::Event event;
  while (std::any_of(run.result.begin(), run.result.end(), open) &&
         link::next(network, start + give_up_ns, event))
    take(run, event);
  return std::move(run.result);
}

}  // namespace gridswarm::inline GS_ABI::ledger
