# SPDX-License-Identifier: BSD-3-Clause
"""Powers as people hold them: NumPy, pandas or xarray, in the unit that the keyword ends with."""
import numpy as np
import pandas as pd

from .errors import UsageError

# What a keyword means to the solver, and how many kW its unit is (None: the case's p.u.).
_UNITS = {"kw": 1.0, "kvar": 1.0, "mw": 1000.0, "mvar": 1000.0, "pu": None}
_QUANTITIES = {"p": ("kw", "mw", "pu"), "q": ("kvar", "mvar", "pu"),
               "dp": ("kw", "mw", "pu"), "dq": ("kvar", "mvar", "pu"),
               "load_p": ("kw", "mw", "pu"), "load_q": ("kvar", "mvar", "pu"),
               "inverter_p": ("kw", "mw", "pu")}
KEYWORDS = {f"{quantity}_{unit}": (quantity, unit)
            for quantity, units in _QUANTITIES.items() for unit in units}
_DEVICES = {"load_p": "load", "load_q": "load", "inverter_p": "inverter"}


class Powers:
    """Arrays ready for the solver, and the labels of their scenarios.

    arrays    quantity -> ((scenarios or 1, columns) C-contiguous float64, p.u. per unit)
    is_batch  whether any of them had a scenario axis; `dim` and `labels` are that axis's name and
              coordinate (None: numbered)
    """

    owner = "case"

    def __init__(self, solver, given, buses=None):
        self._begin()
        self._of = {}
        for name, value in given.items():
            if value is None:
                continue
            quantity, unit = KEYWORDS[name]
            if quantity in self.arrays:
                raise UsageError(f"{name} and {self._of[quantity]} say the same; give one of them")
            self._of[quantity] = name
            kind = _DEVICES.get(quantity, "bus")
            wanted = solver.ids[kind] if kind != "bus" or buses is None else buses
            array = self._read(value, name, kind, wanted)
            kw = _UNITS[unit]
            self.arrays[quantity] = (array, 1.0 if kw is None else kw * solver.pu_per_kw)

    def _begin(self):
        self.arrays, self.is_batch, self.dim, self.labels = {}, False, "scenario", None

    def _label(self, name, dim, labels):
        """One scenario axis for all arrays."""
        self.is_batch = True
        if dim != "scenario":
            self.dim = dim
        if labels is None:
            return
        if self.labels is not None and not np.array_equal(self.labels, labels):
            raise UsageError(f"the scenarios of {name} have other labels than those before it")
        self.labels = labels

    def _read(self, value, name, kind, wanted):
        if isinstance(value, pd.Series):
            value = value.iloc[_places(value.index, wanted, name, kind)]
        elif isinstance(value, pd.DataFrame):
            self._label(name, _axis_name(value.index), _axis_labels(value.index))
            value = _reordered(value, _places(value.columns, wanted, name, kind))
        elif hasattr(value, "dims"):
            value = self._read_xarray(value, name, kind, wanted)
        try:
            array = np.asarray(value)
            array = array.astype(np.float64, casting="safe" if array.dtype.kind in "cmM" else
                                 "unsafe", copy=False)
        except (TypeError, ValueError):
            raise UsageError(f"{name} must hold numbers only") from None
        if array.ndim not in (1, 2) or array.shape[-1] != len(wanted):
            raise UsageError(f"{name} has shape {array.shape}; give ({len(wanted)},) or "
                             f"(scenarios, {len(wanted)}), one column per "
                             + ("bus of `buses`" if kind == "bus" and len(wanted) == 0 else
                                f"row of case.{kind}, or per bus of `buses`" if kind == "bus" else
                                f"row of {self.owner}.{kind}"))
        self.is_batch |= array.ndim == 2
        return np.ascontiguousarray(np.atleast_2d(array))

    def _read_xarray(self, value, name, kind, wanted):
        others = [dim for dim in value.dims if dim != kind]
        if kind not in value.dims or len(others) > 1:
            raise UsageError(f"{name} has the dimensions {value.dims}; give {kind!r} and at most "
                             "one for the scenarios")
        value = value.transpose(*others, kind)
        if kind in value.coords:
            value = _reordered(value, _places(value.indexes[kind], wanted, name, kind), kind)
        if others:
            labels = value.indexes.get(others[0])
            self._label(name, others[0], None if labels is None else labels.to_numpy())
        return value.values


class CircuitPowers(Powers):
    """The same for a circuit: powers, taps and steps by the rows of its tables."""

    owner = "circuit"
    # keyword -> (what the solver calls it, whose rows it has)
    KEYWORDS = {"tap_pu": ("taps", "regulator"), "steps_in": ("steps", "shunt"),
                **{f"{kind}_{unit}": (f"{kind}_{quantity}", kind)
                   for kind in ("load", "der") for unit, quantity in (("kw", "p"), ("kvar", "q"))}}

    def __init__(self, solver, given):
        self._begin()
        for name, value in given.items():
            if value is not None:
                quantity, kind = self.KEYWORDS[name]
                self.arrays[quantity] = self._read(value, name, kind, solver.ids[kind])


def _axis_name(index):
    return index.name or ("time" if isinstance(index, pd.DatetimeIndex) else "scenario")


def _axis_labels(index):
    return None if isinstance(index, pd.RangeIndex) and index.start == 0 else index.to_numpy()


def _places(index, wanted, name, kind):
    """Where each wanted id stands in an index."""
    if not index.is_unique:
        raise UsageError(f"{name} has {kind} {index[index.duplicated()][0]} twice")
    places = index.get_indexer(wanted)
    if (places < 0).any():
        raise UsageError(f"{name} has no value for {kind} {wanted[int(np.argmax(places < 0))]}")
    return places


def _reordered(value, places, dim=None):
    """Columns in that order; the very same object where they are in order already."""
    width = value.shape[-1]
    if len(places) == width and (places == np.arange(width)).all():
        return value
    return value.iloc[:, places] if dim is None else value.isel({dim: places})


def split(keywords):
    """(powers, options) of a function's keywords."""
    powers = {name: value for name, value in keywords.items() if name in KEYWORDS}
    return powers, {name: value for name, value in keywords.items() if name not in KEYWORDS}


def unpack(p_kw, powers):
    """Keywords of a Dataset given in the place of p_kw, with whatever else is given."""
    if not hasattr(p_kw, "data_vars"):
        return {"p_kw": p_kw, **powers}
    unknown = [name for name in p_kw.data_vars if name not in KEYWORDS]
    if unknown:
        raise UsageError(f"no power is called {unknown[0]}; the variables of a Dataset may be "
                         + ", ".join(KEYWORDS))
    return {**{name: p_kw[name] for name in p_kw.data_vars},
            **{name: value for name, value in powers.items() if value is not None}}
