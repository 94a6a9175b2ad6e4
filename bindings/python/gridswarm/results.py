# SPDX-License-Identifier: BSD-3-Clause
"""Results of a run as xarray Datasets, opened when they are asked for."""
import os

from .errors import FileError, UsageError

GROUPS = ("wires", "totals", "agents", "devices", "buses", "branches")
LARGE = ("wires", "devices")  # stay in the file until they are used


class Feeder:
    """One feeder of a run.

    wires     Dataset (time, variant, bus): p_kw, q_kvar into the grid; vm_pu, va_deg; of a circuit
              buses are names, and vm_pu, va_deg are over (time, variant, node), nodes as "650.2"
    totals    Dataset (time, variant): energy balance and the planner's figures of every tick
    agents    Dataset (time, variant, agent) per ledger tick: soc, energies, cluster; and per agent
    devices   Dataset (time, variant, agent) per control tick: p_kw, soc; if the scenario asked
    buses, branches   Datasets: the wires as they were solved, a town's variation included
    Time is local; a control tick is stamped with its beginning, a ledger tick with its end.
    """

    def __init__(self, path, key, attributes, groups):
        self._path = path
        self._open = {}
        self.key = key
        self.attrs = attributes
        self.groups = groups

    @property
    def name(self):
        return self.attrs.get("case", self.key)

    def dataset(self, group):
        """The Dataset of one group; it stays open until close()."""
        if group not in self.groups:
            raise UsageError(f"{self._path} has no {group} for {self.key}; it holds "
                             + ", ".join(self.groups))
        if group not in self._open:
            read = _open_dataset if group in LARGE else _load_dataset
            self._open[group] = read(self._path, f"{self.key}/{group}")
        return self._open[group]

    def __getattr__(self, name):
        if name in GROUPS:
            return self.dataset(name)
        raise AttributeError(name)

    def close(self):
        for data in self._open.values():
            data.close()
        self._open.clear()

    def __repr__(self):
        return f"<gridswarm.Feeder {self.key} ({self.name}): {', '.join(self.groups)}>"


class Results:
    """A results.h5: `feeders` is a list of Feeder, `attrs` the scenario's settings."""

    def __init__(self, path, attributes, feeders):
        self.path = path
        self.attrs = attributes
        self.feeders = feeders

    def __len__(self):
        return len(self.feeders)

    def __getitem__(self, which):
        """Feeder by position, or by key such as "feeder_03"."""
        if isinstance(which, str):
            for feeder in self.feeders:
                if feeder.key == which:
                    return feeder
            raise KeyError(which)
        return self.feeders[which]

    def close(self):
        for feeder in self.feeders:
            feeder.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def __repr__(self):
        return f"<gridswarm.Results {self.path}: {len(self)} feeders>"


def _plain(attributes):
    out = {}
    for name, value in attributes.items():
        if name.startswith("_"):
            continue
        if isinstance(value, bytes):
            value = value.decode()
        out[name] = value.item() if getattr(value, "shape", None) in ((), (1,)) else value
    return out


def _load_dataset(path, group):
    """A group as a Dataset in memory: much quicker than a general reader, for groups that are
    small."""
    import h5py
    import xarray
    variables = {}
    with h5py.File(path, "r") as file:
        for name, data in file[group].items():
            dims = [dim[0].name.rsplit("/", 1)[-1] if len(dim) else name for dim in data.dims]
            values = data.asstr()[()] if h5py.check_string_dtype(data.dtype) else data[()]
            attributes = {key: data.attrs[key] for key in ("units", "long_name")
                          if key in data.attrs}
            variables[name] = (dims, values, _plain(attributes))
    return xarray.decode_cf(xarray.Dataset(variables))


def _open_dataset(path, group):
    """The same, read from the file as it is needed."""
    import importlib.util
    import xarray
    engine = "h5netcdf" if importlib.util.find_spec("h5netcdf") else "netcdf4"
    return xarray.open_dataset(path, engine=engine, group=group)


def open_results(path):
    """Open a run's results.h5, or the folder that holds it.

    Raises FileError where there is none, or where it is no results file.
    """
    import h5py
    path = os.fspath(path)
    if os.path.isdir(path):
        path = os.path.join(path, "results.h5")
    if not os.path.isfile(path):
        raise FileError(f"{path}: does not exist; a run that failed leaves no results", path=path)
    try:
        with h5py.File(path, "r") as file:
            feeders = [Feeder(path, key, _plain(file[key].attrs),
                              [name for name in GROUPS if name in file[key]])
                       for key in sorted(file) if key.startswith("feeder_")]
            attributes = _plain(file.attrs)
    except OSError as error:
        raise FileError(f"{path}: is no HDF5 file that can be read ({error})", path=path) from None
    return Results(path, attributes, feeders)
