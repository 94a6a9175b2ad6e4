// SPDX-License-Identifier: BSD-3-Clause
// A struct with a fields() table as a row of doubles, so that it travels with a solved block; texts
// go letter by letter after their length.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/fields.hpp"

namespace gridswarm::app {

inline void pack(const std::string& text, Column<double>& to) {
  to.push_back(static_cast<double>(text.size()));
  for (const char c : text) to.push_back(c);
}

template <class T>
void pack(T number, Column<double>& to) {
  to.push_back(static_cast<double>(number));
}

/// @param at  where the value begins; moves behind it
inline void unpack(std::span<const double> from, std::size_t& at, std::string& text) {
  const auto size = static_cast<std::size_t>(from[at++]);
  text.clear();
  for (std::size_t k = 0; k < size; ++k) text += static_cast<char>(from[at++]);
}

template <class T>
void unpack(std::span<const double> from, std::size_t& at, T& number) {
  number = static_cast<T>(from[at++]);
}

template <class S>
void pack_fields(const S& source, Column<double>& to) {
  for (const Field<S>& field : fields<S>())
    std::visit([&](auto member) { pack(source.*member, to); }, field.member);
}

/// What pack_fields() wrote. @param at  where it begins; moves behind it
template <class S>
S unpack_fields(std::span<const double> from, std::size_t& at) {
  S made;
  for (const Field<S>& field : fields<S>())
    std::visit([&](auto member) { unpack(from, at, made.*member); }, field.member);
  return made;
}

}  // namespace gridswarm::app
