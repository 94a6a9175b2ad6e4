// SPDX-License-Identifier: BSD-3-Clause
// What a controller's answer does to frequency and voltage: the study's second look at one run.
//
// Frequency: the region stands for a share of an area's load, step_share = step / machines_mva, so
// the imbalance is scaled to the area and applied to it as load that changes every 10 ms
// (balance/frequency.hpp: inertia, governor, reheat turbine, AGC every 4 s; they act in every
// case). Devices act on the measured step, not on the frequency; respond_by_droop() is the other
// way round, what devices do that talk to nobody: power in proportion to the frequency they see.
// Voltage: the linear model of the feeder, dv_child = dv_parent + r p_below, every agent's power
// p following its set-points as in response.hpp. r is scaled so that all agents at their upper
// limit lift the highest bus by full_lift_pu.
#pragma once

#include <span>

#include "gridswarm/balance/frequency.hpp"
#include "gridswarm/swarm/response_scene.hpp"

namespace gridswarm::inline GS_ABI::swarm {

struct EffectOptions {
  double step_share = 0.05;      ///< the step over the area's machines_mva
  double agc_gain_per_s = 0.02;  ///< of the area's AGC
  double droop_pu = 0.05;        ///< of devices: full power at this share of f0 (IEEE 1547-2018)
  double droop_from_hz = 0.036;  ///< dead band of devices
  double full_lift_pu = 0.1;     ///< of the highest bus, all agents at their upper limit
  double band_pu = 0.015;        ///< change of voltage that counts as a violation
  double look_s = 0.1;           ///< voltages are looked at this often
};

struct EffectFigures {
  double nadir_hz = 0.0;
  double rocof_hz_per_s = 0.0;  ///< over 500 ms
  double bus_minutes = 0.0;     ///< sum over buses of the time out of the band
  double worst_pu = 0.0;        ///< largest change of voltage
};

/// nadir_hz and rocof_hz_per_s of a run; 50 Hz.
/// @param set_points  empty: nobody answers but the area's generators
void frequency_effect(const SetPoints& set_points, double step_kw, double actuator_s,
                      double horizon_s, const EffectOptions& options, EffectFigures& figures);

/// bus_minutes and worst_pu of a run.
/// @param log  Response::log, kept with keep_log
void voltage_effect(const ResponseScene& scene, std::span<const double> step_kw,
                    std::span<const Order> log, double actuator_s, double horizon_s,
                    const EffectOptions& options, EffectFigures& figures);

/// Devices' power (not set-points: measure it with an actuator of 0 s) under local droop alone, and
/// its frequency. What it leaves is the generators' to cover.
SetPoints respond_by_droop(const Responders& responders, double step_kw, double actuator_s,
                           double horizon_s, const EffectOptions& options, EffectFigures& figures);

}  // namespace gridswarm::inline GS_ABI::swarm

namespace gridswarm::inline GS_ABI {
template <>
std::span<const Field<swarm::EffectOptions>> fields();
template <>
std::span<const Field<swarm::EffectFigures>> fields();
}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/swarm/response_effects.ipp"
#endif
