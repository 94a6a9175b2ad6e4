// SPDX-License-Identifier: BSD-3-Clause
// A MATPOWER text is refused, or what is read is the same after it was written and read again.
#include "fuzz.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/matpower.hpp"

void gridswarm::fuzz::body(std::string_view text) {
  feeder::Case first;
  try {
    first = io::parse_matpower(text, "fuzz.m");
  } catch (const InputError&) {
    return;
  }
  claim_same_case(first, io::parse_matpower(io::format_matpower(first), "again.m"));
}
