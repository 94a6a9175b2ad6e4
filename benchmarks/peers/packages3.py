# SPDX-License-Identifier: BSD-3-Clause
"""One adapter per package, phase by phase: as packages.py, from a grids3.Feeder.

    solve(tolerance, count=None) -> (magnitude, angle), timed: (scenario, node)
    order    row of grids3's node for each of the package's columns
    scale    volts per unit of magnitude, by the package's columns; None: p.u.
"""
import numpy as np


class Gridswarm:
    name = "gridswarm"
    rad_per_angle = 1.0
    scale = None

    def __init__(self, feeder):
        self.feeder = feeder
        self.order = np.arange(len(feeder.circuit.node))
        self.load_kw, self.load_kvar = feeder.load_kw, feeder.load_kvar
        self.start = {} if feeder.tap_pu is None else {
            "tap_pu": np.tile(feeder.tap_pu, (len(feeder.load_kw), 1)),
            "steps_in": np.tile(feeder.steps_in, (len(feeder.load_kw), 1))}
        self.solvers = {}
        self.begins = {}

    def begin(self, tolerance):
        """OpenDSS begins each scenario where the one before ended; here all begin at the solution
        of the circuit as stated. power-grid-model begins anew each time, and so do we beside it."""
        if self.feeder.tables or self.feeder.controls:
            return None
        if tolerance not in self.begins:
            state = {name: values[:1] for name, values in self.start.items()}
            self.begins[tolerance] = self.solver(tolerance).solve(**state)
        return self.begins[tolerance]

    def solver(self, tolerance):
        import gridswarm
        if tolerance not in self.solvers:
            self.solvers[tolerance] = gridswarm.Solver(
                self.feeder.circuit, threads=1, tol_step_pu=tolerance,
                fixed_taps=not self.feeder.controls)
        return self.solvers[tolerance]

    def solve(self, tolerance, count=None):
        start = {name: values[:count] for name, values in self.start.items()}
        res = self.solver(tolerance).solve(self.load_kw[:count], self.load_kvar[:count],
                                           start=self.begin(tolerance), **start)
        if not np.all(res.converged):
            raise RuntimeError(f"{np.sum(~np.asarray(res.converged))} did not converge")
        return res.raw("vm_pu"), res.raw("va_rad")


class PgmNewton:
    """power-grid-model's batch calculation of unbalanced networks: columns in and out."""
    method = "newton_raphson"
    rad_per_angle = 1.0
    scale = None

    def __init__(self, feeder):
        import power_grid_model as pgm
        self.name = f"power-grid-model {self.method}"
        self.order = np.arange(len(feeder.circuit.node))
        network = {}
        for kind, columns in feeder.tables.items():
            network[kind] = pgm.initialize_array("input", kind, len(columns["id"]))
            for name, values in columns.items():
                network[kind][name] = values
        self.model = pgm.PowerGridModel(network, system_frequency=50.0)
        shape = (len(feeder.load_kw), -1, 3)
        self.update = {"p_specified": 1e3 * feeder.load_kw.reshape(shape),
                       "q_specified": 1e3 * feeder.load_kvar.reshape(shape)}
        self.at_most = min(len(feeder.load_kw), 500 if len(network["node"]) < 5000 else 50)

    def solve(self, tolerance, count=None):
        count = min(count or self.at_most, self.at_most)
        out = self.model.calculate_power_flow(
            symmetric=False, calculation_method=self.method, error_tolerance=tolerance,
            update_data={"asym_load": {name: values[:count]
                                       for name, values in self.update.items()}},
            max_iterations=100, threading=-1,
            output_component_types={"node": ["u_pu", "u_angle"]})["node"]
        return out["u_pu"].reshape(count, -1), out["u_angle"].reshape(count, -1)


class PgmIterativeCurrent(PgmNewton):
    method = "iterative_current"


class Pandapower:
    """A loop over runpp_3ph with numba, for information: its lines know sequences only, so that it
    solves transposed ones and nothing is compared but time."""
    name = "pandapower runpp_3ph loop"
    at_most = 3
    is_information = True

    def __init__(self, feeder):
        import pandapower as pp
        self.pp = pp
        self.net = net = pp.create_empty_network()
        tables, lines = feeder.tables, feeder.tables["asym_line"]
        rows = {node: pp.create_bus(net, vn_kv=1e-3 * rated) for node, rated in
                zip(tables["node"]["id"], tables["node"]["u_rated"])}
        own = [np.mean([lines[f"{part}_{w}"] for w in ("aa", "bb", "cc")], 0) for part in "rx"]
        beside = [np.mean([lines[f"{part}_{w}"] for w in ("ba", "ca", "cb")], 0) for part in "rx"]
        (r1, x1), (r0, x0) = ([z + k * m for z, m in zip(own, beside)] for k in (-1, 2))
        for k, ends in enumerate(zip(lines["from_node"], lines["to_node"])):
            pp.create_line_from_parameters(
                net, rows[ends[0]], rows[ends[1]], 1.0, r_ohm_per_km=r1[k], x_ohm_per_km=x1[k],
                c_nf_per_km=0, max_i_ka=1, r0_ohm_per_km=r0[k], x0_ohm_per_km=x0[k],
                c0_nf_per_km=0)
        pp.create_ext_grid(net, rows[tables["source"]["node"]], tables["source"]["u_ref"],
                           s_sc_max_mva=1e6, rx_max=0.1, r0x0_max=0.1, x0x_max=1.0)
        for node in tables["asym_load"]["node"]:
            pp.create_asymmetric_load(net, rows[node])
        self.mw, self.mvar = (1e-3 * power.reshape(len(power), -1, 3)
                              for power in (feeder.load_kw, feeder.load_kvar))

    def solve(self, tolerance, count=None):
        load = self.net.asymmetric_load
        for k in range(self.at_most):
            for phase, letter in enumerate("abc"):
                load[f"p_{letter}_mw"] = self.mw[k, :, phase]
                load[f"q_{letter}_mvar"] = self.mvar[k, :, phase]
            self.pp.runpp_3ph(self.net, numba=True)


class OpenDss:
    """OpenDSS through OpenDSSDirect.py: a load's power set one by one, a solution from the one
    before, complex voltages of all nodes; NumPy's abs and angle are counted."""
    name = "OpenDSS, loads set one by one"
    rad_per_angle = 1.0

    def __init__(self, feeder):
        from opendssdirect import dss
        self.feeder = feeder
        self.dss = dss.NewContext()
        self.dss.Text.Command(f'redirect "{feeder.master}"')
        place = {name: row for row, name in enumerate(feeder.node)}
        self.order = np.array([place[name.lower()] for name in self.dss.Circuit.YNodeOrder()])
        self.scale = feeder.base_v[self.order]
        self.banks = [name.removeprefix("capacitor.") for name in feeder.circuit.shunt["name"]]
        self.set_start()
        self.dss.Text.Command("set maxiterations=1000 controlmode=" +
                              ("static" if feeder.controls else "off"))
        rows = {name.removeprefix("load."): row
                for row, name in enumerate(feeder.circuit.load["name"].str.lower())}
        columns = [rows[name.lower()] for name in self.dss.Loads.AllNames()]
        self.at_most = min(len(feeder.factor), 30 if feeder.controls else len(feeder.factor))
        self.kw, self.kvar = feeder.load_kw[:, columns], feeder.load_kvar[:, columns]
        self.factor = np.ascontiguousarray(feeder.factor[:, columns].T)

    def set_start(self):
        """Where all scenarios begin: taps and banks of gridswarm's solution as stated."""
        regulator = self.feeder.circuit.regulator
        self.taps = [(name.removeprefix("transformer."), int(winding), float(tap)) for
                     name, winding, tap in zip(regulator.transformer, regulator.winding,
                                               self.feeder.tap_pu)]
        self.states = [(name, [int(steps)]) for name, steps in zip(self.banks,
                                                                   self.feeder.steps_in)]
        self.reset()

    def reset(self):
        """Without "reset controls" they remember what they were about to do."""
        dss = self.dss
        dss.Text.Command("reset controls")
        for name, number, tap in self.taps:
            dss.Transformers.Name(name)
            dss.Transformers.Wdg(number)
            dss.Transformers.Tap(tap)
        for name, states in self.states:
            dss.Capacitors.Name(name)
            dss.Capacitors.States(states)

    def set_loads(self, scenario):
        loads = self.dss.Loads
        for row, (kw, kvar) in enumerate(zip(self.kw[scenario].tolist(),
                                             self.kvar[scenario].tolist()), 1):
            loads.Idx(row)
            loads.kW(kw)
            loads.kvar(kvar)

    def begin(self, tolerance):
        self.dss.Text.Command(f"set tolerance={tolerance:g}")

    def solve(self, tolerance, count=None):
        count = min(count or self.at_most, self.at_most)
        solution, circuit = self.dss.Solution, self.dss.Circuit
        magnitude, angle = np.empty((2, count, len(self.order)))
        self.begin(tolerance)
        for k in range(count):
            if self.feeder.controls:
                self.reset()
            self.set_loads(k)
            solution.Solve()
            if not solution.Converged():
                raise RuntimeError(f"scenario {k} did not converge")
            v = np.asarray(circuit.YNodeVArray()).view(complex)
            magnitude[k], angle[k] = np.abs(v), np.angle(v)
        return magnitude, angle


class OpenDssShapes(OpenDss):
    """Its time series: every load follows a shape of its own, and OpenDSS steps from one to the
    next, so that no load is set by hand."""
    name = "OpenDSS, loads by shapes"

    def __init__(self, feeder):
        super().__init__(feeder)
        dss = self.dss
        stated = feeder.circuit.load
        rows = {name.lower().removeprefix("load."): row for row, name in enumerate(stated["name"])}
        for row, name in enumerate(dss.Loads.AllNames()):
            dss.LoadShape.New(f"peer_{row}")
            dss.LoadShape.Npts(len(feeder.factor))
            dss.LoadShape.HrInterval(1.0)
            dss.LoadShape.PMult(self.factor[row])
            dss.Loads.Idx(row + 1)
            dss.Loads.kW(float(stated.kw.iloc[rows[name.lower()]]))
            dss.Loads.kvar(float(stated.kvar.iloc[rows[name.lower()]]))
            dss.Loads.Daily(f"peer_{row}")
            dss.Loads.Status(0)  # variable: follows its shape
        dss.Text.Command("set mode=daily stepsize=1h number=1 sampleenergymeters=no")

    def begin(self, tolerance):
        super().begin(tolerance)
        self.dss.Text.Command("set hour=0 sec=0")
        self.dss.Text.Command("set controlmode=" + ("static" if self.feeder.controls else "off"))

    def set_loads(self, scenario):
        pass


def opendss_voltages(feeder, tolerance=1e-11):
    """Complex p.u. (scenario, node) of OpenDSS at a tolerance far below what is compared."""
    package = OpenDss(feeder)
    magnitude, angle = package.solve(tolerance)
    out = np.empty(magnitude.shape, complex)
    out[:, package.order] = magnitude / package.scale * np.exp(1j * angle)
    return out
