// SPDX-License-Identifier: BSD-3-Clause
// Inverters of one setting as a bank that steps as one: what each does on its own in a tick.
//
// A response of T seconds is first order: 90 % of a step is done after T, so with the input held
// over a tick of dt
//   out <- out + k (in - out),     k = 1 - exp(-2.303 dt / T),
// computed once per rule by + - * / only. "trapezoid" is the bilinear rule of OpenDER, and follows
// the input at once where T < 1.15 dt. A trip window shorter than the tick is refused: such a tick
// cannot tell whether it was over.
// At ticks as long as the response k is near 1, and volt-var against a grid that answers at once
// must be solved inside the tick: solve_inside() says so, balance/volt_var.hpp does it.
#pragma once

#include <cstdint>
#include <span>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/fleet/inverter_settings.hpp"
#include "gridswarm/kernel/kernels.hpp"

namespace gridswarm::inline GS_ABI::fleet {

/// exp(-x) for x >= 0 by + - * / only: the same bytes everywhere; relative error below 1e-14.
double decay(double x);

/// What a step multiplies with. @param dt_s  length of a tick, > 0
/// @throws UsageError by require_by_standard, or where a trip window is shorter than the tick
kernel::InverterRule make_rule(const InverterSettings& settings, double dt_s);

/// True where volt-var responds within a tick, so that its equilibrium has to be solved for.
bool solve_inside(const InverterSettings& settings, double dt_s);

/// Plates of a bank, one entry per device.
struct InverterPlates {
  std::span<const double> p_kw;       ///< P_max, > 0
  std::span<const double> s_kva;      ///< nameplate, >= P_max
  std::span<const double> charge_kw;  ///< largest charging power; 0: none
  std::span<const AgentId> id;        ///< for randomised waits
};

/// One setting, many devices.
struct InverterBank {
  kernel::InverterRule rule;
  kernel::InverterRule settled;  ///< the same with every lag at its end
  Index count = 0;
  Column<double> cells;  ///< kernel/inverter_views.hpp
  bool started = false;  ///< the first step settles all lags
};

/// What the devices see and could do; one entry per device, power in shares of P_max into the grid.
struct InverterInputs {
  std::span<const double> v_meas_pu;  ///< own phase, or average of three
  std::span<const double> v_low_pu;   ///< lowest applicable voltage, for trips and enter service
  std::span<const double> v_high_pu;  ///< highest
  std::span<const double> f_hz;
  std::span<const double> want_pu;  ///< what the source gives or the dispatch asks for
  std::span<const double> low_pu;   ///< 0 for a generator, down to -1 for storage
  std::span<const double> high_pu;  ///< what the source could give
  std::span<const double> health;   ///< 0: lost, out of service
};

/// A bank in service, or out of it. @param seed  of randomised waits
/// @throws UsageError on a plate that cannot be (P_max <= 0, S < P_max)
InverterBank make_bank(const InverterSettings& settings, double dt_s, const InverterPlates& plates,
                       bool in_service = true, std::uint64_t seed = 1);

/// One tick. p: shares of P_max; q: shares of nameplate kVA, injection positive. Allocates nothing.
/// @throws UsageError naming the first device whose limits exclude every set point (low > high)
void step(InverterBank& bank, const InverterInputs& inputs, std::span<double> p,
          std::span<double> q, int threads = 1);

/// Row `row` of device i, a kernel::InverterRow.
double state_of(const InverterBank& bank, Index i, int row);

/// Which window opened a device last: "OV2" .. "UF2", "health", or "" for none.
const char* tripped_by(const InverterBank& bank, Index i);

/// Applicable voltages of a three-phase device from its phase voltages (p.u.): average of the
/// phases for curves, the extremes of phase and phase-to-phase for trips (angles 120 degrees apart
/// where none are known).
struct ApplicableVoltage {
  double meas_pu, low_pu, high_pu;
};
ApplicableVoltage three_phase_voltage(double a_pu, double b_pu, double c_pu);

}  // namespace gridswarm::inline GS_ABI::fleet

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/fleet/inverter.ipp"
#endif
