// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/mfile.hpp"
#include "gridswarm/io/mfile_values.ipp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// A named column as MATPOWER's idx_bus, idx_gen and idx_brch return them, in their order.
struct NamedIndex {
  std::string_view name;
  int value;
};

inline constexpr NamedIndex bus_indices[] = {
    {"PQ", 1},     {"PV", 2},       {"REF", 3},     {"NONE", 4},  {"BUS_I", 1},    {"BUS_TYPE", 2},
    {"PD", 3},     {"QD", 4},       {"GS", 5},      {"BS", 6},    {"BUS_AREA", 7}, {"VM", 8},
    {"VA", 9},     {"BASE_KV", 10}, {"ZONE", 11},   {"VMAX", 12}, {"VMIN", 13},    {"LAM_P", 14},
    {"LAM_Q", 15}, {"MU_VMAX", 16}, {"MU_VMIN", 17}};
inline constexpr NamedIndex gen_indices[] = {
    {"GEN_BUS", 1},   {"PG", 2},       {"QG", 3},         {"QMAX", 4},     {"QMIN", 5},
    {"VG", 6},        {"MBASE", 7},    {"GEN_STATUS", 8}, {"PMAX", 9},     {"PMIN", 10},
    {"MU_PMAX", 22},  {"MU_PMIN", 23}, {"MU_QMAX", 24},   {"MU_QMIN", 25}, {"PC1", 11},
    {"PC2", 12},      {"QC1MIN", 13},  {"QC1MAX", 14},    {"QC2MIN", 15},  {"QC2MAX", 16},
    {"RAMP_AGC", 17}, {"RAMP_10", 18}, {"RAMP_30", 19},   {"RAMP_Q", 20},  {"APF", 21}};
inline constexpr NamedIndex branch_indices[] = {
    {"F_BUS", 1},      {"T_BUS", 2},  {"BR_R", 3},    {"BR_X", 4},    {"BR_B", 5},
    {"RATE_A", 6},     {"RATE_B", 7}, {"RATE_C", 8},  {"TAP", 9},     {"SHIFT", 10},
    {"BR_STATUS", 11}, {"PF", 14},    {"QF", 15},     {"PT", 16},     {"QT", 17},
    {"MU_SF", 18},     {"MU_ST", 19}, {"ANGMIN", 12}, {"ANGMAX", 13}, {"MU_ANGMIN", 20},
    {"MU_ANGMAX", 21}};

inline std::span<const NamedIndex> indices_of(std::string_view function) {
  if (function == "idx_bus") return bus_indices;
  if (function == "idx_gen") return gen_indices;
  if (function == "idx_brch") return branch_indices;
  return {};
}

/// Everything a run of the file needs to know.
struct Run {
  Reading reading;
  MFile result;
  std::string structure;  ///< the variable the function returns, usually "mpc"
};

inline bool ends_statement(const Reading& reading) {
  const TokenKind kind = reading.now().kind;
  return kind == TokenKind::line_end || kind == TokenKind::file_end || reading.is(";") ||
         reading.is(",");
}

inline void skip_empty(Reading& reading) {
  while (reading.now().kind == TokenKind::line_end || reading.is(";") || reading.is(","))
    ++reading.at;
}

[[noreturn]] inline void refuse_statement(const Reading& reading, std::size_t first) {
  std::string words;
  for (std::size_t k = first; k < reading.tokens.size() && k < first + 8; ++k) {
    if (reading.tokens[k].kind == TokenKind::line_end) break;
    words += (words.empty() ? "" : " ") + std::string(reading.tokens[k].text);
  }
  throw InputError(reading.file, reading.tokens[first].line,
                   "the statement \"" + words +
                       "\" is not understood; put its result into the tables and delete it");
}

/// Pass over a value nobody needs: a cell array, a matrix, a text.
inline void skip_value(Reading& reading) {
  const std::int64_t opened = reading.now().line;
  for (int open = 0; open > 0 || !(reading.now().kind == TokenKind::line_end || reading.is(";"));
       ++reading.at) {
    if (reading.now().kind == TokenKind::file_end) {
      if (open == 0) return;
      throw InputError(reading.file, opened,
                       "the file is cut off: the bracket that opens here never closes");
    }
    if (reading.is("[") || reading.is("{") || reading.is("(")) ++open;
    if (reading.is("]") || reading.is("}") || reading.is(")")) --open;
  }
}

/// Fields of MATPOWER's case format that say nothing about a power flow.
inline constexpr std::string_view silent_fields[] = {
    "version",  "gencost", "areas", "gentype", "genfuel", "bus_name", "dclinecost",  "reserves",
    "softlims", "if",      "order", "A",       "l",       "u",        "N",           "fparm",
    "H",        "Cw",      "z0",    "zl",      "zu",      "success",  "et",          "om",
    "x",        "mu",      "f",     "var",     "lin",     "genname",  "branch_name", "gen_name"};

/// The field before a dot, such as "reserves" of "reserves.zones".
inline std::string_view first_part(std::string_view field) {
  return field.substr(0, field.find('.'));
}

/// The texts of { 'a'; 'b' }, quotes undone; nothing for any other cell array.
inline std::vector<std::string> read_names(Reading reading) {
  std::vector<std::string> names;
  if (!reading.is("{")) return names;
  for (++reading.at; !reading.is("}"); ++reading.at) {
    const Token& token = reading.now();
    if (token.kind == TokenKind::line_end || reading.is(";") || reading.is(",")) continue;
    if (token.kind != TokenKind::string) return {};
    const char quote = token.text.data()[-1];
    std::string& name = names.emplace_back();
    for (std::size_t k = 0; k < token.text.size(); ++k) {
      name += token.text[k];
      if (token.text[k] == quote) ++k;
    }
  }
  return names;
}

/// A field beside the tables of a power flow.
inline void read_other_field(Run& run, const std::string& name, const std::string& field,
                             std::int64_t line) {
  Reading& r = run.reading;
  const std::string_view part = first_part(field);
  if (part == "userfcn")
    refuse(r, name +
                  " changes the case by functions when MATPOWER runs it; run it there and "
                  "save the result with savecase");
  if (field == "bus_name" && r.is("=")) {
    ++r.at;
    run.result.bus_name = read_names(r);
  }
  skip_value(r);
  for (const std::string_view known : silent_fields)
    if (part == known) return;
  run.result.warnings.push_back(InputError(r.file, line, name + " is passed over").what());
}

/// "function mpc = NAME".
inline void read_head(Run& run) {
  Reading& r = run.reading;
  skip_empty(r);
  const std::size_t first = r.at;
  if (r.now().kind == TokenKind::file_end) refuse(r, "is empty");
  const auto name_at = [&](std::size_t k) {
    return k < r.tokens.size() && r.tokens[k].kind == TokenKind::name;
  };
  if (r.now().text != "function" || !name_at(first + 1) || !name_at(first + 3) ||
      r.tokens[first + 2].text != "=")
    refuse(r, "a MATPOWER case file (version 2) begins with \"function mpc = NAME\"");
  run.structure = std::string(r.tokens[first + 1].text);
  run.result.name = std::string(r.tokens[first + 3].text);
  r.at = first + 4;
}

/// "[PQ, PV, ...] = idx_bus;" and "define_constants;" name columns.
inline bool read_column_names(Run& run) {
  Reading& r = run.reading;
  const auto bind = [&](std::string_view name, int value) {
    r.variables[std::string(name)] = number(value);
  };
  if (r.now().text == "define_constants") {
    for (const auto list :
         {std::span<const NamedIndex>(bus_indices), std::span<const NamedIndex>(gen_indices),
          std::span<const NamedIndex>(branch_indices)})
      for (const NamedIndex& index : list) bind(index.name, index.value);
    ++r.at;
    return true;
  }
  if (!r.is("[")) return false;
  std::vector<std::string_view> names;
  std::size_t k = r.at + 1;
  for (; r.tokens[k].kind == TokenKind::name || r.tokens[k].text == "," ||
         r.tokens[k].kind == TokenKind::line_end;
       ++k)
    if (r.tokens[k].kind == TokenKind::name) names.push_back(r.tokens[k].text);
  if (r.tokens.size() < k + 3 || r.tokens[k].text != "]" || r.tokens[k + 1].text != "=")
    return false;
  const auto indices = indices_of(r.tokens[k + 2].text);
  if (indices.empty() || names.size() > indices.size()) return false;
  for (std::size_t i = 0; i < names.size(); ++i) bind(names[i], indices[i].value);
  r.at = k + 3;
  return true;
}

/// Divisions by a phase's share, written out: "/ 3" at the end, "/ sqrt ( 3 )" anywhere.
inline void note_per_phase(Run& run, std::string_view field, std::size_t first) {
  const auto& tokens = run.reading.tokens;
  const std::size_t last = run.reading.at;
  if (field == "baseMVA" && last - first >= 3 && tokens[last - 1].text == "3" &&
      tokens[last - 2].text == "/")
    run.result.base_is_third = true;
  if (field != "bus") return;
  for (std::size_t k = first; k + 3 < last; ++k)
    if (tokens[k].text == "/" && tokens[k + 1].text == "sqrt" && tokens[k + 3].text == "3") {
      run.result.bus_over_root3 = true;
      return;
    }
}

inline void check_version(const Reading& reading) {
  const Token& token = reading.now();
  if (token.text != "2" || reading.next().text == ".")
    refuse(reading, "case format version " + std::string(token.text) + "; only version 2 is read");
}

/// name = value, or name(rows, cols) = value.
inline void assign(Run& run, const std::string& name, std::string_view field) {
  Reading& r = run.reading;
  const std::int64_t line = r.now().line;
  Selection part;
  const bool whole = !r.is("(");
  if (!whole) {
    const auto found = r.variables.find(name);
    if (found == r.variables.end()) refuse(r, "\"" + name + "\" is changed before it is defined");
    part = selection(r, found->second, name);
  }
  expect(r, "=");
  const std::size_t first = r.at;
  Matrix value = expression(r);
  if (whole) {
    note_per_phase(run, field, first);
    run.result.line[name] = line;
    r.variables[name] = std::move(value);
    return;
  }
  const auto rows = static_cast<Index>(part.rows.size());
  const auto cols = static_cast<Index>(part.cols.size());
  if (!value.is_number() && (value.rows != rows || value.cols != cols))
    refuse(r, "the two sides of this assignment differ in size");
  Matrix& target = r.variables[name];
  for (Index i = 0; i < rows; ++i)
    for (Index k = 0; k < cols; ++k)
      target.at(part.rows[i], part.cols[k]) = value.is_number() ? value.values[0] : value.at(i, k);
}

inline void read_statement(Run& run) {
  Reading& r = run.reading;
  const std::size_t first = r.at;
  if (read_column_names(run)) return;
  const Token& token = r.now();
  if (token.kind != TokenKind::name) refuse_statement(r, first);
  if (token.text == "end" || token.text == "endfunction" || token.text == "return") {
    ++r.at;
    return;
  }
  std::string name(token.text);
  const bool is_field = name.starts_with(run.structure + ".");
  const std::string field = is_field ? name.substr(run.structure.size() + 1) : std::string();
  const bool assigns = r.next().text == "=" || r.next().text == "(";
  if (!assigns) refuse_statement(r, first);
  ++r.at;
  if (is_field && field == "version") {
    expect(r, "=");
    check_version(r);
    ++r.at;
  } else if (is_field && field != "bus" && field != "gen" && field != "branch" &&
             field != "baseMVA" && field != "dcline") {
    read_other_field(run, name, field, token.line);
  } else if (!is_field && name.find('.') != std::string::npos) {
    refuse_statement(r, first);
  } else {
    assign(run, name, field);
  }
  if (!ends_statement(r)) refuse_statement(r, first);
}

}  // namespace detail

GS_INLINE MFile run_mfile(std::string_view text, const std::string& file) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw InputError(file, 0, "is empty");
  const std::vector<Token> tokens = tokens_of(text, file);
  detail::Run run{{file, tokens, 0, 0, {}}, {}, {}};
  detail::read_head(run);
  for (detail::skip_empty(run.reading); run.reading.now().kind != TokenKind::file_end;
       detail::skip_empty(run.reading))
    detail::read_statement(run);
  for (const char* field : {"bus", "gen", "branch", "baseMVA", "dcline"}) {
    const std::string name = run.structure + "." + field;
    if (auto found = run.reading.variables.find(name); found != run.reading.variables.end())
      run.result.table[field] = std::move(found->second);
    if (auto found = run.result.line.find(name); found != run.result.line.end())
      run.result.line[field] = found->second;
  }
  return std::move(run.result);
}

}  // namespace gridswarm::inline GS_ABI::io
