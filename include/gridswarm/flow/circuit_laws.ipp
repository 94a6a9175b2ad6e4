// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <tuple>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/circuit_laws.hpp"
#include "gridswarm/flow/circuit_rules.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

/// What decides an element's factors.
struct ElementLaw {
  feeder::LoadLaw law = feeder::LoadLaw::constant_power;
  double rated_v = 0.0;
  double v_min_pu = 0.0, v_max_pu = 0.0;
  double v_low_pu = 0.0;  ///< negative: an impedance below v_min_pu
  double exponent_p = 0.0, exponent_q = 0.0;
  std::array<double, 7> zip{};
  auto key() const {
    return std::make_tuple(law, rated_v, v_min_pu, v_max_pu, v_low_pu, exponent_p, exponent_q, zip);
  }
};

/// Shares of impedance, current and power of P (part 0) and Q within the limits.
inline std::array<double, 3> zip_shares(const ElementLaw& at, int part) {
  if (at.law == feeder::LoadLaw::zip)
    return {at.zip[3 * part], at.zip[3 * part + 1], at.zip[3 * part + 2]};
  if (at.law == feeder::LoadLaw::constant_current) return {0.0, 1.0, 0.0};
  return {0.0, 0.0, 1.0};  // exponents go on as constant power where their limits end
}

/// A current that rises from v_low at v_low to `at_min` at v_min, both over |y| r, as flat +
/// over/u.
struct BelowLimit {
  double flat = 0.0;
  double over = 0.0;
};
inline BelowLimit below_limit(const ElementLaw& at, double at_min) {
  if (!(at.v_min_pu > at.v_low_pu)) return {};
  const double slope = (at_min - at.v_low_pu) / (at.v_min_pu - at.v_low_pu);
  return {slope, at.v_low_pu - slope * at.v_low_pu};
}

inline kernel::CircuitBands make_bands(const ElementLaw& at) {
  const double r = at.rated_v;
  const double y = 1.0 / (r * r);
  kernel::CircuitBands bands = {};
  const bool has_low = at.v_low_pu >= 0.0;
  const double v_low = has_low ? at.v_low_pu : at.v_min_pu;
  bands.low_square = (v_low * r) * (v_low * r);
  bands.plain = has_low || v_low == 0.0 ? y : y / (v_low * v_low);
  bands.over_rated = 1.0 / r;
  const double v_max = at.v_max_pu > 0.0 ? at.v_max_pu : 1.0;
  for (int part = 0; part < 2; ++part) {
    const auto [z, i, p] = zip_shares(at, part);
    bands.flat[part] = z * y;
    bands.over[part] = i / r;
    bands.over_square[part] = p;
    bands.exponent[part] = (part == 0 ? at.exponent_p : at.exponent_q) - 2.0;
    bands.above[part] = y * (z + i / v_max + p / (v_max * v_max));
    if (!has_low) continue;
    const BelowLimit current = below_limit(at, 1.0);
    const BelowLimit power = below_limit(at, at.v_min_pu > 0.0 ? 1.0 / at.v_min_pu : 0.0);
    bands.below_flat[part] = y * (z + i * current.flat + p * power.flat);
    bands.below_over[part] = (i * current.over + p * power.over) / r;
  }
  bands.cut_off = at.law == feeder::LoadLaw::zip ? std::max(0.0, at.zip[6]) : 0.0;
  return bands;
}

inline kernel::CircuitLaw make_element(const ElementLaw& at) {
  kernel::CircuitLaw element = {};
  element.kind = at.law == feeder::LoadLaw::constant_power       ? kernel::circuit_law_power
                 : at.law == feeder::LoadLaw::constant_impedance ? kernel::circuit_law_admittance
                 : at.law == feeder::LoadLaw::exponents          ? kernel::circuit_law_exponents
                                                                 : kernel::circuit_law_sum;
  const double least = std::max(at.v_min_pu, at.v_low_pu) * at.rated_v;
  const double most = at.v_max_pu * at.rated_v;
  element.least_square = least * least;
  element.most_square = most * most;
  return element;
}

/// One device's connection, as loads and DER have it.
struct DeviceNodes {
  const std::string& name;
  std::span<const Index> nodes;
  feeder::Connection connection;
  std::int32_t phases;
  double kv;
};

inline InputError device_error(const feeder::Circuit& circuit, const std::string& sentence) {
  return InputError(circuit.file.empty() ? "circuit" : circuit.file, 0, sentence);
}

inline void check_device(const feeder::Circuit& circuit, const DeviceNodes& device,
                         const ElementLaw& at) {
  const bool is_open = device.connection == feeder::Connection::wye || device.phases < 3;
  const auto wanted = static_cast<std::size_t>(device.phases + (is_open ? 1 : 0));
  if (device.phases < 1 || device.nodes.size() != wanted)
    throw device_error(circuit, device.name + " has " + std::to_string(device.nodes.size()) +
                                    " nodes, its " + std::to_string(device.phases) +
                                    " phases and connection want " + std::to_string(wanted));
  if (!(device.kv > 0.0) || !std::isfinite(device.kv))
    throw device_error(circuit, device.name + " needs a rated voltage above 0 kV");
  double sum = at.v_min_pu + at.v_low_pu + at.exponent_p + at.exponent_q;
  for (const double share : at.zip) sum += share;
  if (!std::isfinite(sum) || std::isnan(at.v_max_pu) || at.v_min_pu < 0.0)
    throw device_error(circuit, device.name +
                                    " has limits of voltage or factors that are not finite"
                                    " numbers, or a negative limit");
}

/// Elements before they are sorted.
struct ElementList {
  std::vector<kernel::CircuitLaw> law;
  std::vector<Index> step, load, der;
};

/// Where voltages stand.
struct SlotMap {
  std::span<const Index> slot, step;
  Index steps;
  bool is_supplied(Index node) const { return node == feeder::ground || slot[node] != none; }
  std::int32_t at(Index node) const { return node == feeder::ground ? -1 : slot[node]; }
  Index step_of(std::int32_t a, std::int32_t b) const {
    const bool is_alone = step[a] != none && (b < 0 || step[b] == step[a]);
    return is_alone ? step[a] : steps;
  }
};

inline void add_device(const DeviceNodes& device, kernel::CircuitLaw law, const SlotMap& map,
                       Index load, Index der, ElementList& list) {
  const auto count = static_cast<Index>(device.nodes.size());
  for (Index q = 0; q < device.phases; ++q) {
    const Index from = device.nodes[q];
    const Index to = device.connection == feeder::Connection::wye ? device.nodes[count - 1]
                                                                  : device.nodes[(q + 1) % count];
    if (from == to || !map.is_supplied(from) || !map.is_supplied(to)) continue;
    law.a = map.at(from);
    law.b = map.at(to);
    if (law.a < 0) std::swap(law.a, law.b);  // the current turns with the voltage
    list.law.push_back(law);
    list.step.push_back(map.step_of(law.a, law.b));
    list.load.push_back(load);
    list.der.push_back(der);
  }
}

inline double rated_voltage(const DeviceNodes& device) {
  const bool is_line_to_line = device.connection == feeder::Connection::wye && device.phases > 1;
  return 1000.0 * (is_line_to_line ? device.kv / std::sqrt(3.0) : device.kv);
}

/// Elements of all devices, in the circuit's order, and the bands they share.
inline ElementList list_elements(const feeder::Circuit& circuit, const SlotMap& map,
                                 std::vector<kernel::CircuitBands>& bands) {
  std::map<decltype(ElementLaw{}.key()), Index> known;
  ElementList list;
  const auto add = [&](const DeviceNodes& device, ElementLaw at, Index load, Index der) {
    check_device(circuit, device, at);
    at.rated_v = rated_voltage(device);
    const auto [row, is_new] = known.emplace(at.key(), static_cast<Index>(bands.size()));
    if (is_new) bands.push_back(make_bands(at));
    kernel::CircuitLaw law = make_element(at);
    law.bands = row->second;
    add_device(device, law, map, load, der, list);
  };
  const feeder::CircuitLoads& loads = circuit.loads;
  for (Index i = 0; i < loads.size(); ++i) {
    if (!loads.in_service[i]) continue;
    ElementLaw at{loads.law[i], 0.0, loads.v_min_pu[i], loads.v_max_pu[i],
                  std::max(0.0, loads.v_low_pu[i])};
    if (at.law == feeder::LoadLaw::exponents) at.exponent_p = loads.exponent_p[i];
    if (at.law == feeder::LoadLaw::exponents) at.exponent_q = loads.exponent_q[i];
    if (at.law == feeder::LoadLaw::zip) at.zip = loads.zip[i];
    add({loads.name[i], loads.nodes.row(i), loads.connection[i], loads.phases[i], loads.kv[i]}, at,
        i, none);
  }
  const feeder::Ders& ders = circuit.ders;
  for (Index i = 0; i < ders.size(); ++i) {
    if (!ders.in_service[i]) continue;
    const ElementLaw at{feeder::LoadLaw::constant_power, 0.0, ders.v_min_pu[i], ders.v_max_pu[i],
                        -1.0};
    add({ders.name[i], ders.nodes.row(i), ders.connection[i], ders.phases[i], ders.kv[i]}, at, none,
        i);
  }
  return list;
}

/// One lane's share of a device's kW, as its elements' watts.
inline void put_power(std::span<const Index> laws, int lane, double p_w, double q_var,
                      std::span<double> power) {
  for (const Index law : laws) {
    const std::size_t at = 2 * static_cast<std::size_t>(law) * kernel::sweep_lanes;
    power[at + lane] = p_w;
    power[at + kernel::sweep_lanes + lane] = q_var;
  }
}

/// By lane: one number per device, in a batch's scenario, or else as the circuit states them.
struct LaneRows {
  std::array<const double*, kernel::sweep_lanes> row;
  LaneRows(std::span<const double> given, std::span<const double> stated, Index first, Index used) {
    for (int lane = 0; lane < kernel::sweep_lanes; ++lane) {
      const auto scenario = static_cast<std::size_t>(first + (lane < used ? lane : 0));
      row[lane] = given.empty() ? stated.data() : given.data() + scenario * stated.size();
    }
  }
};

/// The laws without the jump of exponents at v_min, if any has exponents.
inline std::vector<kernel::CircuitLaw> without_jump(const CircuitLaws& laws) {
  std::vector<kernel::CircuitLaw> unbroken;
  for (const kernel::CircuitLaw& law : laws.law)
    if (law.kind == kernel::circuit_law_exponents) unbroken = laws.law;
  for (kernel::CircuitLaw& law : unbroken)
    if (law.kind == kernel::circuit_law_exponents)
      law.least_square = laws.bands[law.bands].low_square;
  return unbroken;
}

}  // namespace detail

GS_INLINE CircuitLaws make_circuit_laws(const feeder::Circuit& circuit, std::span<const Index> slot,
                                        std::span<const Index> step, Index steps) {
  CircuitLaws laws;
  const detail::ElementList list = detail::list_elements(circuit, {slot, step, steps}, laws.bands);
  std::vector<Index> order(list.law.size());
  std::iota(order.begin(), order.end(), 0);
  const auto rank = [&](Index i) {
    return std::make_tuple(list.step[i], list.law[i].kind, list.law[i].b >= 0);
  };
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return rank(a) < rank(b); });
  laws.first.assign(static_cast<std::size_t>(steps) + 2, 0);
  std::vector<Index> place(order.size());  // list -> law
  for (std::size_t k = 0; k < order.size(); ++k) {
    laws.law.push_back(list.law[order[k]]);
    ++laws.first[list.step[order[k]] + 1];
    place[order[k]] = static_cast<Index>(k);
  }
  for (Index s = 0; s <= steps; ++s) laws.first[s + 1] += laws.first[s];
  laws.of_load = group_by(list.load, circuit.loads.size());
  laws.of_der = group_by(list.der, circuit.ders.size());
  for (Index& item : laws.of_load.items) item = place[item];
  for (Index& item : laws.of_der.items) item = place[item];
  laws.unbroken = detail::without_jump(laws);
  return laws;
}

GS_INLINE void fill_load_powers(const feeder::Circuit& circuit, const CircuitLaws& laws,
                                std::span<const double> kw, std::span<const double> kvar,
                                Index first, Index used, std::span<double> power) {
  const feeder::CircuitLoads& loads = circuit.loads;
  const detail::LaneRows p(kw, loads.kw, first, used), q(kvar, loads.kvar, first, used);
  for (std::size_t i = 0; i < loads.name.size(); ++i) {
    const double watts_per_kw = 1000.0 / loads.phases[i];
    for (const Index law : laws.of_load.row(static_cast<Index>(i))) {
      double* at = power.data() + 2 * static_cast<std::size_t>(law) * kernel::sweep_lanes;
      for (int lane = 0; lane < kernel::sweep_lanes; ++lane)
        at[lane] = watts_per_kw * p.row[lane][i];
      for (int lane = 0; lane < kernel::sweep_lanes; ++lane)
        at[kernel::sweep_lanes + lane] = watts_per_kw * q.row[lane][i];
    }
  }
}

GS_INLINE void fill_der_powers(const feeder::Circuit& circuit, const CircuitLaws& laws,
                               std::span<const double> kw, std::span<const double> kvar,
                               Index first, Index used, std::span<double> power) {
  const feeder::Ders& ders = circuit.ders;
  const detail::LaneRows p(kw, ders.kw, first, used), q(kvar, ders.kvar, first, used);
  for (int lane = 0; lane < kernel::sweep_lanes; ++lane) {
    for (std::size_t i = 0; i < ders.name.size(); ++i) {
      const auto row = static_cast<Index>(i);
      const feeder::Phasor injected = der_power_kw(ders, row, p.row[lane][i], q.row[lane][i], 1.0);
      const double watts_per_kw = 1000.0 / ders.phases[i];
      detail::put_power(laws.of_der.row(row), lane, -watts_per_kw * injected.re,
                        -watts_per_kw * injected.im, power);
    }
  }
}

GS_INLINE void sum_device_powers(const Csr& of_device, std::span<const double> drawn, double sign,
                                 Index first, unsigned lanes_mask, std::span<double> kw,
                                 std::span<double> kvar) {
  const auto devices = static_cast<std::size_t>(of_device.rows());
  std::array<std::size_t, kernel::sweep_lanes> row;
  int used = 0;  // lanes that are stored, one after another
  std::array<int, kernel::sweep_lanes> stored;
  for (int lane = 0; lane < kernel::sweep_lanes; ++lane) {
    row[lane] = static_cast<std::size_t>(first + lane) * devices;
    if (lanes_mask >> lane & 1U) stored[used++] = lane;
  }
  for (std::size_t i = 0; i < devices; ++i) {
    double p_w[kernel::sweep_lanes] = {}, q_var[kernel::sweep_lanes] = {};
    for (const Index law : of_device.row(static_cast<Index>(i))) {
      const double* at = drawn.data() + 2 * static_cast<std::size_t>(law) * kernel::sweep_lanes;
      for (int lane = 0; lane < kernel::sweep_lanes; ++lane) {
        p_w[lane] += at[lane];
        q_var[lane] += at[kernel::sweep_lanes + lane];
      }
    }
    for (int lane = 0; lane < kernel::sweep_lanes; ++lane) {
      p_w[lane] = sign * p_w[lane] / 1000.0;
      q_var[lane] = sign * q_var[lane] / 1000.0;
    }
    for (int k = 0; k < used; ++k) kw[row[stored[k]] + i] = p_w[stored[k]];
    for (int k = 0; k < used; ++k) kvar[row[stored[k]] + i] = q_var[stored[k]];
  }
}

}  // namespace gridswarm::inline GS_ABI::flow
