// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/flow/circuit_subset.hpp"
#include "gridswarm/flow/subset_parts.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// What batches and results of circuits hold.
struct CircuitColumns {
  /// f(column of a, the same column of b) over all that CircuitInjections and its copies hold.
  template <class A, class B, class F>
  static void each_input(A& a, B& b, F&& f) {
    f(a.load_kw, b.load_kw);
    f(a.load_kvar, b.load_kvar);
    f(a.der_kw, b.der_kw);
    f(a.der_kvar, b.der_kvar);
    f(a.tap_pu, b.tap_pu);
    f(a.steps_in, b.steps_in);
    f(a.start_re, b.start_re);
    f(a.start_im, b.start_im);
  }

  /// The same over a result's columns, each of them (scenario, something).
  template <class A, class F>
  static void each_output(A& a, CircuitResult& b, F&& f) {
    f(a.v_re, b.v_re);
    f(a.v_im, b.v_im);
    f(a.vm_pu, b.vm_pu);
    f(a.va_rad, b.va_rad);
    f(a.status, b.status);
    f(a.iterations, b.iterations);
    f(a.control_iterations, b.control_iterations);
    f(a.hunting, b.hunting);
    f(a.max_step_pu, b.max_step_pu);
    f(a.max_mismatch_va, b.max_mismatch_va);
    f(a.worst_node, b.worst_node);
    f(a.source_kw, b.source_kw);
    f(a.source_kvar, b.source_kvar);
    f(a.load_kw, b.load_kw);
    f(a.load_kvar, b.load_kvar);
    f(a.der_kw, b.der_kw);
    f(a.der_kvar, b.der_kvar);
    f(a.tap_pu, b.tap_pu);
    f(a.steps_in, b.steps_in);
  }
};

/// Rows of everything but a start that all scenarios share, and then that.
template <class Rows>
CircuitInjections with_shared_start(const CircuitInjections& injections, Rows&& rows) {
  if (!injections.one_start) return rows(injections);
  CircuitInjections apart = injections;
  apart.start_re = apart.start_im = {};
  CircuitInjections some = rows(apart);
  some.start_re = injections.start_re;
  some.start_im = injections.start_im;
  some.one_start = true;
  return some;
}

}  // namespace detail

GS_INLINE CircuitInjections gather(const CircuitInjections& injections,
                                   std::span<const Index> chosen, CircuitRows& rows) {
  return detail::with_shared_start(injections, [&](const CircuitInjections& all) {
    return detail::gather_rows<detail::CircuitColumns>(all, chosen, rows, CircuitInjections());
  });
}

GS_INLINE CircuitInjections slice(const CircuitInjections& injections, Index first, Index count) {
  return detail::with_shared_start(injections, [&](const CircuitInjections& all) {
    return detail::slice_rows<detail::CircuitColumns>(all, first, count, CircuitInjections());
  });
}

GS_INLINE void make_room(const CircuitResult& sample, Index scenarios, CircuitResult& result) {
  detail::make_room_of<detail::CircuitColumns>(sample, scenarios, result);
}

GS_INLINE void clear(CircuitResult& result) {
  detail::clear_columns<detail::CircuitColumns>(result);
}

GS_INLINE void put(const CircuitResult& from, Index source, Index target, CircuitResult& to) {
  detail::put_row<detail::CircuitColumns>(from, source, target, to);
}

GS_INLINE void append_bytes(const CircuitResult& result, Bytes& bytes) {
  detail::append_columns<detail::CircuitColumns>(result, bytes);
}

GS_INLINE void read_bytes(const Bytes& bytes, std::size_t& at, CircuitResult& result) {
  detail::read_columns<detail::CircuitColumns>(bytes, at, result);
}

}  // namespace gridswarm::inline GS_ABI::flow
