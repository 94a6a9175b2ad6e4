// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's classes and the order of their properties: what unnamed and abbreviated ones mean.
#pragma once

#include <span>
#include <string_view>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::io {

/// What a class is to the power flow.
enum class DssUse : signed char {
  converted,  ///< has a converter
  silent,     ///< meters, monitors and the like: does not change voltages
  warned,     ///< might matter: passed over with a warning
  refused     ///< carries current and has no converter: an error while enabled
};

struct DssClass {
  std::string_view name;  ///< lower case
  DssUse use;
  std::span<const std::string_view> properties;  ///< lower case, in OpenDSS's order; empty: any
};

/// `lower`, of lower case letters, begins with `text` in any case.
bool begins_in_any_case(std::string_view lower, std::string_view text);

/// Position of a name in a list of lower case, whole before abbreviated, the first that fits; -1:
/// none.
int find_name(std::span<const std::string_view> names, std::string_view text);

/// The class of that name in any case; null: there is none.
const DssClass* find_class(std::string_view name);

/// Position of a property by its whole name or an abbreviation as OpenDSS resolves it; -1: none.
int find_property(const DssClass& dss_class, std::string_view name);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_classes.ipp"
#endif
