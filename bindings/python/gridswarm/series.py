# SPDX-License-Identifier: BSD-3-Clause
"""A time series of power flows in one call, as `gridswarm flow --profiles` does it."""
import os

import numpy as np
import pandas as pd

from . import _gridswarm
from .case import bus_ids, native
from .circuit import Circuit, Nodes
from .circuit import native as native_circuit
from .errors import UsageError
from .flow_result import RAD_PER_DEG


def time_series(case, profiles=None, *, start=None, duration=None, step=None, loads=None,
                generation=None, unit=None, method="automatic", threads=0, memory_mib=16.0,
                each=None, **options):
    """Power flow at every step of profiles: a Dataset (time, bus) of vm_pu and va_deg, and per time
    the figures of gridswarm flow: status, losses, lowest and highest voltage and their buses.

    profiles   path of a profile file or several; or a DataFrame over a DatetimeIndex. A column is
               for the bus its name tells (17, "bus17_pu", "17_kw" with "17_kvar" beside it), or the
               only column is for all loads. Per unit multiplies what the case states, kW stands
               instead of it, consumption positive. A value holds to the next stamp.
    unit       of columns whose name tells none: "per_unit", "kw" or "kwh_per_step"
    loads, generation
               DataFrame or path with columns bus, profile, p_mw, q_mvar: what consumes and what
               injects, instead of all loads of the case; it names the profile each follows
    start, duration, step
               a stamp, and spans of time ("7d", "15min", Timedelta); None: all there is, at the
               shortest step of the profiles
    A circuit gives (time, bus, phase) and what `gridswarm flow --scenarios` says of every step; its
    columns and lists go by names of loads (load, profile, kw, kvar) and, for generation, of
    circuit.der (der, profile, kw, kvar). Without profiles it follows its own load shapes for a day.

    each       each(Dataset) is called with block after block, and nothing is kept: for a series
               that does not fit memory. `memory_mib` is about what a block takes.
    options    gs.options("power_flow")
    """
    texts = {}
    is_circuit = isinstance(case, Circuit)
    if profiles is None and not is_circuit:
        raise UsageError("a case has no load shapes of its own; give profiles")
    paths = [] if profiles is None else _paths(profiles, texts)
    typed = {"profiles": ",".join(paths), "unit": unit or "",
             "loads": _list(loads, "loads", texts),
             "generation": _list(generation, "generation", texts),
             "start": "" if start is None else pd.Timestamp(start).strftime("%Y-%m-%dT%H:%M:%S"),
             "duration": _span(duration), "step": _span(step)}
    if is_circuit:
        job = _gridswarm.prepare_circuit_series(native_circuit(case), typed, texts, threads,
                                                options)
        dataset = _circuit_datasets(case)
    else:
        job = _gridswarm.prepare_series(native(case), typed, texts, method, threads, options)
        dataset = _datasets(case)
    time = _instants(job)
    blocks = []

    def deliver(first, vm, va, figures):
        block = dataset(time[first:first + len(vm)], vm, va, figures)
        if each is None:
            blocks.append(block)
        else:
            each(block)

    job.run(deliver, float(memory_mib))
    if each is not None:
        return None
    import xarray
    return blocks[0] if len(blocks) == 1 else xarray.concat(blocks, "time",
                                                            combine_attrs="override")


def _paths(profiles, texts):
    if isinstance(profiles, (pd.DataFrame, pd.Series)):
        texts["profiles"] = _profile_text(pd.DataFrame(profiles))
        return ["profiles"]
    if isinstance(profiles, (str, os.PathLike)):
        profiles = [profiles]
    return [os.fspath(path) for path in profiles]


def _profile_text(frame):
    index = frame.index
    if not isinstance(index, pd.DatetimeIndex):
        raise UsageError("profiles need a DatetimeIndex, not "
                         f"{type(index).__name__}; a file may do without dates")
    stamps = index.strftime("%Y-%m-%dT%H:%M:%S")
    return frame.set_axis(pd.Index(stamps, name="time")).to_csv()


def _list(table, name, texts):
    if table is None:
        return ""
    if isinstance(table, pd.DataFrame):
        texts[name] = table.to_csv(index=False)
        return name
    return os.fspath(table)


def _span(span):
    if span is None or isinstance(span, str):
        return span or ""
    return f"{pd.Timedelta(span).total_seconds():.9g}"


def _instants(job):
    seconds = np.round(np.asarray(job.seconds()) * 1e9).astype("timedelta64[ns]")
    unit = job.unit()
    since = "seconds since "
    if not unit.startswith(since):
        return seconds
    return np.datetime64(unit[len(since):], "ns") + seconds


def _datasets(case):
    return _maker(case.name, ("bus",), {"bus": bus_ids(case)}, lambda values: values)


def _circuit_datasets(circuit):
    nodes = Nodes(circuit)
    return _maker(circuit.name, ("bus", "phase"), {"bus": nodes.bus, "phase": nodes.phase},
                  nodes.spread)


def _maker(name, dims, coords, spread):
    """A function that makes a block's Dataset."""
    import xarray

    def make(time, vm, va, figures):
        both = ("time", *dims)
        return xarray.Dataset(
            {"vm_pu": (both, spread(vm), {"long_name": "voltage magnitude", "units": "1"}),
             "va_deg": (both, spread(va / RAD_PER_DEG),
                        {"long_name": "voltage angle", "units": "degree"}),
             **{key: ("time", np.array(values)) for key, values in figures.items()}},
            coords={"time": time, **coords}, attrs={"case": name})

    return make
