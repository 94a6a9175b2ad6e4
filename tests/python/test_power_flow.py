# SPDX-License-Identifier: BSD-3-Clause
"""Cases as tables and power flow of them, against a dense Newton of our own."""
import pathlib
import threading

import numpy as np
import pandas as pd
import pytest

import gridswarm as gs
from newton import admittance, solve

ROOT = pathlib.Path(__file__).resolve().parents[2]
FEEDERS = ["ieee33", "ieee69"]


def feeder(name="ieee33"):
    return gs.read_case(ROOT / f"examples/data/{name}.m")


def oracle(case, p_kw, q_kvar):
    """Complex bus voltages for net injections in kW and kvar."""
    bus, branch = case.bus.reset_index(drop=True), case.branch
    row = {number: k for k, number in enumerate(bus.bus)}
    y = admittance(len(bus), branch.fbus.map(row).values, branch.tbus.map(row).values,
                   branch.r_pu.values, branch.x_pu.values, branch.b_pu.values, branch.ratio.values,
                   branch.shift_deg.values, branch.in_service.values,
                   (bus.gs_mw + 1j * bus.bs_mvar).values / case.base_mva)
    sources = np.flatnonzero(bus.type == 3)
    return solve(y, (p_kw + 1j * q_kvar) / (1000 * case.base_mva), sources, 1.0)


@pytest.mark.parametrize("name, losses_kw", [("ieee33", 202.677), ("ieee69", 224.992)])
def test_losses_are_those_of_the_papers(name, losses_kw):
    result = gs.power_flow(feeder(name))
    assert result.converged is True
    assert 1000 * result.losses_mw == pytest.approx(losses_kw, abs=5e-4)
    assert result.losses_mw == pytest.approx((result.branch.pf_mw + result.branch.pt_mw).sum())


@pytest.mark.parametrize("name", FEEDERS)
def test_voltages_are_those_of_a_dense_newton(name):
    case = feeder(name)
    v = oracle(case, -1000 * case.bus.pd_mw.values, -1000 * case.bus.qd_mvar.values)
    bus = gs.power_flow(case).bus
    assert list(bus.columns) == ["bus", "vm_pu", "va_deg"]
    np.testing.assert_allclose(bus.vm_pu, np.abs(v), atol=1e-10)
    np.testing.assert_allclose(bus.va_deg, np.degrees(np.angle(v)), atol=1e-8)


def test_an_edited_table_is_what_is_solved():
    case = feeder()
    before = gs.power_flow(case)
    case.bus.loc[18, "pd_mw"] *= 3
    case.branch.loc[case.branch.fbus == 6, "r_pu"] *= 1.5
    after = gs.power_flow(case)
    v = oracle(case, -1000 * case.bus.pd_mw.values, -1000 * case.bus.qd_mvar.values)
    np.testing.assert_allclose(after.bus.vm_pu, np.abs(v), atol=1e-10)
    assert after.bus.loc[18, "vm_pu"] < before.bus.loc[18, "vm_pu"] - 1e-3


def test_total_injections_replace_the_loads_and_additions_come_on_top():
    case = feeder()
    load = -1000 * case.bus.pd_mw.values
    more = np.linspace(0, 50, len(case.bus))
    direct = gs.power_flow(case, dp_kw=more).bus.vm_pu
    total = gs.power_flow(case, p_kw=load + more).bus.vm_pu
    both = gs.power_flow(case, p_kw=load, dp_kw=more).bus.vm_pu
    np.testing.assert_allclose(direct, total, atol=1e-12)
    np.testing.assert_allclose(direct, both, atol=1e-12)
    nothing = np.zeros(len(case.bus))
    flat = gs.power_flow(case, p_kw=nothing, q_kvar=nothing)
    assert (flat.bus.vm_pu == 1.0).all() and flat.losses_mw == 0.0


def test_a_series_is_matched_by_bus_number():
    case = feeder()
    load = pd.Series(-1000 * case.bus.pd_mw.values, index=case.bus.bus)
    shuffled = load.sample(frac=1, random_state=1)
    by_number, by_row = (gs.power_flow(case, p_kw=p) for p in (shuffled, load.values))
    assert by_number.bus.equals(by_row.bus)
    with pytest.raises(gs.UsageError, match="no value for bus 7"):
        gs.power_flow(case, p_kw=load.drop(7))


def test_a_batch_is_its_scenarios_one_by_one():
    case = feeder("ieee69")
    rng = np.random.default_rng(1)
    p_kw = rng.normal(0, 30, (5, len(case.bus)))
    q_kvar = rng.normal(0, 10, (5, len(case.bus)))
    batch = gs.power_flow(case, p_kw=p_kw, q_kvar=q_kvar)
    assert batch.vm_pu.dims == ("scenario", "bus") and batch.converged.all()
    for s in range(5):
        one = gs.power_flow(case, p_kw=p_kw[s], q_kvar=q_kvar[s])
        assert (one.bus.vm_pu.values == batch.vm_pu.isel(scenario=s).values).all()
        assert one.losses_mw == batch.losses_mw[s]
        assert one.branch.equals(batch.branch_of(s))
        np.testing.assert_allclose(one.bus.vm_pu, np.abs(oracle(case, p_kw[s], q_kvar[s])),
                                   atol=1e-10)
    assert float(batch.vm_pu.sel(bus=54, scenario=2)) == batch.vm_pu.values[2, 53]
    with pytest.raises(gs.UsageError, match="vm_pu"):
        batch.bus


def test_threads_change_nothing():
    case = feeder()
    p_kw = np.random.default_rng(2).normal(0, 30, (64, len(case.bus)))
    one, two = (gs.power_flow(case, dp_kw=p_kw, threads=n).vm_pu.values for n in (1, 2))
    assert (one == two).all()


def test_no_convergence_is_a_result():
    case = feeder()
    case.bus["pd_mw"] *= 10
    result = gs.power_flow(case)
    assert result.converged is False and np.isfinite(result.bus.vm_pu).all()


def test_other_threads_run_while_a_batch_is_solved():
    case = gs.synthetic_case(1000, seed=1)
    dp_kw = np.random.default_rng(3).normal(0, 1, (4000, 1000))
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.wait(0.001):
            ticks.append(1)

    thread = threading.Thread(target=tick)
    thread.start()
    gs.power_flow(case, dp_kw=dp_kw, threads=1)
    stop.set()
    thread.join()
    assert len(ticks) > 5


@pytest.mark.parametrize("edit, words", [
    (lambda c: c.bus.drop(columns="pd_mw", inplace=True), "case.bus: column pd_mw is missing"),
    (lambda c: c.bus.__setitem__("pd_mw", "much"), "must hold numbers"),
    (lambda c: c.bus.__setitem__("bus", 1), "stands there twice"),
    (lambda c: c.branch.__setitem__("tbus", 99), "names bus 99"),
    (lambda c: c.branch.__setitem__("rate_mva", -1.0), "must not be negative"),
    (lambda c: c.branch.__setitem__("r_pu", np.nan), "r_pu must be a finite number"),
    (lambda c: c.bus.__setitem__("type", 1), "no source"),
])
def test_a_table_that_cannot_be_right_is_refused_by_name(edit, words):
    case = feeder()
    edit(case)
    with pytest.raises(gs.InputError, match=words):
        gs.power_flow(case)


def test_powers_of_the_wrong_shape_or_value_are_refused():
    case = feeder()
    with pytest.raises(gs.UsageError, match=r"\(33,\)"):
        gs.power_flow(case, p_kw=np.zeros(32))
    with pytest.raises(gs.UsageError, match="bus 5 in scenario 0 is nan"):
        gs.power_flow(case, dq_kvar=np.where(case.bus.bus == 5, np.nan, 0.0))
    with pytest.raises(gs.UsageError, match="equally many"):
        gs.power_flow(case, p_kw=np.zeros((2, 33)), q_kvar=np.zeros((3, 33)))
    with pytest.raises(gs.UsageError, match="tolerance"):
        gs.power_flow(case, tolerance=1)


def test_errors_carry_file_and_line(tmp_path):
    text = (ROOT / "examples/data/ieee33.m").read_text().splitlines()
    at = next(i for i, line in enumerate(text) if "mpc.branch" in line) + 1
    text[at] = text[at].replace("2", "77", 1)
    bad = tmp_path / "bad.m"
    bad.write_text("\n".join(text))
    with pytest.raises(gs.InputError, match="77") as caught:
        gs.read_case(bad)
    assert (caught.value.file, caught.value.line) == (str(bad), at + 1)
    assert caught.value.exit_code == 4 and isinstance(caught.value, ValueError)
    with pytest.raises(gs.FileError) as caught:
        gs.read_case(tmp_path / "none.m")
    assert caught.value.path.endswith("none.m") and isinstance(caught.value, OSError)


def test_a_written_case_reads_back(tmp_path):
    case = gs.synthetic_case(40, seed=3)
    case.write(tmp_path / "case.m")
    again = gs.read_case(tmp_path / "case.m")
    pd.testing.assert_frame_equal(case.bus, again.bus)
    pd.testing.assert_frame_equal(case.branch, again.branch)


def test_a_case_with_devices_is_written_as_hdf5_and_reads_back(tmp_path):
    case = feeder()
    curve = ((0.92, 0.44), (0.98, 0.0), (1.02, 0.0), (1.08, -0.44))
    case.inverter = pd.DataFrame({
        "id": [7], "bus": [18], "p_mw": [0.4], "q_mvar": [0.0], "rating_mva": [0.5],
        "rule": ["volt_var"], "tan_phi": [0.0], "volt_var": [curve], "volt_watt": [None],
        "in_service": [True]})
    case.load = pd.DataFrame({"id": [3], "bus": [25], "p_mw": [0.1], "q_mvar": [0.05],
                              "i_p": [0.3], "z_p": [0.4], "i_q": [0.0], "z_q": [1.0],
                              "in_service": [True]})
    case.write(tmp_path / "case.h5")
    again = gs.read_case(tmp_path / "case.h5")
    for name in ("bus", "branch", "load"):
        pd.testing.assert_frame_equal(getattr(case, name), getattr(again, name)[
            list(getattr(case, name).columns)], check_dtype=False)
    assert again.inverter.volt_var[0] == curve and again.inverter.rule[0] == "volt_var"
    one, two = gs.power_flow(case), gs.power_flow(again)
    assert (one.vm_pu.values == two.vm_pu.values).all() and one.converged


@pytest.mark.parametrize("column, value, words", [
    ("bus", 99, "names bus 99"), ("rule", "magic", "not magic"), ("rating_mva", 0.0, "rating_mva"),
    ("volt_var", ((1.0, 0.1), (0.9, 0.2)), "rise in voltage"), ("volt_var", 3, "pairs"),
    ("p_mw", np.nan, "finite")])
def test_an_inverter_that_cannot_be_right_is_refused_by_row(column, value, words):
    case = feeder()
    row = {"id": 1, "bus": 18, "p_mw": 0.4, "q_mvar": 0.0, "rating_mva": 0.5, "rule": "volt_var",
           "tan_phi": 0.0, "volt_var": ((0.9, 0.4), (1.1, -0.4)), "volt_watt": None,
           "in_service": True, column: value}
    case.inverter = pd.DataFrame([row])
    with pytest.raises(gs.InputError, match=words) as caught:
        gs.power_flow(case)
    assert "case.inverter" in str(caught.value) and "row 0" in str(caught.value)
