// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/batch_parts.ipp"
#include "gridswarm/flow/circuit_batch.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

inline void apply(const CircuitChange& change, feeder::Circuit& circuit) {
  const auto flag = static_cast<std::int8_t>(change.value != 0.0);
  switch (change.part) {
    case CircuitPart::line_in_service: circuit.lines.in_service[change.row] = flag; break;
    case CircuitPart::transformer_in_service:
      circuit.transformers.in_service[change.row] = flag;
      break;
    case CircuitPart::shunt_in_service: circuit.shunts.in_service[change.row] = flag; break;
    case CircuitPart::shunt_steps_in:
      circuit.shunts.steps_in[change.row] = static_cast<std::int32_t>(change.value);
      break;
    case CircuitPart::source_in_service: circuit.sources.in_service[change.row] = flag; break;
    case CircuitPart::source_v_pu:
      for (Index k = circuit.sources.nodes.first[change.row];
           k < circuit.sources.nodes.first[change.row + 1]; ++k) {
        feeder::Phasor& emf_v = circuit.sources.emf_v[k];
        emf_v = {emf_v.re * change.value, emf_v.im * change.value};
      }
      break;
  }
}

/// Numbers of a tap row of every scenario of a block; nothing where the axis holds none.
template <class T>
std::span<const T> tap_block(const CircuitBatch& batch, std::span<const T> rows, Index width,
                             std::int64_t first, Index count, Column<T>& to) {
  if (batch.tap_rows == 0 || rows.empty()) return {};
  to.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(count));
  for (Index k = 0; k < count; ++k)
    std::copy_n(rows.data() + static_cast<std::size_t>(width) *
                                  static_cast<std::size_t>(axes_row(batch, first + k).tap),
                width, to.data() + static_cast<std::size_t>(width) * static_cast<std::size_t>(k));
  return to;
}

/// Powers of one table that follow profiles, every scenario's row formed here.
inline void fill_powers(const CircuitBatch& batch, const Profiled& it, Index width,
                        std::int64_t first, Index count, Column<double>& kw, Column<double>& kvar) {
  const std::size_t all = static_cast<std::size_t>(width) * static_cast<std::size_t>(count);
  const bool has_kvar = !it.q.empty() || !it.fixed_q.empty();
  kw.resize(is_used(it) ? all : 0);
  kvar.resize(has_kvar ? all : 0);
  if (!is_used(it)) return;
  const CircuitAxis& axis = batch.injections;
  for (Index k = 0; k < count; ++k) {
    const Index row = axes_row(batch, first + k).injection;
    const std::size_t at = static_cast<std::size_t>(width) * static_cast<std::size_t>(k);
    fill_profiled(it, width,
                  axis.factor.data() +
                      static_cast<std::size_t>(row) * static_cast<std::size_t>(axis.profiles),
                  kw.data() + at, has_kvar ? kvar.data() + at : nullptr);
  }
}

inline void check_given(const feeder::Circuit& circuit, const CircuitInjections& given) {
  const auto rows = static_cast<std::size_t>(given.scenarios);
  const std::size_t loads = rows * static_cast<std::size_t>(circuit.loads.size());
  const std::size_t ders = rows * static_cast<std::size_t>(circuit.ders.size());
  require_count("load_kw", given.load_kw.size(), loads, true);
  require_count("load_kvar", given.load_kvar.size(), loads, true);
  require_count("der_kw", given.der_kw.size(), ders, true);
  require_count("der_kvar", given.der_kvar.size(), ders, true);
  if (!given.tap_pu.empty() || !given.steps_in.empty() || !given.start_re.empty() ||
      !given.start_im.empty())
    throw UsageError("a batch takes taps and steps by its tap axis, and finds its own start");
}

}  // namespace detail

GS_INLINE std::int64_t scenarios_of(const CircuitBatch& batch) {
  return detail::axes_scenarios(batch);
}

GS_INLINE BatchRow row_of(const CircuitBatch& batch, std::int64_t scenario) {
  return detail::axes_row(batch, scenario);
}

GS_INLINE std::optional<double> value_in(const feeder::Circuit& circuit,
                                         const CircuitChange& change) {
  const auto at = [&](const auto& column) -> std::optional<double> {
    if (change.row < 0 || static_cast<std::size_t>(change.row) >= column.size()) return {};
    return static_cast<double>(column[change.row]);
  };
  switch (change.part) {
    case CircuitPart::line_in_service: return at(circuit.lines.in_service);
    case CircuitPart::transformer_in_service: return at(circuit.transformers.in_service);
    case CircuitPart::shunt_in_service: return at(circuit.shunts.in_service);
    case CircuitPart::shunt_steps_in: return at(circuit.shunts.steps_in);
    case CircuitPart::source_in_service: return at(circuit.sources.in_service);
    case CircuitPart::source_v_pu:
      return at(circuit.sources.in_service) ? std::optional(1.0) : std::nullopt;
  }
  return {};
}

GS_INLINE void check(const feeder::Circuit& circuit, const CircuitBatch& batch) {
  scenarios_of(batch);
  const auto rows = static_cast<std::size_t>(batch.tap_rows);
  detail::require_count("tap_pu", batch.tap_pu.size(),
                        rows * static_cast<std::size_t>(circuit.regulators.size()), true);
  detail::require_count("steps_in", batch.steps_in.size(),
                        rows * static_cast<std::size_t>(circuit.shunts.size()), true);
  detail::check_topology(circuit, batch);
  const CircuitAxis& axis = batch.injections;
  if (axis.given.scenarios > 0) {
    detail::check_given(circuit, axis.given);
    return;
  }
  detail::require_count(
      "factor", axis.factor.size(),
      static_cast<std::size_t>(axis.rows) * static_cast<std::size_t>(axis.profiles), false);
  detail::check_profiled("loads", axis.loads, circuit.loads.size(), axis.profiles);
  detail::check_profiled("ders", axis.ders, circuit.ders.size(), axis.profiles);
}

GS_INLINE CircuitTopologies distinct_topologies(const feeder::Circuit& circuit,
                                                const CircuitBatch& batch) {
  return detail::distinct_rows(circuit, batch);
}

GS_INLINE feeder::Circuit changed(const feeder::Circuit& circuit,
                                  std::span<const CircuitChange> changes) {
  feeder::Circuit copy = circuit;
  for (const CircuitChange& change : changes) detail::apply(change, copy);
  return copy;
}

GS_INLINE CircuitInjections fill_block(const feeder::Circuit& circuit, const CircuitBatch& batch,
                                       std::int64_t first, Index count, CircuitRows& fill) {
  const CircuitAxis& axis = batch.injections;
  CircuitInjections block;
  if (axis.given.scenarios > 0) {
    block = detail::fill_given(batch, first, count, fill);
  } else if (axis.rows > 0) {
    detail::fill_powers(batch, axis.loads, circuit.loads.size(), first, count, fill.load_kw,
                        fill.load_kvar);
    detail::fill_powers(batch, axis.ders, circuit.ders.size(), first, count, fill.der_kw,
                        fill.der_kvar);
    block.load_kw = fill.load_kw;
    block.load_kvar = fill.load_kvar;
    block.der_kw = fill.der_kw;
    block.der_kvar = fill.der_kvar;
  }
  block.scenarios = count;
  block.tap_pu =
      detail::tap_block(batch, batch.tap_pu, circuit.regulators.size(), first, count, fill.tap_pu);
  block.steps_in =
      detail::tap_block(batch, batch.steps_in, circuit.shunts.size(), first, count, fill.steps_in);
  return block;
}

}  // namespace gridswarm::inline GS_ABI::flow
