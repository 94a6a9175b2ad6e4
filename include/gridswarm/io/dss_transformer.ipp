// SPDX-License-Identifier: BSD-3-Clause
// Bodies of dss_transformer.hpp. Defaults are those of OpenDSS's manual.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "gridswarm/io/dss_fields.hpp"
#include "gridswarm/io/dss_transformer.hpp"

namespace gridswarm::inline GS_ABI::io {

namespace {

struct DssWinding {
  feeder::Connection connection = feeder::Connection::wye;
  double kv = 12.47, kva = 1000.0, tap = 1.0, r_percent = 0.2;
  double r_neutral = -1.0, x_neutral = 0.0;
  double tap_max = 1.1, tap_min = 0.9;
  std::int64_t taps = 32;
};

/// A Transformer or XfmrCode while its properties are replayed.
struct DssTransformer {
  std::int32_t phases = 3;
  std::vector<DssWinding> windings{2};
  std::vector<DssBus> buses{2};
  std::size_t active = 0;  ///< the winding that wdg= chose
  double xhl = 7.0, xht = 35.0, xlt = 30.0;
  std::vector<double> x_percent{7.0};  ///< by pair of windings
  bool pairs_given = false;            ///< xhl, xht or xlt since the command began
  double no_load_loss = 0.0, magnetizing = 0.0, ppm_antifloat = 1.0, norm_kva = 1100.0;
  bool leads = false;
};

constexpr std::array<DssNumber<DssTransformer>, 4> transformer_numbers{
    {{"%noloadloss", &DssTransformer::no_load_loss},
     {"%imag", &DssTransformer::magnetizing},
     {"ppm_antifloat", &DssTransformer::ppm_antifloat},
     {"normhkva", &DssTransformer::norm_kva}}};

constexpr std::array<DssNumber<DssWinding>, 6> winding_numbers{{{"kv", &DssWinding::kv},
                                                                {"tap", &DssWinding::tap},
                                                                {"rneut", &DssWinding::r_neutral},
                                                                {"xneut", &DssWinding::x_neutral},
                                                                {"maxtap", &DssWinding::tap_max},
                                                                {"mintap", &DssWinding::tap_min}}};

/// Of no consequence for a power flow at the file's frequency.
constexpr std::array<std::string_view, 24> transformer_silent{
    {"thermal", "n",         "m",           "flrise",   "hsrise", "emerghkva",
     "sub",     "subname",   "bank",        "xrconst",  "core",   "rdcohms",
     "seasons", "ratings",   "wdgcurrents", "normamps", "repair", "emergamps",
     "pctperm", "faultrate", "basefreq",    "enabled",  "like",   "bhpoints"}};

inline void set_windings(DssTransformer& state, const DssValue& value) {
  const std::int64_t count = integer_of(value);
  if (count < 2 || count > 20)
    fail(value, "windings=" + value.text + " is not a number of windings from 2 to 20");
  const auto n = static_cast<std::size_t>(count);
  state.windings.assign(n, DssWinding{});
  state.buses.resize(n);
  state.x_percent.resize(n * (n - 1) / 2, 30.0);
  if (state.active >= n) state.active = 0;
}

/// kVs=(..) and the like: value k is winding k's; windings that the list doesn't reach keep theirs.
inline void set_array(DssTransformer& state, const DssValue& value, double DssWinding::*member) {
  const std::vector<double> numbers = numbers_of(value);
  if (numbers.size() > state.windings.size())
    fail(value, "lists " + std::to_string(numbers.size()) + " values for " +
                    std::to_string(state.windings.size()) + " windings");
  for (std::size_t w = 0; w < numbers.size(); ++w) state.windings[w].*member = numbers[w];
}

inline void set_buses(DssTransformer& state, const DssValue& value) {
  const std::vector<std::string> words = words_of(value);
  if (words.size() > state.buses.size())
    fail(value, "lists " + std::to_string(words.size()) + " buses for " +
                    std::to_string(state.buses.size()) + " windings");
  for (std::size_t w = 0; w < words.size(); ++w) state.buses[w] = bus_of(value, words[w]);
}

inline void set_connections(DssTransformer& state, const DssValue& value) {
  const std::vector<std::string> words = words_of(value);
  if (words.size() > state.windings.size())
    fail(value, "lists " + std::to_string(words.size()) + " connections for " +
                    std::to_string(state.windings.size()) + " windings");
  for (std::size_t w = 0; w < words.size(); ++w) {
    DssValue word = value;
    word.text = words[w];
    state.windings[w].connection = connection_of(word);
  }
}

/// kVA of winding 1 is everyone's; in a transformer of two windings that of winding 2 too.
inline void set_kva(DssTransformer& state, const DssValue& value) {
  const double kva = number_of(value);
  state.windings[state.active].kva = kva;
  if (state.active == 0) {
    for (DssWinding& winding : state.windings) winding.kva = kva;
    state.norm_kva = 1.1 * kva;
  } else if (state.windings.size() == 2) {
    state.windings[0].kva = kva;
  }
}

inline bool set_reactance(DssTransformer& state, const DssProperty& property) {
  const std::string_view name = property.name;
  double* target = nullptr;
  if (name == "xhl" || name == "x12") target = &state.xhl;
  if (name == "xht" || name == "x13") target = &state.xht;
  if (name == "xlt" || name == "x23") target = &state.xlt;
  if (target == nullptr) return false;
  *target = number_of(property.value);
  if (*target == 0.0)
    fail(property.value, std::string(name) +
                             "=0 would be a transformer without impedance; write its reactance in "
                             "percent, or use a line for a connection without one");
  state.pairs_given = true;
  return true;
}

inline bool set_leads(DssTransformer& state, const DssValue& value) {
  const std::string word = word_of(value);
  const bool is_lead = word == "lead" || word.starts_with('e');
  if (!is_lead && word != "lag" && !word.starts_with('a')) return false;
  state.leads = is_lead;
  return true;
}

/// Properties of one winding, of all windings by arrays. Returns false for others.
inline bool replay_winding(DssTransformer& state, const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (name == "wdg") {
    const std::int64_t winding = integer_of(value);
    if (winding < 1 || winding > static_cast<std::int64_t>(state.windings.size()))
      fail(value, "wdg=" + value.text + " of a transformer with " +
                      std::to_string(state.windings.size()) + " windings");
    state.active = static_cast<std::size_t>(winding - 1);
    return true;
  }
  DssWinding& active = state.windings[state.active];
  if (read_number<DssWinding>(active, winding_numbers, property)) return true;
  if (name == "bus")
    state.buses[state.active] = bus_of(value);
  else if (name == "conn")
    active.connection = connection_of(value);
  else if (name == "kva")
    set_kva(state, value);
  else if (name == "%r")
    active.r_percent = number_of(value);
  else if (name == "numtaps")
    active.taps = integer_of(value);
  else if (name == "buses")
    set_buses(state, value);
  else if (name == "conns")
    set_connections(state, value);
  else if (name == "kvs")
    set_array(state, value, &DssWinding::kv);
  else if (name == "taps")
    set_array(state, value, &DssWinding::tap);
  else if (name == "%rs")
    set_array(state, value, &DssWinding::r_percent);
  else
    return false;
  return true;
}

inline void replay_transformer(DssBuild& build, const DssObject& object, DssTransformer& state,
                               const DssProperty& property);

/// Reactances by pair follow xhl, xht and xlt once a command that named one ends.
inline void end_command(DssTransformer& state) {
  if (state.pairs_given && state.windings.size() <= 3) {
    const std::array<double, 3> pairs{state.xhl, state.xht, state.xlt};
    std::copy_n(pairs.begin(), state.x_percent.size(), state.x_percent.begin());
  }
  state.pairs_given = false;
}

inline void replay(DssBuild& build, const DssObject& object, DssTransformer& state) {
  for (std::size_t i = 0; i < object.properties.size(); ++i) {
    replay_transformer(build, object, state, object.properties[i]);
    if (ends_command(object, i)) end_command(state);
  }
  end_command(state);
}

inline void apply_code(DssBuild& build, DssTransformer& state, const DssValue& value) {
  const DssObject* code = find_object(build.text, "xfmrcode", word_of(value));
  if (code == nullptr)
    fail(value, "xfmrcode=" + value.text + " names a code that the file doesn't define");
  DssTransformer copy;
  replay(build, *code, copy);
  copy.buses = state.buses;
  copy.buses.resize(copy.windings.size());
  copy.leads = state.leads;
  copy.active = state.active < copy.windings.size() ? state.active : 0;
  state = copy;
}

inline void replay_transformer(DssBuild& build, const DssObject& object, DssTransformer& state,
                               const DssProperty& property) {
  const std::string_view name = property.name;
  const DssValue& value = property.value;
  if (replay_winding(state, property) || set_reactance(state, property) ||
      read_number<DssTransformer>(state, transformer_numbers, property))
    return;
  if (name == "phases") {
    state.phases = phases_of(value);
  } else if (name == "windings") {
    set_windings(state, value);
  } else if (name == "kvas") {
    set_array(state, value, &DssWinding::kva);
    state.norm_kva = 1.1 * state.windings[0].kva;
  } else if (name == "%loadloss") {
    state.windings[0].r_percent = state.windings[1].r_percent = number_of(value) / 2.0;
  } else if (name == "xscarray") {
    const std::vector<double> pairs = numbers_of(value);
    if (pairs.size() != state.x_percent.size())
      fail(value, "xscarray lists " + std::to_string(pairs.size()) + " reactances for " +
                      std::to_string(state.x_percent.size()) + " pairs of windings");
    state.x_percent = pairs;
  } else if (name == "xfmrcode") {
    apply_code(build, state, value);
  } else if (name == "leadlag") {
    if (!set_leads(state, value)) fail(value, "leadlag=" + value.text + "; write lead or lag");
  } else if (!is_among(transformer_silent, name)) {
    pass_over(build, object, property);
  }
}

inline void require_possible(const DssObject& object, const DssTransformer& state) {
  for (std::size_t w = 0; w < state.windings.size(); ++w) {
    const DssWinding& winding = state.windings[w];
    const std::string at = " of winding " + std::to_string(w + 1);
    require_positive(object, "kv" + at, winding.kv);
    require_positive(object, "kva" + at, winding.kva);
    require_positive(object, "tap" + at, winding.tap);
    if (winding.taps < 0 || winding.taps > 10000)
      fail(object, "has numtaps=" + std::to_string(winding.taps) + at);
    if (!(winding.tap_max >= winding.tap_min)) fail(object, "has maxtap below mintap" + at);
    if (!std::isfinite(winding.r_percent) || !std::isfinite(winding.r_neutral) ||
        !std::isfinite(winding.x_neutral))
      fail(object, "has a resistance that is not a finite number" + at);
    if (state.buses[w].name.empty())
      fail(object, "has no bus for winding " + std::to_string(w + 1));
  }
  for (const double x : state.x_percent)
    if (x == 0.0 || !std::isfinite(x))
      fail(object, "has a reactance of " + std::to_string(x) +
                       " percent between two windings; a transformer needs an impedance");
}

inline void append_winding(DssBuild& build, const DssObject& object, const DssTransformer& state,
                           std::size_t w) {
  const DssWinding& winding = state.windings[w];
  feeder::Windings& rows = build.circuit.windings;
  build.circuit.transformers.windings.items.push_back(rows.size());
  rows.nodes.append(nodes_of(build, object, state.buses[w], state.phases, state.phases + 1));
  rows.connection.push_back(winding.connection);
  rows.kv.push_back(winding.kv);
  rows.kva.push_back(winding.kva);
  rows.r_percent.push_back(winding.r_percent);
  rows.tap_pu.push_back(winding.tap);
  rows.tap_min_pu.push_back(winding.tap_min);
  rows.tap_max_pu.push_back(winding.tap_max);
  rows.taps.push_back(static_cast<std::int32_t>(winding.taps));
  rows.r_neutral_ohm.push_back(winding.r_neutral);
  rows.x_neutral_ohm.push_back(winding.x_neutral);
}

inline void append_transformer(DssBuild& build, const DssObject& object,
                               const DssTransformer& state) {
  require_possible(object, state);
  feeder::CircuitTransformers& rows = build.circuit.transformers;
  for (std::size_t w = 0; w < state.windings.size(); ++w) append_winding(build, object, state, w);
  rows.windings.first.push_back(static_cast<Index>(rows.windings.items.size()));
  for (const double x : state.x_percent) {
    rows.reactances.items.push_back(static_cast<Index>(rows.x_percent.size()));
    rows.x_percent.push_back(x);
  }
  rows.reactances.first.push_back(static_cast<Index>(rows.reactances.items.size()));
  rows.phases.push_back(state.phases);
  rows.no_load_loss_percent.push_back(state.no_load_loss);
  rows.magnetizing_percent.push_back(state.magnetizing);
  rows.ppm_antifloat.push_back(state.ppm_antifloat);
  rows.delta_leads.push_back(state.leads ? 1 : 0);
  rows.rating_kva.push_back(state.norm_kva);
  rows.in_service.push_back(is_in_service(object) ? 1 : 0);
  remember(build, object, rows.size());
  rows.name.push_back(full_name(object));
}

}  // namespace

GS_INLINE void add_transformers(DssBuild& build) {
  for (const Index row : objects_of(build.text, "transformer")) {
    const DssObject& object = build.text.objects[row];
    DssTransformer state;
    replay(build, object, state);
    append_transformer(build, object, state);
  }
}

}  // namespace gridswarm::inline GS_ABI::io
