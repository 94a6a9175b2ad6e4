// SPDX-License-Identifier: BSD-3-Clause
// The state of reading an OpenDSS text, command after command.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gridswarm/io/dss_classes.hpp"
#include "gridswarm/io/dss_object.hpp"
#include "gridswarm/io/dss_token.hpp"

namespace gridswarm::inline GS_ABI::io {

struct DssReader {
  DssText text;
  const DssFile* file = nullptr;  ///< being read
  std::int32_t line = 0;
  Index active = none;                                     ///< object that ~ and prop=value edit
  const DssClass* last_class = nullptr;                    ///< of names without a class
  std::vector<std::string> open;                           ///< files being read, outermost first
  std::uint64_t bytes_read = 0;                            ///< of all files
  std::uint64_t properties_made = 0;                       ///< of all objects
  std::uint64_t bytes_copied = 0;                          ///< by like= and batchedit
  std::unordered_map<std::string, std::string> variables;  ///< var @name=value
};

/// A value that stands at the present line.
DssValue value_here(const DssReader& reader, const DssWord& word);

/// An error at the present line.
[[noreturn]] void fail_here(const DssReader& reader, const std::string& sentence);

/// List something passed over at the present line.
void warn_here(DssReader& reader, const std::string& sentence);

/// "file:line" of the present line.
std::string place_here(const DssReader& reader);

/// One more of anything that a text may make without end. @throws InputError for too many
void count_property(DssReader& reader);

/// Class and name of class.name in the first words of a command.
struct DssName {
  const DssClass* dss_class = nullptr;
  std::string name;
};
DssName take_name(DssReader& reader, DssWords& words);

/// Row of an object that must be there.
Index require_object(const DssReader& reader, const DssName& name);

/// Make an object, or find the one that was made before.
Index make_object(DssReader& reader, const DssName& name);

/// Append the properties that `words` state, beginning with `first` if it is there.
void edit_object(DssReader& reader, Index row, DssWords words, const DssParameter& first = {});

/// new, with new circuit.
void do_new(DssReader& reader, DssWords words);
void do_batch_edit(DssReader& reader, DssWords words);
/// enabled= for an object or, by *, all of a class.
void do_enable(DssReader& reader, DssWords words, bool enabled);
/// open and close.
void do_open(DssReader& reader, DssWords words, bool is_open);
/// set and solve.
void do_set(DssReader& reader, DssWords words);
void do_variables(DssReader& reader, DssWords words);
void do_coordinates(DssReader& reader, DssWords words, bool swapped);
/// class.name.property=value at the start of a line.
void do_assignment(DssReader& reader, const DssParameter& first, DssWords words);

/// One line, which is one command.
void do_command(DssReader& reader, std::string_view line);

/// All lines of a text that reader.file names.
void do_lines(DssReader& reader, std::string_view text);

/// redirect and compile.
void do_redirect(DssReader& reader, DssWords words, bool is_compile);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_edit.ipp"
#include "gridswarm/io/dss_reader.ipp"
#endif
