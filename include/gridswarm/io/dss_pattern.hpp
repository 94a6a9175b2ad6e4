// SPDX-License-Identifier: BSD-3-Clause
// Names by pattern, as batchedit chooses them: letters in any case, . for any one, [abc] and [^a-z]
// for one of a set, * + ? after any of these, ^ and $ for the ends, \ before a mark that is meant.
#pragma once

#include <bitset>
#include <string_view>
#include <vector>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A pattern taken apart. Matching takes time (letters of the name) x (steps), never more.
struct DssPattern {
  struct Step {
    std::bitset<256> letters;
    bool may_miss = false;    ///< * and ?
    bool may_repeat = false;  ///< * and +
  };
  std::vector<Step> steps;
  bool from_start = false, to_end = false;
  bool is_good = true;  ///< false: a mark that is not known here, such as ( or |
};

DssPattern dss_pattern(std::string_view text);

/// Some part of `name` fits, or all of it between ^ and $.
bool fits(const DssPattern& pattern, std::string_view name);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_pattern.ipp"
#endif
