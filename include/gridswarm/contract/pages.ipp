// SPDX-License-Identifier: BSD-3-Clause
// Rows of a table as columns: the one list of columns, insertion, and pages with their hashes.
//
// A page is 64 rows of one table in canonical bytes: table number, first row, rows, then row by row
// every column in the order listed here; its hash is that of a log leaf, so a page can be sent and
// checked alone. Bodies that the other .ipp files of contract/ share; no header names them.
#pragma once

#include <algorithm>
#include <span>

#include "gridswarm/base/error.hpp"
#include "gridswarm/contract/checked.hpp"
#include "gridswarm/contract/state.hpp"
#include "gridswarm/ledger/bytes.hpp"

namespace gridswarm::inline GS_ABI::contract {

/// Calls visit(column, first value of a new row) for every column, the id first.
template <class Visit>
void for_each_column(Agents& t, Visit&& visit) {
  visit(t.id, 0), visit(t.feeder, 0), visit(t.device, 0), visit(t.rating_w, 0);
  visit(t.e_capacity_wh, 0), visit(t.member, 0), visit(t.sequence, 0), visit(t.cluster, -1);
  visit(t.cluster_epoch, -1), visit(t.led_epoch, -1), visit(t.balance_micro, 0);
  visit(t.produced_milliwh, 0), visit(t.consumed_milliwh, 0), visit(t.given_milliwh, 0);
  visit(t.taken_milliwh, 0), visit(t.reward_micro, 0), visit(t.good_ppm, 0), visit(t.bad_ppm, 0);
  visit(t.reading_tick, -1), visit(t.settled_tick, -1), visit(t.open_produced_milliwh, 0);
  visit(t.open_consumed_milliwh, 0), visit(t.open_share_milliwh, 0), visit(t.open_tokens_micro, 0);
  visit(t.open_reward_micro, 0), visit(t.reading, ledger::Hash{});
}

template <class Visit>
void for_each_column(ClusterRows& t, Visit&& visit) {
  visit(t.id, 0), visit(t.feeder, 0), visit(t.sequence, 0), visit(t.epoch, -1);
  visit(t.leader, -1), visit(t.leader_epoch, -1), visit(t.count, 0), visit(t.closed_tick, -1);
  visit(t.net_milliwh, 0), visit(t.shared_milliwh, 0);
}

template <class Visit>
void for_each_column(FeederRows& t, Visit&& visit) {
  visit(t.id, 0), visit(t.sequence, 0), visit(t.folded_tick, -1), visit(t.folded, 0);
}

/// The same list for a table that is only read.
template <class Table, class Visit>
void for_each_column(const Table& table, Visit&& visit) {
  for_each_column(const_cast<Table&>(table),
                  [&](const auto& column, const auto&) { visit(column); });
}

/// Marks the page that holds `row` as stale.
inline void touch(Pages& pages, Index row) {
  pages.stale[static_cast<std::size_t>(row / page_rows)] = 1;
}

/// Row of `id`, inserted in ascending order where it is new; pages from there on become stale.
template <class Table>
Index find_or_insert(Table& table, Pages& pages, std::int64_t id) {
  const auto place = std::lower_bound(table.id.begin(), table.id.end(), id);
  const auto row = static_cast<Index>(place - table.id.begin());
  if (place != table.id.end() && *place == id) return row;
  for_each_column(
      table, [&](auto& column, const auto& first) { column.insert(column.begin() + row, first); });
  table.id[row] = id;
  const auto count = (table.id.size() + page_rows - 1) / page_rows;
  pages.hash.resize(count);
  pages.stale.resize(count);
  std::fill(pages.stale.begin() + row / page_rows, pages.stale.end(), 1);
  return row;
}

namespace detail {

/// Settlements wait for their cluster's closing; who moves or leaves gives up an open one.
inline void drop_open(State& state, Index agent) {
  state.agents.open_produced_milliwh[agent] = 0;
  state.agents.open_consumed_milliwh[agent] = 0;
  state.agents.open_share_milliwh[agent] = 0;
  state.agents.open_tokens_micro[agent] = 0;
  state.agents.open_reward_micro[agent] = 0;
}

inline void put(ledger::Writer& writer, std::int64_t value) { writer.i64(value); }
inline void put(ledger::Writer& writer, const ledger::Hash& hash) { writer.raw(hash); }

}  // namespace detail

/// Canonical bytes of rows first .. first + rows - 1, written over `bytes`.
template <class Table>
void encode_page(const Table& table, std::int64_t number, std::size_t first, std::size_t rows,
                 Bytes& bytes) {
  bytes.clear();
  ledger::Writer writer(bytes);
  for (const std::size_t value : {static_cast<std::size_t>(number), first, rows})
    writer.i64(static_cast<std::int64_t>(value));
  for (std::size_t row = first; row < first + rows; ++row)
    for_each_column(table, [&](const auto& column) { detail::put(writer, column[row]); });
}

/// Hash stale pages of a table; pages not yet known count as stale.
template <class Table>
void refresh(Pages& pages, const Table& table, std::int64_t number) {
  const std::size_t count = (table.id.size() + page_rows - 1) / page_rows;
  pages.hash.resize(count);
  pages.stale.resize(count, 1);
  Bytes bytes;
  for (std::size_t page = 0; page < count; ++page) {
    if (pages.stale[page] == 0) continue;
    const std::size_t first = page * page_rows;
    encode_page(table, number, first, std::min<std::size_t>(page_rows, table.id.size() - first),
                bytes);
    pages.hash[page] = ledger::leaf_hash(bytes);
    pages.stale[page] = 0;
  }
}

/// Hash of page 0: everything that is not in a table, and how long the tables are.
inline ledger::Hash globals_hash(const State& s) {
  Bytes bytes;
  ledger::Writer writer(bytes);
  writer.i64(0);
  writer.raw(s.genesis);
  for (const std::int64_t value :
       {s.rules.cluster_size_max, s.rules.rest_epochs, s.rules.tariff.price,
        s.rules.tariff.reward_rate, s.rules.reputation_keep_ppm, s.height, s.issued_micro,
        s.records, s.last_tick, s.last_author, s.last_kind,
        static_cast<std::int64_t>(s.agents.id.size()),
        static_cast<std::int64_t>(s.clusters.id.size()),
        static_cast<std::int64_t>(s.feeders.id.size())})
    writer.i64(value);
  return ledger::leaf_hash(bytes);
}

/// Every column equal.
template <class Table>
bool same_rows(const Table& a, const Table& b) {
  Bytes left;
  Bytes right;
  encode_page(a, 0, 0, a.id.size(), left);
  encode_page(b, 0, 0, b.id.size(), right);
  return left == right;
}

}  // namespace gridswarm::inline GS_ABI::contract
