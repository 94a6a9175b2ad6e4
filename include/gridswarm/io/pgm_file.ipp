// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/json.hpp"
#include "gridswarm/io/pgm_file.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline constexpr double pgm_absent = std::numeric_limits<double>::quiet_NaN();

/// The dataset's frame, checked: what kind it is, and the order of values in lists.
struct PgmFrame {
  const std::string& file;
  bool batch;
  const JsonValue* data;
  const JsonValue* attributes;
};

/// What was passed over: message without its count -> how often, and the first line.
using PgmPassedOver = std::map<std::string, std::pair<std::int64_t, std::int64_t>>;

inline void pass_over(PgmPassedOver& passed, const std::string& what, std::int64_t line,
                      std::size_t count = 1) {
  auto& entry = passed.try_emplace(what, 0, line).first->second;
  entry.first += static_cast<std::int64_t>(count);
}

inline std::vector<std::string> warnings_of(const PgmPassedOver& passed, const std::string& file) {
  std::vector<std::string> warnings;
  for (const auto& [what, entry] : passed)
    warnings.push_back(file + ":" + std::to_string(entry.second) + ": " + what + " (" +
                       std::to_string(entry.first) + " in the file)");
  return warnings;
}

inline PgmFrame pgm_frame(const JsonValue& root, const std::string& file, const char* type) {
  if (root.kind != JsonKind::object)
    throw InputError(file, root.line, "a power-grid-model dataset is an object in braces");
  const JsonValue& version = member(root, "version", JsonKind::text, file, "the dataset");
  if (version.text != "1.0")
    throw InputError(file, version.line,
                     "version " + quoted(version) + " is not known; this program reads \"1.0\"");
  const JsonValue& found = member(root, "type", JsonKind::text, file, "the dataset");
  if (found.text != type)
    throw InputError(file, found.line,
                     "the dataset is of type " + quoted(found) + "; here one of type \"" +
                         std::string(type) + "\" is needed");
  const bool batch = member(root, "is_batch", JsonKind::boolean, file, "the dataset").number != 0.0;
  const JsonKind kind = batch ? JsonKind::array : JsonKind::object;
  PgmFrame frame{file, batch, &member(root, "data", kind, file, "the dataset"), nullptr};
  if (find(root, "attributes") != nullptr)
    frame.attributes = &member(root, "attributes", JsonKind::object, file, "the dataset");
  return frame;
}

/// "line 7" for messages, once the id is known.
inline std::string pgm_name(PgmType type, double id) {
  const std::string name = component_of(type).name;
  return std::isnan(id) ? name : name + " " + std::to_string(static_cast<std::int64_t>(id));
}

/// An integer attribute; the most negative one of its width means "not given".
inline double pgm_integer(const JsonValue& value, const PgmAttribute& attribute,
                          const std::string& file, const std::string& who) {
  const double number = value.number;
  const double absent = attribute.kind == PgmKind::id ? -2147483648.0 : -128.0;
  const double largest = -absent - 1.0;
  if (!(number >= absent && number <= largest) || number != std::floor(number))
    throw InputError(file, value.line,
                     std::string(attribute.name) + " of " + who + " is " + quoted(value) +
                         "; it must be a whole number up to " +
                         std::to_string(static_cast<std::int64_t>(largest)));
  if (number == absent) return pgm_absent;
  if (attribute.kind == PgmKind::status && number != 0.0 && number != 1.0)
    throw InputError(file, value.line,
                     std::string(attribute.name) + " of " + who + " is " + quoted(value) +
                         "; a status is 0 or 1");
  return number;
}

inline bool pgm_obeys(double x, PgmRule rule) {
  switch (rule) {
    case PgmRule::any: return std::isfinite(x);
    case PgmRule::positive: return std::isfinite(x) && x > 0.0;
    case PgmRule::positive_or_infinite: return x > 0.0;
    case PgmRule::not_negative: return std::isfinite(x) && x >= 0.0;
    case PgmRule::may_be_infinite: return true;
  }
  return false;
}

/// One number of an attribute.
inline double pgm_number(const JsonValue& value, const PgmAttribute& attribute,
                         const std::string& file, const std::string& who) {
  constexpr const char* needed[] = {"a finite number", "a positive, finite number",
                                    "a positive number", "a finite number, not negative",
                                    "a number"};
  if (value.kind == JsonKind::null) return pgm_absent;
  double x = value.number;
  bool good = value.kind == JsonKind::number;
  const bool whole = attribute.kind != PgmKind::real && attribute.kind != PgmKind::phases;
  if (value.kind == JsonKind::text && !whole) {  // infinities are written as texts
    good = value.text == "inf" || value.text == "+inf" || value.text == "-inf";
    x = value.text == "-inf" ? -std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::infinity();
  }
  if (good && std::isnan(x)) return pgm_absent;
  if (good && whole) return pgm_integer(value, attribute, file, who);
  if (good && pgm_obeys(x, attribute.rule)) return x;
  throw InputError(file, value.line,
                   std::string(attribute.name) + " of " + who + " is " + quoted(value) +
                       "; it must be " + needed[static_cast<std::size_t>(attribute.rule)]);
}

/// One attribute into its column or columns of `row`.
inline void pgm_place(const JsonValue& value, const PgmAttribute& attribute, double* cell,
                      const std::string& file, const std::string& who) {
  if (attribute.kind != PgmKind::phases || value.kind == JsonKind::null) {
    *cell = pgm_number(value, attribute, file, who);
    return;
  }
  if (value.kind != JsonKind::array || value.items.size() != 3)
    throw InputError(file, value.line,
                     std::string(attribute.name) + " of " + who + " is " + quoted(value) +
                         "; it must be a list of three numbers, one per phase");
  for (Index phase = 0; phase < 3; ++phase)
    cell[phase] = pgm_number(value.items[phase], attribute, file, who);
}

/// The names that a component's list of values follows.
inline const JsonValue& pgm_order(const PgmFrame& frame, PgmType type, const JsonValue& item) {
  const std::string name = component_of(type).name;
  const JsonValue* order = frame.attributes ? find(*frame.attributes, name) : nullptr;
  if (order == nullptr || order->kind != JsonKind::array)
    throw InputError(
        frame.file, item.line,
        "a " + name + " is a list of values, but \"attributes\" does not say of which");
  if (order->items.size() != item.items.size())
    throw InputError(frame.file, item.line,
                     "a " + name + " has " + std::to_string(item.items.size()) +
                         " values, but \"attributes\" in line " + std::to_string(order->line) +
                         " names " + std::to_string(order->items.size()));
  for (std::size_t k = 0; k < order->items.size(); ++k) {
    if (order->items[k].kind != JsonKind::text)
      throw InputError(frame.file, order->items[k].line,
                       "\"attributes\" of " + name + " holds " + quoted(order->items[k]) +
                           "; it must hold names");
    for (std::size_t j = 0; j < k; ++j)
      if (order->items[j].text == order->items[k].text)
        throw InputError(
            frame.file, order->items[k].line,
            "\"attributes\" of " + name + " names " + quoted(order->items[k]) + " twice");
  }
  return *order;
}

/// One component's values, in the schema's columns. `update`: what no batch may change is refused.
inline std::vector<double> pgm_row(const PgmFrame& frame, PgmType type, const JsonValue& item,
                                   bool update, PgmPassedOver& passed) {
  const PgmComponent& component = component_of(type);
  if (item.kind != JsonKind::object && item.kind != JsonKind::array)
    throw InputError(frame.file, item.line,
                     "a " + std::string(component.name) + " is " + quoted(item) +
                         "; it must be an object or a list of values");
  const JsonValue* order = item.kind == JsonKind::array ? &pgm_order(frame, type, item) : nullptr;
  std::vector<double> row(pgm_width(type), pgm_absent);
  const auto key = [&](std::size_t k) -> const std::string& {
    return order ? order->items[k].text : item.items[k].key;
  };
  for (std::size_t k = 0; k < item.items.size(); ++k)
    if (key(k) == "id")
      pgm_place(item.items[k], component.attributes[0], row.data(), frame.file, component.name);
  const std::string who = pgm_name(type, row[0]);
  for (std::size_t k = 0; k < item.items.size(); ++k) {
    const Index column = pgm_column(type, key(k));
    if (column == none) {
      pass_over(passed,
                std::string(component.name) + " has no attribute " +
                    json_text(key(k).substr(0, 40)) + "; it is passed over",
                item.items[k].line);
      continue;
    }
    const PgmAttribute& attribute =
        *std::find_if(component.attributes.begin(), component.attributes.end(),
                      [&](const PgmAttribute& a) { return key(k) == a.name; });
    pgm_place(item.items[k], attribute, row.data() + column, frame.file, who);
    if (update && column != 0 && !attribute.update && !std::isnan(row[column]))
      throw InputError(
          frame.file, item.items[k].line,
          std::string(attribute.name) + " of " + who + " cannot be changed by a batch");
  }
  return row;
}

/// Each component list of a dataset with its type; unknown ones are refused, sensors passed over.
template <class Each>
void for_each_component(const PgmFrame& frame, const JsonValue& dataset, PgmPassedOver& passed,
                        const Each& each) {
  if (dataset.kind != JsonKind::object)
    throw InputError(frame.file, dataset.line,
                     "a scenario is " + quoted(dataset) + "; it must be an object of components");
  for (const JsonValue& list : dataset.items) {
    const int type = pgm_type_of(list.key);
    if (type == -1)
      throw InputError(frame.file, list.line,
                       "there is no component type " + json_text(list.key.substr(0, 40)));
    if (list.kind != JsonKind::array)
      throw InputError(frame.file, list.line,
                       list.key + " is " + quoted(list) + "; it must be a list of components");
    if (type >= 0)
      each(static_cast<PgmType>(type), list);
    else if (!list.items.empty())
      pass_over(passed, list.key + " has no part in a power flow and is passed over", list.line,
                list.items.size());
  }
}

inline void pgm_require(const PgmNetwork& network, const PgmTable& table, Index row) {
  Index column = 0;
  for (const PgmAttribute& attribute : component_of(table.type).attributes) {
    const double value = table.value[static_cast<std::size_t>(row) * table.width + column];
    if (attribute.required && std::isnan(value))
      throw InputError(
          network.file, table.line[row],
          pgm_name(table.type, table.value[static_cast<std::size_t>(row) * table.width]) +
              " has no " + attribute.name);
    column += pgm_columns(attribute.kind);
  }
}

inline void pgm_index(PgmNetwork& network) {
  for (const PgmTable& table : network.tables)
    for (Index row = 0; row < table.size(); ++row)
      network.places.push_back({table.id(row), table.type, row});
  std::stable_sort(network.places.begin(), network.places.end(),
                   [](const PgmPlace& a, const PgmPlace& b) { return a.id < b.id; });
  for (std::size_t k = 1; k < network.places.size(); ++k) {
    const PgmPlace& one = network.places[k - 1];
    const PgmPlace& two = network.places[k];
    if (one.id != two.id) continue;
    const std::int64_t lines[2] = {network.of(one.type).line[one.row],
                                   network.of(two.type).line[two.row]};
    throw InputError(network.file, std::max(lines[0], lines[1]),
                     "id " + std::to_string(two.id) + " is used twice, first in line " +
                         std::to_string(std::min(lines[0], lines[1])));
  }
}

/// @throws InputError unless the attribute names a component of one of the types
inline void pgm_check_reference(const PgmNetwork& network, const PgmTable& table, Index row,
                                const char* attribute, std::initializer_list<PgmType> types) {
  const auto id = static_cast<std::int64_t>(table.at(row, attribute));
  const PgmPlace* place = network.find(id);
  if (place && std::find(types.begin(), types.end(), place->type) != types.end()) return;
  throw InputError(
      network.file, table.line[row],
      std::string(attribute) + " of " + pgm_name(table.type, static_cast<double>(table.id(row))) +
          " is " + std::to_string(id) +
          (place ? ", which is a " + std::string(component_of(place->type).name) + "; a "
                 : "; there is no ") +
          component_of(*types.begin()).name + (place ? " is needed" : " of that id"));
}

inline void pgm_check_references(const PgmNetwork& network) {
  using enum PgmType;
  for (const PgmTable& table : network.tables)
    for (Index row = 0; row < table.size(); ++row)
      for (const char* name : {"from_node", "to_node", "node", "node_1", "node_2", "node_3"})
        if (pgm_column(table.type, name) != none)
          pgm_check_reference(network, table, row, name, {node});
  const PgmTable& taps = network.of(transformer_tap_regulator);
  for (Index row = 0; row < taps.size(); ++row)
    pgm_check_reference(network, taps, row, "regulated_object",
                        {transformer, three_winding_transformer});
  const PgmTable& voltages = network.of(voltage_regulator);
  for (Index row = 0; row < voltages.size(); ++row)
    pgm_check_reference(network, voltages, row, "regulated_object",
                        {sym_gen, asym_gen, sym_load, asym_load});
}

/// The row that an update's k-th entry of a list means: by id, or by position where no entry has
/// one and all components of the type are there.
inline Index pgm_updated_row(const PgmNetwork& network, const PgmFrame& frame, PgmType type,
                             const JsonValue& list, std::size_t k, double id) {
  const std::string name = component_of(type).name;
  if (std::isnan(id)) {
    if (list.items.size() == static_cast<std::size_t>(network.of(type).size()))
      return static_cast<Index>(k);
    throw InputError(frame.file, list.items[k].line,
                     "a " + name + " has no id; it may be left out only where all " +
                         std::to_string(network.of(type).size()) + " are listed");
  }
  const PgmPlace* place = network.find(static_cast<std::int64_t>(id));
  if (place == nullptr || place->type != type)
    throw InputError(frame.file, list.items[k].line, "the network has no " + pgm_name(type, id));
  return place->row;
}

}  // namespace detail

GS_INLINE double PgmTable::at(Index row, std::string_view attribute, Index phase) const {
  const Index column = pgm_column(type, attribute);
  GRIDSWARM_ASSERT(column != none);
  return value[static_cast<std::size_t>(row) * width + column + phase];
}

GS_INLINE std::int64_t PgmTable::id(Index row) const {
  return static_cast<std::int64_t>(value[static_cast<std::size_t>(row) * width]);
}

GS_INLINE const PgmPlace* PgmNetwork::find(std::int64_t id) const {
  const auto place =
      std::lower_bound(places.begin(), places.end(), id,
                       [](const PgmPlace& p, std::int64_t key) { return p.id < key; });
  return place != places.end() && place->id == id ? &*place : nullptr;
}

GS_INLINE PgmNetwork parse_pgm(std::string_view text, const std::string& file) {
  const JsonValue root = parse_json(text, file);
  const detail::PgmFrame frame = detail::pgm_frame(root, file, "input");
  if (frame.batch)
    throw InputError(file, root.line, "the dataset is a batch; a network is a single dataset");
  PgmNetwork network;
  network.file = file;
  for (int k = 0; k < pgm_type_count; ++k) {
    network.tables[k].type = static_cast<PgmType>(k);
    network.tables[k].width = pgm_width(static_cast<PgmType>(k));
  }
  detail::PgmPassedOver passed;
  detail::for_each_component(frame, *frame.data, passed, [&](PgmType type, const JsonValue& list) {
    PgmTable& table = network.of(type);
    for (const JsonValue& item : list.items) {
      const std::vector<double> row = detail::pgm_row(frame, type, item, false, passed);
      table.line.push_back(item.line);
      table.value.insert(table.value.end(), row.begin(), row.end());
      detail::pgm_require(network, table, table.size() - 1);
    }
  });
  detail::pgm_index(network);
  detail::pgm_check_references(network);
  network.warnings = detail::warnings_of(passed, file);
  return network;
}

GS_INLINE PgmBatch parse_pgm_batch(std::string_view text, const std::string& file,
                                   const PgmNetwork& network) {
  const JsonValue root = parse_json(text, file);
  const detail::PgmFrame frame = detail::pgm_frame(root, file, "update");
  PgmBatch batch;
  batch.file = file;
  detail::PgmPassedOver passed;
  const auto scenario = [&](const JsonValue& dataset) {
    detail::for_each_component(frame, dataset, passed, [&](PgmType type, const JsonValue& list) {
      for (std::size_t k = 0; k < list.items.size(); ++k) {
        const std::vector<double> values =
            detail::pgm_row(frame, type, list.items[k], true, passed);
        const Index row = detail::pgm_updated_row(network, frame, type, list, k, values[0]);
        for (std::size_t column = 1; column < values.size(); ++column)
          if (!std::isnan(values[column]))
            batch.changes.push_back({type, row, static_cast<Index>(column), values[column]});
      }
    });
    batch.first.push_back(batch.changes.size());
  };
  if (frame.batch)
    for (const JsonValue& dataset : frame.data->items) scenario(dataset);
  else
    scenario(*frame.data);
  batch.warnings = detail::warnings_of(passed, file);
  return batch;
}

GS_INLINE PgmNetwork read_pgm(const std::string& path) { return parse_pgm(read_file(path), path); }

GS_INLINE PgmBatch read_pgm_batch(const std::string& path, const PgmNetwork& network) {
  return parse_pgm_batch(read_file(path), path, network);
}

GS_INLINE bool looks_like_pgm(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (begin == std::string_view::npos || text[begin] != '{') return false;
  const std::string_view tail = text.substr(text.size() - std::min<std::size_t>(text.size(), 4096));
  for (const std::string_view part : {text.substr(0, 4096), tail})
    if (part.find("\"is_batch\"") != std::string_view::npos) return true;
  return false;
}

}  // namespace gridswarm::inline GS_ABI::io
