# SPDX-License-Identifier: BSD-3-Clause
"""One adapter per package: the same network, the same loads in, the same voltages out.

Every adapter is built from a grids.Grid, untimed: the network, what the package keeps of it between
calls, and the scenarios as arrays in its own units, signs and layout. It offers
    solve(tolerance, count=None) -> (vm_pu, angle), timed
        (scenario, bus) in the order of case.bus; angle in the unit `rad_per_angle` says;
        count: the first scenarios only
    losses_mw()    of the case as it stands, from the package's own branch results
    use(threads)   and `threads`, the numbers of threads it can use
`tolerance` is the package's own word and means something different in each.
"""
import numpy as np

from grids import injections_mw


def ohm_per_pu(case):
    """Base impedance of the one voltage level that radial grids have."""
    return case.bus.base_kv.iloc[0] ** 2 / case.base_mva


class Gridswarm:
    name = "gridswarm"
    rad_per_angle = 1.0
    threads = (1, 2)

    def __init__(self, grid):
        self.case = grid.case
        p, q = injections_mw(grid)
        self.p_kw, self.q_kvar = 1e3 * p, 1e3 * q
        self.solvers = {}
        self.use(1)

    def use(self, threads):
        self.in_use = threads

    def solver(self, tolerance):
        """What prepares the case: once per setting and number of threads."""
        import gridswarm
        key = (tolerance, self.in_use)
        if key not in self.solvers:
            solver = gridswarm.Solver(self.case, threads=self.in_use, tol_step_pu=tolerance)
            self.solvers[key] = solver, solver.solve()
        return self.solvers[key]

    def solve(self, tolerance, count=None):
        solver, stated = self.solver(tolerance)
        start = None if solver.method == "sweep" else stated
        res = solver.solve(p_kw=self.p_kw[:count], q_kvar=self.q_kvar[:count], start=start)
        return res.vm_pu.values, res.va_rad.values

    def losses_mw(self):
        import gridswarm
        return gridswarm.power_flow(self.case).losses_mw


class PowerGridModel:
    """power-grid-model's batch calculation: columns in and out, whole scenarios at once."""
    rad_per_angle = 1.0
    threads = (1, 2)
    method = ""

    def __init__(self, grid):
        import power_grid_model as pgm
        self.pgm = pgm
        self.name = f"power-grid-model {self.method}"
        self.model = pgm.PowerGridModel(self._network(grid), system_frequency=50.0)
        self.update = {"p_specified": 1e6 * grid.p_mw, "q_specified": 1e6 * grid.q_mvar}
        self.use(1)

    def use(self, threads):
        self.threading = -1 if threads == 1 else threads

    def _network(self, grid):
        """Ids: the bus number, then branches, loads and the source in ranges of their own."""
        case, rows = grid.case, grid.rows
        branch, ohm = case.branch, ohm_per_pu(case)
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

    def solve(self, tolerance, count=None):
        update = {"sym_load": {name: values[:count] for name, values in self.update.items()}}
        out = self.model.calculate_power_flow(
            update_data=update, calculation_method=self.method, error_tolerance=tolerance,
            max_iterations=100, threading=self.threading,
            output_component_types={"node": ["u_pu", "u_angle"]})
        return out["node"]["u_pu"], out["node"]["u_angle"]

    def losses_mw(self):
        line = self.model.calculate_power_flow(error_tolerance=1e-10)["line"]
        return float(np.sum(line["p_from"] + line["p_to"])) * 1e-6


class PgmNewton(PowerGridModel):
    method = "newton_raphson"


class PgmIterativeCurrent(PowerGridModel):
    method = "iterative_current"


def pandapower_net(grid):
    """The grid for pandapower; index of a bus = row of case.bus, of a load = its column."""
    import pandapower as pp
    if grid.net is not None:
        return grid.net
    case = grid.case
    net = pp.create_empty_network(sn_mva=case.base_mva, f_hz=50.0)
    row = {bus: k for k, bus in enumerate(case.bus.bus)}
    pp.create_buses(net, len(case.bus), vn_kv=case.bus.base_kv.iloc[0])
    source = case.bus[case.bus.type == 3].iloc[0]
    pp.create_ext_grid(net, row[source.bus], vm_pu=source.vm_pu, va_degree=source.va_deg)
    ohm, branch = ohm_per_pu(case), case.branch
    pp.create_lines_from_parameters(
        net, [row[bus] for bus in branch.fbus], [row[bus] for bus in branch.tbus], length_km=1.0,
        r_ohm_per_km=branch.r_pu.to_numpy() * ohm, x_ohm_per_km=branch.x_pu.to_numpy() * ohm,
        c_nf_per_km=0.0, max_i_ka=1.0)
    pp.create_loads(net, grid.rows, p_mw=case.bus.pd_mw.to_numpy()[grid.rows],
                    q_mvar=case.bus.qd_mvar.to_numpy()[grid.rows])
    return net


class Pandapower:
    """A loop over runpp with numba that reuses the internal network, from the last result: what
    pandapower's own time series do at each step, without their tables of outputs."""
    name = "pandapower runpp loop"
    rad_per_angle = np.pi / 180.0
    threads = (1,)
    at_most = 20  # scenarios: some ten milliseconds each

    def __init__(self, grid):
        import pandapower as pp
        self.pp = pp
        self.net = pandapower_net(grid)
        self.p_mw, self.q_mvar = grid.p_mw[:self.at_most], grid.q_mvar[:self.at_most]
        pp.runpp(self.net, numba=True)

    def use(self, threads):
        assert threads == 1

    def solve(self, tolerance, count=None):
        net = self.net
        steps = len(self.p_mw[:count])
        vm_pu, va_deg = np.empty((2, steps, len(net.bus)))
        # The tolerance is recycled too, so a first run sets it.
        self.pp.runpp(net, numba=True, tolerance_mva=tolerance, init="results", max_iteration=30)
        for k in range(steps):
            net.load["p_mw"] = self.p_mw[k]
            net.load["q_mvar"] = self.q_mvar[k]
            self.pp.runpp(net, numba=True, init="results", max_iteration=30,
                          recycle={"bus_pq": True, "trafo": False, "gen": False})
            vm_pu[k] = net.res_bus.vm_pu
            va_deg[k] = net.res_bus.va_degree
        return vm_pu, va_deg

    def losses_mw(self):
        self.pp.runpp(self.net, numba=True)
        return float(self.net.res_line.pl_mw.sum() + self.net.res_trafo.pl_mw.sum())


class Lightsim2grid:
    """lightsim2grid's sweep of independent injections, which keeps its analysis, its base case and
    that case's factors between calls; every scenario starts from the voltages as stated."""
    name = "lightsim2grid InjectionSweep"
    rad_per_angle = 1.0
    threads = (1, 2)

    def __init__(self, grid):
        import pandapower as pp
        from lightsim2grid.network import init_from_pandapower
        net = pandapower_net(grid)
        pp.runpp(net, tolerance_mva=1e-9, max_iteration=30)
        self.grid = init_from_pandapower(net)
        start = net.res_bus.vm_pu.to_numpy() * np.exp(1j * np.deg2rad(net.res_bus.va_degree))
        self.start = np.ascontiguousarray(start, dtype=complex)
        self.batch = self.kind()(self.grid)
        self.batch.change_algorithm("NRSing_KLU")
        self.p_mw, self.q_mvar = map(np.ascontiguousarray, (grid.p_mw, grid.q_mvar))
        self.count = None

    @staticmethod
    def kind():
        from lightsim2grid.injectionSweep import InjectionSweepCPP
        return InjectionSweepCPP

    def use(self, threads):
        self.batch.nb_thread = threads

    def solve(self, tolerance, count=None):
        batch = self.batch
        if count != self.count:  # a batch keeps its number of scenarios until it is cleared
            batch.clear()
            self.count = count
        batch.modify_load_p(self.p_mw[:count])
        batch.modify_load_q(self.q_mvar[:count])
        batch.compute(self.start.copy(), 50, tolerance)
        voltage = batch.get_voltages()
        return np.abs(voltage), np.angle(voltage)

    def losses_mw(self):
        if not len(self.grid.ac_pf(self.start.copy(), 50, 1e-8)):
            raise RuntimeError("lightsim2grid did not converge")
        ends = (self.grid.get_line_res1, self.grid.get_line_res2, self.grid.get_trafo_res1,
                self.grid.get_trafo_res2)
        return float(sum(end()[0].sum() for end in ends))


class Lightsim2gridSeries(Lightsim2grid):
    """Its time series: every scenario starts from the one before."""
    name = "lightsim2grid TimeSerie"
    threads = (1,)

    @staticmethod
    def kind():
        from lightsim2grid.timeSerie import TimeSeriesCPP
        return TimeSeriesCPP

    def use(self, threads):
        assert threads == 1
