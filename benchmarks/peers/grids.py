# SPDX-License-Identifier: BSD-3-Clause
"""The grids that packages meet on, their scenarios, and how each grid reaches each package.

Radial grids are gridswarm's own synthetic feeders (series impedance only, one source); meshed ones
come with pandapower, and reach gridswarm as the tables that pandapower's own power flow works on.
"""
import dataclasses

import numpy as np

SEED = 1
LOWEST, HIGHEST = 0.5, 1.5  # of what the case states, independent by load and scenario


@dataclasses.dataclass
class Grid:
    name: str
    case: object                # gs.Case
    net: object                 # pandapower's; index of a bus = row of case.bus
    rows: np.ndarray            # bus row of each load
    p_mw: np.ndarray            # (scenario, load), consumption
    q_mvar: np.ndarray

    @property
    def is_radial(self):
        return self.name.startswith("radial")


def random_loads(p_mw, q_mvar, scenarios):
    shape = (scenarios, len(p_mw))
    p, q = np.random.default_rng(SEED).uniform(LOWEST, HIGHEST, (2, *shape))
    return p * p_mw, q * q_mvar


def radial(buses, scenarios):
    import gridswarm as gs
    case = gs.synthetic_case(buses, seed=SEED)
    pd_mw, qd_mvar = case.bus.pd_mw.to_numpy(), case.bus.qd_mvar.to_numpy()
    rows = np.flatnonzero((pd_mw != 0) | (qd_mvar != 0))
    return Grid(f"radial_{buses // 1000}k", case, None, rows,
                *random_loads(pd_mw[rows], qd_mvar[rows], scenarios))


def meshed(name, scenarios):
    import pandapower as pp
    import pandapower.networks
    net = getattr(pandapower.networks, name)()
    # pandapower 3.5 and lightsim2grid differ on the sign of a negative no-load current.
    net.trafo.loc[net.trafo.vkr_percent != 0, "i0_percent"] = 0.0
    pp.runpp(net, tolerance_mva=1e-9, max_iteration=30)
    rows = net.bus.index.get_indexer(net.load.bus)
    p_mw, q_mvar = net.load.p_mw.to_numpy(), net.load.q_mvar.to_numpy()
    return Grid(name, case_of(net), net, rows, *random_loads(p_mw, q_mvar, scenarios))


def case_of(net):
    """A gs.Case of the MATPOWER-like tables that runpp has solved."""
    import gridswarm as gs
    import pandas as pd
    tables = net._ppc
    bus, branch, gen = (tables[name].real for name in ("bus", "branch", "gen"))
    assert len(bus) == len(net.bus), "pandapower has fused or split buses"
    made = {
        "bus": pd.DataFrame({
            "bus": bus[:, 0].astype(int), "type": bus[:, 1].astype(int), "pd_mw": bus[:, 2],
            "qd_mvar": bus[:, 3], "gs_mw": bus[:, 4], "bs_mvar": bus[:, 5], "vm_pu": bus[:, 7],
            "va_deg": bus[:, 8], "base_kv": bus[:, 9], "vmax_pu": 1.1, "vmin_pu": 0.9}),
        "branch": pd.DataFrame({
            "fbus": branch[:, 0].astype(int), "tbus": branch[:, 1].astype(int),
            "r_pu": branch[:, 2], "x_pu": branch[:, 3], "b_pu": branch[:, 4], "rate_mva": 0.0,
            "ratio": branch[:, 8], "shift_deg": branch[:, 9], "in_service": branch[:, 10] > 0,
            "g_pu": branch[:, 23]}),
        "gen": pd.DataFrame({
            "bus": gen[:, 0].astype(int), "pg_mw": gen[:, 1], "qg_mvar": gen[:, 2],
            "qmax_mvar": gen[:, 3], "qmin_mvar": gen[:, 4], "vg_pu": gen[:, 5],
            "in_service": gen[:, 7] > 0})}
    return gs.Case(**made, base_mva=float(tables["baseMVA"]), name="meshed")


def stated_injections(case):
    """(p_mw, q_mvar) by bus row, into the grid: generators (not at the source) less loads."""
    place = {bus: row for row, bus in enumerate(case.bus.bus)}
    p_mw, q_mvar = -case.bus.pd_mw.to_numpy(), -case.bus.qd_mvar.to_numpy()
    for one in case.gen.itertuples():
        if one.in_service and case.bus.type.iloc[place[one.bus]] != 3:
            p_mw[place[one.bus]] += one.pg_mw
            q_mvar[place[one.bus]] += one.qg_mvar
    return p_mw, q_mvar


def injections_mw(grid):
    """(p, q) MW and Mvar of every scenario and bus, into the grid."""
    p_stated, q_stated = stated_injections(grid.case)
    at_bus = np.zeros((2, len(grid.case.bus)))
    if grid.net is None:
        at_bus[:] = -p_stated, -q_stated
    else:
        np.add.at(at_bus[0], grid.rows, grid.net.load.p_mw)
        np.add.at(at_bus[1], grid.rows, grid.net.load.q_mvar)
    p, q = (np.repeat((stated + load)[None], len(grid.p_mw), axis=0)
            for stated, load in zip((p_stated, q_stated), at_bus))
    p[:, grid.rows] -= grid.p_mw  # one load per bus in all of these grids
    q[:, grid.rows] -= grid.q_mvar
    return p, q
