// SPDX-License-Identifier: BSD-3-Clause
// Commands, files that name files, options.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "gridswarm/io/dss_commands.hpp"
#include "gridswarm/io/dss_object.hpp"
#include "gridswarm/io/dss_path.hpp"
#include "gridswarm/io/dss_reader.hpp"
#include "gridswarm/io/file.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline constexpr std::size_t deepest_redirect = 40;
inline constexpr std::size_t most_redirects = 10000;
inline constexpr std::uint64_t most_bytes_read = std::uint64_t{1} << 30;

inline const DssFile* add_dss_file(DssReader& reader, DssFile file) {
  if (reader.text.files.size() >= most_redirects)
    fail_here(reader, "more than 10000 redirects; such a circuit is not read");
  reader.text.files.push_back(std::make_unique<DssFile>(std::move(file)));
  return reader.text.files.back().get();
}

/// What outlives `clear` in OpenDSS.
inline void clear_text(DssReader& reader) {
  DssText& text = reader.text;
  text.circuit.clear();
  text.objects.clear();
  text.row.clear();
  text.rows_of_kind.clear();
  std::erase_if(text.options, [](const DssProperty& option) {
    return option.name != "defaultbasefrequency" && option.name != "earthmodel";
  });
  text.coordinates.clear();
  text.calc_voltage_bases = false;
  text.warnings.clear();
  reader.active = none;
}

/// A line of a coordinates file: bus, x, y.
inline void add_coordinate(DssReader& reader, std::string_view line, bool swapped) {
  DssWords words{line};
  DssWord word[3];
  for (int i = 0; i < 3; ++i)
    if (!next_word(words, word[i])) {
      if (i == 0) return;
      fail_here(reader, "a bus and two coordinates are needed");
    }
  const double first = number_of(value_here(reader, word[1]));
  const double second = number_of(value_here(reader, word[2]));
  count_property(reader);
  reader.text.coordinates.push_back(
      {std::string(word[0].text), swapped ? second : first, swapped ? first : second});
}

/// The next line of a text, without its end.
inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

/// A file that the present line names becomes the present file. @returns its bytes
inline std::string enter_file(DssReader& reader, std::string_view name) {
  const std::string path = find_file(*reader.file, name, place_here(reader));
  if (std::find(reader.open.begin(), reader.open.end(), path) != reader.open.end())
    fail_here(reader, "redirects to " + path + ", which is being read: a circle");
  if (reader.open.size() >= deepest_redirect) fail_here(reader, "redirects lie more than 40 deep");
  std::string bytes = read_named_file(*reader.file, name, place_here(reader));
  reader.bytes_read += bytes.size();
  if (reader.bytes_read > most_bytes_read)
    fail_here(reader, "files of more than 1 GB in all; such a circuit is not read");
  const std::string folder = std::filesystem::path(path).parent_path().string();
  reader.file = add_dss_file(reader, {path, folder, reader.file->root});
  reader.open.push_back(path);
  return bytes;
}

inline void do_action(DssReader& reader, const DssCommand& command, DssWords words) {
  switch (command.action) {
    case DssAction::make: return do_new(reader, words);
    case DssAction::edit:
      reader.active = require_object(reader, take_name(reader, words));
      return edit_object(reader, reader.active, words);
    case DssAction::more:
      if (reader.active == none) fail_here(reader, "there is no object to edit");
      return edit_object(reader, reader.active, words);
    case DssAction::select:
      reader.active = require_object(reader, take_name(reader, words));
      return;
    case DssAction::enable:
    case DssAction::disable: return do_enable(reader, words, command.action == DssAction::enable);
    case DssAction::redirect:
    case DssAction::compile:
      return do_redirect(reader, words, command.action == DssAction::compile);
    case DssAction::solve:
    case DssAction::set: return do_set(reader, words);
    case DssAction::open:
    case DssAction::close: return do_open(reader, words, command.action == DssAction::open);
    case DssAction::clear: return clear_text(reader);
    case DssAction::voltage_bases: reader.text.calc_voltage_bases = true; return;
    case DssAction::coordinates:
    case DssAction::swapped_coordinates:
      return do_coordinates(reader, words, command.action == DssAction::swapped_coordinates);
    case DssAction::batch_edit: return do_batch_edit(reader, words);
    case DssAction::variable: return do_variables(reader, words);
    case DssAction::silent: return;
    case DssAction::warned:
      return warn_here(reader, "command " + std::string(command.name) + " is passed over");
    case DssAction::refused:
      fail_here(reader, "command " + std::string(command.name) +
                            " changes the circuit in a way that is not read here");
  }
}

}  // namespace detail

GS_INLINE std::string place_here(const DssReader& reader) {
  return reader.file->path + ":" + std::to_string(reader.line);
}

GS_INLINE void fail_here(const DssReader& reader, const std::string& sentence) {
  throw InputError(reader.file->path, reader.line, sentence);
}

GS_INLINE void warn_here(DssReader& reader, const std::string& sentence) {
  count_property(reader);
  reader.text.warnings.push_back(place_here(reader) + ": " + sentence);
}

GS_INLINE DssValue value_here(const DssReader& reader, const DssWord& word) {
  DssValue value{std::string(word.text), reader.file, reader.line, word.quoted};
  if (value.text.size() < 2 || value.text[0] != '@' || reader.variables.empty()) return value;
  const std::size_t end = std::min(value.text.find_first_of(".^"), value.text.size());
  const auto found = reader.variables.find(lower_case(value.text.substr(0, end)));
  if (found == reader.variables.end()) return value;
  value.text = found->second + value.text.substr(end);
  return value;
}

GS_INLINE void do_set(DssReader& reader, DssWords words) {
  std::string_view name;
  for (DssParameter p = next_parameter(words); p.is_there; p = next_parameter(words)) {
    name = p.name.empty() ? next_option_name(name) : find_option_name(p.name);
    if (name.empty())
      fail_here(reader, "there is no option \"" + std::string(p.name.substr(0, 80)) + "\"");
    DssValue value = value_here(reader, p.value);
    if (name == "class" || name == "type") {
      reader.last_class = find_class(value.text);
      if (!reader.last_class) fail_here(reader, "there is no class \"" + value.text + "\"");
    } else if (name == "element" || name == "object") {
      DssWords object{value.text};
      reader.active = require_object(reader, take_name(reader, object));
    } else if (name == "datapath") {
      warn_here(reader, "set datapath is passed over: files are looked for beside this one");
    } else {
      count_property(reader);
      reader.text.options.push_back({name, std::move(value)});
    }
  }
}

GS_INLINE void do_variables(DssReader& reader, DssWords words) {
  for (DssParameter p = next_parameter(words); p.is_there; p = next_parameter(words)) {
    if (p.name.empty()) continue;
    if (p.name[0] != '@') fail_here(reader, "a variable's name begins with @");
    count_property(reader);
    reader.variables[lower_case(p.name)] = value_here(reader, p.value).text;
  }
}

GS_INLINE void do_coordinates(DssReader& reader, DssWords words, bool swapped) {
  const DssFile* const file = reader.file;
  const std::int32_t line = reader.line;
  const std::string name = value_here(reader, next_parameter(words).value).text;
  const std::string bytes = detail::enter_file(reader, name);
  reader.line = 0;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::string_view row = detail::take_line(rest);
    ++reader.line;
    detail::add_coordinate(reader, row, swapped);
  }
  reader.open.pop_back();
  reader.file = file;
  reader.line = line;
}

GS_INLINE void do_command(DssReader& reader, std::string_view line) {
  DssWords words{line};
  const DssParameter first = next_parameter(words);
  if (!first.is_there) return;
  if (!first.name.empty()) return do_assignment(reader, first, words);
  const DssCommand* command = find_command(first.value.text);
  if (!command)
    fail_here(reader,
              "there is no command \"" + std::string(first.value.text.substr(0, 80)) + "\"");
  detail::do_action(reader, *command, words);
}

GS_INLINE void do_lines(DssReader& reader, std::string_view text) {
  bool in_comment = false;
  reader.line = 0;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF")
    fail_here(reader, "is written in UTF-16; save it as UTF-8");
  while (!text.empty()) {
    const std::string_view line = detail::take_line(text);
    ++reader.line;
    if (line.substr(0, 2) == "/*") in_comment = true;  // whole lines, from its start
    if (!in_comment) do_command(reader, line);
    if (in_comment && line.find("*/") != line.npos) in_comment = false;
  }
}

GS_INLINE void do_redirect(DssReader& reader, DssWords words, bool is_compile) {
  const DssFile* const file = reader.file;
  const std::int32_t line = reader.line;
  const std::string name = value_here(reader, next_parameter(words).value).text;
  const std::string bytes = detail::enter_file(reader, name);
  const std::string folder = reader.file->folder;
  do_lines(reader, bytes);
  reader.open.pop_back();
  // After compile, OpenDSS stays in the folder of the file that was compiled.
  const bool moves = is_compile && folder != file->folder;
  reader.file = moves ? detail::add_dss_file(reader, {file->path, folder, file->root}) : file;
  reader.line = line;
}

GS_INLINE DssText read_dss_text(const std::string& path, const std::string& root) {
  namespace fs = std::filesystem;
  const std::string bytes = read_file(path);
  std::error_code failed;
  const fs::path real = fs::canonical(path, failed);
  if (failed) throw FileError(path, "cannot be found");
  DssReader reader;
  const std::string folder = real.parent_path().string();
  reader.text.files.push_back(
      std::make_unique<DssFile>(DssFile{path, folder, root.empty() ? folder : root}));
  reader.file = reader.text.files.back().get();
  reader.open.push_back(real.string());
  reader.bytes_read = bytes.size();
  do_lines(reader, bytes);
  return std::move(reader.text);
}

GS_INLINE DssText read_dss_text_from(const std::string& text, const std::string& folder) {
  DssReader reader;
  reader.text.files.push_back(std::make_unique<DssFile>(DssFile{"text", folder, folder}));
  reader.file = reader.text.files.back().get();
  do_lines(reader, text);
  return std::move(reader.text);
}

}  // namespace gridswarm::inline GS_ABI::io
