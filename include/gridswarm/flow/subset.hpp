// SPDX-License-Identifier: BSD-3-Clause
// Some scenarios of a batch as a batch of their own, and their results back in place.
//
// Needed where scenarios part: those that a second method tries, those of one topology, those whose
// load still grows. A row is copied as it stands, so a scenario's bits stay its own.
#pragma once

#include <span>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/exchange.hpp"
#include "gridswarm/flow/power_flow.hpp"

namespace gridswarm::inline GS_ABI::flow {

/// Copies of rows of Injections; owned by the caller, keeps its capacity.
struct InjectionRows {
  Column<double> p_pu, q_pu, load_p_pu, load_q_pu, inverter_p_pu, start_re, start_im;
  Column<std::int32_t> tap;
};

/// Copy scenarios `chosen` of `injections`, in that order.
/// @return a view of `rows`, valid until they change
Injections gather(const Injections& injections, std::span<const Index> chosen, InjectionRows& rows);

/// A view of scenarios first .. first + count - 1, without a copy.
Injections slice(const Injections& injections, Index first, Index count);

/// Give `result` room for `scenarios` scenarios of every column that `sample` has; columns that it
/// has already stay, new ones begin as zeros.
void make_room(const FlowResult& sample, Index scenarios, FlowResult& result);

/// Empty every column, keeping its capacity.
void clear(FlowResult& result);

/// Copy everything about scenario `source` of `from` to scenario `target` of `to`, which has room.
void put(const FlowResult& from, Index source, Index target, FlowResult& to);

/// A result as bytes, appended, and back. What is read was written by the same program.
void append_bytes(const FlowResult& result, Bytes& bytes);
/// @param at  where it begins; moves behind it
void read_bytes(const Bytes& bytes, std::size_t& at, FlowResult& result);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/subset.ipp"
#endif
