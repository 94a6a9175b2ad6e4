# SPDX-License-Identifier: BSD-3-Clause
"""What the wires answer: arrays (scenario, bus) that show the library's own memory."""
import numpy as np
import pandas as pd

from . import _gridswarm
from .errors import UsageError

_FLOWS = {"pf_mw": ("active power into the from end", "MW"),
          "qf_mvar": ("reactive power into the from end", "Mvar"),
          "pt_mw": ("active power into the to end", "MW"),
          "qt_mvar": ("reactive power into the to end", "Mvar"),
          "i_ka": ("current, larger of both ends", "kA"),
          "loading_percent": ("loading, NaN where unlimited", "%")}


RAD_PER_DEG = np.pi / 180.0  # as the program divides, to the last bit
_numbers_of_a_scenario = []


def _per_scenario(function):
    """A property that is an array (scenario) in a batch, else its only value."""
    def read(self):
        values = function(self)
        return values if self.is_batch else values[0].item()

    _numbers_of_a_scenario.append(function.__name__)
    return property(read, doc=function.__doc__)


class FlowResult:
    """One scenario where 1-D (or no) powers were given, else a batch.

    bus, branch      DataFrames of a single scenario (branches of a batch: `branches`, `branch_of`)
    vm_pu, va_deg, va_rad
                     DataArray (scenario, bus) in a batch, (bus) otherwise; NaN where unsupplied.
                     vm_pu and va_rad show the library's memory without a copy, read-only
    status           "converged", "diverged", "unsupplied" or "infeasible"
    converged, iterations, method
                     bool, int and word
    max_mismatch_va, worst_bus, max_step_pu
                     the largest power unexplained, the number of its bus, the last voltage step
    losses_mw, source_mw, source_mvar
                     lost in branches; sent by the sources into the branches
    Each is a value for one scenario, else an array (scenario). A scenario axis keeps the name and
    labels that the powers had, so a DataFrame over time gives results over time.
    """

    def __init__(self, solver, batch, given):
        self.solver = solver
        self._batch = batch
        self._given = given
        self.is_batch = given.is_batch

    @property
    def _buses(self):
        return self.solver.ids["bus"]

    def _array(self, values, dim, coords, text, unit):
        import xarray
        coords = dict(coords)
        if self.is_batch and self._given.labels is not None:
            coords[self._given.dim] = self._given.labels
        dims = (self._given.dim, dim)
        if not self.is_batch:
            values, dims = values[0], dims[1:]
        return xarray.DataArray(values, dims=dims, coords=coords,
                                attrs={"long_name": text, "units": unit})

    def _per_bus(self, values, text, unit):
        return self._array(values, "bus", {"bus": self._buses}, text, unit)

    @_per_scenario
    def status(self):
        return np.array(self._batch.status())

    @_per_scenario
    def method(self):
        return np.array(self._batch.method())

    @_per_scenario
    def converged(self):
        return self._batch.converged()

    @_per_scenario
    def iterations(self):
        return self._batch.iterations()

    @_per_scenario
    def max_mismatch_va(self):
        return self._batch.mismatch()

    @_per_scenario
    def max_step_pu(self):
        return self._batch.step()

    @_per_scenario
    def worst_bus(self):
        return self._batch.worst()

    @_per_scenario
    def losses_mw(self):
        return self._batch.losses()

    @_per_scenario
    def source_mw(self):
        return self._batch.source_p() * self.solver.case.base_mva

    @_per_scenario
    def source_mvar(self):
        return self._batch.source_q() * self.solver.case.base_mva

    @property
    def vm_pu(self):
        return self._per_bus(self._batch.vm_pu(), "voltage magnitude", "1")

    @property
    def va_rad(self):
        return self._per_bus(self._batch.va_rad(), "voltage angle", "radian")

    @property
    def va_deg(self):
        return self._per_bus(self._batch.va_rad() / RAD_PER_DEG, "voltage angle", "degree")

    @property
    def bus(self):
        """DataFrame bus, vm_pu, va_deg, also indexed by bus number (single scenario)."""
        self._refuse_batch("bus", "vm_pu and va_deg")
        return pd.DataFrame({"bus": self._buses, "vm_pu": self._batch.vm_pu()[0],
                             "va_deg": self._batch.va_rad()[0] / RAD_PER_DEG}, index=self._buses)

    @property
    def branch(self):
        """DataFrame fbus, tbus, pf_mw, qf_mvar, pt_mw, qt_mvar (into the branch at its from and to
        end), i_ka, loading_percent (NaN where unlimited), in the order of case.branch."""
        self._refuse_batch("branch", "branch_of(scenario) or branches()")
        return self.branch_of(0)

    def branch_of(self, scenario):
        """The branches of one scenario of a batch, by its number."""
        ends = self.solver.case.branch[["fbus", "tbus"]].reset_index(drop=True)
        return pd.concat([ends, pd.DataFrame(self._batch.branch(scenario))], axis=1)

    def branches(self, *names):
        """Dataset (scenario, branch) of the columns of `branch` named (all without a name), with
        the rows of case.branch as coordinate."""
        import xarray
        unknown = [name for name in names if name not in _FLOWS]
        if unknown:
            raise UsageError(f"branches have no {unknown[0]}; there are " + ", ".join(_FLOWS))
        table = self.solver.case.branch
        coords = {"branch": np.arange(len(table)), "fbus": ("branch", table["fbus"].to_numpy()),
                  "tbus": ("branch", table["tbus"].to_numpy())}
        values = self._batch.branches(list(names or _FLOWS))
        return xarray.Dataset({name: self._array(array, "branch", coords, *_FLOWS[name])
                               for name, array in values.items()})

    def load_margin(self, tol=1e-3, cap=10.0):
        """How far the load of each scenario could be scaled before no power flow exists: above 1 a
        reserve, below 1 what a diverged scenario would have to shed; `cap` where it is not limited
        before. Load is what consumes; generation stays. `tol`: width of the last bracket.
        """
        values = _gridswarm.margin_of(self._batch, tol, cap)[0]
        return values if self.is_batch else values[0].item()

    def sensitivity(self, buses=None, scenario=0):
        """How one scenario of a radial case answers to injections, to first order.

        Dataset of vm_pu_per_mw, vm_pu_per_mvar (at, bus), loading_percent_per_mw and _per_mvar
        (at, branch), and the loss factors losses_mw_per_mw, losses_mw_per_mvar (at): what changes
        per three-phase MW or Mvar more into the grid at bus `at`, which runs over `buses` (all).
        """
        import xarray
        rows = self.solver._rows(None if buses is None else np.asarray(buses))
        rows = rows or list(range(len(self._buses)))
        factored = _gridswarm.factor(self._batch, scenario)
        pu_per_mw = 1000.0 * self.solver.pu_per_kw
        made = {}
        for which, unit in enumerate(("mw", "mvar")):
            voltages, loadings = factored.columns(rows, bool(which))
            made[f"vm_pu_per_{unit}"] = ("at", "bus"), voltages * pu_per_mw
            made[f"loading_percent_per_{unit}"] = ("at", "branch"), loadings * pu_per_mw
            losses = factored.losses()[which][rows]
            made[f"losses_mw_per_{unit}"] = "at", losses * pu_per_mw * self.solver.case.base_mva
        return xarray.Dataset(made, coords={"at": self._buses[rows], "bus": self._buses,
                                            "branch": np.arange(len(self.solver.case.branch))})

    def to_dataset(self):
        """vm_pu, va_deg, and what is known per scenario, as one xarray Dataset."""
        import xarray
        per_bus = {"vm_pu": self.vm_pu, "va_deg": self.va_deg}
        dims = (self._given.dim,) if self.is_batch else ()
        return xarray.Dataset({**per_bus, **{name: (dims, getattr(self, name))
                                            for name in _numbers_of_a_scenario}},
                              attrs={"case": self.solver.case.name})

    def summary(self, scenario=0):
        """What `gridswarm flow --json` says of one scenario, as a dict."""
        return self._batch.summary(scenario)

    def _refuse_batch(self, name, instead):
        if self.is_batch:
            raise UsageError(f"a batch has no .{name}; use {instead}")

    def __repr__(self):
        scenarios = self._batch.converged()
        return (f"<gridswarm.FlowResult {self.solver.case.name}: {len(scenarios)} scenarios, "
                f"{int(scenarios.sum())} converged>")
