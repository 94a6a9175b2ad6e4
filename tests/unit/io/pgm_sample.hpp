// SPDX-License-Identifier: BSD-3-Clause
// One small power-grid-model network with a component of every kind, for the reader's tests.
#pragma once

#include <string>

namespace gridswarm::test {

/// Source 30 - node 1 (10 kV) - transformer 10 - node 2 (400 V) - line 11 - node 3, with a tap
/// regulator, a regulated generator, loads of each type, a shunt, and a spur of every other branch.
inline const std::string pgm_sample = R"({
"version": "1.0", "type": "input", "is_batch": false,
"attributes": {"node": ["id", "u_rated"]},
"data": {
 "node": [[1, 10e3], [2, 400], [3, 400], [4, 400], [5, 400], [6, 400], {"id": 7, "u_rated": 3e3}],
 "transformer": [
  {"id": 10, "from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1, "u1": 10e3,
   "u2": 400, "sn": 1e6, "uk": 0.05, "pk": 10e3, "i0": 0.01, "p0": 1e3, "winding_from": 2,
   "winding_to": 1, "clock": 5, "tap_side": 0, "tap_pos": 2, "tap_min": -5, "tap_max": 5,
   "tap_size": 100, "uk_max": 0.06, "pk_min": 9e3}],
 "line": [
  {"id": 11, "from_node": 2, "to_node": 3, "from_status": 1, "to_status": 1, "r1": 0.016,
   "x1": 0.008, "c1": 1e-6, "tan1": 0.1, "i_n": 300},
  {"id": 12, "from_node": 2, "to_node": 3, "from_status": 1, "to_status": 0, "r1": 0.016,
   "x1": 0.008, "c1": 1e-6, "tan1": 0, "i_n": "inf"}],
 "link": [{"id": 13, "from_node": 3, "to_node": 4, "from_status": 1, "to_status": 1}],
 "generic_branch": [
  {"id": 14, "from_node": 3, "to_node": 5, "from_status": 1, "to_status": 1, "r1": 0.01,
   "x1": 0.02, "g1": 0.001, "b1": -0.002, "k": 1.02, "theta": 0.1, "sn": 1e5}],
 "asym_line": [
  {"id": 15, "from_node": 5, "to_node": 6, "from_status": 1, "to_status": 1,
   "r_aa": 0.02, "r_ba": 0.01, "r_bb": 0.02, "r_ca": 0.01, "r_cb": 0.01, "r_cc": 0.02,
   "x_aa": 0.04, "x_ba": 0.01, "x_bb": 0.04, "x_ca": 0.01, "x_cb": 0.01, "x_cc": 0.04,
   "c0": 1e-7, "c1": 2e-7, "i_n": 100}],
 "three_winding_transformer": [
  {"id": 16, "node_1": 1, "node_2": 6, "node_3": 7, "status_1": 0, "status_2": 1, "status_3": 1,
   "u1": 10e3, "u2": 400, "u3": 3e3, "sn_1": 1e6, "sn_2": 6e5, "sn_3": 4e5, "uk_12": 0.06,
   "uk_13": 0.05, "uk_23": 0.04, "pk_12": 5e3, "pk_13": 4e3, "pk_23": 3e3, "i0": 0.01, "p0": 500,
   "winding_1": 1, "winding_2": 1, "winding_3": 2, "clock_12": 0, "clock_13": 1, "tap_side": 1,
   "tap_pos": 0, "tap_min": 3, "tap_max": -3, "tap_nom": 1, "tap_size": 5}],
 "sym_load": [
  {"id": 20, "node": 3, "status": 1, "type": 0, "p_specified": 50e3, "q_specified": 10e3},
  {"id": 21, "node": 3, "status": 1, "type": 1, "p_specified": 20e3, "q_specified": 5e3},
  {"id": 22, "node": 3, "status": 0, "type": 2, "p_specified": 10e3, "q_specified": 0}],
 "asym_load": [
  {"id": 23, "node": 6, "status": 1, "type": 0, "p_specified": [1e3, 2e3, 3e3],
   "q_specified": [100, 200, 300]}],
 "sym_gen": [
  {"id": 24, "node": 5, "status": 1, "type": 0, "p_specified": 30e3, "q_specified": 0}],
 "asym_gen": [
  {"id": 25, "node": 2, "status": 1, "type": 0, "p_specified": [1e3, 1e3, 1e3],
   "q_specified": [0, 0, 0]}],
 "shunt": [{"id": 26, "node": 3, "status": 1, "g1": 0.01, "b1": 0.02}],
 "source": [
  {"id": 30, "node": 1, "status": 1, "u_ref": 1.02, "u_ref_angle": 0.1, "sk": 1e8},
  {"id": 31, "node": 1, "status": 0, "u_ref": 1.0}],
 "transformer_tap_regulator": [
  {"id": 40, "regulated_object": 10, "status": 1, "control_side": 1, "u_set": 405, "u_band": 10}],
 "voltage_regulator": [
  {"id": 41, "regulated_object": 24, "status": 1, "u_ref": 0.98, "q_min": -50e3, "q_max": 50e3}],
 "sym_voltage_sensor": [{"id": 50, "measured_object": 1}]
}}
)";

}  // namespace gridswarm::test
