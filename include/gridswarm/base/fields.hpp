// SPDX-License-Identifier: BSD-3-Clause
// One list per thing: every options or result struct names its fields once, here is how.
//
// TOML keys and their errors, --help, --json, HDF5 attributes, Python keywords and docs/reference
// are all read from fields<S>(). A struct's default is what S{} holds.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <variant>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI {

/// One member of struct S as people see it.
template <class S>
struct Field {
  using Member = std::variant<double S::*, std::int64_t S::*, bool S::*, std::string S::*>;
  const char* name;  ///< the key, unit last: `dt_s`
  const char* unit;  ///< "kW", "p.u.", "" where dimensionless
  Member member;
  double min;        ///< smallest allowed value (numbers only)
  double max;        ///< largest allowed value (numbers only)
  const char* text;  ///< one sentence
};

inline constexpr double no_limit = std::numeric_limits<double>::infinity();

/// The table of S; each struct that people configure or read specialises it beside its declaration.
template <class S>
std::span<const Field<S>> fields();

}  // namespace gridswarm::inline GS_ABI
