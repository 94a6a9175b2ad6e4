// SPDX-License-Identifier: BSD-3-Clause
// Rows of batches and results, whatever network they are of: a struct `Columns` says what there is,
// by each_input(a, b, f) and each_output(a, b, f), and the rest is written here once.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/exchange.hpp"
#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::flow::detail {

/// Numbers per scenario of a column; 0 for one that is empty.
template <class C>
std::size_t width_of(const C& column, Index scenarios) {
  return scenarios > 0 ? column.size() / static_cast<std::size_t>(scenarios) : 0;
}

/// Copy scenarios `chosen` of `injections` into `rows`.
/// @param view  begins with what is not by scenario; ends as a view of `rows`
template <class Columns, class Inputs, class Rows>
Inputs gather_rows(const Inputs& injections, std::span<const Index> chosen, Rows& rows,
                   Inputs view) {
  view.scenarios = static_cast<Index>(chosen.size());
  Columns::each_input(injections, rows, [&](const auto& from, auto& to) {
    const std::size_t width = width_of(from, injections.scenarios);
    to.resize(width * chosen.size());
    for (std::size_t k = 0; k < chosen.size(); ++k)
      std::copy_n(from.data() + width * static_cast<std::size_t>(chosen[k]), width,
                  to.data() + width * k);
  });
  Columns::each_input(rows, view, [](const auto& from, auto& to) { to = from; });
  return view;
}

template <class Columns, class Inputs>
Inputs slice_rows(const Inputs& injections, Index first, Index count, Inputs view) {
  view.scenarios = count;
  Columns::each_input(injections, view, [&](const auto& from, auto& to) {
    const std::size_t width = width_of(from, injections.scenarios);
    to = from.subspan(width * static_cast<std::size_t>(first),
                      width * static_cast<std::size_t>(count));
  });
  return view;
}

template <class Columns, class Result>
void make_room_of(const Result& sample, Index scenarios, Result& result) {
  result.scenarios = scenarios;
  Columns::each_output(sample, result, [&](const auto& from, auto& to) {
    to.resize(std::max(to.size(),
                       width_of(from, sample.scenarios) * static_cast<std::size_t>(scenarios)));
  });
}

template <class Columns, class Result>
void clear_columns(Result& result) {
  result.scenarios = 0;
  Columns::each_output(result, result, [](auto& column, auto&) { column.clear(); });
}

template <class Columns, class Result>
void put_row(const Result& from, Index source, Index target, Result& to) {
  Columns::each_output(from, to, [&](const auto& a, auto& b) {
    const std::size_t width = width_of(a, from.scenarios);
    std::copy_n(a.data() + width * static_cast<std::size_t>(source), width,
                b.data() + width * static_cast<std::size_t>(target));
  });
}

template <class Columns, class Result>
void append_columns(const Result& result, Bytes& bytes) {
  const auto append = [&bytes](const void* data, std::size_t size) {
    const std::size_t at = bytes.size();
    bytes.resize(at + size);
    if (size > 0) std::memcpy(bytes.data() + at, data, size);
  };
  append(&result.scenarios, sizeof result.scenarios);
  Result unused;
  Columns::each_output(result, unused, [&](const auto& column, const auto&) {
    const std::uint64_t count = column.size();
    append(&count, sizeof count);
    append(column.data(), column.size() * sizeof column[0]);
  });
}

template <class Columns, class Result>
void read_columns(const Bytes& bytes, std::size_t& at, Result& result) {
  const auto take = [&](void* to, std::size_t size) {
    GRIDSWARM_ASSERT(size <= bytes.size() && at <= bytes.size() - size);
    if (size > 0) std::memcpy(to, bytes.data() + at, size);
    at += size;
  };
  take(&result.scenarios, sizeof result.scenarios);
  Columns::each_output(result, result, [&](auto& column, auto&) {
    std::uint64_t count = 0;
    take(&count, sizeof count);
    column.resize(count);
    take(column.data(), column.size() * sizeof column[0]);
  });
}

}  // namespace gridswarm::inline GS_ABI::flow::detail
