// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <iterator>

#include "gridswarm/io/pgm_schema.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

// name, kind, rule, required, a batch may change it
inline constexpr PgmAttribute pgm_node[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"u_rated", PgmKind::real, PgmRule::positive, true, false},
};
inline constexpr PgmAttribute pgm_line[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"from_node", PgmKind::id, PgmRule::any, true, false},
    {"to_node", PgmKind::id, PgmRule::any, true, false},
    {"from_status", PgmKind::status, PgmRule::any, true, true},
    {"to_status", PgmKind::status, PgmRule::any, true, true},
    {"r1", PgmKind::real, PgmRule::not_negative, true, false},
    {"x1", PgmKind::real, PgmRule::any, true, false},
    {"c1", PgmKind::real, PgmRule::not_negative, true, false},
    {"tan1", PgmKind::real, PgmRule::not_negative, true, false},
    {"r0", PgmKind::real, PgmRule::any, false, false},
    {"x0", PgmKind::real, PgmRule::any, false, false},
    {"c0", PgmKind::real, PgmRule::any, false, false},
    {"tan0", PgmKind::real, PgmRule::any, false, false},
    {"i_n", PgmKind::real, PgmRule::positive_or_infinite, false, false},
};
inline constexpr PgmAttribute pgm_asym_line[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"from_node", PgmKind::id, PgmRule::any, true, false},
    {"to_node", PgmKind::id, PgmRule::any, true, false},
    {"from_status", PgmKind::status, PgmRule::any, true, true},
    {"to_status", PgmKind::status, PgmRule::any, true, true},
    {"r_aa", PgmKind::real, PgmRule::any, true, false},
    {"r_ba", PgmKind::real, PgmRule::any, true, false},
    {"r_bb", PgmKind::real, PgmRule::any, true, false},
    {"r_ca", PgmKind::real, PgmRule::any, true, false},
    {"r_cb", PgmKind::real, PgmRule::any, true, false},
    {"r_cc", PgmKind::real, PgmRule::any, true, false},
    {"r_na", PgmKind::real, PgmRule::any, false, false},
    {"r_nb", PgmKind::real, PgmRule::any, false, false},
    {"r_nc", PgmKind::real, PgmRule::any, false, false},
    {"r_nn", PgmKind::real, PgmRule::any, false, false},
    {"x_aa", PgmKind::real, PgmRule::any, true, false},
    {"x_ba", PgmKind::real, PgmRule::any, true, false},
    {"x_bb", PgmKind::real, PgmRule::any, true, false},
    {"x_ca", PgmKind::real, PgmRule::any, true, false},
    {"x_cb", PgmKind::real, PgmRule::any, true, false},
    {"x_cc", PgmKind::real, PgmRule::any, true, false},
    {"x_na", PgmKind::real, PgmRule::any, false, false},
    {"x_nb", PgmKind::real, PgmRule::any, false, false},
    {"x_nc", PgmKind::real, PgmRule::any, false, false},
    {"x_nn", PgmKind::real, PgmRule::any, false, false},
    {"c_aa", PgmKind::real, PgmRule::any, false, false},
    {"c_ba", PgmKind::real, PgmRule::any, false, false},
    {"c_bb", PgmKind::real, PgmRule::any, false, false},
    {"c_ca", PgmKind::real, PgmRule::any, false, false},
    {"c_cb", PgmKind::real, PgmRule::any, false, false},
    {"c_cc", PgmKind::real, PgmRule::any, false, false},
    {"c0", PgmKind::real, PgmRule::any, false, false},
    {"c1", PgmKind::real, PgmRule::any, false, false},
    {"i_n", PgmKind::real, PgmRule::positive_or_infinite, false, false},
};
inline constexpr PgmAttribute pgm_link[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"from_node", PgmKind::id, PgmRule::any, true, false},
    {"to_node", PgmKind::id, PgmRule::any, true, false},
    {"from_status", PgmKind::status, PgmRule::any, true, true},
    {"to_status", PgmKind::status, PgmRule::any, true, true},
};
inline constexpr PgmAttribute pgm_generic_branch[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"from_node", PgmKind::id, PgmRule::any, true, false},
    {"to_node", PgmKind::id, PgmRule::any, true, false},
    {"from_status", PgmKind::status, PgmRule::any, true, true},
    {"to_status", PgmKind::status, PgmRule::any, true, true},
    {"r1", PgmKind::real, PgmRule::any, true, false},
    {"x1", PgmKind::real, PgmRule::any, true, false},
    {"g1", PgmKind::real, PgmRule::any, true, false},
    {"b1", PgmKind::real, PgmRule::any, true, false},
    {"k", PgmKind::real, PgmRule::positive, false, false},
    {"theta", PgmKind::real, PgmRule::any, false, false},
    {"sn", PgmKind::real, PgmRule::not_negative, false, false},
};
inline constexpr PgmAttribute pgm_transformer[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"from_node", PgmKind::id, PgmRule::any, true, false},
    {"to_node", PgmKind::id, PgmRule::any, true, false},
    {"from_status", PgmKind::status, PgmRule::any, true, true},
    {"to_status", PgmKind::status, PgmRule::any, true, true},
    {"u1", PgmKind::real, PgmRule::positive, true, false},
    {"u2", PgmKind::real, PgmRule::positive, true, false},
    {"sn", PgmKind::real, PgmRule::positive, true, false},
    {"uk", PgmKind::real, PgmRule::positive, true, false},
    {"pk", PgmKind::real, PgmRule::not_negative, true, false},
    {"i0", PgmKind::real, PgmRule::not_negative, true, false},
    {"p0", PgmKind::real, PgmRule::not_negative, true, false},
    {"i0_zero_sequence", PgmKind::real, PgmRule::not_negative, false, false},
    {"p0_zero_sequence", PgmKind::real, PgmRule::not_negative, false, false},
    {"winding_from", PgmKind::integer, PgmRule::any, true, false},
    {"winding_to", PgmKind::integer, PgmRule::any, true, false},
    {"clock", PgmKind::integer, PgmRule::any, true, false},
    {"tap_side", PgmKind::integer, PgmRule::any, true, false},
    {"tap_pos", PgmKind::integer, PgmRule::any, false, true},
    {"tap_min", PgmKind::integer, PgmRule::any, true, false},
    {"tap_max", PgmKind::integer, PgmRule::any, true, false},
    {"tap_nom", PgmKind::integer, PgmRule::any, false, false},
    {"tap_size", PgmKind::real, PgmRule::not_negative, true, false},
    {"uk_min", PgmKind::real, PgmRule::positive, false, false},
    {"uk_max", PgmKind::real, PgmRule::positive, false, false},
    {"pk_min", PgmKind::real, PgmRule::not_negative, false, false},
    {"pk_max", PgmKind::real, PgmRule::not_negative, false, false},
    {"r_grounding_from", PgmKind::real, PgmRule::any, false, false},
    {"x_grounding_from", PgmKind::real, PgmRule::any, false, false},
    {"r_grounding_to", PgmKind::real, PgmRule::any, false, false},
    {"x_grounding_to", PgmKind::real, PgmRule::any, false, false},
};
inline constexpr PgmAttribute pgm_three_winding_transformer[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"node_1", PgmKind::id, PgmRule::any, true, false},
    {"node_2", PgmKind::id, PgmRule::any, true, false},
    {"node_3", PgmKind::id, PgmRule::any, true, false},
    {"status_1", PgmKind::status, PgmRule::any, true, true},
    {"status_2", PgmKind::status, PgmRule::any, true, true},
    {"status_3", PgmKind::status, PgmRule::any, true, true},
    {"u1", PgmKind::real, PgmRule::positive, true, false},
    {"u2", PgmKind::real, PgmRule::positive, true, false},
    {"u3", PgmKind::real, PgmRule::positive, true, false},
    {"sn_1", PgmKind::real, PgmRule::positive, true, false},
    {"sn_2", PgmKind::real, PgmRule::positive, true, false},
    {"sn_3", PgmKind::real, PgmRule::positive, true, false},
    {"uk_12", PgmKind::real, PgmRule::positive, true, false},
    {"uk_13", PgmKind::real, PgmRule::positive, true, false},
    {"uk_23", PgmKind::real, PgmRule::positive, true, false},
    {"pk_12", PgmKind::real, PgmRule::not_negative, true, false},
    {"pk_13", PgmKind::real, PgmRule::not_negative, true, false},
    {"pk_23", PgmKind::real, PgmRule::not_negative, true, false},
    {"i0", PgmKind::real, PgmRule::not_negative, true, false},
    {"p0", PgmKind::real, PgmRule::not_negative, true, false},
    {"winding_1", PgmKind::integer, PgmRule::any, true, false},
    {"winding_2", PgmKind::integer, PgmRule::any, true, false},
    {"winding_3", PgmKind::integer, PgmRule::any, true, false},
    {"clock_12", PgmKind::integer, PgmRule::any, true, false},
    {"clock_13", PgmKind::integer, PgmRule::any, true, false},
    {"tap_side", PgmKind::integer, PgmRule::any, true, false},
    {"tap_pos", PgmKind::integer, PgmRule::any, false, true},
    {"tap_min", PgmKind::integer, PgmRule::any, true, false},
    {"tap_max", PgmKind::integer, PgmRule::any, true, false},
    {"tap_nom", PgmKind::integer, PgmRule::any, false, false},
    {"tap_size", PgmKind::real, PgmRule::not_negative, true, false},
    {"uk_12_min", PgmKind::real, PgmRule::positive, false, false},
    {"uk_12_max", PgmKind::real, PgmRule::positive, false, false},
    {"pk_12_min", PgmKind::real, PgmRule::not_negative, false, false},
    {"pk_12_max", PgmKind::real, PgmRule::not_negative, false, false},
    {"uk_13_min", PgmKind::real, PgmRule::positive, false, false},
    {"uk_13_max", PgmKind::real, PgmRule::positive, false, false},
    {"pk_13_min", PgmKind::real, PgmRule::not_negative, false, false},
    {"pk_13_max", PgmKind::real, PgmRule::not_negative, false, false},
    {"uk_23_min", PgmKind::real, PgmRule::positive, false, false},
    {"uk_23_max", PgmKind::real, PgmRule::positive, false, false},
    {"pk_23_min", PgmKind::real, PgmRule::not_negative, false, false},
    {"pk_23_max", PgmKind::real, PgmRule::not_negative, false, false},
    {"r_grounding_1", PgmKind::real, PgmRule::any, false, false},
    {"x_grounding_1", PgmKind::real, PgmRule::any, false, false},
    {"r_grounding_2", PgmKind::real, PgmRule::any, false, false},
    {"x_grounding_2", PgmKind::real, PgmRule::any, false, false},
    {"r_grounding_3", PgmKind::real, PgmRule::any, false, false},
    {"x_grounding_3", PgmKind::real, PgmRule::any, false, false},
};
inline constexpr PgmAttribute pgm_sym_load_gen[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"node", PgmKind::id, PgmRule::any, true, false},
    {"status", PgmKind::status, PgmRule::any, true, true},
    {"type", PgmKind::integer, PgmRule::any, true, false},
    {"p_specified", PgmKind::real, PgmRule::any, false, true},
    {"q_specified", PgmKind::real, PgmRule::any, false, true},
};
inline constexpr PgmAttribute pgm_asym_load_gen[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"node", PgmKind::id, PgmRule::any, true, false},
    {"status", PgmKind::status, PgmRule::any, true, true},
    {"type", PgmKind::integer, PgmRule::any, true, false},
    {"p_specified", PgmKind::phases, PgmRule::any, false, true},
    {"q_specified", PgmKind::phases, PgmRule::any, false, true},
};
inline constexpr PgmAttribute pgm_shunt[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"node", PgmKind::id, PgmRule::any, true, false},
    {"status", PgmKind::status, PgmRule::any, true, true},
    {"g1", PgmKind::real, PgmRule::any, true, true},
    {"b1", PgmKind::real, PgmRule::any, true, true},
    {"g0", PgmKind::real, PgmRule::any, false, true},
    {"b0", PgmKind::real, PgmRule::any, false, true},
};
inline constexpr PgmAttribute pgm_source[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"node", PgmKind::id, PgmRule::any, true, false},
    {"status", PgmKind::status, PgmRule::any, true, true},
    {"u_ref", PgmKind::real, PgmRule::positive, false, true},
    {"u_ref_angle", PgmKind::real, PgmRule::any, false, true},
    {"sk", PgmKind::real, PgmRule::positive_or_infinite, false, true},
    {"rx_ratio", PgmKind::real, PgmRule::not_negative, false, true},
    {"z01_ratio", PgmKind::real, PgmRule::positive, false, true},
};
inline constexpr PgmAttribute pgm_transformer_tap_regulator[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"regulated_object", PgmKind::id, PgmRule::any, true, false},
    {"status", PgmKind::status, PgmRule::any, true, true},
    {"control_side", PgmKind::integer, PgmRule::any, false, false},
    {"u_set", PgmKind::real, PgmRule::not_negative, false, true},
    {"u_band", PgmKind::real, PgmRule::positive, false, true},
    {"line_drop_compensation_r", PgmKind::real, PgmRule::not_negative, false, true},
    {"line_drop_compensation_x", PgmKind::real, PgmRule::not_negative, false, true},
};
inline constexpr PgmAttribute pgm_voltage_regulator[] = {
    {"id", PgmKind::id, PgmRule::any, true, false},
    {"regulated_object", PgmKind::id, PgmRule::any, true, false},
    {"status", PgmKind::status, PgmRule::any, true, true},
    {"u_ref", PgmKind::real, PgmRule::positive, false, true},
    {"q_min", PgmKind::real, PgmRule::may_be_infinite, false, true},
    {"q_max", PgmKind::real, PgmRule::may_be_infinite, false, true},
};

/// In the order of PgmType.
inline constexpr PgmComponent pgm_components[pgm_type_count] = {
    {"node", pgm_node},
    {"line", pgm_line},
    {"asym_line", pgm_asym_line},
    {"link", pgm_link},
    {"generic_branch", pgm_generic_branch},
    {"transformer", pgm_transformer},
    {"three_winding_transformer", pgm_three_winding_transformer},
    {"sym_load", pgm_sym_load_gen},
    {"sym_gen", pgm_sym_load_gen},
    {"asym_load", pgm_asym_load_gen},
    {"asym_gen", pgm_asym_load_gen},
    {"shunt", pgm_shunt},
    {"source", pgm_source},
    {"transformer_tap_regulator", pgm_transformer_tap_regulator},
    {"voltage_regulator", pgm_voltage_regulator},
};

/// Components that a power flow passes over.
inline constexpr const char* pgm_passed_over[] = {"sym_voltage_sensor",
                                                  "asym_voltage_sensor",
                                                  "sym_power_sensor",
                                                  "asym_power_sensor",
                                                  "sym_current_sensor",
                                                  "asym_current_sensor",
                                                  "fault"};

}  // namespace detail

GS_INLINE const PgmComponent& component_of(PgmType type) {
  return detail::pgm_components[static_cast<std::size_t>(type)];
}

GS_INLINE int pgm_type_of(std::string_view name) {
  for (int k = 0; k < pgm_type_count; ++k)
    if (name == detail::pgm_components[k].name) return k;
  const bool known =
      std::any_of(std::begin(detail::pgm_passed_over), std::end(detail::pgm_passed_over),
                  [&](const char* other) { return name == other; });
  return known ? -2 : -1;
}

GS_INLINE Index pgm_width(PgmType type) {
  Index width = 0;
  for (const PgmAttribute& attribute : component_of(type).attributes)
    width += pgm_columns(attribute.kind);
  return width;
}

GS_INLINE Index pgm_column(PgmType type, std::string_view attribute) {
  Index column = 0;
  for (const PgmAttribute& candidate : component_of(type).attributes) {
    if (attribute == candidate.name) return column;
    column += pgm_columns(candidate.kind);
  }
  return none;
}

}  // namespace gridswarm::inline GS_ABI::io
