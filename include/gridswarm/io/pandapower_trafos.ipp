// SPDX-License-Identifier: BSD-3-Clause
// Transformers of a pandapower network as pi branches with a ratio.
//
// One winding pair: z = vk/100 / sn, r = vkr/100 / sn on vn_lv, so in p.u. times
// (vn_lv'/base_lv)^2 base_mva, with vn_lv' the tapped voltage. The magnetising branch
// g = pfe / vn_lv^2, b = -sqrt((i0/100 sn)^2 - pfe^2) / vn_lv^2 sits in the middle of z (T): with
// za + zb = z and zs = za zb + z / y the pi has z_pi = zs y, and zb / zs, za / zs at its ends.
#pragma once

#include <cmath>
#include <complex>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/units.hpp"
#include "gridswarm/io/pandapower_build.hpp"

namespace gridswarm::inline GS_ABI::io::detail {

/// One tap changer of a winding pair. `ideal` turns the angle only.
struct Taps {
  bool at_hv = true;
  bool used = false;
  bool ideal = false;
  double steps = 0.0;  ///< position - neutral
  double step_percent = 0.0;
  double step_degree = 0.0;
};

/// A winding pair while it becomes a branch.
struct Windings {
  double sn_mva = 0.0;
  double vn_hv_kv = 0.0;
  double vn_lv_kv = 0.0;
  double vk_percent = 0.0;
  double vkr_percent = 0.0;
  double pfe_mw = 0.0;
  double i0_percent = 0.0;
  double shift_deg = 0.0;
  double parallel = 1.0;
  double r_share_hv = 0.5;  ///< of the leakage at the hv side of the T
  double x_share_hv = 0.5;
  std::array<Taps, 2> taps;
};

inline Taps read_taps(PandaBuild& build, const PandaTable& table, Index k,
                      const std::string& prefix, const std::string& side) {
  Taps taps;
  taps.at_hv = side == "hv";
  const double pos = number_or(table, k, prefix + "_pos", NAN);
  const double steps = pos - number_or(table, k, prefix + "_neutral", NAN);
  taps.steps = std::isfinite(steps) ? steps : 0.0;
  const bool has_percent = cell(table, k, prefix + "_step_percent") != nullptr;
  taps.step_percent = number_or(table, k, prefix + "_step_percent", 0.0);
  taps.step_degree = number_or(table, k, prefix + "_step_degree", 0.0);
  if (side.empty() || !std::isfinite(pos)) return taps;
  if (table.column.count(prefix + "_changer_type") > 0) {
    const std::string type = word_of(table, k, prefix + "_changer_type");
    if (!type.empty() && type != "Ratio" && type != "Symmetrical" && type != "Ideal")
      refuse(table, k,
             prefix + "_changer_type is \"" + type + "\"; Ratio, Symmetrical and Ideal are known");
    taps.ideal = type == "Ideal";
    taps.used = taps.ideal || type == "Ratio" || type == "Symmetrical";
    if (!taps.used && taps.steps != 0.0)
      warn(build, table,
           "taps of " + described(table, k) +
               " have no effect, since its tap_changer_type is empty (as in pandapower)");
  } else {
    taps.ideal = flag_or(table, k, prefix + "_phase_shifter", false);
    taps.used = taps.ideal || has_percent;
  }
  return taps;
}

/// Move the tapped winding's voltage, and the angle.
inline void apply_taps(const PandaTable& table, Index k, const Taps& taps, Windings& w) {
  if (!taps.used) return;
  const double direction = taps.at_hv ? 1.0 : -1.0;
  const double part = taps.steps * taps.step_percent / 100.0;
  if (taps.ideal) {
    if (taps.step_degree != 0.0 && taps.step_percent != 0.0)
      refuse(table, k, "an ideal phase shifter has a step in degrees or in percent, not both");
    if (!(std::abs(part) <= 2.0)) refuse(table, k, "its taps turn by more than half a circle");
    w.shift_deg += taps.step_degree != 0.0 ? direction * taps.steps * taps.step_degree
                                           : direction * 2.0 * std::asin(part / 2) / rad_per_deg;
    return;
  }
  double& vn_kv = taps.at_hv ? w.vn_hv_kv : w.vn_lv_kv;
  const double along = vn_kv * (1.0 + part * std::cos(taps.step_degree * rad_per_deg));
  const double across = vn_kv * part * std::sin(taps.step_degree * rad_per_deg);
  vn_kv = std::hypot(along, across);
  if (across != 0.0) w.shift_deg += std::atan(direction * across / along) / rad_per_deg;
  if (!(vn_kv > 0.0)) refuse(table, k, "its tap position leaves the winding without a turn");
}

/// The branch of a pair between two buses. `table`, `k` for messages.
inline NewBranch branch_of(PandaBuild& build, const PandaTable& table, Index k, Windings w,
                           Index hv, Index lv) {
  using Complex = std::complex<double>;
  const feeder::Case& grid = build.net.grid;
  NewBranch it;
  it.from = hv;
  it.to = lv;
  const double vn_lv_kv = w.vn_lv_kv;
  for (const Taps& taps : w.taps) apply_taps(table, k, taps, w);
  const double z_base = z_base_ohm(build, table, k, lv);
  z_base_ohm(build, table, k, hv);
  const double z_unit = w.vn_lv_kv * w.vn_lv_kv / w.sn_mva / 100.0 / z_base / w.parallel;
  const double z = w.vk_percent * z_unit;
  const double r = w.vkr_percent * z_unit;
  if (!(std::abs(r) <= std::abs(z)))
    refuse(table, k,
           "vkr_percent " + shortest(w.vkr_percent) + " is larger than vk_percent " +
               shortest(w.vk_percent));
  Complex series(r, std::copysign(std::sqrt(z * z - r * r), z));
  const double i0_mva = w.i0_percent / 100.0 * w.sn_mva;
  const double square = std::max(0.0, i0_mva * i0_mva - w.pfe_mw * w.pfe_mw);
  const double sign = w.i0_percent > 0.0 ? 1.0 : w.i0_percent < 0.0 ? -1.0 : 0.0;
  const double turn = w.vn_lv_kv / vn_lv_kv;
  const Complex y = Complex(w.pfe_mw, -sign * std::sqrt(square)) *
                    (z_base / (vn_lv_kv * vn_lv_kv) / (turn * turn) * w.parallel);
  const double base_ratio = grid.buses.base_kv[hv] / grid.buses.base_kv[lv];
  it.ratio = w.vn_hv_kv / w.vn_lv_kv / base_ratio;
  it.shift_deg = w.shift_deg;
  Complex ends = y;  // of the pi, both together
  if (build.t_model && y != Complex(0.0) && series != Complex(0.0)) {
    const Complex za(series.real() * w.r_share_hv, series.imag() * w.x_share_hv);
    const Complex zb = series - za;
    const Complex zs = za * zb * y + series;  // times 1 / y
    const Complex from = y * zb / zs, to = y * za / zs;
    series = zs;
    ends = to + to;
    if (w.r_share_hv != 0.5 || w.x_share_hv != 0.5) {
      const Complex more = (from - to) / (it.ratio * it.ratio);
      add_shunt(build, hv, more.real(), more.imag());
      warn(build, table,
           "the uneven part of the magnetising branch of " + described(table, k) +
               " stands as a shunt of its hv bus");
    }
  }
  it.r_pu = series.real();
  it.x_pu = series.imag();
  it.g_pu = ends.real();
  it.b_pu = ends.imag();
  return it;
}

inline void refuse_curves(const PandaTable& table, Index k) {
  for (const char* column : {"tap_dependent_impedance", "tap_dependency_table"})
    if (flag_or(table, k, column, false))
      refuse(table, k,
             std::string(column) +
                 " is set; impedances by tap position are not read, give those of the "
                 "present tap and unset it");
}

inline void read_trafos(PandaBuild& build, const PandaTable& table) {
  for (Index k = 0; k < table.size(); ++k) {
    Windings w;
    w.sn_mva = positive(table, k, "sn_mva", NAN);
    w.vn_hv_kv = positive(table, k, "vn_hv_kv", NAN);
    w.vn_lv_kv = positive(table, k, "vn_lv_kv", NAN);
    w.vk_percent = number(table, k, "vk_percent");
    w.vkr_percent = number(table, k, "vkr_percent");
    w.pfe_mw = number(table, k, "pfe_kw") * 1e-3;
    w.i0_percent = number(table, k, "i0_percent");
    w.shift_deg = number_or(table, k, "shift_degree", 0.0);
    w.parallel = positive(table, k, "parallel", 1.0);
    w.r_share_hv = number_or(table, k, "leakage_resistance_ratio_hv", 0.5);
    w.x_share_hv = number_or(table, k, "leakage_reactance_ratio_hv", 0.5);
    const bool in_service = flag_or(table, k, "in_service", true);
    if (in_service) refuse_curves(table, k);
    for (int n = 0; n < 2; ++n) {
      const std::string prefix = n == 0 ? "tap" : "tap2";
      const std::string side = word_of(table, k, prefix + "_side");
      if (!side.empty() && side != "hv" && side != "lv")
        refuse(table, k, prefix + "_side is \"" + side + "\"; hv and lv are known");
      w.taps[n] = read_taps(build, table, k, prefix, side);
    }
    const Index hv = bus_of(build, table, k, "hv_bus");
    const Index lv = bus_of(build, table, k, "lv_bus");
    if (hv == lv) refuse(table, k, "hv_bus and lv_bus are the same");
    NewBranch it = branch_of(build, table, k, w, hv, lv);
    it.in_service = in_service;
    it.rate_mva = w.sn_mva * positive(table, k, "df", 1.0) * w.parallel;
    cut_ends(build, table, k, is_open_at(build, "t", table, k, hv),
             is_open_at(build, "t", table, k, lv), it);
    add_branch(build, table, k, it);
  }
}

/// Short-circuit voltages between two of hv, mv, lv as those of a star, all on sn of the side.
inline std::array<double, 3> star(const std::array<double, 3>& pair, const double* sn) {
  const double scaled[3] = {pair[0] * sn[0] / std::min(sn[0], sn[1]),
                            pair[1] * sn[0] / std::min(sn[1], sn[2]),
                            pair[2] * sn[0] / std::min(sn[0], sn[2])};
  return {0.5 * (scaled[0] + scaled[2] - scaled[1]),
          0.5 * sn[1] / sn[0] * (scaled[1] + scaled[0] - scaled[2]),
          0.5 * sn[2] / sn[0] * (scaled[2] + scaled[1] - scaled[0])};
}

/// Taps at the star point count the other way round at the star's end of the pair: pandapower 3
/// moves by the exact inverse, pandapower 2 by the opposite step.
inline void move_to_star(const PandaBuild& build, Taps& taps) {
  using Complex = std::complex<double>;
  taps.at_hv = !taps.at_hv;
  if (!build.version_3) {
    taps.step_degree += 180.0;
    return;
  }
  const Complex step = std::polar(taps.step_percent, taps.step_degree * rad_per_deg);
  const Complex inverse = 100.0 * step / (100.0 + step * taps.steps);
  taps.step_percent = std::abs(inverse);
  taps.step_degree = std::arg(inverse) / rad_per_deg - 180.0;
}

inline void read_trafos3w(PandaBuild& build, const PandaTable& table) {
  static constexpr const char* sides[3] = {"hv", "mv", "lv"};
  for (Index k = 0; k < table.size(); ++k) {
    double sn[3], vn[3];
    Index bus[3];
    std::array<double, 3> real, imaginary;
    for (int s = 0; s < 3; ++s) {
      const std::string side = sides[s];
      sn[s] = positive(table, k, ("sn_" + side + "_mva").c_str(), NAN);
      vn[s] = positive(table, k, ("vn_" + side + "_kv").c_str(), NAN);
      bus[s] = bus_of(build, table, k, (side + "_bus").c_str());
      const double vk = number(table, k, "vk_" + side + "_percent");
      real[s] = number(table, k, "vkr_" + side + "_percent");
      if (!(std::abs(real[s]) <= std::abs(vk)))
        refuse(table, k, "vkr_" + side + "_percent is larger than vk_" + side + "_percent");
      imaginary[s] = std::sqrt(vk * vk - real[s] * real[s]);
    }
    const std::string shown = word_of(table, k, "tap_side");
    if (!shown.empty() && shown != "hv" && shown != "mv" && shown != "lv")
      refuse(table, k, "tap_side is \"" + shown + "\"; hv, mv and lv are known");
    const std::array<double, 3> r = star(real, sn), x = star(imaginary, sn);
    const bool in_service = flag_or(table, k, "in_service", true);
    if (in_service) refuse_curves(table, k);
    const Index middle = add_inner_bus(build, build.net.grid.buses.base_kv[bus[0]],
                                       described(table, k) + " star point");
    if (!in_service) build.net.grid.buses.type[middle] = feeder::BusType::isolated;
    for (int s = 0; s < 3; ++s) {
      Windings w;
      w.sn_mva = sn[s];
      w.vn_hv_kv = vn[0];
      w.vn_lv_kv = vn[s];
      w.vk_percent = std::copysign(std::hypot(r[s], x[s]), x[s]);
      w.vkr_percent = r[s];
      if (w.vk_percent == 0.0) refuse(table, k, "one winding of its star has no impedance");
      if (s == 0) w.pfe_mw = number(table, k, "pfe_kw") * 1e-3;
      if (s == 0) w.i0_percent = number(table, k, "i0_percent");
      if (s > 0)
        w.shift_deg = number_or(table, k, "shift_" + std::string(sides[s]) + "_degree", 0.0);
      if (shown == sides[s]) {
        w.taps[0] = read_taps(build, table, k, "tap", s == 0 ? "hv" : "lv");
        if (flag_or(table, k, "tap_at_star_point", false)) move_to_star(build, w.taps[0]);
      }
      NewBranch it =
          branch_of(build, table, k, w, s == 0 ? bus[0] : middle, s == 0 ? middle : bus[s]);
      it.rate_mva = sn[s];
      it.in_service = in_service;
      const bool open = is_open_at(build, "t3", table, k, bus[s]);
      cut_ends(build, table, k, s == 0 && open, s != 0 && open, it);
      add_branch(build, table, k, it, sides[s]);
    }
  }
}

}  // namespace gridswarm::inline GS_ABI::io::detail
