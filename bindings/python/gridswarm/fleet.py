# SPDX-License-Identifier: BSD-3-Clause
"""Fleets: the devices of a feeder, as a DataFrame with the columns of FLEET.csv."""
import io
import os

import pandas as pd

from . import _gridswarm
from .case import native
from .errors import FileError


def _table(text):
    table = pd.read_csv(io.StringIO(text), float_precision="round_trip")
    return table


def text_of(fleet):
    """A fleet as the text of a FLEET.csv."""
    return fleet.to_csv(index=False)


def read_fleet(path, case=None):
    """Read FLEET.csv: one row per agent (agent, bus, kind, s_kva, rating_kw, e_kwh, soc, ...).

    Power counts into the grid as positive. With a case, every row is checked against it, missing
    cells get their kind's default, and rows are sorted by agent.
    Returns a DataFrame to edit. Raises FileError, or InputError with `file` and `line`.
    """
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise FileError(f"{os.fspath(path)}: can't be read: {error.strerror}",
                        path=os.fspath(path)) from None
    if case is not None:
        text = _gridswarm.check_fleet(text, os.fspath(path), native(case))
    return _table(text)


def synthetic_fleet(case, agents, seed=1, **mix):
    """Made-up devices on a case: a DataFrame like read_fleet's, the same for the same seed.

    mix: keywords of gs.options("synthetic_fleet"), such as pv_share and pv_of_load.
    """
    return _table(_gridswarm.synthetic_fleet(native(case), agents, seed, mix))
