// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstring>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/subset.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// f(column of a, the same column of b) over everything that Injections and its copies hold.
template <class A, class B, class F>
void each_input(A& a, B& b, F&& f) {
  f(a.p_pu, b.p_pu);
  f(a.q_pu, b.q_pu);
  f(a.load_p_pu, b.load_p_pu);
  f(a.load_q_pu, b.load_q_pu);
  f(a.inverter_p_pu, b.inverter_p_pu);
  f(a.tap, b.tap);
  f(a.start_re, b.start_re);
  f(a.start_im, b.start_im);
}

/// The same over a result's columns, each of them (scenario, something).
template <class A, class F>
void each_output(A& a, FlowResult& b, F&& f) {
  f(a.v_re, b.v_re);
  f(a.v_im, b.v_im);
  f(a.vm_pu, b.vm_pu);
  f(a.va_rad, b.va_rad);
  f(a.status, b.status);
  f(a.method, b.method);
  f(a.iterations, b.iterations);
  f(a.max_step_pu, b.max_step_pu);
  f(a.max_mismatch_va, b.max_mismatch_va);
  f(a.worst_bus, b.worst_bus);
  f(a.source_p_pu, b.source_p_pu);
  f(a.source_q_pu, b.source_q_pu);
  f(a.load_p_pu, b.load_p_pu);
  f(a.load_q_pu, b.load_q_pu);
  f(a.inverter_p_pu, b.inverter_p_pu);
  f(a.inverter_q_pu, b.inverter_q_pu);
  f(a.held_q_pu, b.held_q_pu);
  f(a.tap, b.tap);
}

/// Numbers per scenario of a column; 0 for one that is empty.
template <class C>
std::size_t width_of(const C& column, Index scenarios) {
  return scenarios > 0 ? column.size() / static_cast<std::size_t>(scenarios) : 0;
}

}  // namespace detail

GS_INLINE Injections gather(const Injections& injections, std::span<const Index> chosen,
                            InjectionRows& rows) {
  Injections view;
  view.scenarios = static_cast<Index>(chosen.size());
  view.scale = injections.scale;
  detail::each_input(injections, rows, [&](const auto& from, auto& to) {
    const std::size_t width = detail::width_of(from, injections.scenarios);
    to.resize(width * chosen.size());
    for (std::size_t k = 0; k < chosen.size(); ++k)
      std::copy_n(from.data() + width * static_cast<std::size_t>(chosen[k]), width,
                  to.data() + width * k);
  });
  detail::each_input(rows, view, [](const auto& from, auto& to) { to = from; });
  return view;
}

GS_INLINE Injections slice(const Injections& injections, Index first, Index count) {
  Injections view;
  view.scenarios = count;
  view.scale = injections.scale;
  detail::each_input(injections, view, [&](const auto& from, auto& to) {
    const std::size_t width = detail::width_of(from, injections.scenarios);
    to = from.subspan(width * static_cast<std::size_t>(first),
                      width * static_cast<std::size_t>(count));
  });
  return view;
}

GS_INLINE void make_room(const FlowResult& sample, Index scenarios, FlowResult& result) {
  result.scenarios = scenarios;
  detail::each_output(sample, result, [&](const auto& from, auto& to) {
    to.resize(std::max(
        to.size(), detail::width_of(from, sample.scenarios) * static_cast<std::size_t>(scenarios)));
  });
}

GS_INLINE void clear(FlowResult& result) {
  result.scenarios = 0;
  detail::each_output(result, result, [](auto& column, auto&) { column.clear(); });
}

GS_INLINE void put(const FlowResult& from, Index source, Index target, FlowResult& to) {
  detail::each_output(from, to, [&](const auto& a, auto& b) {
    const std::size_t width = detail::width_of(a, from.scenarios);
    std::copy_n(a.data() + width * static_cast<std::size_t>(source), width,
                b.data() + width * static_cast<std::size_t>(target));
  });
}

GS_INLINE void append_bytes(const FlowResult& result, Bytes& bytes) {
  const auto append = [&bytes](const void* data, std::size_t size) {
    const std::size_t at = bytes.size();
    bytes.resize(at + size);
    if (size > 0) std::memcpy(bytes.data() + at, data, size);
  };
  append(&result.scenarios, sizeof result.scenarios);
  FlowResult unused;
  detail::each_output(result, unused, [&](const auto& column, const auto&) {
    const std::uint64_t count = column.size();
    append(&count, sizeof count);
    append(column.data(), column.size() * sizeof column[0]);
  });
}

GS_INLINE void read_bytes(const Bytes& bytes, std::size_t& at, FlowResult& result) {
  const auto take = [&](void* to, std::size_t size) {
    GRIDSWARM_ASSERT(size <= bytes.size() && at <= bytes.size() - size);
    if (size > 0) std::memcpy(to, bytes.data() + at, size);
    at += size;
  };
  take(&result.scenarios, sizeof result.scenarios);
  detail::each_output(result, result, [&](auto& column, auto&) {
    std::uint64_t count = 0;
    take(&count, sizeof count);
    column.resize(count);
    take(column.data(), column.size() * sizeof column[0]);
  });
}

}  // namespace gridswarm::inline GS_ABI::flow
