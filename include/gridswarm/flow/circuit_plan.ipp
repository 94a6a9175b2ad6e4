// SPDX-License-Identifier: BSD-3-Clause
// Bodies of circuit_plan.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gridswarm/feeder/primitive.hpp"
#include "gridswarm/flow/circuit_elimination.hpp"
#include "gridswarm/flow/circuit_graph.hpp"
#include "gridswarm/flow/circuit_plan.hpp"
#include "gridswarm/flow/circuit_plan_draws.ipp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// Turns of elimination in the order of the way down, a bus before what hangs on it: first the
/// trunk, the buses that have more below them than a block holds, then block by block.
struct WayDown {
  std::vector<Index> order;
  Column<std::int32_t> block_first;  ///< blocks + 1 steps
};

/// A bus, then all that hangs on it, branch by branch; `is_wanted` says where to stop.
template <class Wanted>
void append_below(const Csr& children, const std::vector<Index>& turn, Index top,
                  std::vector<Index>& order, Wanted&& is_wanted) {
  std::vector<Index> stack = {top};
  while (!stack.empty()) {
    const Index v = stack.back();
    stack.pop_back();
    if (turn[v] != none) order.push_back(turn[v]);
    for (const Index child : children.row(v))
      if (is_wanted(child)) stack.push_back(child);
  }
}

inline WayDown way_down(const CircuitGraph& graph, const Elimination& elimination) {
  const auto count = static_cast<Index>(elimination.buses.size());
  std::vector<Index> parent(static_cast<std::size_t>(graph.vertices()), none);
  std::vector<Index> turn(parent.size(), none), below(parent.size(), 0);
  for (Index k = 0; k < count; ++k) {
    const EliminatedBus& bus = elimination.buses[k];
    parent[bus.vertex] = bus.parent;
    turn[bus.vertex] = k;
    below[bus.vertex] += bus.z.rows;
    below[bus.parent] += below[bus.vertex];
  }
  const Csr children = group_by(parent, graph.vertices());
  const auto is_trunk = [&](Index v) { return v < graph.sources || below[v] > block_nodes; };
  WayDown down;
  for (Index s = 0; s < graph.sources; ++s) append_below(children, turn, s, down.order, is_trunk);
  down.block_first.push_back(static_cast<std::int32_t>(down.order.size()));
  std::vector<Index> tops;  // of subtrees that fit, in the order of the trunk
  for (Index s = 0; s < graph.sources; ++s)
    for (const Index child : children.row(s))
      if (!is_trunk(child)) tops.push_back(child);
  for (const Index k : down.order)
    for (const Index child : children.row(elimination.buses[k].vertex))
      if (!is_trunk(child)) tops.push_back(child);
  Index held = 0;
  for (const Index top : tops) {
    const auto first = static_cast<std::int32_t>(down.order.size());
    if (held + below[top] > block_nodes && down.block_first.back() != first) {
      down.block_first.push_back(first);
      held = 0;
    }
    held += below[top];
    append_below(children, turn, top, down.order, [](Index) { return true; });
  }
  const auto last = static_cast<std::int32_t>(down.order.size());
  if (down.block_first.back() != last) down.block_first.push_back(last);
  return down;
}

inline void put_slots(const feeder::Circuit& circuit, const CircuitGraph& graph,
                      const Elimination& elimination, const std::vector<Index>& order,
                      std::vector<Index>& first_slot, CircuitPlan& plan) {
  first_slot.assign(static_cast<std::size_t>(graph.vertices()), none);
  plan.slot.assign(static_cast<std::size_t>(circuit.nodes.size()), none);
  Index next = 0;
  for (Index s = 0; s < graph.sources; ++s) {
    first_slot[s] = next;
    next += graph.size(s);
    for (const Index conductor : graph.nodes.row(s)) {
      plan.emf_v.push_back(circuit.sources.emf_v[conductor]);
      plan.node.push_back(none);
    }
  }
  plan.source_slots = next;
  for (const Index turn : order) {
    const Index v = elimination.buses[turn].vertex;
    first_slot[v] = next;
    for (const Index node : graph.nodes.row(v)) {
      plan.slot[node] = next++;
      plan.node.push_back(node);
    }
  }
}

inline std::int32_t put_numbers(const WideMatrix& matrix, Column<double>& numbers) {
  const auto first = static_cast<std::int32_t>(numbers.size());
  for (const Wide item : matrix.items) {
    numbers.push_back(static_cast<double>(item.re));
    numbers.push_back(static_cast<double>(item.im));
  }
  return first;
}

inline void put_step(const EliminatedBus& bus, const CircuitGraph& graph,
                     const std::vector<Index>& first_slot, CircuitPlan& plan) {
  kernel::CircuitStep step = {};
  step.slot = first_slot[bus.vertex];
  step.n = bus.z.rows;
  step.m = static_cast<std::int32_t>(bus.above.size());
  step.kind = bus.is_own                                ? kernel::circuit_own
              : bus.regulated.empty() && !bus.is_looped ? kernel::circuit_full
                                                        : kernel::circuit_by_lane;
  step.above = static_cast<std::int32_t>(plan.above.size());
  for (const NodeAbove& node : bus.above)
    plan.above.push_back(first_slot[node.vertex] + node.position);
  step.shunt = bus.shunt.is_empty() ? -1 : put_numbers(bus.shunt, plan.coefficients);
  if (step.kind != kernel::circuit_by_lane) {
    step.coefficient = put_numbers(bus.z, plan.coefficients);
    put_numbers(bus.t, plan.coefficients);
    put_numbers(bus.up, plan.coefficients);
  } else {
    step.coefficient = plan.lane_lines;
    plan.lane_lines += 2 * (step.n * step.n + 2 * step.n * step.m + step.m * step.m);
  }
  if (!bus.regulated.empty()) {
    RegulatedStep regulated;
    regulated.step = static_cast<Index>(plan.steps.size());
    regulated.transformers = bus.regulated;
    for (const Index node : graph.nodes.row(bus.vertex)) regulated.below.push_back(node);
    for (const NodeAbove& node : bus.above)
      regulated.above.push_back(
          graph.nodes.row(node.vertex)[static_cast<std::size_t>(node.position)]);
    regulated.self = bus.self;
    regulated.down = bus.y_down;
    regulated.up = bus.y_upward;
    regulated.z = bus.z;
    regulated.t = bus.t;
    regulated.t_up = bus.up;
    plan.regulated.push_back(std::move(regulated));
  }
  plan.steps.push_back(step);
}

inline feeder::Phasor narrow(Wide a) {
  return {static_cast<double>(a.re), static_cast<double>(a.im)};
}

/// T of a step by lane, at the stated taps.
inline const WideMatrix* stated_t(const CircuitPlan& plan, Index step) {
  for (const RegulatedStep& regulated : plan.regulated)
    if (regulated.step == step) return &regulated.t;
  for (std::size_t k = 0; k < plan.looped_steps.size(); ++k)
    if (plan.looped_steps[k] == step) return &plan.looped_stated[k].t;
  return nullptr;
}

/// Voltages with nothing drawn, by slot.
inline Column<feeder::Phasor> no_load(const CircuitPlan& plan) {
  Column<feeder::Phasor> v(plan.node.size());
  std::copy(plan.emf_v.begin(), plan.emf_v.end(), v.begin());
  for (std::size_t k = 0; k < plan.steps.size(); ++k) {
    const kernel::CircuitStep& step = plan.steps[k];
    const std::int32_t* above = plan.above.data() + step.above;
    const bool by_lane = step.kind == kernel::circuit_by_lane;
    const double* shared =
        by_lane ? nullptr : plan.coefficients.data() + step.coefficient + 2 * step.n * step.n;
    const WideMatrix* stated = by_lane ? stated_t(plan, static_cast<Index>(k)) : nullptr;
    for (std::int32_t i = 0; i < step.n; ++i) {
      feeder::Phasor& at = v[static_cast<std::size_t>(step.slot + i)];
      if (step.kind == kernel::circuit_own) at = v[static_cast<std::size_t>(above[i])];
      for (std::int32_t j = 0; step.kind != kernel::circuit_own && j < step.m; ++j) {
        const std::int32_t entry = 2 * (i * step.m + j);
        const feeder::Phasor t =
            by_lane ? narrow((*stated)(i, j)) : feeder::Phasor{shared[entry], shared[entry + 1]};
        at = at + t * v[static_cast<std::size_t>(above[j])];
      }
    }
  }
  return v;
}

/// Which steps are those of looped.order, and their factors as stated.
inline void put_looped(const Elimination& elimination, const std::vector<Index>& order,
                       CircuitPlan& plan) {
  for (std::size_t turn = 0; turn < elimination.buses.size(); ++turn) {
    if (!elimination.buses[turn].is_looped) continue;
    const auto at = std::find(order.begin(), order.end(), static_cast<Index>(turn));
    plan.looped_steps.push_back(static_cast<Index>(at - order.begin()));
    plan.looped_stated.push_back(elimination.buses[turn]);
  }
}

/// Where the circuit states no base it is the highest of the bus's voltages at no load, so that a
/// neutral near 0 V is judged with its phases.
inline void put_bases(const feeder::Circuit& circuit, CircuitPlan& plan) {
  const Column<feeder::Phasor> v = no_load(plan);
  std::vector<double> highest(circuit.buses.name.size());
  for (std::size_t s = 0; s < plan.node.size(); ++s)
    if (plan.node[s] != none) {
      double& bus = highest[circuit.nodes.bus[plan.node[s]]];
      bus = std::max(bus, std::sqrt(feeder::norm(v[s])));
    }
  for (std::size_t s = 0; s < plan.node.size(); ++s) {
    const Index bus = plan.node[s] == none ? none : circuit.nodes.bus[plan.node[s]];
    double base = bus == none ? 0.0 : 1000.0 * circuit.buses.base_kv_ln[bus];
    if (!(base > 0.0)) base = bus == none ? std::sqrt(feeder::norm(v[s])) : highest[bus];
    if (!(base > 0.0)) base = 1.0;
    plan.base_v.push_back(base);
    plan.per_base.push_back(1.0 / (base * base));
    plan.per_volt.push_back(1.0 / base);
  }
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  plan.per_volt.push_back(unknown);
  plan.one.assign(plan.node.size(), 1.0);
  plan.one.push_back(unknown);
  plan.zero.assign(plan.node.size(), 0.0);
  plan.zero.push_back(unknown);
  for (const Index slot : plan.slot)
    plan.shown_slot.push_back(slot == none ? static_cast<std::int32_t>(plan.node.size()) : slot);
}

inline void put_regulated_rows(const feeder::Circuit& circuit, CircuitPlan& plan) {
  plan.regulated_row.assign(static_cast<std::size_t>(circuit.regulators.size()), none);
  for (Index r = 0; r < circuit.regulators.size(); ++r)
    for (std::size_t k = 0; k < plan.regulated.size(); ++k) {
      const auto& moved = plan.regulated[k].transformers;
      if (std::find(moved.begin(), moved.end(), circuit.regulators.transformer[r]) != moved.end())
        plan.regulated_row[r] = static_cast<Index>(k);
    }
}

}  // namespace

GS_INLINE RegulatedFactors factors_at(const feeder::Circuit& circuit, const RegulatedStep& step,
                                      std::span<const double> tap_pu) {
  RegulatedFactors factors;
  factors.z = step.self;
  WideMatrix down = step.down, up = step.up;
  const int m = static_cast<int>(step.above.size());
  factors.b_above = WideMatrix(m, m);
  for (const Index t : step.transformers) {
    const feeder::Primitive primitive = primitive_at(circuit, t, tap_pu);
    add_to(factors.z, transformer_block(primitive, step.below, step.below));
    add_to(down, transformer_block(primitive, step.below, step.above));
    add_to(up, transformer_block(primitive, step.above, step.below));
    add_to(factors.b_above, transformer_block(primitive, step.above, step.above));
  }
  invert(factors.z);
  factors.t = negative(product(factors.z, down));
  factors.up = negative(product(up, factors.z));
  add_to(factors.b_above, product(up, factors.t));
  if (!step.b_above.is_empty()) subtract_from(factors.b_above, step.b_above);
  return factors;
}

GS_INLINE Column<feeder::Phasor> source_currents(const WideMatrix& sources_y,
                                                 const Column<feeder::Phasor>& emf_v) {
  Column<feeder::Phasor> current_a;
  for (int i = 0; i < sources_y.rows; ++i) {
    Wide sum;
    for (int j = 0; j < sources_y.columns; ++j)
      sum = sum + sources_y(i, j) * wide(emf_v[static_cast<std::size_t>(j)]);
    current_a.push_back(narrow(sum));
  }
  return current_a;
}

GS_INLINE CircuitPlan make_circuit_plan(const feeder::Circuit& circuit) {
  CircuitPlan plan;
  CircuitGraph graph = make_circuit_graph(circuit, {});
  Elimination elimination = eliminate(circuit, graph);
  if (!elimination.looped.empty())
    elimination = eliminate_looped(circuit, elimination, plan.looped);
  WayDown down = way_down(graph, elimination);
  const std::vector<Index>& order = down.order;
  plan.block_first = std::move(down.block_first);
  std::vector<Index> first_slot;
  put_slots(circuit, graph, elimination, order, first_slot, plan);
  for (const Index turn : order) put_step(elimination.buses[turn], graph, first_slot, plan);
  put_looped(elimination, order, plan);
  plan.current_a = source_currents(elimination.sources_y, plan.emf_v);
  put_bases(circuit, plan);
  const std::vector<Index> step_of_slot = steps_of_slots(plan);
  put_laws(circuit, step_of_slot, plan);
  put_switches(circuit, step_of_slot, plan);
  put_regulated_rows(circuit, plan);
  for (RegulatedStep& step : plan.regulated)
    step.b_above = factors_at(circuit, step, circuit.windings.tap_pu).b_above;
  return plan;
}

GS_INLINE kernel::CircuitTree circuit_tree(const CircuitPlan& plan) {
  return {static_cast<std::int32_t>(plan.node.size()),
          plan.source_slots,
          static_cast<std::int32_t>(plan.steps.size()),
          plan.block_first.front(),
          static_cast<std::int32_t>(plan.block_first.size()) - 1,
          plan.block_first.data(),
          plan.steps.data(),
          plan.above.data(),
          plan.coefficients.data(),
          plan.per_base.data(),
          plan.laws.first.data(),
          plan.laws.law.data(),
          plan.laws.size(),
          plan.laws.bands.data(),
          plan.switches.data(),
          plan.switch_between,
          static_cast<std::int32_t>(plan.switches.size())};
}

}  // namespace gridswarm::inline GS_ABI::flow
