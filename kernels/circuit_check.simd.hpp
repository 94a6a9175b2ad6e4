// SPDX-License-Identifier: BSD-3-Clause
// What every node of a circuit draws now against what made its voltages, eight scenarios in lanes.
// Reference: kernel/reference_circuit.hpp.
#pragma once

#include "circuit_law.simd.hpp"
#include "gridswarm/kernel/circuit_views.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

void circuit_compare(const CircuitTree& tree, const double* before, const CircuitMemory& memory,
                     CircuitCheck& check) {
  alignas(64) double worst[sweep_lanes] = {}, slot[sweep_lanes] = {}, excess[sweep_lanes];
  for (int l = 0; l < sweep_lanes; ++l) excess[l] = -1.0;
  for (int32_t s = tree.sources; s < tree.slots; ++s) {
    const double* __restrict v = memory.v + static_cast<size_t>(s) * circuit_pair;
    const double* __restrict j = memory.j + static_cast<size_t>(s) * circuit_pair;
    const double* __restrict b = before + static_cast<size_t>(s) * circuit_pair;
    const double here = s;
#pragma omp simd
    for (int l = 0; l < sweep_lanes; ++l) {
      const double volt = v[l] * v[l] + v[sweep_lanes + l] * v[sweep_lanes + l];
      const double dr = j[l] - b[l], di = j[sweep_lanes + l] - b[sweep_lanes + l];
      const double squared = volt * (dr * dr + di * di);
      const double drawn = volt * (j[l] * j[l] + j[sweep_lanes + l] * j[sweep_lanes + l]);
      const double relative = check.rel_squared * drawn;
      const double allowed = relative > check.abs_squared ? relative : check.abs_squared;
      const double over = squared - allowed;
      slot[l] = squared > worst[l] ? here : slot[l];
      worst[l] = squared > worst[l] ? squared : worst[l];
      excess[l] = over <= excess[l] ? excess[l] : over;
    }
  }
  for (int l = 0; l < sweep_lanes; ++l) {
    check.mismatch_squared[l] = worst[l];
    check.slot[l] = slot[l];
    check.excess[l] = excess[l];
  }
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
