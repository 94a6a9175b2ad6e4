// SPDX-License-Identifier: BSD-3-Clause
// Part of circuit_plan.hpp: what buses draw beside their fixed admittance, step by step.
#pragma once

#include <algorithm>
#include <vector>

#include "gridswarm/flow/circuit_plan.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// By slot: the step that knows its voltage.
inline std::vector<Index> steps_of_slots(const CircuitPlan& plan) {
  std::vector<Index> step(plan.node.size(), none);
  for (Index k = 0; k < static_cast<Index>(plan.steps.size()); ++k)
    std::fill_n(step.begin() + plan.steps[k].slot, plan.steps[k].n, k);
  return step;
}

/// A law of constant power for every node, in their order, and no more.
inline bool has_plain_laws(const CircuitPlan& plan, Index k) {
  const kernel::CircuitStep& step = plan.steps[k];
  const std::int32_t first = plan.laws.first[k];
  if (plan.laws.first[k + 1] - first != step.n) return false;
  for (std::int32_t i = 0; i < step.n; ++i) {
    const kernel::CircuitLaw& law = plan.laws.law[first + i];
    if (law.kind != kernel::circuit_law_power || law.a != step.slot + i || law.b >= 0) return false;
  }
  return true;
}

inline void put_laws(const feeder::Circuit& circuit, const std::vector<Index>& step_of_slot,
                     CircuitPlan& plan) {
  const auto steps = static_cast<Index>(plan.steps.size());
  plan.laws = make_circuit_laws(circuit, plan.slot, step_of_slot, steps);
  plan.rules = make_circuit_rules(circuit, plan.laws.bands, plan.laws.law, plan.laws.of_der);
  for (Index k = 0; k < steps; ++k) plan.steps[k].plain = has_plain_laws(plan, k) ? 1 : 0;
}

/// A shunt's admittance among its slots.
inline kernel::CircuitSwitch make_switch(const feeder::Shunts& shunts, Index row,
                                         CircuitPlan& plan) {
  kernel::CircuitSwitch at = {};
  at.above = static_cast<std::int32_t>(plan.above.size());
  at.coefficient = static_cast<std::int32_t>(plan.coefficients.size());
  at.row = row;
  const auto nodes = shunts.nodes.row(row);
  const int n = static_cast<int>(nodes.size());
  for (int p = 0; shunts.in_service[row] && p < n; ++p) {
    if (plan.slot[nodes[p]] == none) continue;
    plan.above.push_back(plan.slot[nodes[p]]);
    ++at.n;
    for (int q = 0; q < n; ++q) {
      if (plan.slot[nodes[q]] == none) continue;
      plan.coefficients.push_back(shunts.y_s.row(row)[p * n + q].re);
      plan.coefficients.push_back(shunts.y_s.row(row)[p * n + q].im);
    }
  }
  return at;
}

/// Step by step, those between buses last.
inline void put_switches(const feeder::Circuit& circuit, const std::vector<Index>& step_of_slot,
                         CircuitPlan& plan) {
  const auto steps = static_cast<Index>(plan.steps.size());
  std::vector<kernel::CircuitSwitch> by_row;
  std::vector<Index> step;
  for (Index i = 0; i < circuit.shunts.size(); ++i) {
    by_row.push_back(make_switch(circuit.shunts, i, plan));
    const kernel::CircuitSwitch& at = by_row.back();
    step.push_back(at.n == 0 ? none : step_of_slot[plan.above[at.above]]);
    for (std::int32_t k = 0; k < at.n; ++k)
      if (step_of_slot[plan.above[at.above + k]] != step.back()) step.back() = steps;
  }
  const Csr of_step = group_by(step, steps + 1);
  for (const Index row : of_step.items) plan.switches.push_back(by_row[row]);
  for (Index k = 0; k < steps; ++k) {
    plan.steps[k].switch_first = of_step.first[k];
    plan.steps[k].switch_last = of_step.first[k + 1];
  }
  plan.switch_between = of_step.first[steps];
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::flow
