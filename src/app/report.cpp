// SPDX-License-Identifier: BSD-3-Clause
#include "app/report.hpp"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace gridswarm::app {
namespace {

using Json = nlohmann::ordered_json;

struct ToJson {
  Json operator()(std::nullptr_t) const { return nullptr; }
  Json operator()(double value) const { return std::isfinite(value) ? Json(value) : Json(nullptr); }
  Json operator()(const std::vector<double>& values) const {
    Json array = Json::array();
    for (double value : values) array.push_back((*this)(value));
    return array;
  }
  template <class T>
  Json operator()(const T& value) const {
    return value;
  }
};

std::string plain(const Value& value) {
  const Json json = std::visit(ToJson(), value);
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_float()) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", json.get<double>());
    return text;
  }
  return json.is_null() ? "-" : json.dump();
}

}  // namespace

void print(const Report& report, bool json) {
  if (json) {
    Json object = Json::object();
    for (const Entry& entry : report) object[entry.name] = std::visit(ToJson(), entry.value);
    std::printf("%s\n", object.dump().c_str());
    return;
  }
  std::size_t width = 0;
  for (const Entry& entry : report) width = std::max(width, entry.name.size());
  for (const Entry& entry : report)
    std::printf("%-*s  %-14s  %s\n", static_cast<int>(width), entry.name.c_str(),
                plain(entry.value).c_str(), entry.text.c_str());
}

}  // namespace gridswarm::app
