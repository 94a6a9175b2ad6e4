// SPDX-License-Identifier: BSD-3-Clause
// Reference of the circuit kernels: one lane after another, one number at a time.
//
// The order of operations is the contract: kernels/circuit_sweep.simd.hpp must give the same bytes.
#pragma once

#include "gridswarm/kernel/circuit_views.hpp"
#include "gridswarm/kernel/reference_circuit_law.hpp"

namespace gridswarm::inline GS_ABI::kernel::reference {

/// Re and im of one lane of one slot.
struct CircuitPair {
  double* at;
  double& re() const { return at[0]; }
  double& im() const { return at[sweep_lanes]; }
};

GS_INLINE CircuitPair circuit_pair(double* pairs, int32_t slot, int lane) {
  return {pairs + static_cast<size_t>(slot) * 2 * sweep_lanes + lane};
}

/// Complex numbers of a step, shared or of one lane.
struct CircuitNumbers {
  const double* first;
  int stride;
  double re(int32_t k) const { return first[static_cast<size_t>(2 * k) * stride]; }
  double im(int32_t k) const { return first[static_cast<size_t>(2 * k + 1) * stride]; }
};

GS_INLINE CircuitNumbers circuit_numbers(const CircuitTree& tree, const CircuitStep& at,
                                         const CircuitMemory& memory, int lane) {
  if (at.kind != circuit_by_lane) return {tree.coefficients + at.coefficient, 1};
  return {memory.lanes + static_cast<size_t>(at.coefficient) * sweep_lanes + lane, sweep_lanes};
}

/// sum += number k times a pair.
GS_INLINE void circuit_add(const CircuitNumbers& numbers, int32_t k, CircuitPair pair, double& re,
                           double& im) {
  re += numbers.re(k) * pair.re() - numbers.im(k) * pair.im();
  im += numbers.re(k) * pair.im() + numbers.im(k) * pair.re();
}

/// Voltages of step k, and the largest |dV|^2 over the base so far.
GS_INLINE void circuit_move(const CircuitTree& tree, const CircuitStep& at, bool moves,
                            const CircuitMemory& memory, int lane, double& largest) {
  const CircuitNumbers numbers = circuit_numbers(tree, at, memory, lane);
  const int32_t t = at.n * at.n;
  for (int32_t i = 0; i < at.n; ++i) {
    double re = 0.0, im = 0.0, drop_re = -0.0, drop_im = -0.0;
    if (at.kind == circuit_own) {
      const CircuitPair above = circuit_pair(memory.v, tree.above[at.above + i], lane);
      re = above.re();
      im = above.im();
    } else {
      for (int32_t c = 0; c < at.m; ++c)
        circuit_add(numbers, t + i * at.m + c,
                    circuit_pair(memory.v, tree.above[at.above + c], lane), re, im);
    }
    for (int32_t c = 0; c < at.n; ++c)
      circuit_add(numbers, i * at.n + c, circuit_pair(memory.j, at.slot + c, lane), drop_re,
                  drop_im);
    const CircuitPair v = circuit_pair(memory.v, at.slot + i, lane);
    re = moves ? re - drop_re : v.re();
    im = moves ? im - drop_im : v.im();
    const double dr = re - v.re(), di = im - v.im();
    const double square = (dr * dr + di * di) * tree.per_base[at.slot + i];
    if (!(square <= largest)) largest = square;
    v.re() = re;
    v.im() = im;
  }
}

/// What laws first .. last - 1 draw in one lane.
GS_INLINE void circuit_draw_laws(const CircuitTree& tree, int32_t first, int32_t last,
                                 const CircuitMemory& memory, int lane) {
  for (int32_t d = first; d < last; ++d)
    circuit_law_draw_lane(tree.laws[d], tree.bands,
                          memory.power + static_cast<size_t>(d) * 2 * sweep_lanes, memory.v,
                          memory.j, lane);
}

/// Shunts whose steps differ by lane.
GS_INLINE void circuit_draw_switches(const CircuitTree& tree, int32_t first, int32_t last,
                                     const CircuitMemory& memory, int lane) {
  for (int32_t s = first; s < last; ++s) {
    const CircuitSwitch& at = tree.switches[s];
    const double share = memory.switched[static_cast<size_t>(at.row) * sweep_lanes + lane];
    for (int32_t i = 0; i < at.n; ++i) {
      double re = 0.0, im = 0.0;
      for (int32_t c = 0; c < at.n; ++c)
        circuit_add({tree.coefficients + at.coefficient, 1}, i * at.n + c,
                    circuit_pair(memory.v, tree.above[at.above + c], lane), re, im);
      circuit_pair(memory.j, tree.above[at.above + i], lane).re() += share * re;
      circuit_pair(memory.j, tree.above[at.above + i], lane).im() += share * im;
    }
  }
}

/// J of step k: its laws, then its shunts; then what differs by lane at the nodes above. It begins
/// at -0, which leaves any first summand as it is.
GS_INLINE void circuit_draw_step(const CircuitTree& tree, int32_t k, const CircuitMemory& memory,
                                 int lane) {
  const CircuitStep& at = tree.step[k];
  for (int32_t i = 0; i < at.n; ++i) {
    circuit_pair(memory.j, at.slot + i, lane).re() = -0.0;
    circuit_pair(memory.j, at.slot + i, lane).im() = -0.0;
  }
  circuit_draw_laws(tree, tree.law_first[k], tree.law_first[k + 1], memory, lane);
  for (int32_t i = 0; at.shunt >= 0 && i < at.n; ++i) {
    double re = 0.0, im = 0.0;
    for (int32_t c = 0; c < at.n; ++c)
      circuit_add({tree.coefficients + at.shunt, 1}, i * at.n + c,
                  circuit_pair(memory.v, at.slot + c, lane), re, im);
    circuit_pair(memory.j, at.slot + i, lane).re() += re;
    circuit_pair(memory.j, at.slot + i, lane).im() += im;
  }
  circuit_draw_switches(tree, at.switch_first, at.switch_last, memory, lane);
  if (at.kind != circuit_by_lane) return;
  const CircuitNumbers numbers = circuit_numbers(tree, at, memory, lane);
  for (int32_t i = 0; i < at.m; ++i) {
    const CircuitPair j = circuit_pair(memory.j, tree.above[at.above + i], lane);
    for (int32_t c = 0; c < at.m; ++c)
      circuit_add(numbers, at.n * at.n + 2 * at.n * at.m + i * at.m + c,
                  circuit_pair(memory.v, tree.above[at.above + c], lane), j.re(), j.im());
  }
}

GS_INLINE void circuit_clear_sources(const CircuitTree& tree, const CircuitMemory& memory,
                                     int lane) {
  for (int32_t s = 0; s < tree.sources; ++s) {
    circuit_pair(memory.j, s, lane).re() = 0.0;
    circuit_pair(memory.j, s, lane).im() = 0.0;
  }
}

GS_INLINE void circuit_draw_between(const CircuitTree& tree, const CircuitMemory& memory,
                                    int lane) {
  circuit_draw_switches(tree, tree.switch_between, tree.switch_count, memory, lane);
  circuit_draw_laws(tree, tree.law_first[tree.steps], tree.law_count, memory, lane);
}

GS_INLINE void circuit_draw(const CircuitTree& tree, const CircuitMemory& memory) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    circuit_clear_sources(tree, memory, lane);
    for (int32_t k = 0; k < tree.steps; ++k) circuit_draw_step(tree, k, memory, lane);
    circuit_draw_between(tree, memory, lane);
  }
}

GS_INLINE void circuit_down(const CircuitTree& tree, const double* active,
                            const CircuitMemory& memory, double* step_squared) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    step_squared[lane] = 0.0;
    circuit_clear_sources(tree, memory, lane);
    for (int32_t k = 0; k < tree.steps; ++k) {
      circuit_move(tree, tree.step[k], !active || active[lane] != 0.0, memory, lane,
                   step_squared[lane]);
      circuit_draw_step(tree, k, memory, lane);
    }
    circuit_draw_between(tree, memory, lane);
  }
}

/// Steps last - 1 down to first add their J to what is above.
GS_INLINE void circuit_up_range(const CircuitTree& tree, int32_t first, int32_t last,
                                const CircuitMemory& memory, int lane) {
  for (int32_t k = last - 1; k >= first; --k) {
    const CircuitStep& at = tree.step[k];
    const CircuitNumbers numbers = circuit_numbers(tree, at, memory, lane);
    for (int32_t i = 0; i < at.m; ++i) {
      const CircuitPair sum = circuit_pair(memory.j, tree.above[at.above + i], lane);
      if (at.kind == circuit_own) {
        sum.re() += circuit_pair(memory.j, at.slot + i, lane).re();
        sum.im() += circuit_pair(memory.j, at.slot + i, lane).im();
        continue;
      }
      for (int32_t c = 0; c < at.n; ++c)
        circuit_add(numbers, at.n * at.n + at.n * at.m + i * at.n + c,
                    circuit_pair(memory.j, at.slot + c, lane), sum.re(), sum.im());
    }
  }
}

GS_INLINE void circuit_up(const CircuitTree& tree, const CircuitMemory& memory) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    for (int32_t b = 0; b < tree.blocks; ++b)
      circuit_up_range(tree, tree.block_first[b], tree.block_first[b + 1], memory, lane);
    circuit_up_range(tree, 0, tree.trunk, memory, lane);
  }
}

GS_INLINE void circuit_sweep(const CircuitTree& tree, const double* active,
                             const CircuitMemory& memory, double* step_squared) {
  circuit_down(tree, active, memory, step_squared);
  circuit_up(tree, memory);
}

GS_INLINE void circuit_compare(const CircuitTree& tree, const double* before,
                               const CircuitMemory& memory, CircuitCheck& check) {
  for (int lane = 0; lane < sweep_lanes; ++lane) {
    check.mismatch_squared[lane] = 0.0;
    check.slot[lane] = 0.0;
    check.excess[lane] = -1.0;
    for (int32_t s = tree.sources; s < tree.slots; ++s) {
      const CircuitPair v = circuit_pair(memory.v, s, lane), j = circuit_pair(memory.j, s, lane);
      const double* b = before + (static_cast<size_t>(s) * 2 * sweep_lanes + lane);
      const double volt = v.re() * v.re() + v.im() * v.im();
      const double dr = j.re() - b[0], di = j.im() - b[sweep_lanes];
      const double squared = volt * (dr * dr + di * di);
      const double drawn = volt * (j.re() * j.re() + j.im() * j.im());
      const double relative = check.rel_squared * drawn;
      const double over = squared - (relative > check.abs_squared ? relative : check.abs_squared);
      if (squared > check.mismatch_squared[lane]) {
        check.mismatch_squared[lane] = squared;
        check.slot[lane] = s;
      }
      if (!(over <= check.excess[lane])) check.excess[lane] = over;
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::kernel::reference
