# SPDX-License-Identifier: BSD-3-Clause
"""Power flow: a case made ready once, then one call per batch of scenarios."""
import numpy as np

from . import _gridswarm
from .case import bus_ids, native
from .circuit import Circuit
from .circuit_flow import CircuitSolver
from .errors import UsageError
from .flow_result import FlowResult
from .powers import CircuitPowers, Powers, split, unpack


class Solver:
    """A case made ready: what does not change between batches is done once.

        solver = gs.Solver(case)
        res = solver.solve(p_kw=p, q_kvar=q)        # (scenario, bus) in, (scenario, bus) out

    method     "automatic", or one of sweep, tree_newton, lindistflow, compensation, newton;
               `solver.method` is the one in use
    threads    0 for all cores; the result does not depend on it
    options    gs.options("power_flow")

    The case is copied: later edits of its tables need a new Solver. Several threads may solve with
    one Solver at a time; the GIL is released. Memory of the last result that was let go is kept
    for the next.
    Raises InputError for a case that can't be used, UsageError for a method that can't solve it.
    A circuit gets a CircuitSolver, whose powers go by loads and not by buses.
    """

    def __new__(cls, case, *arguments, **keywords):
        if isinstance(case, Circuit):
            return CircuitSolver(case, *arguments, **keywords)
        return super().__new__(cls)

    def __init__(self, case, method="automatic", threads=0, **options):
        self.case = case.copy()
        self._native = _gridswarm.Solver(native(case), method, threads, options)
        self.ids = {"bus": bus_ids(case), "load": _ids(case.load),
                    "inverter": _ids(case.inverter)}

    @property
    def method(self):
        """The method in use; never "automatic"."""
        return self._native.method()

    @property
    def pu_per_kw(self):
        """p.u. of one three-phase kW."""
        return self._native.pu_per_kw()

    def solve(self, p_kw=None, q_kvar=None, dp_kw=None, dq_kvar=None, *, buses=None, start=None,
              **powers):
        """Solve one scenario or a batch.

        p_kw, q_kvar    TOTAL net injection per bus, INTO the grid positive, in three-phase kW and
                        kvar: it replaces what the case states there (loads in case.bus, and
                        generators at load buses). (bus,) or (scenario, bus) in the order of
                        case.bus; a Series by bus number; a DataFrame with bus numbers as columns;
                        a DataArray with a dimension `bus`. None: what the case states. In the
                        place of p_kw a Dataset, whose variables are named as the keywords here.
        dp_kw, dq_kvar  an ADDITION to that, same forms and sign.
        p_mw, p_pu, q_mvar, q_pu, dp_mw ...    the same in MW and Mvar, or in p.u. of the case.
        load_p_kw, load_q_kvar, inverter_p_kw  CONSUMPTION of the rows of case.load, and what the
                        rows of case.inverter have available; (.., row) or by id.
        buses           bus numbers: the arrays then have these columns only; at all other buses
                        what the case states stands.
        start           a result of this case to start from.

        p and q in C-contiguous float64 (scenario, bus) of one unit, nothing added, are read where
        they are: don't change them as long as branch flows of the result are wanted. Anything else
        is converted by a copy. Values at sources and at buses without supply are ignored. No
        convergence is a result (`res.status`), not an error. Raises UsageError for shapes, and for
        numbers that are not finite, named by scenario and bus.
        """
        unknown = [name for name in split(powers)[1]]
        if unknown:
            raise UsageError(f"no power is called {unknown[0]}")
        powers.update(q_kvar=q_kvar, dp_kw=dp_kw, dq_kvar=dq_kvar)
        columns = None if buses is None else np.asarray(buses)
        given = Powers(self, unpack(p_kw, powers), columns)
        if start is not None and not isinstance(start, FlowResult):
            raise UsageError("start must be a result of power_flow")
        solved = self._native.solve(given.arrays, self._rows(columns),
                                    None if start is None else start._batch)
        return FlowResult(self, solved, given)

    def _rows(self, buses):
        """Rows of case.bus of bus numbers."""
        if buses is None:
            return []
        places = {bus: row for row, bus in enumerate(self.ids["bus"].tolist())}
        rows = []
        for bus in buses.tolist():
            row = places.pop(bus, None)
            if row is None:
                known = bus in self.ids["bus"]
                raise UsageError(f"bus {bus} stands in `buses` twice" if known else
                                 f"`buses` names bus {bus}, which case.bus does not hold")
            rows.append(row)
        if not rows:
            raise UsageError("`buses` is empty")
        return rows

    def __repr__(self):
        return f"<gridswarm.Solver {self.case.name}: {len(self.case.bus)} buses, {self.method}>"


def load_margin(case, *arguments, tol=1e-3, cap=10.0, **keywords):
    """power_flow(case, ...).load_margin(tol, cap) in one call."""
    return power_flow(case, *arguments, **keywords).load_margin(tol, cap)


def sensitivity(case, *arguments, at=None, **keywords):
    """power_flow(case, ...).sensitivity(at) in one call, of a single scenario."""
    return power_flow(case, *arguments, **keywords).sensitivity(at)


def _ids(table):
    return table["id"].to_numpy()


def power_flow(case, p_kw=None, q_kvar=None, dp_kw=None, dq_kvar=None, *, method="automatic",
               threads=0, buses=None, **keywords):
    """Power flow of a case, or a batch of it, in one call: Solver(case, ...).solve(p_kw, ...).

    Further keywords are powers as in Solver.solve, and options as in gs.options("power_flow"). Of a
    circuit: CircuitSolver(circuit, ...).solve(...) with its keywords.
    """
    if isinstance(case, Circuit):
        return _circuit_flow(case, threads, (p_kw, q_kvar, dp_kw, dq_kvar, buses), keywords)
    powers, options = split(keywords)
    solver = Solver(case, method, threads, **options)
    return solver.solve(p_kw, q_kvar, dp_kw, dq_kvar, buses=buses, **powers)


def _circuit_flow(circuit, threads, of_buses, keywords):
    if any(value is not None for value in of_buses):
        raise UsageError("powers of a circuit go by its loads and generation: load_kw, load_kvar, "
                         "der_kw, der_kvar")
    powers = {name: keywords.pop(name) for name in [*CircuitPowers.KEYWORDS, "start"]
              if name in keywords}
    return CircuitSolver(circuit, threads, **keywords).solve(**powers)
