# SPDX-License-Identifier: BSD-3-Clause
"""The agents that clusters are compared on: made-up low-voltage feeders, one agent at every bus.

Forest holds every agent's place and state as arrays; agents are numbered in preorder, feeder after
feeder, so the subtree of an agent is a range. `write` gives the same as files for the program.
"""
import dataclasses

import numpy as np

BASE_KV = 0.4
PU_PER_OHM = 1.0 / BASE_KV ** 2  # on 1 MVA
SHARES = {"pv": 0.35, "battery": 0.15, "ev": 0.10, "meter": 0.40}


@dataclasses.dataclass
class Forest:
    """One row per agent; parent is -1 at the first agent of a feeder, which hangs on its source."""
    parent: np.ndarray
    feeder: np.ndarray
    length_ohm: np.ndarray  # of the edge above
    depth_ohm: np.ndarray   # of the path to the source
    kind: np.ndarray
    p_kw: np.ndarray        # into the grid
    soc: np.ndarray         # nan where there is no storage

    def __len__(self):
        return len(self.parent)

    @property
    def feeders(self):
        return int(self.feeder[-1]) + 1


def _preorder(parent):
    """Positions in preorder of nodes whose parents have smaller numbers: (feeder, node) arrays."""
    feeders, nodes = parent.shape
    rows = np.arange(feeders)
    size = np.ones((feeders, nodes), dtype=np.int64)
    for k in range(nodes - 1, 0, -1):
        size[rows, parent[:, k]] += size[:, k]
    position = np.zeros((feeders, nodes), dtype=np.int64)
    free = np.ones((feeders, nodes), dtype=np.int64)  # where the next child goes, from its parent
    for k in range(1, nodes):
        above = parent[:, k]
        position[:, k] = position[rows, above] + free[rows, above]
        free[rows, above] += size[:, k]
    return position


def make(agents, seed=1, per_feeder=1000):
    """Feeders of `per_feeder` agents; each hangs on one of the last few before it, mostly the last,
    over 0.005 to 0.04 ohm. PV, PV with battery, EVs and homes at noon; SOC is uniform."""
    random = np.random.default_rng(seed)
    feeders = agents // per_feeder
    back = np.where(random.random((feeders, per_feeder)) < 0.3, 1,
                    random.integers(1, 13, (feeders, per_feeder)))
    parent = np.maximum(np.arange(per_feeder) - back, 0)
    position = _preorder(parent)
    rows = np.arange(feeders)[:, None]
    above = np.empty_like(parent)
    above[rows, position] = position[rows, parent] + rows * per_feeder
    above[:, 0] = -1
    above = above.ravel()
    length = random.uniform(0.005, 0.04, len(above))
    depth = length.copy()
    for first in range(per_feeder):  # feeders at once: the parent of agent k comes before k
        at = np.arange(first, len(above), per_feeder)
        inner = above[at] >= 0
        depth[at[inner]] += depth[above[at[inner]]]
    kind = random.choice(list(SHARES), len(above), p=list(SHARES.values()))
    low = {"pv": 0.8, "battery": -2.0, "ev": -3.7, "meter": -2.0}
    high = {"pv": 3.3, "battery": 3.0, "ev": 0.0, "meter": -0.1}
    p_kw = np.empty(len(above))
    for name in SHARES:
        some = kind == name
        p_kw[some] = random.uniform(low[name], high[name], some.sum())
    stores = np.isin(kind, ("battery", "ev"))
    soc = np.where(stores, random.uniform(0.1, 0.9, len(above)), np.nan)
    return Forest(above, np.repeat(np.arange(feeders), per_feeder), length, depth, kind,
                  np.round(p_kw, 6), np.round(soc, 6))


def case(forest):
    """The wires as a gs.Case. Agent k stands at bus k + 1; the source of feeder f is bus
    agents + f + 1."""
    import gridswarm as gs
    import pandas as pd
    n, feeders = len(forest), forest.feeders
    template = gs.synthetic_case(3)
    bus = pd.DataFrame({name: np.full(n + feeders, template.bus[name].iloc[1])
                        for name in template.bus.columns})
    bus["bus"] = np.arange(1, n + feeders + 1)
    bus["type"] = np.where(np.arange(n + feeders) < n, 1, 3)
    bus["base_kv"] = BASE_KV
    for name in ("pd_mw", "qd_mvar"):
        bus[name] = 0.0
    bus.index = pd.Index(bus["bus"].to_numpy())
    branch = pd.DataFrame({name: np.full(n, template.branch[name].iloc[0])
                           for name in template.branch.columns})
    branch["fbus"] = np.where(forest.parent < 0, n + 1 + forest.feeder, forest.parent + 1)
    branch["tbus"] = np.arange(1, n + 1)
    branch["r_pu"] = forest.length_ohm * PU_PER_OHM
    branch["x_pu"] = 0.0
    gen = pd.concat([template.gen.iloc[:1]] * feeders, ignore_index=True)
    gen["bus"] = np.arange(n + 1, n + feeders + 1)
    return gs.Case(bus, branch, gen, base_mva=1.0, name=f"forest_{n}")


def write(forest, folder):
    """case.h5 and fleet.csv for the program; agent k is number k + 1."""
    import pandas as pd
    case(forest).write(folder / "case.h5")
    n, stores = len(forest), ~np.isnan(forest.soc)
    fleet = pd.DataFrame({"agent": np.arange(1, n + 1), "bus": np.arange(1, n + 1),
                          "kind": forest.kind, "rating_kw": 4.0,
                          "e_kwh": np.where(stores, 10.0, np.nan), "soc": forest.soc,
                          "p_kw": forest.p_kw, "p_min_kw": forest.p_kw, "p_max_kw": forest.p_kw})
    fleet.to_csv(folder / "fleet.csv", index=False)
