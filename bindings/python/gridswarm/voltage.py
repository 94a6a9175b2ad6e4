# SPDX-License-Identifier: BSD-3-Clause
"""Voltage held by a cluster: who changes reactive and active power by how much."""
import numpy as np
import pandas as pd

from . import _gridswarm
from .case import native
from .errors import UsageError
from .flow import power_flow


class VoltageSupport:
    """What gs.hold_voltage answers.

    held     True where every supplied bus comes within its band
    message  one sentence: which bus stays outside and by how much; "" where held
    q_kvar, p_kw  Series by device: changes of injection; p_kw is 0 unless devices give active power
    v_pu     Series by bus number: |V| expected afterwards, on the linear model around v_pu given
    outside_before_pu, outside_left_pu  largest distance of a bus from its band, before and after
    rounds, messages  between neighbours, where members agree; 0 with a leader
    """

    def __init__(self, held, message, q_kvar, p_kw, v_pu, outside, rounds, messages):
        self.held, self.message = held, message
        self.q_kvar, self.p_kw, self.v_pu = q_kvar, p_kw, v_pu
        self.outside_before_pu, self.outside_left_pu = outside
        self.rounds, self.messages = rounds, messages

    def __repr__(self):
        state = "held" if self.held else self.message
        return f"<gridswarm.VoltageSupport {len(self.q_kvar)} devices: {state}>"


def hold_voltage(devices, case, v_pu=None, v_min_pu=0.95, v_max_pu=1.05, agreed=False):
    """Bring all buses of a radial case into a voltage band by what its devices can change.

    devices: DataFrame (or dict of columns), a row per device, its index their names: bus,
    q_min_kvar <= 0 <= q_max_kvar and, where active power may help, p_min_kw <= 0 <= p_max_kw, all
    changes of injection. v_pu: |V| now, by rows of case.bus; its power flow where not given.
    agreed: False: a leader finds the least effort, sum dq^2 / reserve, then active power where that
    does not suffice. True: members agree by averaging on equal use of their reactive power.
    The answer is that of the linear model: hold it against power_flow(dp_kw=, dq_kvar=).
    Returns VoltageSupport; reserves that don't suffice are an answer, not an error. Raises
    UsageError for a band or a reserve that can't be, naming the device.
    """
    devices = pd.DataFrame(devices)
    rows = {bus: row for row, bus in enumerate(case.bus["bus"])}
    for device, bus in zip(devices.index, devices["bus"]):
        if bus not in rows:
            raise UsageError(f"device {device}: {case.name} has no bus {bus}")
    columns = _reserves(devices, "q_min_kvar", "q_max_kvar")
    if "p_max_kw" in devices:
        if agreed:
            raise UsageError("devices agree on reactive power only; leave out p_min_kw, p_max_kw")
        columns += _reserves(devices, "p_min_kw", "p_max_kw")
    if v_pu is None:
        v_pu = power_flow(case).bus["vm_pu"]
    v_pu = np.ascontiguousarray(v_pu, dtype=float)
    if v_pu.shape != (len(case.bus),):
        raise UsageError(f"v_pu needs {len(case.bus)} numbers, one per row of case.bus")
    dq, dp, after, held, before, left, worst, rounds, messages = _gridswarm.hold_voltage(
        native(case), [rows[bus] for bus in devices["bus"]], columns, v_pu, v_min_pu, v_max_pu,
        agreed)
    numbers = case.bus["bus"].to_numpy()
    message = "" if held else (f"bus {numbers[worst]} stays {left:.3g} p.u. outside of its band "
                               "with the reserves that reach it used up")
    p_kw = dp if len(dp) else np.zeros(len(devices))
    return VoltageSupport(held, message, pd.Series(dq, devices.index),
                          pd.Series(p_kw, devices.index),
                          pd.Series(after, pd.Index(numbers, name="bus")), (before, left), rounds,
                          messages)


def _reserves(devices, low, high):
    """Both columns; the first device whose reserves don't enclose 0 is refused by name."""
    columns = []
    for name in (low, high):
        if name not in devices:
            raise UsageError(f"devices need a column {name}")
        columns.append(np.ascontiguousarray(devices[name], dtype=float))
    for device, least, most in zip(devices.index, *columns):
        if not (np.isfinite(least) and np.isfinite(most) and least <= 0.0 <= most):
            raise UsageError(f"device {device}: {low} = {least:g} and {high} = {most:g} must be "
                             "finite and enclose 0, the change that needs nothing")
    return columns
