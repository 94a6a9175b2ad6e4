// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/flow/subset.hpp"
#include "gridswarm/flow/subset_parts.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// What batches and results of cases hold.
struct CaseColumns {
  /// f(column of a, the same column of b) over everything that Injections and its copies hold.
  template <class A, class B, class F>
  static void each_input(A& a, B& b, F&& f) {
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
  static void each_output(A& a, FlowResult& b, F&& f) {
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
};

}  // namespace detail

GS_INLINE Injections gather(const Injections& injections, std::span<const Index> chosen,
                            InjectionRows& rows) {
  Injections view;
  view.scale = injections.scale;
  return detail::gather_rows<detail::CaseColumns>(injections, chosen, rows, view);
}

GS_INLINE Injections slice(const Injections& injections, Index first, Index count) {
  Injections view;
  view.scale = injections.scale;
  return detail::slice_rows<detail::CaseColumns>(injections, first, count, view);
}

GS_INLINE void make_room(const FlowResult& sample, Index scenarios, FlowResult& result) {
  detail::make_room_of<detail::CaseColumns>(sample, scenarios, result);
}

GS_INLINE void clear(FlowResult& result) { detail::clear_columns<detail::CaseColumns>(result); }

GS_INLINE void put(const FlowResult& from, Index source, Index target, FlowResult& to) {
  detail::put_row<detail::CaseColumns>(from, source, target, to);
}

GS_INLINE void append_bytes(const FlowResult& result, Bytes& bytes) {
  detail::append_columns<detail::CaseColumns>(result, bytes);
}

GS_INLINE void read_bytes(const Bytes& bytes, std::size_t& at, FlowResult& result) {
  detail::read_columns<detail::CaseColumns>(bytes, at, result);
}

}  // namespace gridswarm::inline GS_ABI::flow
