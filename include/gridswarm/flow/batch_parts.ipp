// SPDX-License-Identifier: BSD-3-Clause
// Axes of a batch, whatever network it is of: their rows, topologies, powers that follow profiles.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/batch.hpp"

namespace gridswarm::inline GS_ABI::flow::detail {

/// Rows per axis, at least one each.
template <class AnyBatch>
std::array<std::int64_t, 3> axis_lengths(const AnyBatch& batch) {
  const auto& injections = batch.injections;
  const Index rows = injections.given.scenarios > 0 ? injections.given.scenarios : injections.rows;
  return {std::max<std::int64_t>(1, static_cast<std::int64_t>(batch.topology.size())),
          std::max<Index>(1, batch.tap_rows), std::max<Index>(1, rows)};
}

/// See scenarios_of().
template <class AnyBatch>
std::int64_t axes_scenarios(const AnyBatch& batch) {
  const auto length = axis_lengths(batch);
  if (batch.combine == Combine::product) return length[0] * length[1] * length[2];
  const std::int64_t longest = *std::max_element(length.begin(), length.end());
  for (const std::int64_t one : length)
    if (one != 1 && one != longest)
      throw UsageError("axes of " + std::to_string(length[0]) + " topologies, " +
                       std::to_string(length[1]) + " tap rows and " + std::to_string(length[2]) +
                       " injection rows can't be zipped; give equal lengths or a product");
  return longest;
}

/// See row_of().
template <class AnyBatch>
BatchRow axes_row(const AnyBatch& batch, std::int64_t scenario) {
  const auto length = axis_lengths(batch);
  if (batch.combine == Combine::product)
    return {static_cast<Index>(scenario / (length[1] * length[2])),
            static_cast<Index>(scenario / length[2] % length[1]),
            static_cast<Index>(scenario % length[2])};
  const auto of = [scenario](std::int64_t one) {
    return static_cast<Index>(one == 1 ? 0 : scenario);
  };
  return {of(length[0]), of(length[1]), of(length[2])};
}

/// Sorted, the last of two changes of one thing, nothing that changes nothing.
template <class Grid, class Change>
std::vector<Change> canonical(const Grid& grid, const std::vector<Change>& changes) {
  std::map<std::pair<int, Index>, double> last;
  for (const Change& change : changes)
    last[{static_cast<int>(change.part), change.row}] = change.value;
  std::vector<Change> kept;
  for (const auto& [key, value] : last) {
    const Change change{static_cast<decltype(Change::part)>(key.first), key.second, value};
    if (value_in(grid, change) != value) kept.push_back(change);
  }
  return kept;
}

/// A batch's topologies, numbered where they first appear.
template <class Grid, class AnyBatch>
auto distinct_rows(const Grid& grid, const AnyBatch& batch) {
  using Change = typename decltype(batch.topology)::value_type::value_type;
  TopologiesOf<Change> found;
  if (batch.topology.empty()) return TopologiesOf<Change>{{0}, {{}}};
  std::map<std::vector<std::array<double, 3>>, Index> number_of;
  for (const auto& row : batch.topology) {
    std::vector<Change> changes = canonical(grid, row);
    std::vector<std::array<double, 3>> key;
    for (const Change& change : changes)
      key.push_back(
          {static_cast<double>(change.part), static_cast<double>(change.row), change.value});
    const auto [at, is_new] =
        number_of.emplace(std::move(key), static_cast<Index>(found.changes.size()));
    if (is_new) found.changes.push_back(std::move(changes));
    found.number.push_back(at->second);
  }
  return found;
}

/// @throws UsageError for a change of a row that does not exist
template <class Grid, class AnyBatch>
void check_topology(const Grid& grid, const AnyBatch& batch) {
  for (std::size_t row = 0; row < batch.topology.size(); ++row)
    for (const auto& change : batch.topology[row])
      if (!value_in(grid, change))
        throw UsageError("topology " + std::to_string(row) + " changes row " +
                         std::to_string(change.row) + " of a table that has no such row");
}

inline void require_count(const char* what, std::size_t size, std::size_t wanted,
                          bool may_be_empty) {
  if (size == wanted || (may_be_empty && size == 0)) return;
  throw UsageError(std::string("a batch needs ") + std::to_string(wanted) + " numbers " + what +
                   ", not " + std::to_string(size));
}

inline void check_profiled(const char* what, const Profiled& it, Index rows, Index profiles) {
  const std::string name(what);
  const auto all = static_cast<std::size_t>(rows);
  require_count((name + ".fixed_p").c_str(), it.fixed_p.size(), all, true);
  require_count((name + ".fixed_q").c_str(), it.fixed_q.size(), all, true);
  const std::size_t terms = it.row.size();
  require_count((name + ".p_profile").c_str(), it.p_profile.size(), terms, false);
  require_count((name + ".q_profile").c_str(), it.q_profile.size(), terms, true);
  require_count((name + ".p").c_str(), it.p.size(), terms, false);
  require_count((name + ".q").c_str(), it.q.size(), terms, true);
  for (std::size_t i = 0; i < terms; ++i) {
    if (it.row[i] < 0 || it.row[i] >= rows)
      throw UsageError("term " + std::to_string(i) + " of " + name + " is for row " +
                       std::to_string(it.row[i]) + " of " + std::to_string(rows));
    for (const Index profile : {it.p_profile[i], it.q_profile.empty() ? none : it.q_profile[i]})
      if (profile != none && (profile < 0 || profile >= profiles))
        throw UsageError("term " + std::to_string(i) + " of " + name + " follows profile " +
                         std::to_string(profile) + " of " + std::to_string(profiles));
  }
}

/// One row: fixed plus terms. An array that neither holds anything stays empty.
inline void fill_profiled(const Profiled& it, Index rows, const double* factor, double* p,
                          double* q) {
  const auto begin_with = [rows](std::span<const double> fixed, double* to) {
    if (to && fixed.empty()) std::fill_n(to, rows, 0.0);
    if (to && !fixed.empty()) std::copy_n(fixed.data(), rows, to);
  };
  begin_with(it.fixed_p, p);
  begin_with(it.fixed_q, q);
  const auto of = [&](Index profile) { return profile == none ? 1.0 : factor[profile]; };
  for (std::size_t i = 0; i < it.row.size(); ++i) {
    if (p) p[it.row[i]] += it.p[i] * of(it.p_profile[i]);
    if (q && !it.q.empty())
      q[it.row[i]] += it.q[i] * of(it.q_profile.empty() ? it.p_profile[i] : it.q_profile[i]);
  }
}

inline bool is_used(const Profiled& it) {
  return !it.row.empty() || !it.fixed_p.empty() || !it.fixed_q.empty();
}

/// Given rows: a slice where they follow one another, else copies.
template <class AnyBatch, class Rows>
auto fill_given(const AnyBatch& batch, std::int64_t first, Index count, Rows& rows) {
  std::vector<Index> chosen(static_cast<std::size_t>(count));
  bool in_order = true;
  for (Index k = 0; k < count; ++k) {
    chosen[k] = axes_row(batch, first + k).injection;
    in_order = in_order && chosen[k] == chosen[0] + k;
  }
  const auto& given = batch.injections.given;
  return in_order ? slice(given, chosen[0], count) : gather(given, chosen, rows);
}

}  // namespace gridswarm::inline GS_ABI::flow::detail
