// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <tuple>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/contract/set.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/swarm/journal.hpp"

namespace gridswarm::inline GS_ABI::swarm {

namespace detail {

inline constexpr double milliwh_per_kwh = 1e6;
inline constexpr double micro = 1e6;

/// Row of an agent's book, or the end.
inline std::vector<AgentBook>::iterator book_at(Journal& journal, AgentId id) {
  return std::lower_bound(journal.agents.begin(), journal.agents.end(), id,
                          [](const AgentBook& book, AgentId value) { return book.id < value; });
}

/// The book of a member. Throws UsageError for anybody else.
inline AgentBook& member_book(Journal& journal, AgentId id) {
  const auto book = book_at(journal, id);
  if (book == journal.agents.end() || book->id != id || !book->is_member)
    throw UsageError("agent " + std::to_string(id) + " is no member of feeder " +
                     std::to_string(journal.feeder) + ": note_join comes first");
  return *book;
}

inline void note(Journal& journal, std::int64_t tick, contract::Payload payload) {
  journal.notes.push_back({tick, std::move(payload), {}});
}

inline void leave_cluster(Journal& journal, AgentBook& book) {
  if (book.cluster == none) return;
  auto& members = journal.clusters[book.cluster].members;
  members.erase(std::lower_bound(members.begin(), members.end(), book.id));
  book.cluster = none;
}

inline void enter_cluster(Journal& journal, AgentBook& book, ClusterId cluster) {
  auto& members = journal.clusters[cluster].members;
  members.insert(std::lower_bound(members.begin(), members.end(), book.id), book.id);
  book.cluster = cluster;
}

/// What one agent's meter said, in integers; a voltage that is no number becomes 0, "not supplied".
inline contract::Reading rounded(const Meters& meters, std::size_t i, std::int64_t tick) {
  const AgentId id = meters.agent[i];
  const auto energy = [&](double kwh, const char* what) {
    const std::int64_t milliwh = to_integer(kwh, milliwh_per_kwh, what, id);
    if (milliwh < 0)
      throw UsageError(std::string(what) + " of agent " + std::to_string(id) + " is negative");
    return milliwh;
  };
  const auto voltage = [&](double v_pu) {
    return v_pu == v_pu ? to_integer(v_pu, micro, "voltage", id) : 0;
  };
  contract::Reading reading;
  reading.agent = id;
  reading.tick = tick;
  reading.energy_in_milliwh = energy(meters.consumed_kwh[i], "consumed energy");
  reading.energy_out_milliwh = energy(meters.produced_kwh[i], "produced energy");
  reading.v_min_micro_pu = voltage(meters.v_min_pu[i]);
  reading.v_max_micro_pu = voltage(meters.v_max_pu[i]);
  reading.soc_ppm = to_integer(meters.soc[i], micro, "state of charge", id);
  if (reading.soc_ppm < 0 || reading.soc_ppm > 1000000)
    throw UsageError("state of charge of agent " + std::to_string(id) + " lies outside 0..1");
  return reading;
}

/// The readings of a tick by agent, for the clusters to gather.
struct Heard {
  std::vector<AgentId> agent;  ///< ascending
  std::vector<contract::Reading> reading;
  std::vector<ledger::Hash> commitment;
};

/// Settle what the members of one cluster (none: agents without one) reported.
inline void settle(Journal& journal, std::int64_t tick, ClusterId id, const Heard& heard,
                   std::span<const std::size_t> member) {
  std::vector<std::int64_t> net;
  std::vector<ledger::Hash> commitment;
  contract::ClusterTick close;
  for (const std::size_t k : member) {
    const contract::Reading& reading = heard.reading[k];
    net.push_back(reading.energy_out_milliwh - reading.energy_in_milliwh);
    commitment.push_back(heard.commitment[k]);
    if (reading.v_min_micro_pu > 0 && reading.v_min_micro_pu < journal.options.v_min_micro_pu)
      close.limits |= contract::limit_undervoltage;
    if (reading.v_max_micro_pu > journal.options.v_max_micro_pu)
      close.limits |= contract::limit_overvoltage;
  }
  contract::Settlement& work = journal.work;
  const auto refusal = contract::settle_cluster(net, journal.options.tariff, work);
  if (refusal != contract::Refusal::none)
    throw UsageError("cluster " + std::to_string(id) + " can't be settled at tick " +
                     std::to_string(tick) + ": " + contract::text(refusal));
  for (std::size_t m = 0; m < member.size(); ++m) {
    const contract::Reading& r = heard.reading[member[m]];
    note(journal, tick,
         contract::Settle{r.agent, tick, id, r.energy_out_milliwh, r.energy_in_milliwh,
                          work.share_milliwh[m], work.tokens_micro[m], work.reward_micro[m]});
  }
  if (id == none) return;
  close.cluster = id;
  close.epoch = journal.clusters[id].epoch;
  close.tick = tick;
  close.count = static_cast<std::int64_t>(member.size());
  close.net_milliwh = work.net_milliwh;
  close.shared_milliwh = work.shared_milliwh;
  close.residual_milliwh = work.residual_milliwh;
  close.readings = contract::readings_digest(commitment);
  note(journal, tick, close);
}

/// Where a record belongs.
struct Place {
  std::int64_t tick, author, kind;
  std::uint64_t sequence;
  auto operator<=>(const Place&) const = default;
};

/// The next sequence number of an author.
inline std::uint64_t next_sequence(Journal& journal, std::int64_t author) {
  if (author >= contract::cluster_author_bit)
    return ++journal.clusters[author - contract::cluster_author_bit].sequence;
  return ++book_at(journal, author)->sequence;
}

/// Calls take(Record&) for the tick's records, sorted and numbered; the notes are gone after.
template <class Take>
void take_records(Journal& journal, Take&& take) {
  std::vector<std::pair<Place, std::size_t>> order;
  for (std::size_t k = 0; k < journal.notes.size(); ++k) {
    const Note& note = journal.notes[k];
    const auto kind = static_cast<std::int64_t>(contract::kind_of(note.payload));
    // The place in the list stands in for the sequence number: what was noted first comes first.
    order.push_back({{note.tick, contract::envelope_of(note.payload).author, kind, k}, k});
  }
  std::sort(order.begin(), order.end());
  for (const auto& [place, k] : order) {
    const Note& note = journal.notes[k];
    const contract::Envelope envelope = contract::envelope_of(note.payload);
    const bool is_reading = envelope.kind == ledger::Kind::reading;
    const Bytes payload = is_reading ? Bytes(note.commitment.begin(), note.commitment.end())
                                     : contract::encode(note.payload);
    ledger::Record record;
    record.kind = envelope.kind;
    record.schema = envelope.schema;
    record.genesis = journal.options.genesis;
    record.author = envelope.author;
    record.author_sequence = next_sequence(journal, envelope.author);
    record.tick = note.tick;
    record.cluster_epoch = envelope.cluster_epoch;
    record.is_salted = is_reading;
    record.payload = payload;
    take(record);
  }
  journal.notes.clear();
}

inline void check_sizes(const Meters& m) {
  const std::size_t n = m.agent.size();
  if (m.produced_kwh.size() != n || m.consumed_kwh.size() != n || m.v_min_pu.size() != n ||
      m.v_max_pu.size() != n || m.soc.size() != n || (!m.reports.empty() && m.reports.size() != n))
    throw UsageError("meters need one value per agent in every column");
}

}  // namespace detail

GS_INLINE Journal make_journal(const JournalOptions& options, std::int64_t feeder) {
  Journal journal;
  journal.options = options;
  journal.feeder = feeder;
  return journal;
}

GS_INLINE std::int64_t to_integer(double value, double scale, const char* what, std::int64_t id) {
  const double scaled = value * scale;
  if (!(scaled > -0x1p52 && scaled < 0x1p52))
    throw UsageError(std::string(what) + " of agent " + std::to_string(id) +
                     " can't be recorded: " + std::to_string(value) + " is out of range");
  const auto whole = static_cast<std::int64_t>(scaled);     // towards zero
  const double rest = scaled - static_cast<double>(whole);  // exact
  return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

GS_INLINE ledger::Salt reading_salt(std::uint64_t seed, AgentId agent, std::int64_t tick) {
  const auto word =
      draw(seed, Stream::salt, static_cast<std::uint64_t>(agent), static_cast<std::uint32_t>(tick));
  Bytes bytes;
  ledger::Writer writer(bytes);
  for (const std::uint32_t w : word) writer.u32(w);
  ledger::Salt salt{};
  std::copy(bytes.begin(), bytes.end(), salt.begin());
  return salt;
}

GS_INLINE void note_join(Journal& journal, std::int64_t tick, const fleet::Nameplate& plate) {
  for (Index i = 0; i < plate.size(); ++i) {
    auto book = detail::book_at(journal, plate.id[i]);
    if (book == journal.agents.end() || book->id != plate.id[i])
      book = journal.agents.insert(book, AgentBook{plate.id[i], false, 0, none});
    if (book->is_member) continue;
    book->is_member = true;
    contract::Join join;
    join.agent = plate.id[i];
    join.feeder = journal.feeder;
    // To the contracts a load is a consumer like a meter; what it may shed concerns no rule.
    const bool is_load = plate.kind[i] == fleet::Kind::load;
    join.device = static_cast<std::int64_t>(is_load ? fleet::Kind::meter : plate.kind[i]);
    join.rating_w = to_integer(plate.rating_kw[i], 1000.0, "rating", plate.id[i]);
    join.e_capacity_wh = to_integer(plate.e_kwh[i], 1000.0, "storage capacity", plate.id[i]);
    detail::note(journal, tick, join);
  }
}

GS_INLINE void note_leave(Journal& journal, std::int64_t tick, AgentId agent) {
  AgentBook& book = detail::member_book(journal, agent);
  detail::leave_cluster(journal, book);
  book.is_member = false;
  detail::note(journal, tick, contract::Leave{agent});
}

GS_INLINE void note_clusters(Journal& journal, std::int64_t tick, std::int64_t epoch,
                             std::span<const AgentId> agent, const cluster::Clusters& clusters,
                             std::span<const std::int64_t> score) {
  if (clusters.of.size() != agent.size() || (!score.empty() && score.size() != agent.size()))
    throw UsageError("clusters and scores need one entry per agent");
  for (std::size_t i = 0; i < agent.size(); ++i) {
    AgentBook& book = detail::member_book(journal, agent[i]);
    const Index row = clusters.of[i];
    const ClusterId target = row == none ? none : clusters.id[static_cast<std::size_t>(row)];
    if (book.cluster == target) continue;
    detail::leave_cluster(journal, book);
    if (target != none) detail::enter_cluster(journal, book, target);
    detail::note(journal, tick, contract::Assign{agent[i], target, epoch});
  }
  for (std::size_t c = 0; c < clusters.id.size(); ++c) {
    const Index leader = clusters.leader[c];
    if (leader == none)
      throw UsageError("cluster " + std::to_string(clusters.id[c]) + " has no leader");
    journal.clusters[clusters.id[c]].epoch = epoch;
    const auto row = static_cast<std::size_t>(leader);
    detail::note(journal, tick,
                 contract::Lead{clusters.id[c], epoch, agent[row], score.empty() ? 0 : score[row]});
  }
}

GS_INLINE void note_energy(Journal& journal, std::int64_t tick, const Meters& meters) {
  detail::check_sizes(meters);
  detail::Heard heard;
  std::map<ClusterId, std::vector<std::size_t>> by_cluster;
  for (std::size_t i = 0; i < meters.agent.size(); ++i) {
    if (!meters.reports.empty() && meters.reports[i] == 0) continue;
    const AgentId id = meters.agent[i];
    const AgentBook& book = detail::member_book(journal, id);
    if (!heard.agent.empty() && heard.agent.back() >= id)
      throw UsageError("agents must ascend by id; " + std::to_string(id) + " does not");
    const contract::Reading reading = detail::rounded(meters, i, tick);
    const Bytes clear = contract::encode(reading);
    by_cluster[book.cluster].push_back(heard.agent.size());
    heard.agent.push_back(id);
    heard.reading.push_back(reading);
    heard.commitment.push_back(ledger::commit(reading_salt(journal.options.seed, id, tick), clear));
    journal.notes.push_back({tick, reading, heard.commitment.back()});
  }
  for (const auto& [id, member] : by_cluster) {
    if (id != none) {
      detail::settle(journal, tick, id, heard, member);
      continue;
    }
    for (const std::size_t& alone : member) detail::settle(journal, tick, none, heard, {&alone, 1});
  }
}

GS_INLINE Bytes pack_records(Journal& journal) {
  Bytes pack;
  detail::take_records(journal, [&](const ledger::Record& record) {
    ledger::Writer(pack).u16(
        static_cast<std::uint16_t>(ledger::record_header_size + record.payload.size()));
    ledger::encode(record, pack);
  });
  return pack;
}

GS_INLINE ledger::Entries merge_records(std::span<const Bytes> packs) {
  std::vector<std::pair<detail::Place, ledger::ByteView>> order;
  for (const Bytes& pack : packs) {
    ledger::Reader reader(pack);
    while (reader.left() > 0) {
      const ledger::ByteView bytes = reader.raw(reader.u16());
      const auto record = ledger::decode_record(bytes);
      const auto kind = record ? contract::kind_of(*record) : std::nullopt;
      if (!reader.ok() || !kind)
        throw UsageError("a pack of records is cut off or holds something else");
      order.push_back({{record->tick, record->author, static_cast<std::int64_t>(*kind),
                        record->author_sequence},
                       bytes});
    }
  }
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  ledger::Entries entries;
  for (const auto& [place, bytes] : order) entries.push_back(bytes);
  return entries;
}

GS_INLINE Block close_block(contract::State& state, ledger::Entries records,
                            ledger::BlockInfo info) {
  Block block;
  contract::begin_block(state);
  for (std::size_t k = 0; k < records.size(); ++k) {
    const auto record = ledger::decode_record(records[k]);
    const contract::Verdict verdict =
        record ? contract::apply(state, *record) : contract::Verdict{contract::Refusal::malformed};
    if (verdict.accepted()) continue;
    std::string text = "record " + std::to_string(k);
    if (record)
      text += " (author " + std::to_string(record->author) + ", tick " +
              std::to_string(record->tick) + ", kind " +
              std::to_string(static_cast<int>(record->kind)) + ", schema " +
              std::to_string(record->schema) + ")";
    block.refused.push_back({k, verdict.refusal, text + ": " + contract::text(verdict.refusal)});
  }
  if (block.refused.empty()) {
    block.leaves = std::move(records);
  } else {
    auto refused = block.refused.begin();
    for (std::size_t k = 0; k < records.size(); ++k) {
      if (refused != block.refused.end() && refused->position == k)
        ++refused;
      else
        block.leaves.push_back(records[k]);
    }
  }
  block.info = info;
  block.info.post_state_root = contract::state_root(state);
  block.info.contract_set = contract::contract_set_hash();
  return block;
}

}  // namespace gridswarm::inline GS_ABI::swarm
