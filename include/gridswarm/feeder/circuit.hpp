// SPDX-License-Identifier: BSD-3-Clause
// The wires stated conductor by conductor: what an unbalanced feeder needs, as columns.
//
// A bus has nodes, numbered as in OpenDSS: 1, 2, 3 are phases, 4 and above are what the file makes
// of them (a neutral, most often). Every terminal of an element lists the nodes it joins, conductor
// by conductor; `ground` is the reference, 0 V. Units and signs are OpenDSS's: volts, ohms,
// siemens, kW and kvar; loads count consumption, generation counts injection. Any voltage levels
// may meet in one circuit.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "gridswarm/base/column.hpp"
#include "gridswarm/base/csr.hpp"
#include "gridswarm/base/curve.hpp"
#include "gridswarm/base/ids.hpp"
#include "gridswarm/feeder/case.hpp"
#include "gridswarm/feeder/phasor.hpp"

namespace gridswarm::inline GS_ABI::feeder {

/// In a list of nodes: the reference, 0 V.
inline constexpr Index ground = none;

/// Lists of nodes, one per row, in the order of conductors.
struct NodeLists : Csr {
  NodeLists() : Csr{{0}, {}} {}
  void append(std::span<const Index> nodes) {
    items.insert(items.end(), nodes.begin(), nodes.end());
    first.push_back(static_cast<Index>(items.size()));
  }
};

/// Square matrices, one per row, each row-major.
struct Matrices {
  std::vector<Index> first{0};  ///< rows + 1 offsets
  Column<Phasor> items;
  std::span<const Phasor> row(Index i) const {
    return {items.data() + first[i], items.data() + first[i + 1]};
  }
  void append(std::span<const Phasor> matrix) {
    items.insert(items.end(), matrix.begin(), matrix.end());
    first.push_back(static_cast<Index>(items.size()));
  }
};

enum class Connection : std::int8_t { wye, delta };

struct CircuitBuses {
  std::vector<std::string> name;  ///< as first written, compared without case by readers
  Column<double> base_kv_ln;      ///< line to neutral; what p.u. voltages refer to
  Column<double> x, y;            ///< the file's coordinates; NaN: none
  Index size() const { return static_cast<Index>(name.size()); }
};

/// One row per conductor of a bus, in order of first appearance.
struct CircuitNodes {
  Column<Index> bus;            ///< bus row
  Column<std::int32_t> number;  ///< 1, 2, 3: phases
  Index size() const { return static_cast<Index>(bus.size()); }
};

/// Voltages behind impedance. What the impedance of 0 ohm means: the voltage itself.
struct Sources {
  std::vector<std::string> name;
  NodeLists nodes;       ///< n conductors; the other end is at ground
  Column<Phasor> emf_v;  ///< by conductor, in the order of nodes.items
  Matrices z_ohm;        ///< n x n
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(name.size()); }
};

/// Lines, cables, switches, fuses and series reactors: n conductors from one bus to another.
struct Lines {
  std::vector<std::string> name;  ///< with its class: line.650632, reactor.hvmv_sub
  NodeLists from, to;             ///< n nodes each
  Matrices z_ohm;                 ///< n x n, whole length
  Matrices y_s;                   ///< n x n, whole shunt, half at each end
  Column<double> rating_a;        ///< 0: none stated
  Column<double> length;          ///< in the file's unit, for people; 0: none stated
  Column<std::int8_t> is_switch;
  Column<std::int8_t> in_service;  ///< 0: open, at least at one end
  Index size() const { return static_cast<Index>(name.size()); }
};

/// Transformers of any number of windings. Windings are rows of their own.
struct CircuitTransformers {
  std::vector<std::string> name;
  Column<std::int32_t> phases;
  Csr windings{{0}, {}};    ///< rows of Windings, in order
  Csr reactances{{0}, {}};  ///< rows of x_percent: pairs 12, 13, .., 1n, 23, .., on winding 1's kVA
  Column<double> x_percent;
  Column<double> no_load_loss_percent;  ///< on winding 1's kVA, at winding 2
  Column<double> magnetizing_percent;
  Column<double> ppm_antifloat;  ///< admittance to ground, parts per million of winding 1's rating
  Column<std::int8_t> delta_leads;  ///< wye-delta: 0 the lower voltage lags by 30 degrees (ANSI)
  Column<double> rating_kva;        ///< normal; 0: none stated
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(name.size()); }
};

struct Windings {
  NodeLists nodes;  ///< conductors, the neutral of a wye last
  Column<Connection> connection;
  Column<double> kv;         ///< line to line for 2 and 3 phases, else of the winding itself
  Column<double> kva;        ///< all phases
  Column<double> r_percent;  ///< on winding 1's kVA, as OpenDSS takes it
  Column<double> tap_pu;
  Column<double> tap_min_pu, tap_max_pu;
  Column<std::int32_t> taps;     ///< steps between tap_min_pu and tap_max_pu
  Column<double> r_neutral_ohm;  ///< negative: the neutral is not grounded through an impedance
  Column<double> x_neutral_ohm;
  Index size() const { return static_cast<Index>(kv.size()); }
};

/// Capacitor banks and shunt reactors: an admittance among nodes and ground, in equal steps.
struct Shunts {
  std::vector<std::string> name;
  NodeLists nodes;      ///< n distinct nodes, none of them ground
  Matrices y_s;         ///< n x n, all steps in
  Column<double> kvar;  ///< rated, all steps; 0: none stated
  Column<std::int32_t> steps;
  Column<std::int32_t> steps_in;
  Column<std::int8_t> is_capacitor;
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(name.size()); }
};

/// Anything linear that has no table of its own, by its nodal admittance; it may join any number of
/// buses.
struct Admittances {
  std::vector<std::string> name;
  NodeLists nodes;  ///< n distinct nodes, none of them ground
  Matrices y_s;     ///< n x n
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(name.size()); }
};

/// How a load follows its voltage; the numbers are OpenDSS's models.
enum class LoadLaw : std::int8_t {
  constant_power = 1,
  constant_impedance = 2,
  exponents = 4,  ///< P u^exponent_p, Q u^exponent_q
  constant_current = 5,
  zip = 8
};

/// Loads. Wye: element q lies between nodes[q] and the last node; delta: one phase between nodes[0]
/// and nodes[1], three phases 1-2, 2-3, 3-1. Elements share kw and kvar alike. The rated voltage of
/// an element is kv for delta and one phase, kv / sqrt(3) for wye of 2 and 3 phases; u is |V| over
/// it. Outside v_min_pu .. v_max_pu the laws 1, 4 and 5 go over to impedance as OpenDSS does.
struct CircuitLoads {
  std::vector<std::string> name;
  NodeLists nodes;
  Column<Connection> connection;
  Column<std::int32_t> phases;
  Column<LoadLaw> law;
  Column<double> kv;
  Column<double> kw, kvar;  ///< consumption at u = 1, all phases
  Column<double> v_min_pu, v_max_pu, v_low_pu;
  Column<double> exponent_p, exponent_q;
  std::vector<std::array<double, 7>> zip;  ///< law zip: z, i, p of P, z, i, p of Q, cut-off u
  Column<Index> profile;                   ///< row of Profiles for a day; none
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(name.size()); }
};

enum class DerKind : std::int8_t { generator, pv, storage };

/// Generators, PV systems and storage, connected as loads are. Power is constant within
/// v_min_pu .. v_max_pu and an impedance outside, unless a rule of the inverter says otherwise:
/// then reactive power follows the mean |V| / rated of its elements inside the solve.
struct Ders {
  std::vector<std::string> name;
  Column<DerKind> kind;
  NodeLists nodes;
  Column<Connection> connection;
  Column<std::int32_t> phases;
  Column<double> kv;
  Column<double> kva;       ///< rating of the inverter; 0: unlimited
  Column<double> kw, kvar;  ///< injection, all phases (rule given), kw: available
  Column<double> v_min_pu, v_max_pu;
  Column<VarRule> rule;
  Column<double> tan_phi;
  std::vector<Curve> volt_var;   ///< share of kva over u; count 0: none
  std::vector<Curve> volt_watt;  ///< share of kva over u; count 0: none
  Column<Index> profile;         ///< row of Profiles for a day; none
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(name.size()); }
};

/// Control of one winding's tap, OpenDSS's RegControl.
struct Regulators {
  std::vector<std::string> name;
  Column<Index> transformer;  ///< row of CircuitTransformers
  Column<Index> winding;      ///< position among its windings: where voltage and current are sensed
  Column<Index> tap_winding;  ///< position among its windings: whose tap moves
  Column<double> v_set_v;     ///< at the potential transformer's secondary
  Column<double> v_band_v;    ///< full width
  Column<double> pt_ratio;
  Column<double> ct_primary_a;
  Column<double> r_v, x_v;        ///< line drop compensation, volts at rated primary current
  Column<std::int32_t> pt_phase;  ///< conductor sensed, from 0; -1: the highest, -2: the lowest
  Column<Index> node;             ///< a remote node to hold instead; none
  Column<double> delay_s, tap_delay_s;
  Column<std::int32_t> max_steps;  ///< per action
  Column<double> v_limit_v;        ///< at the regulated bus; 0: none
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(name.size()); }
};

enum class CapacitorRule : std::int8_t { voltage, current, kvar, power_factor, time };

/// Switching of a bank, OpenDSS's CapControl.
struct CapacitorControls {
  std::vector<std::string> name;
  Column<Index> shunt;  ///< row of Shunts
  Column<CapacitorRule> rule;
  Column<Index> line;             ///< row of Lines whose terminal is sensed; none
  Column<Index> transformer;      ///< or row of CircuitTransformers; none
  Column<std::int32_t> terminal;  ///< from 0
  Column<double> on, off;         ///< in the rule's unit, at the secondary
  Column<double> pt_ratio, ct_ratio;
  Column<std::int32_t> pt_phase, ct_phase;  ///< as Regulators::pt_phase; -3: the mean
  Column<double> v_min_v, v_max_v;          ///< voltage override, at the secondary
  Column<std::int8_t> v_override;
  Column<double> delay_s, delay_off_s, dead_time_s;
  Column<std::int8_t> in_service;
  Index size() const { return static_cast<Index>(name.size()); }
};

/// Multipliers over a day, or any time, at even steps.
struct Profiles {
  std::vector<std::string> name;
  Column<double> step_s;
  std::vector<std::vector<double>> p;  ///< per row
  std::vector<std::vector<double>> q;  ///< empty: as p
  Column<std::int8_t> is_actual;       ///< kW and kvar instead of multipliers
  Index size() const { return static_cast<Index>(name.size()); }
};

struct Circuit {
  std::string name;
  std::string file;  ///< where it was read from, for messages; empty when made in memory
  double frequency_hz = 60.0;
  std::int64_t max_control_iterations = 10;
  bool controls = true;  ///< false: the file switches them off
  CircuitBuses buses;
  CircuitNodes nodes;
  Sources sources;
  Lines lines;
  CircuitTransformers transformers;
  Windings windings;
  Shunts shunts;
  Admittances admittances;
  CircuitLoads loads;
  Ders ders;
  Regulators regulators;
  CapacitorControls capacitor_controls;
  Profiles profiles;
  std::vector<std::string> warnings;  ///< what the file's reader passed over, a sentence each
};

/// Who makes a circuit finds its buses and nodes here.
struct CircuitIndex {
  std::unordered_map<std::string, Index> bus;  ///< by name in lower case
  std::vector<std::vector<Index>> nodes;       ///< by bus row: its node rows
};

/// Row of the bus of that name, made if it is not there (no coordinates, base voltage 0).
Index add_bus(Circuit& circuit, CircuitIndex& index, const std::string& name);

/// Row of node `number` of a bus, made if it is not there; number 0 is ground.
Index add_node(Circuit& circuit, CircuitIndex& index, Index bus, std::int32_t number);

/// "650.2": a node as people write it.
std::string name_of_node(const Circuit& circuit, Index node);

/// @throws InputError for rows that do not exist, matrices and lists of another size, numbers that
///         are not finite: what a maker of circuits in memory could get wrong
void check(const Circuit& circuit);

}  // namespace gridswarm::inline GS_ABI::feeder

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/feeder/circuit.ipp"
#endif
