# SPDX-License-Identifier: BSD-3-Clause
"""Power flow of unbalanced networks: a circuit made ready once, one call per batch."""
import numpy as np
import pandas as pd

from . import _gridswarm
from .circuit import Circuit, Nodes, native, unbalance_of
from .errors import UsageError
from .flow_result import RAD_PER_DEG
from .powers import CircuitPowers


class CircuitSolver:
    """A circuit made ready: what does not change between batches is done once.

        solver = gs.Solver(circuit)
        res = solver.solve(load_kw=p)          # (scenario, load) in, (scenario, bus, phase) out

    threads    0 for all cores; the result does not depend on it
    options    gs.options("power_flow"); fixed_taps=True holds taps and capacitors

    The circuit is copied: later edits of its tables need a new Solver. Several threads may solve
    with one Solver at a time; the GIL is released.
    Raises InputError for a circuit that can't be used.
    """

    method = "circuit"

    def __init__(self, circuit, threads=0, **options):
        self.circuit = circuit.copy()
        self._native = _gridswarm.CircuitSolver(native(self.circuit), threads, options)
        self.nodes = Nodes(self.circuit)
        self.ids = {kind: getattr(self.circuit, kind)["name"].to_numpy(dtype=object)
                    for kind in ("load", "der", "regulator", "shunt")}

    def solve(self, load_kw=None, load_kvar=None, der_kw=None, der_kvar=None, *, tap_pu=None,
              steps_in=None, start=None):
        """Solve one scenario or a batch, every scenario with its own controls.

        load_kw, load_kvar   CONSUMPTION of the rows of circuit.load at rated voltage, instead of
                        what the circuit states; (load,) or (scenario, load) in the order of
                        circuit.load, a Series by name, a DataFrame with names as columns, or a
                        DataArray with a dimension `load`. None: what the circuit states.
        der_kw, der_kvar     INJECTION of the rows of circuit.der (what they have available)
        tap_pu          where taps begin, by the rows of circuit.regulator
        steps_in        where capacitor banks begin, by the rows of circuit.shunt
        start           a result of this circuit to start from

        C-contiguous float64 (scenario, row) is read where it is. No convergence is a result
        (`res.status`), not an error, and so are controls that hunt (`res.hunting`). Raises
        UsageError for shapes, and for numbers that are not finite, named by scenario and element.
        """
        given = CircuitPowers(self, dict(load_kw=load_kw, load_kvar=load_kvar, der_kw=der_kw,
                                         der_kvar=der_kvar, tap_pu=tap_pu, steps_in=steps_in))
        if start is not None and not isinstance(start, CircuitResult):
            raise UsageError("start must be a result of this circuit")
        return CircuitResult(self, self._native.solve(given.arrays, start and start._batch), given)

    def __repr__(self):
        return f"<gridswarm.CircuitSolver {self.circuit.name}: {len(self.circuit.node)} nodes>"


_numbers_of_a_scenario = []


def _per_scenario(function):
    """A property that is an array (scenario) in a batch, else its only value."""
    def read(self):
        values = np.asarray(function(self))
        return values if self.is_batch else values[0].item()

    _numbers_of_a_scenario.append(function.__name__)
    return property(read, doc=function.__doc__)


class CircuitResult:
    """One scenario where 1-D (or no) arrays were given, else a batch.

    vm_pu, va_deg, v_v    DataArray (scenario, bus, phase) in a batch, (bus, phase) otherwise:
                     magnitude over the bus's base voltage, angle, and complex volts to ground; NaN
                     where a bus lacks the phase or has no supply
    raw(what)        the same by node, (scenario, node) in the order of circuit.node, as the library
                     holds it and without a copy: "vm_pu", "va_rad", "v_re_v", "v_im_v"
    node             DataFrame of a single scenario: bus, phase, v_re_v, v_im_v, vm_pu, va_deg
    unbalance_percent   (scenario, bus): negative over positive sequence voltage
    load, der        Datasets (scenario, name) of kw and kvar at the solution
    tap_pu, steps_in   DataArray (scenario, regulator) and (scenario, shunt): the end state
    status           "converged", "diverged", "unsupplied" or "infeasible"
    converged, hunting, iterations, control_rounds, max_mismatch_va, max_step_pu, worst_node
    source_kw, source_kvar   what the sources give
    figures          DataFrame, what `gridswarm flow --scenarios` says of every scenario
    Numbers of a scenario are a value for one scenario, else an array (scenario).
    """

    def __init__(self, solver, batch, given):
        self.solver = solver
        self._batch = batch
        self._given = given
        self.is_batch = given.is_batch

    def _array(self, values, dims, coords, text, unit):
        import xarray
        coords = dict(coords)
        if self.is_batch and self._given.labels is not None:
            coords[self._given.dim] = self._given.labels
        dims = (self._given.dim, *dims)
        if not self.is_batch:
            values, dims = values[0], dims[1:]
        return xarray.DataArray(values, dims=dims, coords=coords,
                                attrs={"long_name": text, "units": unit})

    def _per_phase(self, values, text, unit):
        nodes = self.solver.nodes
        return self._array(nodes.spread(values), ("bus", "phase"),
                           {"bus": nodes.bus, "phase": nodes.phase}, text, unit)

    def _per_row(self, values, kind, text, unit):
        return self._array(values, (kind,), {kind: self.solver.ids[kind]}, text, unit)

    def raw(self, what):
        """(scenario, node), read-only: "vm_pu", "va_rad", "v_re_v" or "v_im_v"."""
        columns = {"vm_pu": "vm", "va_rad": "va", "v_re_v": "v_re", "v_im_v": "v_im"}
        if what not in columns:
            raise UsageError(f"there is no raw {what!r}; there are " + ", ".join(columns))
        return self._batch.voltages(columns[what])

    @property
    def vm_pu(self):
        return self._per_phase(self.raw("vm_pu"), "voltage magnitude", "1")

    @property
    def va_deg(self):
        return self._per_phase(self.raw("va_rad") / RAD_PER_DEG, "voltage angle", "degree")

    @property
    def v_v(self):
        return self._per_phase(self.raw("v_re_v") + 1j * self.raw("v_im_v"), "voltage to ground",
                               "V")

    @property
    def node(self):
        self._refuse_batch("node", "vm_pu, va_deg or raw()")
        table = self.solver.circuit.node.copy()
        for name in ("v_re_v", "v_im_v", "vm_pu"):
            table[name] = self.raw(name)[0]
        table["va_deg"] = self.raw("va_rad")[0] / RAD_PER_DEG
        return table

    @property
    def unbalance_percent(self):
        nodes = self.solver.nodes
        if not np.isin((1, 2, 3), nodes.phase).all():
            raise UsageError(f"{self.solver.circuit.name} has no bus with three phases")
        v = nodes.spread(self.raw("v_re_v") + 1j * self.raw("v_im_v"))
        percent = unbalance_of(v[:, :, np.searchsorted(nodes.phase, (1, 2, 3))])
        return self._array(percent, ("bus",), {"bus": nodes.bus}, "voltage unbalance", "percent")

    def _device(self, kind, p, q, text):
        import xarray
        return xarray.Dataset({"kw": self._per_row(p, kind, "active power " + text, "kW"),
                               "kvar": self._per_row(q, kind, "reactive power " + text, "kvar")})

    @property
    def load(self):
        return self._device("load", self._batch.load_p(), self._batch.load_q(), "consumed")

    @property
    def der(self):
        return self._device("der", self._batch.der_p(), self._batch.der_q(), "injected")

    @property
    def tap_pu(self):
        return self._per_row(self._batch.taps(), "regulator", "tap at the end", "1")

    @property
    def steps_in(self):
        return self._per_row(self._batch.steps(), "shunt", "steps in at the end", "1")

    @_per_scenario
    def status(self):
        return self._batch.status()

    @_per_scenario
    def converged(self):
        return np.array(self._batch.status()) == "converged"

    @_per_scenario
    def hunting(self):
        return self._batch.hunting().astype(bool)

    @_per_scenario
    def iterations(self):
        return self._batch.iterations()

    @_per_scenario
    def control_rounds(self):
        return self._batch.control_rounds()

    @_per_scenario
    def max_mismatch_va(self):
        return self._batch.mismatch()

    @_per_scenario
    def max_step_pu(self):
        return self._batch.step()

    @_per_scenario
    def worst_node(self):
        return self._batch.worst()

    @_per_scenario
    def source_kw(self):
        return self._batch.source_p()

    @_per_scenario
    def source_kvar(self):
        return self._batch.source_q()

    @property
    def figures(self):
        labels = self._given.labels
        table = pd.DataFrame(self._batch.figures())
        if labels is not None:
            table.index = pd.Index(labels, name=self._given.dim)
        return table

    def to_dataset(self):
        """vm_pu, va_deg, and what is known per scenario, as one xarray Dataset."""
        import xarray
        dims = (self._given.dim,) if self.is_batch else ()
        return xarray.Dataset({"vm_pu": self.vm_pu, "va_deg": self.va_deg,
                               **{name: (dims, getattr(self, name))
                                  for name in _numbers_of_a_scenario}},
                              attrs={"case": self.solver.circuit.name})

    def summary(self, scenario=0):
        """What `gridswarm flow --json` says of one scenario, as a dict."""
        return {name: values[scenario] for name, values in self._batch.figures().items()}

    def end_state(self, scenario=0):
        """The circuit with taps and steps where this scenario left them."""
        return Circuit(self._batch.end_state(scenario))

    def at_constant_power(self, scenario=0):
        """The same with nothing left that moves: no controls, DER without rules, and every load at
        constant power without voltage limits."""
        return Circuit(self._batch.at_constant_power(scenario))

    def _refuse_batch(self, name, instead):
        if self.is_batch:
            raise UsageError(f"a batch has no .{name}; use {instead}")

    def __repr__(self):
        converged = np.array(self._batch.status()) == "converged"
        return (f"<gridswarm.CircuitResult {self.solver.circuit.name}: {len(converged)} scenarios, "
                f"{int(converged.sum())} converged>")
