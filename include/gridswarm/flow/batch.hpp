// SPDX-License-Identifier: BSD-3-Clause
// Many scenarios of one case, described by axes and never written out.
//
// An axis is a list of rows: topology (what changes the case itself), taps, injections. A scenario
// is one row of each: scenario s of a product is
//   (topology, tap, injection) = (s / (T I), s / I mod T, s mod I)   with T tap and I injection
//   rows,
// and scenario s of a zip is row s of every axis (an axis of one row stays as it is). A year of
// quarter hours on a thousand outages so costs the year and the outages, not their product. Rows of
// injections are arrays as in flow/power_flow.hpp, or device powers times profile factors, so that
// (scenario, bus) arrays need never exist.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/flow/power_flow.hpp"
#include "gridswarm/flow/subset.hpp"

namespace gridswarm::inline GS_ABI::flow {

enum class Combine : std::int8_t { product, zip };

/// What of a case a topology row may change.
enum class CasePart : std::int8_t {
  branch_in_service,
  generator_in_service,
  generator_vg_pu,
  bus_type,  ///< a feeder::BusType: a source out of service becomes pq
  bus_vm_pu,
  bus_va_deg,
  bus_gs_mw,
  bus_bs_mvar
};

/// One entry of one table.
template <class Part>
struct ChangeOf {
  Part part{};
  Index row = 0;  ///< of that table
  double value = 0.0;
  bool operator==(const ChangeOf&) const = default;
};
using CaseChange = ChangeOf<CasePart>;

/// Powers that follow profiles: `fixed` plus, for every term i,
///   p[row[i]] += p[i] * factor(scenario, p_profile[i]),   q alike; profile `none` means 1.
/// Both fixed arrays empty and no terms: the network's own values. Powers are in the unit of the
/// table they are for: p.u. of a case, kW and kvar of a circuit. All spans are the caller's.
struct Profiled {
  std::span<const double> fixed_p = {};  ///< by row
  std::span<const double> fixed_q = {};
  std::span<const Index> row = {};  ///< by term, as are the next four
  std::span<const Index> p_profile = {};
  std::span<const Index> q_profile = {};
  std::span<const double> p = {};
  std::span<const double> q = {};
};

/// Rows of injections: `given` arrays, or else profiles, or else one row, the case's own.
struct InjectionAxis {
  Injections given = {};                ///< given.scenarios rows; 0: not given
  Index rows = 0;                       ///< of `factor`; 0: no profiles
  Index profiles = 0;                   ///< columns of `factor`
  std::span<const double> factor = {};  ///< (row, profile)
  Profiled buses = {};                  ///< net injections by bus row
  Profiled loads = {};                  ///< consumption by row of Case::loads
  Profiled inverters = {};              ///< available power by row of Case::inverters (p only)
};

struct Batch {
  std::vector<std::vector<CaseChange>> topology = {};  ///< rows; empty: one, the case as it is
  Index tap_rows = 0;                                  ///< 0: one, the case's own
  std::span<const std::int32_t> tap = {};              ///< (tap row, row of Case::tap_changers)
  InjectionAxis injections = {};
  Combine combine = Combine::product;
};

/// The rows of a scenario, one per axis.
struct BatchRow {
  Index topology;
  Index tap;
  Index injection;
};

/// How many scenarios a batch has. @throws UsageError where a zip's axes differ in length
std::int64_t scenarios_of(const Batch& batch);

BatchRow row_of(const Batch& batch, std::int64_t scenario);

/// What a change would replace; nothing for a row that does not exist.
std::optional<double> value_in(const feeder::Case& grid, const CaseChange& change);

/// @throws UsageError for an array of another size or a row, profile or branch that does not exist
void check(const feeder::Case& grid, const Batch& batch);

/// A batch's topologies without repetition.
template <class Change>
struct TopologiesOf {
  std::vector<Index> number;                 ///< by topology row (one entry where none is given)
  std::vector<std::vector<Change>> changes;  ///< by number: sorted, without what changes nothing
};
using Topologies = TopologiesOf<CaseChange>;
Topologies distinct_topologies(const feeder::Case& grid, const Batch& batch);

/// `grid` with these changes.
feeder::Case changed(const feeder::Case& grid, std::span<const CaseChange> changes);

/// Room for the injections of a block; owned by the caller, keeps its capacity.
struct FillRows {
  InjectionRows rows;
  Column<double> nominal_p_pu, nominal_q_pu;  ///< the case's own
};

/// Injections of scenarios first .. first + count - 1: a view of the axis itself where its rows
/// follow one another, else of `fill`, valid until it changes.
Injections fill_block(const feeder::Case& grid, const Batch& batch, std::int64_t first, Index count,
                      FillRows& fill);

}  // namespace gridswarm::inline GS_ABI::flow

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/flow/batch.ipp"
#endif
