# SPDX-License-Identifier: BSD-3-Clause
"""Networks that pandapower writes, solved here and by pandapower itself.

Every bus voltage within 1e-9 p.u. (as a phasor), every line and transformer within 1e-7 MW and
Mvar of its res_ table. pandapower is optional: `./dev setup` puts it into .venv-pandapower if PyPI
can be reached.
"""

import csv
import json
import math
import os
import pathlib
import subprocess
import sys
import warnings

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
sys.path.append(str(ROOT / ".venv-pandapower"))
warnings.simplefilter("ignore")

pp = pytest.importorskip("pandapower", reason="pandapower is not installed (./dev setup)")
np = pytest.importorskip("numpy")
nw = pytest.importorskip("pandapower.networks")

TYPED_TAPS = int(pp.__version__.split(".")[0]) >= 3

NETWORKS = {
    "mv_oberrhein": nw.mv_oberrhein,
    "cigre_mv": nw.create_cigre_network_mv,
    "cigre_mv_all": lambda: nw.create_cigre_network_mv(with_der="all"),
    "cigre_lv": nw.create_cigre_network_lv,
    "cigre_hv": nw.create_cigre_network_hv,
    "case33bw": nw.case33bw,
    "case14": nw.case14,
    "case_ieee30": nw.case_ieee30,
    "example_simple": nw.example_simple,
    "example_multivoltage": nw.example_multivoltage,
    "synthetic_lv": lambda: nw.create_synthetic_voltage_control_lv_network("rural_1"),
    "simple_mv_open_ring": nw.simple_mv_open_ring_net,
}


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def solve_both(net, folder, **options):
    """Solve the network as written; return it with results, our summary, buses and branches."""
    path = folder / "net.json"
    pp.to_json(net, str(path))
    pp.runpp(net, calculate_voltage_angles=True, numba=False, tolerance_mva=1e-10,
             max_iteration=50, **options)
    done = subprocess.run(
        [PROGRAM, "flow", str(path), "--json", "-o", str(folder / "v.csv"), "--branches",
         str(folder / "b.csv")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return net, json.loads(done.stdout), rows(folder / "v.csv"), rows(folder / "b.csv"), done.stderr


def phasors(vm, va_deg):
    return np.asarray(vm, float) * np.exp(1j * np.radians(np.asarray(va_deg, float)))


def compare_buses(net, buses, tol=1e-9):
    ours = {int(row["bus"]): row for row in buses}
    for index, res in net.res_bus.iterrows():
        row = ours[index]
        if math.isnan(res.vm_pu):
            assert row["vm_pu"] == "", f"bus {index} is supplied here, not in pandapower"
            continue
        assert row["vm_pu"] != "", f"bus {index} is supplied in pandapower, not here"
        error = abs(phasors(float(row["vm_pu"]), float(row["va_deg"]))
                    - phasors(res.vm_pu, res.va_degree))
        assert error < tol, f"bus {index}: {error}"


def compare_branches(net, branches, tol=1e-7):
    """Branch rows are lines, transformers, windings of three-winding ones, impedances, ..."""
    at = 0
    for table, ends in (("line", ("from", "to")), ("trafo", ("hv", "lv"))):
        for index, res in net["res_" + table].iterrows():
            row = branches[at]
            at += 1
            for end, ours in zip(ends, "ft"):
                for power, unit in (("p", "mw"), ("q", "mvar")):
                    expected = res[f"{power}_{end}_{unit}"]
                    value = row[f"{power}{ours}_{unit}"]
                    value = float(value) if value else 0.0
                    if math.isnan(expected):
                        expected = 0.0
                    scale = max(1.0, abs(expected))
                    assert abs(value - expected) < tol * scale, f"{table} {index} {power} {end}"
    for index, res in net.res_trafo3w.iterrows():
        for side, ours in (("hv", "f"), ("mv", "t"), ("lv", "t")):
            row = branches[at]
            at += 1
            for power, unit in (("p", "mw"), ("q", "mvar")):
                expected = res[f"{power}_{side}_{unit}"]
                assert abs(float(row[f"{power}{ours}_{unit}"]) - expected) < tol, index


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_pandapower(name, tmp_path):
    net, _, buses, branches, _ = solve_both(NETWORKS[name](), tmp_path)
    compare_buses(net, buses)
    compare_branches(net, branches)


def add_devices(net, buses, rng):
    """One of everything that stands at a bus; voltage-dependent loads alone at theirs."""
    pick = list(rng.permutation(buses))
    for k in range(6):
        pp.create_load(net, pick[k], rng.uniform(0.05, 0.3), rng.uniform(0, 0.1), scaling=0.8,
                       in_service=k != 3)
    pp.create_sgen(net, pick[0], 0.2, -0.05, scaling=1.1)
    pp.create_storage(net, pick[1], 0.1, max_e_mwh=1.0, q_mvar=0.02)
    pp.create_motor(net, pick[2], 0.1, 0.9, efficiency_percent=92, loading_percent=80)
    pp.create_asymmetric_load(net, pick[3], p_a_mw=0.1, p_b_mw=0.02, q_c_mvar=0.03)
    pp.create_shunt(net, pick[4], q_mvar=-0.2, p_mw=0.01, step=2, vn_kv=19.0)
    pp.create_ward(net, pick[5], 0.05, 0.01, 0.02, 0.03)


def random_network(seed):
    """110 kV source, one or two transformers, 20 kV lines, switches open at either end."""
    rng = np.random.default_rng(seed)
    net = pp.create_empty_network(sn_mva=float(rng.choice([1.0, 10.0, 100.0])))
    top = pp.create_bus(net, 110.0, name="top")
    pp.create_ext_grid(net, top, vm_pu=1.02, va_degree=rng.uniform(-40, 40))
    main = pp.create_bus(net, 20.0)
    taps = {"tap_side": rng.choice(["hv", "lv"]), "tap_neutral": 0, "tap_min": -9, "tap_max": 9,
            "tap_step_percent": 1.5, "tap_pos": int(rng.integers(-4, 5)),
            "tap_step_degree": float(rng.choice([0.0, 30.0]))}
    if seed % 3 == 2:
        taps.update(tap_phase_shifter=True, tap_step_percent=np.nan, tap_step_degree=1.0)
    if TYPED_TAPS:
        taps["tap_changer_type"] = "Ideal" if taps.pop("tap_phase_shifter", False) else "Ratio"
    pp.create_transformer_from_parameters(
        net, top, main, sn_mva=25.0, vn_hv_kv=112.0, vn_lv_kv=20.5, vkr_percent=0.4,
        vk_percent=11.0, pfe_kw=30.0, i0_percent=0.2, shift_degree=150.0,
        parallel=int(rng.integers(1, 3)), **taps)
    buses = [main]
    for _ in range(14):
        bus = pp.create_bus(net, 20.0)
        line = pp.create_line_from_parameters(
            net, int(rng.choice(buses[-4:])), bus, rng.uniform(0.5, 3), 0.3, 0.12, 250.0,
            max_i_ka=0.3, g_us_per_km=0.5, parallel=int(rng.integers(1, 3)))
        if rng.uniform() < 0.2:
            pp.create_switch(net, bus, line, et="l", closed=False)
        else:
            buses.append(bus)
    tie = pp.create_line_from_parameters(net, buses[-1], buses[2], 4.0, 0.3, 0.12, 250.0, 0.3)
    if seed % 2 == 0:
        pp.create_switch(net, buses[-1], tie, et="l", closed=False)
    twin = pp.create_bus(net, 20.0)
    pp.create_switch(net, buses[1], twin, et="b", z_ohm=float(rng.choice([0.0, 0.5])))
    pp.create_load(net, twin, 0.1, 0.02)
    gone = pp.create_bus(net, 20.0, in_service=False)
    pp.create_line_from_parameters(net, buses[3], gone, 2.0, 0.3, 0.12, 300.0, 0.3)
    low = pp.create_bus(net, 0.4)
    spare = pp.create_transformer(net, buses[2], low, "0.4 MVA 20/0.4 kV", tap_pos=2)
    pp.create_switch(net, low, spare, et="t", closed=False)
    pp.create_transformer(net, buses[4], pp.create_bus(net, 0.4), "0.25 MVA 20/0.4 kV")
    add_devices(net, buses, rng)
    return net


@pytest.mark.parametrize("seed", range(6))
def test_random_radial_and_looped_networks(seed, tmp_path):
    net, _, buses, branches, _ = solve_both(random_network(seed), tmp_path)
    compare_buses(net, buses)
    compare_branches(net, branches)


@pytest.mark.parametrize("looped", [False, True])
def test_loads_that_follow_their_voltage(looped, tmp_path):
    net = random_network(4 if not looped else 5)
    alone = pp.create_bus(net, 20.0)
    pp.create_line_from_parameters(net, 1, alone, 5.0, 0.3, 0.12, 250.0, 0.3)
    pp.create_load(net, alone, 1.2, 0.5, const_z_percent=40, const_i_percent=25)
    net, _, buses, branches, _ = solve_both(net, tmp_path)
    compare_buses(net, buses)
    compare_branches(net, branches)


def looped_feeder(seed, loops):
    """60 buses at 20 kV behind one source, each hanging on one of the last few, and random ties."""
    rng = np.random.default_rng(seed)
    net = pp.create_empty_network(sn_mva=10.0)
    buses = [pp.create_bus(net, 20.0) for _ in range(60)]
    pp.create_ext_grid(net, buses[0], vm_pu=1.01)
    ends = [(int(rng.integers(max(0, k - 5), k)), k) for k in range(1, 60)]
    ends += [tuple(int(k) for k in rng.choice(60, 2, replace=False)) for _ in range(loops)]
    for start, end in ends:
        pp.create_line_from_parameters(net, buses[start], buses[end], rng.uniform(0.2, 1.5), 0.3,
                                       0.12, 250.0, max_i_ka=0.3)
    for bus in buses[1:]:
        pp.create_load(net, bus, rng.uniform(0.0, 0.12), rng.uniform(0.0, 0.04))
    return net


@pytest.mark.parametrize("seed, loops", [(1, 0), (2, 1), (3, 5), (4, 15), (5, 40)])
def test_random_feeders_with_loops(seed, loops, tmp_path):
    net, _, buses, branches, _ = solve_both(looped_feeder(seed, loops), tmp_path)
    compare_buses(net, buses)
    compare_branches(net, branches)


def three_windings(star, side, open_side):
    net = pp.create_empty_network()
    ends = [pp.create_bus(net, kv) for kv in (110.0, 20.0, 10.0)]
    pp.create_ext_grid(net, ends[0], vm_pu=1.01)
    wound = pp.create_transformer3w_from_parameters(
        net, *ends, vn_hv_kv=110, vn_mv_kv=20.5, vn_lv_kv=10.2, sn_hv_mva=40, sn_mv_mva=25,
        sn_lv_mva=15, vk_hv_percent=10.4, vk_mv_percent=10.8, vk_lv_percent=11.2,
        vkr_hv_percent=0.28, vkr_mv_percent=0.32, vkr_lv_percent=0.35, pfe_kw=35,
        i0_percent=0.6, shift_mv_degree=30, shift_lv_degree=150, tap_side=side, tap_pos=3,
        tap_neutral=0, tap_min=-8, tap_max=8, tap_step_percent=1.25, tap_step_degree=0.0,
        tap_at_star_point=star, **({"tap_changer_type": "Ratio"} if TYPED_TAPS else {}))
    pp.create_load(net, ends[1], 8.0, 2.0)
    pp.create_load(net, ends[2], 4.0, 1.0)
    if open_side is not None:
        pp.create_switch(net, ends[open_side], wound, et="t3", closed=False)
    return net


@pytest.mark.parametrize("star, side, open_side", [
    (False, "hv", None), (False, "mv", None), (True, "hv", None), (True, "lv", None),
    (False, "lv", 1)])
def test_three_winding_transformers(star, side, open_side, tmp_path):
    net, _, buses, branches, _ = solve_both(three_windings(star, side, open_side), tmp_path)
    compare_buses(net, buses)
    if open_side is None:  # pandapower gives the open winding no power, here it has its charging
        compare_branches(net, branches)


def meshed_network():
    """Held voltages, an extended ward, an impedance, a direct current line, two sources."""
    net = pp.create_empty_network(sn_mva=50.0)
    buses = [pp.create_bus(net, 110.0) for _ in range(6)]
    pp.create_ext_grid(net, buses[0], vm_pu=1.03, va_degree=5.0)
    pp.create_ext_grid(net, buses[5], vm_pu=1.01, va_degree=2.0)
    for a, b in [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5)]:
        pp.create_line_from_parameters(net, buses[a], buses[b], 20.0, 0.06, 0.3, 10.0, 0.6)
    pp.create_impedance(net, buses[3], buses[4], 0.02, 0.1, sn_mva=80.0)
    pp.create_gen(net, buses[2], 20.0, vm_pu=1.02, scaling=1.2)
    pp.create_xward(net, buses[1], 5, 1, 2, 3, r_ohm=2.0, x_ohm=20.0, vm_pu=1.01)
    pp.create_dcline(net, buses[3], buses[4], p_mw=10.0, loss_percent=1.5, loss_mw=0.2,
                     vm_from_pu=1.015, vm_to_pu=1.005)
    pp.create_load(net, buses[3], 30.0, 8.0)
    return net


def test_meshes_with_held_voltages(tmp_path):
    net, _, buses, branches, _ = solve_both(meshed_network(), tmp_path)
    compare_buses(net, buses)
    compare_branches(net, branches)


def test_transformers_as_pi_where_the_network_asks_for_it(tmp_path):
    net = random_network(1)
    pp.set_user_pf_options(net, trafo_model="pi")
    net, _, buses, branches, _ = solve_both(net, tmp_path)
    compare_buses(net, buses)
    compare_branches(net, branches)


def test_controllers_are_passed_over_with_a_warning(tmp_path):
    import pandapower.control as control
    net = nw.example_simple()
    control.DiscreteTapControl(net, 0, 0.99, 1.01)
    net, _, buses, _, told = solve_both(net, tmp_path)
    compare_buses(net, buses)
    assert "controller: 1 rows are passed over" in told


def test_devices_without_a_model_are_refused(tmp_path):
    net = nw.example_simple()
    pp.create_svc(net, 1, 1.0, -10.0, 1.0, 90.0)
    path = tmp_path / "svc.json"
    pp.to_json(net, str(path))
    done = subprocess.run([PROGRAM, "flow", str(path)], capture_output=True, text=True)
    assert done.returncode == 4
    assert "svc 0: elements of this kind have no model here" in done.stderr
