// SPDX-License-Identifier: BSD-3-Clause
// Some scenarios of a batch as a batch of their own, and their results back in place.
//
// Needed where scenarios part: those that a second method tries, those of one topology, those whose
// load still grows. A row is copied as it stands, so a scenario's bits stay its own.
#pragma once

#include <span>

#include "gridswarm/base/column.hpp"
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

/// Give `result` room for `scenarios` scenarios of the widths that `sample` has.
void size_like(const FlowResult& sample, Index scenarios, FlowResult& result);

/// Copy everything about scenario `source` of `from` to scenario `target` of `to`, which has the
/// same widths.
void put(const FlowResult& from, Index source, Index target, FlowResult& to);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/subset.ipp"
#endif
