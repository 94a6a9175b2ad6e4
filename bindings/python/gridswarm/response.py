# SPDX-License-Identifier: BSD-3-Clause
"""How soon a step of power is balanced again, by the swarm or by a centre over its links."""
import numpy as np
import pandas as pd

from . import _gridswarm


class ResponseRegion:
    """A synthetic feeder with an agent on every bus, in clusters; the same for the same number.

    agents: DataFrame, a row per agent: cluster, above (the agent it reports to; -1: it leads),
    min_kw, max_kw (its room), cost_per_kw2.
    """

    def __init__(self, agents):
        self._scene = _gridswarm.ResponseScene(int(agents))
        self.agents = pd.DataFrame(self._scene.agents()).rename_axis("agent")

    def step(self, seed=1):
        """Power that each agent loses (negative, kW): a tenth of them, neighbours of each other."""
        return _gridswarm.region_step(len(self.agents), int(seed))


class ResponseTime:
    """One controller's answer to one step.

    figures: Series: settle_s (infinite: never), overshoot, unbalanced_kws, left_share, nadir_hz,
    rocof_hz_per_s, and with keep_log bus_minutes and worst_pu (else NaN); messages, bytes, orders,
    moved_kw, cost. set_points: Series, sum of all set-points in kW from each time_s on. orders,
    messages: DataFrames, one by one, filled with keep_log=True.
    """

    def __init__(self, told, actuator_s):
        counts = {name: told[name] for name in ("messages", "bytes", "orders", "moved_kw", "cost")}
        self.figures = pd.Series({**told["figures"], **told["effects"], **counts})
        self.step_kw, self.actuator_s = told["step_kw"], actuator_s
        self.set_points = pd.Series(told["kw"], pd.Index(told["time_s"], name="time_s"), name="kw")
        log = told["log"]
        self.orders = pd.DataFrame({"time_s": log["order_s"], "agent": log["order_agent"],
                                    "p_kw": log["order_kw"]})
        self.messages = pd.DataFrame({"time_s": log["heard_s"], "from": log["heard_from"],
                                      "to": log["heard_to"], "bytes": log["heard_bytes"]})
        self.messages["kind"] = [log["kinds"][kind] for kind in log["heard_kind"]]

    def imbalance(self, times_s):
        """Power that is missing (negative) at each of the times, kW; all of the step before 0."""
        times_s = np.asarray(times_s, dtype=float)
        stairs, kw = self.set_points.index.to_numpy(), self.set_points.to_numpy()
        rises = np.diff(kw, prepend=0.0)
        since = times_s[:, None] - stairs[None, :]
        if self.actuator_s > 0.0:
            done = -np.expm1(-np.maximum(since, 0.0) / self.actuator_s)
        else:
            done = (since >= 0.0).astype(float)
        return np.where(times_s >= 0.0, self.step_kw + done @ rises, 0.0)


def response_time(region, controller="swarm", step_kw=None, seed=1, actuator_s=0.3,
                  settle_share=0.05, neighbour=None, centre=None, **options):
    """Let one controller answer a step of power, message by message.

    region: a ResponseRegion. controller: "swarm", "centre" (polls every loop_s; loop_s=0: agents
    report by themselves), "admm", "averaging" or "at_once". step_kw: what each agent loses
    (region.step(seed) if None). seed: clocks and links. actuator_s: time constant of every device.
    settle_share: settled while |imbalance| stays below this share of the step. neighbour, centre:
    dicts of link options (delay_ms 10 and 75, sigma 0.3). options: gs.options("response_time").
    Returns a ResponseTime. Raises UsageError for what can't be.
    """
    step = region.step(seed) if step_kw is None else np.asarray(step_kw, dtype=float)
    told = _gridswarm.response_time(region._scene, controller, step, int(seed), float(actuator_s),
                                    float(settle_share), neighbour or {}, centre or {}, options)
    return ResponseTime(told, float(actuator_s))
