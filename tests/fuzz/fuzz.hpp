// SPDX-License-Identifier: BSD-3-Clause
// What every fuzzer shares: a body that takes one text, and a claim that must hold.
//
// A body is also run over its kept corpus by replay.cpp in the normal build, so what a fuzzer once
// found stays found. A broken claim ends the process, as a sanitizer's finding does.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "gridswarm/feeder/case.hpp"

namespace gridswarm::fuzz {

/// Try one text; each fuzzer defines it.
void body(std::string_view text);

inline void claim(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken claim: %s\n", what);
  std::abort();
}

/// The same number, NaN included.
inline bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Equal within a few units in the last place: a per-phase case is written as a quotient.
inline bool near(double a, double b) {
  return same(a, b) || std::abs(a - b) <= 1e-15 * std::abs(a) || std::abs(a - b) < 1e-300;
}

template <class Numbers>
void claim_same(const Numbers& a, const Numbers& b, const char* what) {
  claim(a.size() == b.size(), what);
  for (std::size_t k = 0; k < a.size(); ++k)
    claim(same(static_cast<double>(a[k]), static_cast<double>(b[k])), what);
}

/// Tables that a MATPOWER file holds; names and the name of the case aside.
inline void claim_same_case(const feeder::Case& a, const feeder::Case& b) {
  claim(near(a.base_mva, b.base_mva), "base_mva");
  claim(a.per_phase == b.per_phase, "per_phase");
  claim_same(a.buses.id, b.buses.id, "bus id");
  claim_same(a.buses.type, b.buses.type, "bus type");
  claim_same(a.buses.pd_mw, b.buses.pd_mw, "pd");
  claim_same(a.buses.qd_mvar, b.buses.qd_mvar, "qd");
  claim_same(a.buses.gs_mw, b.buses.gs_mw, "gs");
  claim_same(a.buses.bs_mvar, b.buses.bs_mvar, "bs");
  claim_same(a.buses.vm_pu, b.buses.vm_pu, "vm");
  claim_same(a.buses.va_deg, b.buses.va_deg, "va");
  claim_same(a.buses.vmax_pu, b.buses.vmax_pu, "vmax");
  claim_same(a.buses.vmin_pu, b.buses.vmin_pu, "vmin");
  for (Index k = 0; k < a.buses.size(); ++k)
    claim(near(a.buses.base_kv[k], b.buses.base_kv[k]), "base_kv");
  claim_same(a.branches.from, b.branches.from, "from");
  claim_same(a.branches.to, b.branches.to, "to");
  claim_same(a.branches.r_pu, b.branches.r_pu, "r");
  claim_same(a.branches.x_pu, b.branches.x_pu, "x");
  claim_same(a.branches.b_pu, b.branches.b_pu, "b");
  claim_same(a.branches.rate_mva, b.branches.rate_mva, "rate");
  claim_same(a.branches.ratio, b.branches.ratio, "ratio");
  claim_same(a.branches.shift_deg, b.branches.shift_deg, "shift");
  claim_same(a.branches.in_service, b.branches.in_service, "status");
  claim_same(a.generators.bus, b.generators.bus, "gen bus");
  claim_same(a.generators.pg_mw, b.generators.pg_mw, "pg");
  claim_same(a.generators.qg_mvar, b.generators.qg_mvar, "qg");
  claim_same(a.generators.qmax_mvar, b.generators.qmax_mvar, "qmax");
  claim_same(a.generators.qmin_mvar, b.generators.qmin_mvar, "qmin");
  claim_same(a.generators.vg_pu, b.generators.vg_pu, "vg");
  claim_same(a.generators.in_service, b.generators.in_service, "gen status");
  claim(a.buses.name.size() == b.buses.name.size(), "names");
}

}  // namespace gridswarm::fuzz
