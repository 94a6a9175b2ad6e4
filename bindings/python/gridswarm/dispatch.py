# SPDX-License-Identifier: BSD-3-Clause
"""One cluster's dispatch: who gives how much so that costs are least and limits are kept."""
import numpy as np
import pandas as pd

from . import _gridswarm
from .case import native
from .errors import UsageError

_WIDE = 1e-12  # 1/a_ext of an exchange that must be met is 0; a free one's cost is at least this


class Dispatch:
    """What gs.dispatch answers.

    status  "solved", "short_of_power", "too_much_power" (a fixed exchange out of reach),
            "beyond_limits" (of the wires) or "out_of_rounds"
    message one sentence: what is missing or exceeded, by how much and where; "" where solved
    p_kw    Series by member; q_kvar the same, where members give reactive power
    figures dict: cost, gap to the exact optimum of the same instance, price, missing_kw, rounds,
            messages, bytes; with a case voltage_excess_pu, flow_excess_kw and steps too
    bus, branch  with a case, DataFrames by bus number and branch row: v_pu; p_kw towards the source
    """

    def __init__(self, status, message, p_kw, q_kvar, figures, bus=None, branch=None):
        self.status, self.message, self.p_kw, self.q_kvar = status, message, p_kw, q_kvar
        self.figures, self.bus, self.branch = figures, bus, branch

    @property
    def solved(self):
        return self.status == "solved"

    def __repr__(self):
        return (f"<gridswarm.Dispatch {self.status}: {len(self.p_kw)} members, "
                f"{self.p_kw.sum():.6g} kW, {self.figures['rounds']} rounds>"
                + (f" {self.message}" if self.message else ""))


def dispatch(members, exchange_kw=0.0, exchange_cost=None, case=None, **options):
    """Set-points of least cost within limits, whose sum is an exchange.

    members: DataFrame (or dict of columns), a row per member, its index their names. Costs are
    cost / 2 (p - want_kw)^2 with columns want_kw, min_kw, max_kw, cost (per kW^2); or they come in
    pieces, columns min_kw and pieces: a list of (to_kw, cost_per_kw) or (to_kw, cost_per_kw at the
    piece's begin, at its end), marginal costs that never fall. kW into the grid are positive.
    exchange_kw: what the sum must be, or should be where exchange_cost is given:
    exchange_cost / 2 (sum - exchange_kw)^2 (0: the exchange is free).
    case: a radial Case whose vmin_pu, vmax_pu and rate_mva (on P) are kept as LinDistFlow tells
    them, its loads and generators standing; members then need a column bus, and may give reactive
    power by columns min_kvar, max_kvar, kvar_cost. options: gs.options("dispatch"), with a case
    gs.options("dispatch_network").
    Returns Dispatch; a balance or limits out of reach are an answer, not an error. Raises
    UsageError where a member's limits exclude every set-point, naming it, or a column is wrong.
    """
    members = pd.DataFrame(members)
    inverse = _inverse_of(exchange_cost)
    if "pieces" in members:
        if case is not None:
            raise UsageError("costs in pieces and limits of the wires can't be had together")
        return _in_pieces(members, exchange_kw, inverse, options)
    columns = [_column(members, name) for name in ("want_kw", "min_kw", "max_kw", "cost")]
    _check(members, *columns)
    if case is not None:
        return _on_wires(members, columns, exchange_kw, inverse, case, options)
    status, p_kw, figures, missing_kw = _gridswarm.dispatch_boxed(columns[:3], 1.0 / columns[3],
                                                      float(exchange_kw), inverse, options)
    return Dispatch(status, _balance_message(status, missing_kw), pd.Series(p_kw, members.index),
                    None, figures)


def _inverse_of(exchange_cost):
    if exchange_cost is None:
        return 0.0
    if not 0.0 <= exchange_cost < np.inf:
        raise UsageError(f"exchange_cost must be a finite number from 0, not {exchange_cost}")
    return 1.0 / max(exchange_cost, _WIDE)


def _column(members, name):
    if name not in members:
        raise UsageError(f"members need a column {name}; there are {', '.join(members.columns)}")
    column = np.ascontiguousarray(members[name], dtype=float)
    for member, value in zip(members.index, column):
        if not np.isfinite(value):
            raise UsageError(f"member {member}: {name} = {value} is not a finite number")
    return column


def _check(members, want, low, high, cost, unit="kW"):
    """Refuse the first member without a set-point or a cost, by name."""
    del want
    for member, least, most, a in zip(members.index, low, high, cost):
        if least > most:
            raise UsageError(f"member {member}: limits exclude every set-point, from {least:g} to "
                             f"{most:g} {unit}; the lower limit must not be above the upper one")
        if a <= 0.0:
            raise UsageError(f"member {member}: a cost of {a:g} per {unit}^2; it must be above 0")


def _balance_message(status, missing):
    if status == "short_of_power":
        return f"short of power by {missing:g} kW with every member at its upper limit"
    if status == "too_much_power":
        return f"{-missing:g} kW too much with every member at its lower limit"
    return ""


def _in_pieces(members, exchange_kw, inverse, options):
    first, rows = [0], []
    for member, pieces in zip(members.index, members["pieces"]):
        for piece in pieces:
            if len(piece) not in (2, 3):
                raise UsageError(f"member {member}: a piece is (to_kw, cost_per_kw) or (to_kw, "
                                 f"cost at its begin, cost at its end), not {piece}")
            rows.append((piece[0], piece[1], piece[-1]))
        first.append(len(rows))
    columns = np.ascontiguousarray(np.array(rows, dtype=float).reshape(-1, 3).T)
    try:
        status, p_kw, figures, missing_kw = _gridswarm.dispatch_pieces(
            first, [_column(members, "min_kw"), *columns], float(exchange_kw), inverse, options)
    except UsageError as error:
        raise _named(error, members) from None
    return Dispatch(status, _balance_message(status, missing_kw), pd.Series(p_kw, members.index),
                    None, figures)


def _named(error, members):
    """The library counts members from 0; people know them by name."""
    text = str(error)
    number = text.removeprefix("member ").split(":")[0]
    if text.startswith("member ") and number.isdigit():
        text = f"member {members.index[int(number)]}:" + text.split(":", 1)[1]
    return UsageError(text, *error.args[1:])


def _on_wires(members, columns, exchange_kw, inverse, case, options):
    rows = {bus: row for row, bus in enumerate(case.bus["bus"])}
    if "bus" not in members:
        raise UsageError("members need a column bus where limits of a case are to be kept")
    for member, bus in zip(members.index, members["bus"]):
        if bus not in rows:
            raise UsageError(f"member {member}: {case.name} has no bus {bus}")
    bus_row = [rows[bus] for bus in members["bus"]]
    count, reactive = len(members), [0] * len(members)
    if "max_kvar" in members:
        low, high, cost = (_column(members, name)
                           for name in ("min_kvar", "max_kvar", "kvar_cost"))
        _check(members, low, low, high, cost, "kvar")
        columns = [np.concatenate(pair)
                   for pair in zip(columns, (np.zeros(count), low, high, cost))]
        bus_row, reactive = bus_row * 2, reactive + [1] * count
    status, x, figures, v_pu, flow_kw, bus_of, branch_of, worst = _gridswarm.dispatch_network(
        native(case), bus_row, reactive, columns[:3], 1.0 / columns[3], float(exchange_kw),
        inverse, options)
    numbers = case.bus["bus"].to_numpy()[bus_of]
    bus = pd.DataFrame({"v_pu": v_pu}, index=pd.Index(numbers, name="bus"))
    supplied = np.asarray(branch_of) >= 0
    branch = pd.DataFrame({"p_kw": flow_kw[supplied]},
                          index=pd.Index(np.asarray(branch_of)[supplied], name="branch"))
    missing_kw, at_bus, excess_pu, at_branch, excess_kw = worst
    sentences = [_balance_message(status, missing_kw)]
    if at_bus >= 0:
        sentences.append(f"bus {numbers[at_bus]} stands {excess_pu:.3g} p.u. "
                         "beyond its voltage limit")
    if at_branch >= 0:
        ends = case.branch.iloc[branch_of[at_branch]]
        sentences.append(f"branch {ends['fbus']:.0f}-{ends['tbus']:.0f} carries "
                         f"{excess_kw:.4g} kW more than its limit")
    return Dispatch(status, "; ".join(filter(None, sentences)), pd.Series(x[:count], members.index),
                    pd.Series(x[count:], members.index) if len(x) > count else None, figures,
                    bus, branch)
