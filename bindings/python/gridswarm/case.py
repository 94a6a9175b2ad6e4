# SPDX-License-Identifier: BSD-3-Clause
"""A feeder as tables: what the case file states, in its own ids, units and signs."""
import os
import warnings as _warnings

import pandas as pd

from . import _gridswarm


class Case:
    """A radial feeder. Edit its tables freely; every later call sees the edits and checks them.

    bus     DataFrame, one row per bus, also indexed by bus number: bus, type (1 load, 2 PV,
            3 source, 4 isolated), pd_mw, qd_mvar (consumption positive), gs_mw, bs_mvar (shunt at
            1 p.u.), vm_pu, va_deg, base_kv, vmax_pu, vmin_pu
    branch  DataFrame: fbus, tbus, r_pu, x_pu, b_pu (on base_mva), rate_mva (0: unlimited), ratio
            (0: a line), shift_deg, in_service
    gen     DataFrame: bus, pg_mw, qg_mvar (injection positive), qmax_mvar, qmin_mvar, vg_pu,
            in_service
    load, inverter, tap_changer
            DataFrames, often empty: loads that stand apart from case.bus and may follow their
            voltage (id, bus, p_mw, q_mvar consumption positive, shares i_p, z_p, i_q, z_q of
            constant current and impedance, in_service); inverters (id, bus, p_mw available,
            q_mvar, rating_mva, rule "given", "power_factor" or "volt_var", tan_phi, volt_var and
            volt_watt as ((voltage p.u., share of rating), ...) or None, in_service); taps (id,
            branch as row of case.branch, ratio0, step, from_end, tap, tap_min, tap_max,
            automatic, bus held, v_set_pu, v_band_pu, r_comp_pu, x_comp_pu)
    base_mva, name, file; per_phase is True where powers are one phase's third (case533mt_hi);
    warnings: sentences on what the file's reader passed over.
    """

    def __init__(self, bus, branch, gen, base_mva=1.0, name="case", file="", per_phase=False,
                 load=None, inverter=None, tap_changer=None,
                 warnings=()):
        self.bus = bus
        self.branch = branch
        self.gen = gen
        self.load = _empty("load") if load is None else load
        self.inverter = _empty("inverter") if inverter is None else inverter
        self.warnings = tuple(warnings)
        self.tap_changer = _empty("tap_changer") if tap_changer is None else tap_changer
        self.base_mva = base_mva
        self.name = name
        self.file = file
        self.per_phase = per_phase

    def copy(self):
        """A case whose tables can be edited without touching this one's."""
        return Case(self.bus.copy(), self.branch.copy(), self.gen.copy(), self.base_mva,
                    self.name, self.file, self.per_phase, self.load.copy(), self.inverter.copy(),
                    self.tap_changer.copy(), self.warnings)

    @property
    def kw_per_pu(self):
        """Three-phase kW of 1 p.u. of power: 1000 base_mva, or 3000 base_mva per phase."""
        return 1000.0 * self.base_mva * (3.0 if self.per_phase else 1.0)

    def write(self, path):
        """Write a file that reads back as the same numbers: HDF5, which holds every table, where
        the path ends in .h5 or .hdf5, else MATPOWER."""
        if os.fspath(path).endswith((".h5", ".hdf5")):
            native(self).write_hdf5(os.fspath(path))
            return
        with open(path, "w", encoding="ascii") as file:
            file.write(native(self).text())

    def __repr__(self):
        return (f"<gridswarm.Case {self.name}: {len(self.bus)} buses, {len(self.branch)} branches,"
                f" {self.base_mva:g} MVA>")


_TABLES = ("bus", "branch", "gen", "load", "inverter", "tap_changer")


def _empty(table):
    """A table without rows, with the columns that the library knows."""
    return pd.DataFrame(_gridswarm.empty_case().tables()[table])


def bus_ids(case):
    """Bus numbers in the order of case.bus."""
    return (case.bus["bus"] if "bus" in case.bus else case.bus.index).to_numpy()


def _columns(table):
    out = {name: table[name].to_numpy() for name in table.columns}
    if "bus" not in out and table.index.name == "bus":
        out["bus"] = table.index.to_numpy()
    return out


def native(case):
    """The case as the library holds it. Raises InputError naming table, row and value."""
    return _gridswarm.make_case(case.name, case.file, float(case.base_mva), bool(case.per_phase),
                                {name: _columns(getattr(case, name)) for name in _TABLES})


def _from_native(grid):
    tables = grid.tables()
    bus, *others = (pd.DataFrame(tables[name]) for name in _TABLES)
    bus.index = pd.Index(bus["bus"].to_numpy())
    branch, gen, load, inverter, tap_changer = others
    return Case(bus, branch, gen, tables["base_mva"], tables["name"], tables["file"],
                tables["per_phase"], load, inverter, tap_changer, tables["warnings"])


def read_case(path):
    """Read a case file: MATPOWER (.m), pandapower or power-grid-model (.json), our own HDF5.

    What the reader passed over is warned of, and stands in `case.warnings`. Raises FileError if the
    file can't be read, InputError with `file` and `line` if it can't be used.
    """
    case = _from_native(_gridswarm.read_case(os.fspath(path)))
    for sentence in case.warnings:
        _warnings.warn(sentence, stacklevel=2)
    return case


def from_pandapower(net):
    """A case of a pandapower network in memory. Bus numbers are pandapower's indices.

    The network crosses as pandapower's own JSON text, so net may be of any version that the reader
    knows. Columns `table`, `element` and `side` (of three-winding transformers and DC lines) of
    case.branch, case.gen and case.load name the row each came from. What has no counterpart is
    warned of, and stands in `case.warnings`.
    """
    import pandapower
    grid, origins = _gridswarm.parse_pandapower(pandapower.to_json(net), "pandapower network")
    case = _from_native(grid)
    for name, columns in origins.items():
        table = getattr(case, name)
        if len(columns["table"]) == len(table):
            for column, values in columns.items():
                table[column] = values
    for sentence in case.warnings:
        _warnings.warn(sentence, stacklevel=2)
    return case


def synthetic_case(buses, seed=1):
    """A made-up radial 20 kV feeder of `buses` buses; the same seed gives the same feeder."""
    return _from_native(_gridswarm.synthetic_case(buses, seed))
