# SPDX-License-Identifier: BSD-3-Clause
"""The three-phase feeders that packages meet on, their scenarios, and their solutions to rounding.

Radial feeders are synthetic: the tree of gs.synthetic_case, every line a full matrix of
untransposed wires, every load on one phase. They reach power-grid-model as its tables and gridswarm
as the same tables in JSON. The others are OpenDSS files; both sides read them.
"""
import atexit
import dataclasses
import json
import os
import pathlib
import shutil
import sys
import tempfile

import numpy as np

SEED = 1
LOWEST, HIGHEST = 0.5, 1.5    # of what a synthetic load states, P apart from Q
STEP_PU = 1e-13
SHARED = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", "../shared/data")) / "threephase"


@dataclasses.dataclass
class Feeder:
    name: str
    circuit: object         # gs.Circuit
    load_kw: np.ndarray     # (scenario, load) in the order of circuit.load
    load_kvar: np.ndarray
    tables: dict = None     # power-grid-model's, of synthetic feeders
    master: pathlib.Path = None   # of OpenDSS circuits
    factor: np.ndarray = None     # (scenario, load): of what an OpenDSS load states
    controls: bool = False
    tap_pu: np.ndarray = None     # where every scenario begins, by row of circuit.regulator
    steps_in: np.ndarray = None   # and by row of circuit.shunt

    @property
    def node(self):
        """Names "bus.phase" in the order of circuit.node, which all compare by."""
        return [f"{bus}.{phase}".lower()
                for bus, phase in zip(self.circuit.node.bus, self.circuit.node.phase)]

    @property
    def base_v(self):
        of_bus = dict(zip(self.circuit.bus.bus, 1e3 * self.circuit.bus.base_kv_ln))
        return np.array([of_bus[bus] for bus in self.circuit.node.bus])


# ---- synthetic ----

def matrices(rng, z):
    """(line, 3, 3): of wires whose positive sequence is about z, coupled by 0.3 to 0.5 of their own
    impedance, no two entries alike."""
    own = z[:, None] / 0.6 * rng.uniform(0.95, 1.05, (len(z), 3))
    mutual = z[:, None] / 0.6 * rng.uniform(0.3, 0.5, (len(z), 3))
    out = np.empty((len(z), 3, 3), complex)
    for k in range(3):
        out[:, k, k] = own[:, k]
        a, b = (k + 1) % 3, (k + 2) % 3
        out[:, a, b] = out[:, b, a] = mutual[:, k]
    return out


def radial_tables(buses):
    """power-grid-model's tables, as dicts of columns; a load's power stands in one phase."""
    import gridswarm as gs
    case = gs.synthetic_case(buses, seed=SEED)
    rng = np.random.default_rng(SEED)
    bus, branch = case.bus, case.branch
    ohm = bus.base_kv.iloc[0] ** 2 / case.base_mva
    z = matrices(rng, (branch.r_pu + 1j * branch.x_pu).to_numpy() * ohm)
    first = 10 ** 6
    line = {"id": first + np.arange(len(branch)), "from_node": branch.fbus.to_numpy(),
            "to_node": branch.tbus.to_numpy(), "from_status": 1, "to_status": 1, "c0": 0.0,
            "c1": 0.0, "i_n": 1e3}
    for (a, i), (b, j) in [(p, q) for p in zip("abc", range(3)) for q in zip("abc", range(3))]:
        if j <= i:
            line[f"r_{a}{b}"], line[f"x_{a}{b}"] = z[:, i, j].real, z[:, i, j].imag
    rows = np.flatnonzero((bus.pd_mw != 0) | (bus.qd_mvar != 0))
    phase = np.eye(3)[rng.integers(0, 3, len(rows))]
    p_w, q_var = (1e6 * bus[name].to_numpy()[rows, None] * phase for name in ("pd_mw", "qd_mvar"))
    source = bus[bus.type == 3].iloc[0]
    return {
        "node": {"id": bus.bus.to_numpy(), "u_rated": 1e3 * bus.base_kv.to_numpy()},
        "asym_line": line,
        "asym_load": {"id": 2 * first + np.arange(len(rows)), "node": bus.bus.to_numpy()[rows],
                      "status": 1, "type": 0, "p_specified": p_w, "q_specified": q_var},
        # A source here has an impedance; at 1e20 VA its drop is below 1e-11 p.u.
        "source": {"id": np.array([3 * first]), "node": int(source.bus), "status": 1,
                   "u_ref": float(source.vm_pu), "sk": 1e20}}


def rows_of(columns):
    """A table's columns as the rows of its JSON."""
    size = len(columns["id"])
    full = {name: np.broadcast_to(np.asarray(values), (size, *np.shape(values)[1:])).tolist()
            for name, values in columns.items()}
    return [dict(zip(full, row)) for row in zip(*full.values())]


def radial(buses, scenarios):
    import gridswarm as gs
    tables = radial_tables(buses)
    data = {kind: rows_of(columns) for kind, columns in tables.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "input.json"
        path.write_text(json.dumps({"version": "1.0", "type": "input", "is_batch": False,
                                    "attributes": {}, "data": data}))
        circuit = gs.read_circuit(path)
    loads = tables["asym_load"]
    shape = (scenarios, len(loads["id"]), 1)
    p, q = np.random.default_rng(SEED).uniform(LOWEST, HIGHEST, (2, *shape))
    kw, kvar = (1e-3 * factor * loads[name] for factor, name in
                ((p, "p_specified"), (q, "q_specified")))
    return Feeder(f"radial3_{buses // 1000}k", circuit, *(
        np.ascontiguousarray(power.reshape(scenarios, -1)) for power in (kw, kvar)), tables)


def radial_voltages(feeder):
    """Complex p.u. (scenario, node): with A the incidence (branch, bus) and Z the lines' matrices,
    A' J = conj(S / V), S into the grid, and A V = Z J, by sparse LU of A without the source."""
    import scipy.sparse as sp
    import scipy.sparse.linalg as spla
    tables = feeder.tables
    lines, nodes = tables["asym_line"], tables["node"]["id"]
    place = {node: row for row, node in enumerate(nodes)}
    ends = [[place[node] for node in lines[end]] for end in ("from_node", "to_node")]
    count = len(ends[0])
    incidence = sp.csc_matrix((np.r_[np.ones(count), -np.ones(count)],
                               (np.r_[np.arange(count), np.arange(count)], np.concatenate(ends))))
    source = place[tables["source"]["node"]]
    inner = np.delete(np.arange(len(nodes)), source)
    by_phase = sp.kron(incidence[:, inner], sp.eye(3), format="csc").astype(complex)
    up, down = spla.splu(by_phase.T.tocsc()), spla.splu(by_phase)
    z = np.empty((count, 3, 3), complex)
    for i, a in enumerate("abc"):
        for j, b in enumerate("abc"):
            name = f"{a}{b}" if j <= i else f"{b}{a}"
            z[:, i, j] = lines["r_" + name] + 1j * lines["x_" + name]
    base_v = tables["node"]["u_rated"][0] / np.sqrt(3)
    unit = np.exp(np.array([0, -2j, 2j]) * np.pi / 3)
    held = tables["source"]["u_ref"] * base_v * unit
    rows = np.array([place[node] for node in tables["asym_load"]["node"]])
    out = np.empty((len(feeder.load_kw), len(nodes), 3), complex)
    for first in range(0, len(out), 50):
        power = np.zeros((len(out[first:first + 50]), len(nodes), 3), complex)
        s_va = -1e3 * (feeder.load_kw + 1j * feeder.load_kvar)[first:first + 50]
        np.add.at(power, (slice(None), rows), s_va.reshape(len(power), -1, 3))
        v = np.broadcast_to(held, power.shape).copy()
        before = np.inf
        for _ in range(200):
            current = np.conj(power[:, inner] / v[:, inner]).reshape(len(power), -1).T
            drop = np.einsum("kij,kjs->kis", z, up.solve(current).reshape(count, 3, -1))
            fed = np.kron(incidence[:, [source]].toarray(), held[:, None])
            new = down.solve(drop.reshape(3 * count, -1) - fed).T.reshape(len(power), -1, 3)
            step = np.abs(new - v[:, inner]).max() / base_v
            v[:, inner] = new
            if step <= STEP_PU or (step < 1e-11 and step > 0.5 * before):
                break
            before = step
        else:
            sys.exit(f"grids3.py: {feeder.name} stays at steps of {step:g} p.u.")
        out[first:first + 50] = v / base_v
    return out.reshape(len(out), -1)


# ---- OpenDSS ----

def opendss(name, folder, scenarios, controls=False):
    """Every load draws 0.4 to 1 of what it states; with controls the whole feeder draws 0.7 to 1,
    each load within a tenth of that. All scenarios begin with the taps and banks of the circuit as
    stated, and keep them without controls."""
    import gridswarm as gs
    copied = pathlib.Path(tempfile.mkdtemp()) / "dss"
    atexit.register(shutil.rmtree, copied.parent)
    shutil.copytree(SHARED / folder / "dss", copied)
    stated = next(path.name for path in sorted(copied.iterdir())
                  if path.name.lower().startswith("master"))
    master = copied / "peers.dss"
    master.write_text(f"redirect {stated}\nset maxcontroliter=100\n")
    circuit = gs.read_circuit(master)
    rng = np.random.default_rng(SEED)
    factor = rng.uniform(0.4, 1.0, (scenarios, len(circuit.load)))
    if controls:
        factor = rng.uniform(0.7, 1.0, (scenarios, 1)) * rng.uniform(0.9, 1.0, factor.shape)
    stated = gs.Solver(circuit, threads=1).solve()
    assert stated.converged
    return Feeder(name, circuit, factor * circuit.load.kw.to_numpy(),
                  factor * circuit.load.kvar.to_numpy(), master=master, factor=factor,
                  controls=controls, tap_pu=stated.tap_pu.values, steps_in=stated.steps_in.values)
