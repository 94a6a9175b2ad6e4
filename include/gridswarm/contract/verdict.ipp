// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/contract/verdict.hpp"

namespace gridswarm::inline GS_ABI::contract {

GS_INLINE const char* text(Refusal refusal) {
  switch (refusal) {
    case Refusal::none: return "accepted";
    case Refusal::malformed: return "the record's kind, size or commitment is not of this contract";
    case Refusal::wrong_author: return "the author may not write this record";
    case Refusal::wrong_genesis: return "the record belongs to another log";
    case Refusal::wrong_sequence: return "the sequence number is not the author's next one";
    case Refusal::wrong_order: return "records of a block ascend by tick, author and kind";
    case Refusal::wrong_tick: return "the tick differs from the envelope's or is not a later one";
    case Refusal::out_of_range: return "a value lies outside its range";
    case Refusal::unknown_agent: return "the agent never joined";
    case Refusal::not_member: return "the agent has left or belongs to another cluster";
    case Refusal::already_member: return "the agent has joined already";
    case Refusal::unknown_cluster: return "nobody was ever assigned to the cluster";
    case Refusal::unknown_feeder: return "no agent of the feeder ever joined";
    case Refusal::other_feeder: return "the cluster lies on another feeder";
    case Refusal::stale_epoch:
      return "the epoch is not open: epochs ascend and elections close them";
    case Refusal::cluster_size: return "the cluster has more members than allowed or none";
    case Refusal::led_recently: return "the agent led of late while other members did not";
    case Refusal::no_leader: return "the cluster has elected no leader since its members changed";
    case Refusal::nothing_settled: return "the members that settled are not as many as stated";
    case Refusal::tokens_not_conserved: return "the members' tokens do not sum to zero";
    case Refusal::energy_not_conserved: return "energy given in the cluster is not energy taken";
    case Refusal::wrong_settlement:
      return "a share, payment or sum differs from the settlement rule";
    case Refusal::wrong_digest: return "the digest is not that of the members' readings";
    case Refusal::no_reading: return "the agent has no reading of this tick";
    case Refusal::overflow: return "a sum or product does not fit 64 bits";
  }
  return "unknown refusal";
}

}  // namespace gridswarm::inline GS_ABI::contract
