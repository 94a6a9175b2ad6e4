// SPDX-License-Identifier: BSD-3-Clause
#include "app/element_names.hpp"

#include <cctype>

namespace gridswarm::app {
namespace {

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

ElementNames names_of(const std::vector<std::string>& names) {
  ElementNames made;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string whole = lower(names[k]);
    const auto row = static_cast<Index>(k);
    made.whole.emplace(whole, row);
    const auto [at, is_new] = made.own.emplace(whole.substr(whole.find('.') + 1), row);
    if (!is_new) at->second = none;
  }
  return made;
}

Index row_called(const ElementNames& names, std::string_view name) {
  const std::string wanted = lower(name);
  if (const auto at = names.whole.find(wanted); at != names.whole.end()) return at->second;
  const auto at = names.own.find(wanted);
  return at == names.own.end() ? none : at->second;
}

}  // namespace gridswarm::app
