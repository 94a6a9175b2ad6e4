// SPDX-License-Identifier: BSD-3-Clause
// What one core of this machine multiplies and adds at most.
#pragma once

namespace gridswarm::bench {

/// Floating-point operations per second of one thread, by independent fused multiply-adds on the
/// registers of the kernels in use (two operations each), or by products and sums in turn where the
/// kernels' instruction set has no fused ones. Best of many short runs, by the core's clock.
double fma_peak_flops();

}  // namespace gridswarm::bench
