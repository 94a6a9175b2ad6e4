// SPDX-License-Identifier: BSD-3-Clause
// Scenarios picked out of a circuit's batch, put back into a result, sent between processes: what
// flow/subset.hpp does for balanced cases.
#pragma once

#include <span>

#include "gridswarm/base/exchange.hpp"
#include "gridswarm/flow/circuit_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Copies of rows of CircuitInjections; owned by the caller, keeps its capacity.
struct CircuitRows {
  Column<double> load_kw, load_kvar, der_kw, der_kvar, tap_pu, start_re, start_im;
  Column<std::int32_t> steps_in;
};

/// Copy scenarios `chosen` of `injections`, in that order.
/// @return a view of `rows`, valid until they change
CircuitInjections gather(const CircuitInjections& injections, std::span<const Index> chosen,
                         CircuitRows& rows);

/// A view of scenarios first .. first + count - 1, without a copy.
CircuitInjections slice(const CircuitInjections& injections, Index first, Index count);

/// Give `result` room for `scenarios` scenarios of every column that `sample` has; columns that it
/// has already stay, new ones begin as zeros.
void make_room(const CircuitResult& sample, Index scenarios, CircuitResult& result);

/// Empty every column, keeping its capacity.
void clear(CircuitResult& result);

/// Copy everything about scenario `source` of `from` to scenario `target` of `to`, which has room.
void put(const CircuitResult& from, Index source, Index target, CircuitResult& to);

/// A result as bytes, appended, and back. What is read was written by the same program.
void append_bytes(const CircuitResult& result, Bytes& bytes);
/// @param at  where it begins; moves behind it
void read_bytes(const Bytes& bytes, std::size_t& at, CircuitResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/circuit_subset.ipp"
#endif
