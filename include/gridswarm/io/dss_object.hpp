// SPDX-License-Identifier: BSD-3-Clause
// An OpenDSS text after reading, before it means anything: objects with their properties in the
// order they were written, which matters (kW then pf then kvar: the last one wins).
//
// Names are resolved here (abbreviations, position, like=, batchedit, edits), values are not: a
// converter replays the properties of an object and asks for each value as what it should be.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/ids.hpp"

namespace gridswarm::inline GS_ABI::io {

/// A file that was read: where its values' own file names are looked for.
struct DssFile {
  std::string path;    ///< as opened, for messages
  std::string folder;  ///< names in the file are relative to it
  std::string root;    ///< the master's folder: nothing outside is read
};

/// What was written after a property's name.
struct DssValue {
  std::string text;               ///< without its outermost quotes or brackets
  const DssFile* file = nullptr;  ///< owned by DssText; null: not from a file
  std::int32_t line = 0;          ///< 1-based
  bool quoted = false;            ///< stood in quotes or brackets: a single number may be RPN
};

struct DssProperty {
  std::string_view name;  ///< whole, lower case: one of its class's list in dss_classes.hpp
  DssValue value;
};

/// One conductor, or all of a terminal, opened by the command `open`.
struct DssOpening {
  std::int32_t terminal = 1;   ///< from 1
  std::int32_t conductor = 0;  ///< from 1; 0: all
};

struct DssObject {
  std::string_view kind;  ///< its class, lower case: one of dss_classes.hpp
  std::string name;       ///< as first written
  const DssFile* file = nullptr;
  std::int32_t line = 0;                ///< of `new`
  std::vector<DssProperty> properties;  ///< in order; like= replaced by what it copies
  std::vector<Index> edits;             ///< how many properties there were when each command ended
  std::vector<DssOpening> openings;     ///< what stands open after the last open and close
};

/// A line of a coordinates file.
struct DssCoordinate {
  std::string bus;
  double x = 0.0, y = 0.0;
};

/// All that a master and the files it names say.
struct DssText {
  std::string circuit;  ///< name of `new circuit`, as written
  std::vector<std::unique_ptr<DssFile>> files;
  std::vector<DssObject> objects;              ///< in order of creation
  std::unordered_map<std::string, Index> row;  ///< by "class.name" in lower case
  std::unordered_map<std::string_view, std::vector<Index>> rows_of_kind;  ///< by class
  std::vector<DssProperty> options;  ///< set name=value, in order
  std::vector<DssCoordinate> coordinates;
  bool calc_voltage_bases = false;    ///< the command was given
  std::vector<std::string> warnings;  ///< what was passed over, a sentence each
};

/// Reads a master and what it redirects to.
/// @param root  nothing outside of it is read; empty: the master's folder
/// @throws FileError, InputError as read_dss does
DssText read_dss_text(const std::string& path, const std::string& root = {});

/// The same from text in memory; files it names are looked for in `folder` (empty: none may be).
DssText read_dss_text_from(const std::string& text, const std::string& folder);

/// Rows of DssText::objects of a class (lower case), in order of creation.
std::span<const Index> objects_of(const DssText& text, std::string_view kind);

/// The object of a class (lower case) by its name in any case; null: there is none.
const DssObject* find_object(const DssText& text, std::string_view kind, std::string_view name);

/// The last value given to a property (lower case); null: never given.
const DssValue* find_value(const DssObject& object, std::string_view property);

/// The last value of an option (set name=value; lower case); null: never given.
const DssValue* find_option(const DssText& text, std::string_view option);

/// A sentence about an object, with file and line of its `new`.
[[noreturn]] void fail(const DssObject& object, const std::string& sentence);

/// A sentence about a value, with its file and line.
[[noreturn]] void fail(const DssValue& value, const std::string& sentence);

/// `text` in lower case.
std::string lower_case(std::string_view text);

// What a value says. All throw InputError with file and line for what does not read so.

/// A number, or an expression in reverse Polish notation when quoted: (8 1000 /).
double number_of(const DssValue& value);
/// A whole number; what follows the point is rounded away as OpenDSS does.
std::int64_t integer_of(const DssValue& value);
/// What begins with y, t or 1, or with n, f or 0.
bool boolean_of(const DssValue& value);
/// The text in lower case, without blanks around it.
std::string word_of(const DssValue& value);
/// Words of a list in quotes or brackets, divided by blanks or commas, as written.
std::vector<std::string> words_of(const DssValue& value);
/// Numbers of a list; or of a file: file=name, csvfile=name with column= and header=.
std::vector<double> numbers_of(const DssValue& value);
/// n x n numbers, row-major, of rows divided by |: all of them, or the lower triangle.
std::vector<double> matrix_of(const DssValue& value, std::int64_t n);

/// name.1.2.3
struct DssBus {
  std::string name;                 ///< as written
  std::vector<std::int32_t> nodes;  ///< as written; empty: left to the element
};
DssBus bus_of(const DssValue& value);
/// The same of a text that stands in `value`, such as one word of a list.
DssBus bus_of(const DssValue& value, std::string_view text);

}  // namespace gridswarm::inline GS_ABI::io

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/io/dss_object.ipp"
#include "gridswarm/io/dss_reader.hpp"
#include "gridswarm/io/dss_value.ipp"
#endif
