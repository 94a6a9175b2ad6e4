// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <cmath>

#include "gridswarm/io/file.hpp"
#include "gridswarm/io/json.hpp"
#include "gridswarm/io/pgm_solve.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

inline void append_number(double value, std::string& text) {
  char digits[32];
  if (std::isfinite(value))
    text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  else
    text += "null";
}

inline void append_phases(const double* value, std::string& text) {
  for (int phase = 0; phase < 3; ++phase) {
    text += phase ? ", " : "[";
    append_number(value[phase], text);
  }
  text += ']';
}

inline void append_pgm_table(const PgmOutputTable& table, const std::string& indent,
                             std::string& text) {
  std::vector<std::string> lead;  // what stands before each column's number
  for (std::size_t c = 0; c < table.names.size(); ++c)
    lead.push_back((c ? ", \"" : "\"") + std::string(table.names[c]) + "\": ");
  const double* value = table.value.data();
  for (Index row = 0; row < table.rows; ++row) {
    text += row ? ",\n" : "\n";
    text += indent;
    text += "    {";
    for (std::size_t c = 0; c < lead.size(); ++c, value += table.phases) {
      text += lead[c];
      if (table.phases == 1 || !pgm_by_phase(table.names[c]))
        append_number(*value, text);
      else
        append_phases(value, text);
    }
    text += '}';
  }
}

inline void append_pgm_scenario(const PgmOutput& output, const std::string& indent,
                                std::string& text) {
  text += "{";
  bool first = true;
  for (int k = 0; k < pgm_type_count; ++k) {
    if (output[k].rows == 0) continue;
    text += (first ? "\n" : ",\n") + indent + "  " +
            json_text(component_of(static_cast<PgmType>(k)).name) + ": [";
    first = false;
    append_pgm_table(output[k], indent, text);
    text += "\n" + indent + "  ]";
  }
  text += "\n" + indent + "}";
}

}  // namespace detail

GS_INLINE std::string format_pgm_output(const PgmNetwork& network, const PgmBatch& batch,
                                        const PgmSolution& solution, bool is_batch) {
  std::string text = "{\n  \"version\": \"1.0\",\n  \"type\": \"";
  text += solution.symmetric ? "sym_output" : "asym_output";
  text += "\",\n  \"is_batch\": ";
  text += is_batch ? "true" : "false";
  text += ",\n  \"attributes\": {},\n  \"data\": ";
  PgmNetwork state = network;
  if (is_batch) text += "[\n    ";
  const Index scenarios = is_batch ? batch.scenarios() : 1;
  for (Index s = 0; s < scenarios; ++s) {
    if (s > 0) text += ",\n    ";
    const std::vector<PgmChange> undo = apply_pgm(state, changes_of(batch, s));
    const flow::FlowStatus status = solution.status[s];
    if (status == flow::FlowStatus::converged || status == flow::FlowStatus::unsupplied)
      detail::append_pgm_scenario(pgm_output(state, solution, s), is_batch ? "    " : "  ", text);
    else
      text += "{}";
    apply_pgm(state, undo);
  }
  if (is_batch) text += "\n  ]";
  return text + "\n}\n";
}

GS_INLINE void write_pgm_output(const PgmNetwork& network, const PgmBatch& batch,
                                const PgmSolution& solution, bool is_batch,
                                const std::string& path) {
  write_file_atomically(path, format_pgm_output(network, batch, solution, is_batch));
}

}  // namespace gridswarm::inline GS_ABI::io
