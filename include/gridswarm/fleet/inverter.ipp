// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/fleet/inverter.hpp"
#include "gridswarm/fleet/inverter_rule.ipp"

namespace gridswarm::inline GS_ABI::fleet {

namespace inverter_detail {

GS_INLINE double& cell(Column<double>& cells, std::size_t i, int row) {
  constexpr std::size_t lanes = kernel::lanes;
  return cells[(i / lanes * kernel::inverter_rows + static_cast<std::size_t>(row)) * lanes +
               i % lanes];
}

/// Watt-var at share p of P_max (charging: of the charging power).
GS_INLINE double watt_var_at(const kernel::InverterRule& rule, double p) {
  double q = rule.qp_q1;
  for (int k = 0; k < 5; ++k)
    q += rule.qp_slope[k] * std::min(std::max(p - rule.qp_p[k], 0.0), rule.qp_width[k]);
  return q;
}

/// Largest P / S on the watt-var curve within the rating, by halving. @param sign 1 or -1
GS_INLINE double corner(const kernel::InverterRule& rule, double limit, double sign) {
  double low = 0.0, high = limit;
  const auto outside = [&](double p) {
    const double q = limit > 0.0 ? watt_var_at(rule, sign * p / limit) : 0.0;
    return p * p + q * q > 1.0;
  };
  if (!outside(high)) return high;
  for (int k = 0; k < 60; ++k) {
    const double middle = 0.5 * (low + high);
    (outside(middle) ? high : low) = middle;
  }
  return low;
}

GS_INLINE void require_plate(const InverterPlates& plates, std::size_t i) {
  const double p = plates.p_kw[i], s = plates.s_kva[i];
  if (!(p > 0.0) || !(s >= p) || !std::isfinite(s) || !(plates.charge_kw[i] >= 0.0) ||
      !(plates.charge_kw[i] <= s))
    throw UsageError("inverter of agent " + std::to_string(plates.id[i]) + ": P_max " + text_of(p) +
                     " kW and charging power " + text_of(plates.charge_kw[i]) +
                     " kW must lie within its rating of " + text_of(s) + " kVA");
}

}  // namespace inverter_detail

GS_INLINE InverterBank make_bank(const InverterSettings& settings, double dt_s,
                                 const InverterPlates& plates, bool in_service,
                                 std::uint64_t seed) {
  using namespace inverter_detail;
  InverterBank bank;
  bank.rule = make_rule(settings, dt_s);
  bank.settled = settled_rule(bank.rule);
  const std::size_t n = plates.p_kw.size();
  bank.count = static_cast<Index>(n);
  constexpr std::size_t lanes = kernel::lanes;
  bank.cells.assign((n + lanes - 1) / lanes * lanes * kernel::inverter_rows, 0.0);
  const bool waits = settings.enter.randomised_s > 0.0 && settings.enter.ramp_s == 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    require_plate(plates, i);
    const double charge = plates.charge_kw[i], per_s = plates.p_kw[i] / plates.s_kva[i];
    const auto set = [&](int row, double value) { cell(bank.cells, i, row) = value; };
    set(kernel::inverter_in_service, in_service ? 1.0 : 0.0);
    set(kernel::inverter_ramp, in_service ? 1.1 : 0.0);
    set(kernel::inverter_watt_in, 1.0);
    set(kernel::inverter_watt_out, 1.0);
    set(kernel::inverter_p_per_s, per_s);
    set(kernel::inverter_per_charge, charge > 0.0 ? plates.p_kw[i] / charge : 1.0);
    set(kernel::inverter_corner_out, corner(bank.rule, per_s, 1.0));
    set(kernel::inverter_corner_in, corner(bank.rule, charge / plates.s_kva[i], -1.0));
    const bool small = plates.s_kva[i] < 500.0;
    const double u = waits && small ? draw_uniform(seed, Stream::inverter_wait,
                                                   static_cast<std::uint64_t>(plates.id[i]), 0)
                                    : 0.0;
    set(kernel::inverter_wait_ticks, whole_ticks(u * settings.enter.randomised_s, dt_s));
  }
  return bank;
}

GS_INLINE void step(InverterBank& bank, const InverterInputs& in, std::span<double> p,
                    std::span<double> q, int threads) {
  const auto n = static_cast<std::size_t>(bank.count);
  GRIDSWARM_ASSERT(in.v_meas_pu.size() == n && in.v_low_pu.size() == n &&
                   in.v_high_pu.size() == n && in.f_hz.size() == n && in.want_pu.size() == n);
  GRIDSWARM_ASSERT(in.low_pu.size() == n && in.high_pu.size() == n && in.health.size() == n &&
                   p.size() == n && q.size() == n);
  bool empty = false;
  for (std::size_t i = 0; i < n; ++i) empty |= !(in.low_pu[i] <= in.high_pu[i]);
  if (empty)
    for (std::size_t i = 0; i < n; ++i)
      if (!(in.low_pu[i] <= in.high_pu[i]))
        throw UsageError("inverter " + std::to_string(i) + " of the bank: its limits " +
                         inverter_detail::text_of(in.low_pu[i]) + " to " +
                         inverter_detail::text_of(in.high_pu[i]) +
                         " of P_max exclude every set point");
  const kernel::InverterRule& rule = bank.started ? bank.rule : bank.settled;
  constexpr std::size_t piece = 4096;
  auto run = [&](Index k, int) noexcept {
    const std::size_t first = static_cast<std::size_t>(k) * piece;
    const std::size_t count = std::min(piece, n - first);
    kernel::kernels().inverter_step(
        {count, &rule, bank.cells.data() + first * kernel::inverter_rows,
         in.v_meas_pu.data() + first, in.v_low_pu.data() + first, in.v_high_pu.data() + first,
         in.f_hz.data() + first, in.want_pu.data() + first, in.low_pu.data() + first,
         in.high_pu.data() + first, in.health.data() + first, p.data() + first, q.data() + first});
  };
  const auto pieces = static_cast<Index>((n + piece - 1) / piece);
  if (threads == 1)
    for (Index k = 0; k < pieces; ++k) run(k, 0);
  else
    run_pieces(pieces, threads, run);
  bank.started = true;
}

GS_INLINE double state_of(const InverterBank& bank, Index i, int row) {
  constexpr Index lanes = kernel::lanes;
  return bank.cells[static_cast<std::size_t>((i / lanes * kernel::inverter_rows + row) * lanes +
                                             i % lanes)];
}

GS_INLINE const char* tripped_by(const InverterBank& bank, Index i) {
  static constexpr const char* names[] = {"",    "OV2", "OV1", "UV1", "UV2",
                                          "OF2", "OF1", "UF1", "UF2", "health"};
  return names[static_cast<int>(state_of(bank, i, kernel::inverter_tripped_by))];
}

GS_INLINE ApplicableVoltage three_phase_voltage(double a_pu, double b_pu, double c_pu) {
  // |V_a - V_b| / sqrt(3) with 120 degrees between them: sqrt((a^2 + a b + b^2) / 3)
  const auto between = [](double x, double y) { return std::sqrt((x * x + x * y + y * y) / 3.0); };
  const double ab = between(a_pu, b_pu), bc = between(b_pu, c_pu), ca = between(c_pu, a_pu);
  return {(a_pu + b_pu + c_pu) / 3.0, std::min({a_pu, b_pu, c_pu, ab, bc, ca}),
          std::max({a_pu, b_pu, c_pu, ab, bc, ca})};
}

}  // namespace gridswarm::inline GS_ABI::fleet
