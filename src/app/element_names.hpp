// SPDX-License-Identifier: BSD-3-Clause
// Elements of a circuit by the names people type: in any case, with or without their class.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gridswarm/base/ids.hpp"

namespace gridswarm::app {

/// Lower-case names to rows.
struct ElementNames {
  std::unordered_map<std::string, Index> whole;  ///< load.s701a
  std::unordered_map<std::string, Index> own;    ///< s701a; none where two classes have it
};

ElementNames names_of(const std::vector<std::string>& names);

/// Row of the element called `name`; none where there is no such, or no clear one.
Index row_called(const ElementNames& names, std::string_view name);

}  // namespace gridswarm::app
