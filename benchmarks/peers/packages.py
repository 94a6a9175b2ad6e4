# SPDX-License-Identifier: BSD-3-Clause
"""One adapter per package: the same network, the same arrays in, the same arrays out.

Every adapter is built from a gs.Case (lines only: no taps, shunts, charging) and offers
    solve(p_mw, q_mvar, tolerance) -> (vm_pu, angle)
        p_mw, q_mvar: consumption, (scenario, load) with the loads in the order of load_rows(case);
        results: (scenario, bus) in the order of case.bus; angle in the unit `rad_per_angle` says.
    losses_mw()    of the case as it stands, from the package's own branch results
What is built once per network is built in __init__ and not timed; gridswarm builds nothing there.
`tolerance` is the package's own word and means something different in each.
"""
import numpy as np


def load_rows(case):
    """Rows of case.bus that consume something."""
    return np.flatnonzero((case.bus.pd_mw != 0).to_numpy() | (case.bus.qd_mvar != 0).to_numpy())


def ohm_per_pu(case):
    """Base impedance of the one voltage level these networks have."""
    return case.bus.base_kv.iloc[0] ** 2 / case.base_mva


class Gridswarm:
    name = "gridswarm"
    rad_per_angle = np.pi / 180.0
    rounds = 15

    def __init__(self, case):
        import gridswarm
        self.solver = gridswarm.power_flow
        self.case = case
        self.rows = load_rows(case)

    def solve(self, p_mw, q_mvar, tolerance):
        shape = (len(p_mw), len(self.case.bus))
        p_kw, q_kvar = np.zeros(shape), np.zeros(shape)
        p_kw[:, self.rows] = p_mw * -1e3
        q_kvar[:, self.rows] = q_mvar * -1e3
        res = self.solver(self.case, p_kw=p_kw, q_kvar=q_kvar, threads=1, tol_step_pu=tolerance)
        return res.vm_pu.to_numpy(), res.va_deg.to_numpy()

    def losses_mw(self):
        return self.solver(self.case).losses_mw


class PowerGridModel:
    """power-grid-model's batch calculation: columns in and out, whole scenarios at once."""
    rad_per_angle = 1.0
    rounds = 15
    method = ""

    def __init__(self, case):
        import power_grid_model as pgm
        self.pgm = pgm
        self.name = f"power-grid-model {self.method}"
        self.model = pgm.PowerGridModel(self._network(case), system_frequency=50.0)

    def _network(self, case):
        """Ids: the bus number, then branches, loads and the source in ranges of their own."""
        rows, branch, ohm = load_rows(case), case.branch, ohm_per_pu(case)
        first = 10 ** 6

        def table(kind, size, **columns):
            array = self.pgm.initialize_array("input", kind, size)
            for name, values in columns.items():
                array[name] = values
            return array

        source = case.bus[case.bus.type == 3].iloc[0]
        return {
            "node": table("node", len(case.bus), id=case.bus.bus, u_rated=case.bus.base_kv * 1e3),
            "line": table("line", len(branch), id=first + np.arange(len(branch)),
                          from_node=branch.fbus, to_node=branch.tbus, from_status=1, to_status=1,
                          r1=branch.r_pu * ohm, x1=branch.x_pu * ohm, c1=0, tan1=0, i_n=1e3),
            "sym_load": table("sym_load", len(rows), id=2 * first + np.arange(len(rows)),
                              node=case.bus.bus.to_numpy()[rows], status=1, type=0,
                              p_specified=case.bus.pd_mw.to_numpy()[rows] * 1e6,
                              q_specified=case.bus.qd_mvar.to_numpy()[rows] * 1e6),
            # A source here has an impedance; at 1e20 VA its drop is below 1e-11 p.u.
            "source": table("source", 1, id=3 * first, node=source.bus, status=1,
                            u_ref=source.vm_pu, u_ref_angle=np.deg2rad(source.va_deg), sk=1e20),
        }

    def solve(self, p_mw, q_mvar, tolerance):
        update = {"sym_load": {"p_specified": p_mw * 1e6, "q_specified": q_mvar * 1e6}}
        out = self.model.calculate_power_flow(
            update_data=update, calculation_method=self.method, error_tolerance=tolerance,
            max_iterations=100, threading=-1, output_component_types={"node": ["u_pu", "u_angle"]})
        return out["node"]["u_pu"], out["node"]["u_angle"]

    def losses_mw(self):
        line = self.model.calculate_power_flow(error_tolerance=1e-10)["line"]
        return float(np.sum(line["p_from"] + line["p_to"])) * 1e-6


class PgmNewton(PowerGridModel):
    method = "newton_raphson"


class PgmIterativeCurrent(PowerGridModel):
    method = "iterative_current"


def pandapower_net(case):
    """The case as a pandapower network; index of a bus = row of case.bus."""
    import pandapower as pp
    net = pp.create_empty_network(sn_mva=case.base_mva, f_hz=50.0)
    row = {bus: k for k, bus in enumerate(case.bus.bus)}
    for kv in case.bus.base_kv:
        pp.create_bus(net, vn_kv=kv)
    source = case.bus[case.bus.type == 3].iloc[0]
    pp.create_ext_grid(net, row[source.bus], vm_pu=source.vm_pu, va_degree=source.va_deg)
    ohm, branch = ohm_per_pu(case), case.branch
    pp.create_lines_from_parameters(
        net, [row[bus] for bus in branch.fbus], [row[bus] for bus in branch.tbus], length_km=1.0,
        r_ohm_per_km=branch.r_pu.to_numpy() * ohm, x_ohm_per_km=branch.x_pu.to_numpy() * ohm,
        c_nf_per_km=0.0, max_i_ka=1.0)
    rows = load_rows(case)
    pp.create_loads(net, rows, p_mw=case.bus.pd_mw.to_numpy()[rows],
                    q_mvar=case.bus.qd_mvar.to_numpy()[rows])
    return net


class Pandapower:
    """A loop over runpp with numba that reuses the internal network, from the last result: what
    pandapower's own time series do at each step, without their tables of outputs."""
    name = "pandapower runpp loop"
    rad_per_angle = np.pi / 180.0
    rounds = 2  # seconds each

    def __init__(self, case):
        import pandapower as pp
        self.pp = pp
        self.net = pandapower_net(case)
        pp.runpp(self.net, numba=True)

    def solve(self, p_mw, q_mvar, tolerance):
        net = self.net
        vm_pu = np.empty((len(p_mw), len(net.bus)))
        va_deg = np.empty_like(vm_pu)
        self.pp.runpp(net, numba=True, tolerance_mva=tolerance)  # the tolerance is recycled too
        for k in range(len(p_mw)):
            net.load["p_mw"] = p_mw[k]
            net.load["q_mvar"] = q_mvar[k]
            self.pp.runpp(net, numba=True, init="results",
                          recycle={"bus_pq": True, "trafo": False, "gen": False})
            vm_pu[k] = net.res_bus.vm_pu
            va_deg[k] = net.res_bus.va_degree
        return vm_pu, va_deg

    def losses_mw(self):
        self.pp.runpp(self.net, numba=True)
        return float(self.net.res_line.pl_mw.sum())


class Lightsim2grid:
    """lightsim2grid's time series with its default algorithm, from a flat start."""
    name = "lightsim2grid"
    rad_per_angle = 1.0
    rounds = 15

    def __init__(self, case):
        import pandapower as pp
        from lightsim2grid.network import init_from_pandapower
        from lightsim2grid.timeSerie import TimeSeriesCPP
        net = pandapower_net(case)
        pp.runpp(net)
        self.grid = init_from_pandapower(net)
        self.series = TimeSeriesCPP
        self.start = np.full(len(case.bus), 1.0 + 0.0j)

    def solve(self, p_mw, q_mvar, tolerance):
        none = np.zeros((len(p_mw), 0))
        gen = np.zeros((len(p_mw), len(self.grid.get_generators())))
        series = self.series(self.grid)
        if series.compute_Vs(gen, none, np.ascontiguousarray(p_mw), np.ascontiguousarray(q_mvar),
                             self.start.copy(), 50, tolerance) != 1:
            raise RuntimeError("lightsim2grid did not converge")
        voltage = series.get_voltages()
        return np.abs(voltage), np.angle(voltage)

    def losses_mw(self):
        if not len(self.grid.ac_pf(self.start.copy(), 50, 1e-8)):
            raise RuntimeError("lightsim2grid did not converge")
        return float(self.grid.get_line_res1()[0].sum() + self.grid.get_line_res2()[0].sum())
