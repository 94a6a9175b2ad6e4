# SPDX-License-Identifier: BSD-3-Clause
"""Power flow: one case, or a batch of scenarios of it."""
import numpy as np
import pandas as pd

from . import _gridswarm
from .case import native
from .errors import UsageError


class FlowResult:
    """What the wires answer. One scenario where 1-D (or no) powers were given, else a batch.

    bus, branch      DataFrames of a single scenario (branches of a batch: see `branch_of`)
    vm_pu, va_deg    DataArray (scenario, bus) in a batch, (bus) otherwise; NaN where unsupplied
    converged, iterations, max_mismatch_va, losses_mw
                     bool, int, VA, MW; arrays (scenario) in a batch
    """

    def __init__(self, case, solved, is_batch):
        self._case = case
        self._solved = solved
        self._buses = case.bus["bus"].to_numpy() if "bus" in case.bus else case.bus.index.to_numpy()
        self._ends = case.branch[["fbus", "tbus"]].reset_index(drop=True)
        self.is_batch = is_batch

    def _per_scenario(self, values):
        return values if self.is_batch else values[0].item()

    def _per_bus(self, values, text, unit):
        import xarray
        attributes = {"long_name": text, "units": unit}
        dims = ("scenario", "bus")
        array = xarray.DataArray(values, dims=dims, coords={"bus": self._buses}, attrs=attributes)
        return array if self.is_batch else array.isel(scenario=0)

    @property
    def converged(self):
        return self._per_scenario(self._solved.converged())

    @property
    def iterations(self):
        return self._per_scenario(self._solved.iterations())

    @property
    def max_mismatch_va(self):
        return self._per_scenario(self._solved.mismatch())

    @property
    def losses_mw(self):
        return self._per_scenario(self._solved.losses())

    @property
    def vm_pu(self):
        return self._per_bus(self._solved.vm(), "voltage magnitude", "1")

    @property
    def va_deg(self):
        return self._per_bus(self._solved.va(), "voltage angle", "degree")

    @property
    def bus(self):
        """DataFrame bus, vm_pu, va_deg, also indexed by bus number (single scenario)."""
        self._refuse_batch("bus", "vm_pu and va_deg")
        return pd.DataFrame({"bus": self._buses, "vm_pu": self._solved.vm()[0],
                             "va_deg": self._solved.va()[0]}, index=self._buses)

    @property
    def branch(self):
        """DataFrame fbus, tbus, pf_mw, qf_mvar, pt_mw, qt_mvar (into the branch at its from and to
        end), i_ka, loading_percent (NaN where unlimited), in the order of case.branch."""
        self._refuse_batch("branch", "branch_of(scenario)")
        return self.branch_of(0)

    def branch_of(self, scenario):
        """The branches of one scenario of a batch."""
        return pd.concat([self._ends, pd.DataFrame(self._solved.branch(scenario))], axis=1)

    def summary(self, scenario=0):
        """What `gridswarm flow --json` says of one scenario, as a dict."""
        return self._solved.summary(scenario)

    def _refuse_batch(self, name, instead):
        if self.is_batch:
            raise UsageError(f"a batch has no .{name}; use {instead}")

    def __repr__(self):
        scenarios = self._solved.converged()
        return (f"<gridswarm.FlowResult {self._case.name}: {len(scenarios)} scenarios, "
                f"{int(scenarios.sum())} converged>")


def _powers(case, buses, given, name):
    """A (scenario or 1, bus) array in the order of case.bus, and whether it is a batch."""
    if given is None:
        return None, False
    if isinstance(given, pd.Series):
        missing = [bus for bus in buses if bus not in given.index]
        if missing:
            raise UsageError(f"{name} has no value for bus {missing[0]}")
        given = given.reindex(buses)
    values = np.asarray(given, dtype=float)
    if values.ndim not in (1, 2) or values.shape[-1] != len(buses):
        raise UsageError(f"{name} has shape {values.shape}; give ({len(buses)},) or "
                         f"(scenarios, {len(buses)}), one column per row of case.bus")
    return np.ascontiguousarray(np.atleast_2d(values)), values.ndim == 2


def power_flow(case, p_kw=None, q_kvar=None, dp_kw=None, dq_kvar=None, threads=0,
               **options):
    """Power flow of a radial case by current summation.

    p_kw, q_kvar    TOTAL net injection per bus, INTO the grid positive, in three-phase kW and kvar:
                    it replaces what the case states there (loads, and generators at load buses).
                    Shape (bus,) in the order of case.bus, a Series indexed by bus number, or
                    (scenario, bus) for a batch. None: what the case states.
    dp_kw, dq_kvar  an ADDITION to that, same shapes and sign.
    options         gs.options("power_flow"): tol_step_pu, max_iterations.
    threads         0 for all cores; the result does not depend on it.
    Values at sources and at buses without supply are ignored. No convergence is a result
    (`res.converged`), not an error. The GIL is released while solving.
    Raises InputError for a case that can't be used (a loop, a PV bus), UsageError for shapes.
    """
    grid = native(case)
    buses = case.bus["bus"].to_numpy() if "bus" in case.bus else case.bus.index.to_numpy()
    given = {"p_kw": p_kw, "q_kvar": q_kvar, "dp_kw": dp_kw, "dq_kvar": dq_kvar}
    arrays = {name: _powers(case, buses, value, name) for name, value in given.items()}
    solved = _gridswarm.solve(grid, *(array for array, _ in arrays.values()), threads,
                              options)
    return FlowResult(case.copy(), solved, any(batch for _, batch in arrays.values()))
