// SPDX-License-Identifier: BSD-3-Clause
// Certifying as it would be on wires: gateways ask a committee to sign, in virtual time.
//
// A gateway sends its statement to every seat (8 + 200 bytes) and asks those that have not answered
// again each retry_ns; a seat answers with its signature (8 + 65 bytes). The gateway looks at every
// signature and is done when a quorum of seats has signed rightly; the record it then holds passes
// check_certificate. An honest seat signs the first statement that it hears for a cluster's (epoch,
// tick) and no other one, and says the same again when asked again. So with at most tolerated_of(n)
// seats that lie no two statements are ever certified, whatever the links do, and one gateway alone
// gets its certificate as soon as a quorum can be heard.
#pragma once

#include <span>

#include "gridswarm/ledger/cluster_record.hpp"
#include "gridswarm/link/send.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// What a seat does with what it is asked to sign.
enum class Conduct : std::int8_t {
  honest,          ///< signs one statement
  silent,          ///< never answers
  signs_anything,  ///< signs whatever it is asked, also two that contradict each other
  forges,          ///< answers with bytes that are no signature of the statement
};

inline constexpr std::int32_t ask_bytes = 8 + static_cast<std::int32_t>(cluster_statement_size);
inline constexpr std::int32_t answer_bytes = 8 + 65;

/// Links between gateways and seats, one either way for each pair: entry gateway * seats + seat.
struct CommitteeLinks {
  std::vector<Index> ask, answer;
};

/// Nodes 0 .. seats - 1 of the network are the seats, the next ones the gateways.
/// @throws UsageError where the network has fewer nodes
CommitteeLinks add_committee_links(link::Network& network, Index seats, Index gateways,
                                   Index model);

/// What a gateway has when the simulation ends.
struct Certification {
  bool certified = false;
  double took_s = 0.0;           ///< from the start until a quorum had signed
  std::int64_t asked_again = 0;  ///< messages that repeated a question
  std::int64_t refused = 0;      ///< answers whose signature was wrong
  ClusterRecord record;          ///< with the signatures heard, in the order of seats
};

/// Let every gateway ask for its statement until it is certified or give_up_ns have passed.
/// The network is one of its own with two kinds of messages; it keeps the counts.
/// @param keys        of the seats, secret, as the committee lists them
/// @param statements  one per gateway
/// @throws UsageError where sizes differ, or retry_ns isn't positive
std::vector<Certification> certify_over_links(link::Network& network, const CommitteeLinks& links,
                                              const Committee& committee,
                                              std::span<const SigningKey> keys,
                                              std::span<const Conduct> conducts,
                                              std::span<const ClusterStatement> statements,
                                              link::Nanoseconds retry_ns,
                                              link::Nanoseconds give_up_ns);

}  // namespace gridswarm::inline GS_ABI::ledger

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/ledger/committee_links.ipp"
#endif
