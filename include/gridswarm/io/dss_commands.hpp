// SPDX-License-Identifier: BSD-3-Clause
// OpenDSS's commands and options in OpenDSS's order, which says what an abbreviation means.
#pragma once

#include <string_view>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI::io {

/// What a command does to the text that is read.
enum class DssAction : signed char {
  make,
  edit,
  more,
  select,
  solve,
  enable,
  disable,
  redirect,
  compile,
  set,
  open,
  close,
  clear,
  voltage_bases,
  coordinates,
  swapped_coordinates,
  batch_edit,
  variable,
  silent,  ///< shows, saves or measures something
  warned,  ///< might matter: passed over with a warning
  refused  ///< changes the circuit in a way that is not read
};

struct DssCommand {
  std::string_view name;  ///< lower case
  DssAction action;
};

/// The command of that name or abbreviation in any case; null: there is none.
const DssCommand* find_command(std::string_view name);

/// Whole name of an option of `set`, lower case; empty: there is none.
std::string_view find_option_name(std::string_view name);

/// The option after `name` in OpenDSS's order: what an unnamed value sets. Empty: none.
std::string_view next_option_name(std::string_view name);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_commands.ipp"
#endif
