# SPDX-License-Identifier: BSD-3-Clause
"""An unbalanced network as tables: what its file states, in its own names, units and signs."""
import os
import warnings as _warnings

import numpy as np
import pandas as pd

from . import _gridswarm

_EDITED = ("bus", "source", "line", "transformer", "winding", "shunt", "load", "der", "regulator",
           "capacitor_control")


class Circuit:
    """A circuit of any number of phases. Numbers of its tables may be edited (kw, kvar, tap_pu,
    steps_in, in_service, ..); later calls see the edits. Rows and names stay those of the file.

    bus          DataFrame: bus, base_kv_ln (line to neutral), x, y (the file's coordinates)
    node         bus and phase of every conductor, in the order of raw results: phases 1, 2, 3,
                 neutrals 4 and above
    source, line, transformer, winding, shunt
                 what carries current; line.in_service closes and opens switches, winding.tap_pu and
                 shunt.steps_in are where controls begin
    load         name, nodes, connection, law, profile, kv, kw, kvar (consumption positive), the
                 limits vmin_pu and vmax_pu of its law, in_service
    der          generators, PV systems and storage: kw, kvar (injection positive), kva, rule
    regulator, capacitor_control
                 what moves taps and switches banks
    name, file, frequency_hz; warnings: sentences on what the file's reader passed over.
    """

    def __init__(self, native):
        self._native = native
        self.name, self.file = native.name, native.file
        self.frequency_hz, self.warnings = native.frequency_hz, tuple(native.warnings)
        for name, columns in native.tables().items():
            table = pd.DataFrame(columns)
            key = "name" if "name" in table else "bus" if name == "bus" else None
            if key is not None:
                table.index = pd.Index(table[key].to_numpy(dtype=object))
            setattr(self, name, table)

    def copy(self):
        """A circuit whose tables can be edited without touching this one's."""
        return Circuit(native(self))

    def __repr__(self):
        return (f"<gridswarm.Circuit {self.name}: {len(self.bus)} buses, {len(self.node)} nodes, "
                f"{len(self.line)} lines, {len(self.load)} loads>")


def native(circuit):
    """The circuit as the library holds it, edits included. Raises InputError, UsageError."""
    return circuit._native.edited({name: _numbers(getattr(circuit, name)) for name in _EDITED})


def _numbers(table):
    return {name: table[name].to_numpy() for name in table.columns
            if table[name].dtype.kind in "biuf"}


def read_circuit(path, folder=None):
    """Read an unbalanced network: OpenDSS (.dss).

    folder: what the circuit's files may come from; None: the file's own folder. What the reader
    passed over is warned of, and stands in `circuit.warnings`. Raises FileError if
    a file can't be read or lies outside that folder, InputError with `file` and `line` if
    it can't be used.
    """
    circuit = Circuit(_gridswarm.read_circuit(os.fspath(path), os.fspath(folder or "")))
    for sentence in circuit.warnings:
        _warnings.warn(sentence, stacklevel=2)
    return circuit


class Nodes:
    """Where every node stands in arrays (bus, phase)."""

    def __init__(self, circuit):
        self.bus = circuit.bus["bus"].to_numpy(dtype=object)
        self.phase = np.unique(circuit.node["phase"].to_numpy())
        rows = {name: row for row, name in enumerate(self.bus)}
        self._row = np.array([rows[name] for name in circuit.node["bus"]], dtype=int)
        self._column = np.searchsorted(self.phase, circuit.node["phase"].to_numpy())

    def spread(self, values):
        """(scenario, node) to (scenario, bus, phase), NaN where a bus lacks the phase."""
        shape = (len(values), len(self.bus), len(self.phase))
        out = np.full(shape, np.nan, dtype=values.dtype)
        out[:, self._row, self._column] = values
        return out


def unbalance_of(v):
    """Negative over positive sequence voltage in percent; the last axis is phases 1, 2, 3."""
    a = np.exp(2j * np.pi / 3)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * abs(v @ [1, a * a, a]) / abs(v @ [1, a, a * a])
