# SPDX-License-Identifier: BSD-3-Clause
"""Frequency of areas after a disturbance, with and without groups of the swarm."""
import pandas as pd

from . import _gridswarm
from .errors import UsageError


class FrequencyResponse:
    """What a study gave.

    figures: DataFrame, a row per area: nadir_hz, nadir_s, zenith_hz, rocof_hz_per_s, settle_s
    (infinite: never), end_hz, end_export_mw, end_generation_mw, end_support_mw, off_hz_s.
    frequency_hz, support_mw, generation_mw: DataFrames, time by area; tie_mw: time by line
    (powers are deviations). group_mw: powers at the end. messages, bytes: between groups.
    """

    def __init__(self, told):
        time = pd.Index(told["time_s"], name="time_s")
        self.figures = pd.DataFrame(told["figures"]).rename_axis("area")
        for name in ("frequency_hz", "support_mw", "generation_mw", "tie_mw"):
            setattr(self, name, pd.DataFrame(told[name], index=time))
        self.group_mw = told["group_mw"]
        self.messages = told["messages"]
        self.bytes = told["bytes"]


def frequency_response(areas, loads, ties=None, groups=None, talks=(), **options):
    """Simulate the frequency of areas after steps of load.

    areas: DataFrame, a row per area; columns as gs.options("area") names them, missing ones keep
    their default. loads: DataFrame time_s, load_mw, area (0 if missing). ties: DataFrame from, to,
    synchronising_mw_per_rad; areas count from 0. groups: DataFrame area, min_mw, max_mw and, where
    wanted, droop_mw_per_hz, dead_band_hz, response_s, measure_delay_s, cost_per_mw2, at_tie; None:
    without the swarm. talks: pairs of rows of groups that exchange prices. options:
    gs.options("frequency_response").
    Returns a FrequencyResponse. Raises InputError for a row that can't be, UsageError for a wrong
    column or option.
    """
    for name, table in (("areas", areas), ("loads", loads), ("ties", ties), ("groups", groups)):
        if table is not None and not isinstance(table, pd.DataFrame):
            raise UsageError(f"{name} must be a DataFrame, not {type(table).__name__}")
    return FrequencyResponse(_gridswarm.frequency_response(
        areas.to_dict("records"), _columns(ties), _columns(loads), _columns(groups),
        [(int(a), int(b)) for a, b in talks], options))


def _columns(table):
    return {} if table is None else {name: table[name].to_numpy() for name in table}
