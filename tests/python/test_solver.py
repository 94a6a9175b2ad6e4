# SPDX-License-Identifier: BSD-3-Clause
"""A solver object: arrays in place, results without a copy, pandas and xarray in and out."""
import gc
import pathlib
import threading

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import gridswarm as gs

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def case():
    return gs.read_case(ROOT / "examples/data/ieee33.m")


@pytest.fixture
def solver(case):
    return gs.Solver(case, threads=1)


def powers(case, scenarios=11, seed=1):
    """(p_kw, q_kvar), each (scenario, bus): the case's loads at 0.5 to 1.5 times."""
    factor = np.random.default_rng(seed).uniform(0.5, 1.5, (scenarios, len(case.bus)))
    stated = case.bus.pd_mw.to_numpy(), case.bus.qd_mvar.to_numpy()
    return tuple(-1000 * factor * mega for mega in stated)


def address(array):
    return np.asarray(array).__array_interface__["data"][0]


def same(a, b):
    return np.asarray(a).tobytes() == np.asarray(b).tobytes()


def test_powers_of_the_right_form_are_read_where_they_are(case, solver):
    p_kw, q_kvar = powers(case)
    res = solver.solve(p_kw=p_kw, q_kvar=q_kvar)
    assert [address(a) for a in res._batch.inputs()] == [address(p_kw), address(q_kvar)]
    frame = xr.DataArray(p_kw, dims=("scenario", "bus"), coords={"bus": case.bus.bus.to_numpy()})
    res = solver.solve(p_kw=frame, q_kvar=q_kvar)
    assert address(res._batch.inputs()[0]) == address(p_kw)


@pytest.mark.parametrize("other", [
    lambda a: a.astype(np.float32).astype(float), np.asfortranarray, lambda a: a[::-1][::-1],
    lambda a: np.repeat(a, 2, axis=1)[:, ::2], lambda a: a.tolist()])
def test_other_forms_of_an_array_are_copied_and_mean_the_same(case, solver, other):
    p_kw, q_kvar = (np.float32(a).astype(float) for a in powers(case))
    straight = solver.solve(p_kw=p_kw, q_kvar=q_kvar)
    changed = solver.solve(p_kw=other(p_kw), q_kvar=other(q_kvar))
    assert same(straight.vm_pu, changed.vm_pu) and same(straight.va_rad, changed.va_rad)


def test_units_say_the_same_thing(case, solver):
    p_kw, q_kvar = powers(case)
    by_kw = solver.solve(p_kw=p_kw, q_kvar=q_kvar).vm_pu
    by_mw = solver.solve(p_mw=p_kw / 1000, q_mvar=q_kvar / 1000).vm_pu
    by_pu = solver.solve(p_pu=p_kw * solver.pu_per_kw, q_pu=q_kvar * solver.pu_per_kw).vm_pu
    mixed = solver.solve(p_mw=p_kw / 1000, q_kvar=q_kvar).vm_pu
    for other in (by_mw, by_pu, mixed):
        np.testing.assert_allclose(by_kw, other, atol=1e-14)
    with pytest.raises(gs.UsageError, match="p_kw|p_mw"):
        solver.solve(p_kw=p_kw, p_mw=p_kw)


def test_results_show_the_librarys_memory_read_only(case, solver):
    res = solver.solve(*powers(case))
    vm = res.vm_pu.values
    assert address(vm) == address(res.vm_pu) and address(res.va_rad) == address(res.va_rad)
    assert not vm.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        vm[0, 0] = 1.0
    before = vm.copy()
    del res
    gc.collect()
    solver.solve(*powers(case, seed=2))
    assert same(vm, before)


def test_memory_of_a_result_that_was_let_go_serves_the_next(case, solver):
    where = address(solver.solve(*powers(case)).vm_pu)
    gc.collect()
    again = solver.solve(*powers(case, seed=2))
    assert address(again.vm_pu) == where
    third = solver.solve(*powers(case, seed=2))
    assert address(third.vm_pu) != where and same(third.vm_pu, again.vm_pu)


def test_a_solver_and_a_single_call_give_the_same_bits(case, solver):
    p_kw, q_kvar = powers(case)
    res = solver.solve(p_kw, q_kvar)
    once = gs.power_flow(case, p_kw, q_kvar, method=solver.method, threads=2)
    for name in ("vm_pu", "va_rad", "iterations", "max_mismatch_va", "losses_mw", "source_mw"):
        assert same(getattr(res, name), getattr(once, name)), name


def test_a_solver_keeps_the_case_it_was_made_from(case, solver):
    before = solver.solve().vm_pu
    case.bus["pd_mw"] *= 2
    assert same(before, solver.solve().vm_pu)
    assert gs.Solver(case).solve().vm_pu.min() < before.min()


def test_powers_at_some_buses_leave_the_others_as_stated(case, solver):
    rng = np.random.default_rng(3)
    some = np.array([18, 7, 25])
    dp_kw, q_kvar = rng.normal(0, 50, (6, 3)), rng.normal(0, 20, (6, 3))
    full = np.zeros((6, 33))
    full[:, some - 1] = dp_kw
    reactive = np.repeat(-1000 * case.bus.qd_mvar.to_numpy()[None], 6, axis=0)
    reactive[:, some - 1] = q_kvar
    subset = solver.solve(dp_kw=dp_kw, q_kvar=q_kvar, buses=some)
    whole = solver.solve(dp_kw=full, q_kvar=reactive)
    np.testing.assert_allclose(subset.vm_pu, whole.vm_pu, atol=1e-14)
    with pytest.raises(gs.UsageError, match="names bus 99"):
        solver.solve(dp_kw=dp_kw, buses=[18, 7, 99])
    with pytest.raises(gs.UsageError, match="bus 7 stands in `buses` twice"):
        solver.solve(dp_kw=dp_kw, buses=[18, 7, 7])
    with pytest.raises(gs.UsageError, match=r"\(3,\)"):
        solver.solve(dp_kw=full, buses=some)


def test_frames_and_arrays_are_matched_by_bus_number(case, solver):
    p_kw, q_kvar = powers(case, scenarios=4)
    hours = pd.date_range("2024-06-01", periods=4, freq="H")
    frame = pd.DataFrame(p_kw, index=hours, columns=case.bus.bus.to_numpy())
    shuffled = frame.sample(frac=1, axis=1, random_state=1)
    array = xr.DataArray(q_kvar.T, dims=("bus", "time"),
                         coords={"bus": case.bus.bus.to_numpy(), "time": hours})
    res = solver.solve(p_kw=shuffled, q_kvar=array.isel(bus=slice(None, None, -1)))
    assert res.vm_pu.dims == ("time", "bus") and (res.vm_pu.time.values == hours).all()
    assert same(res.vm_pu, solver.solve(p_kw, q_kvar).vm_pu)
    together = xr.Dataset({"p_kw": (("time", "bus"), p_kw), "q_kvar": array}, coords=array.coords)
    assert same(res.vm_pu, solver.solve(together).vm_pu)
    assert solver.solve(together).to_dataset().losses_mw.dims == ("time",)
    with pytest.raises(gs.UsageError, match="no value for bus 3"):
        solver.solve(p_kw=frame.drop(columns=3))
    with pytest.raises(gs.UsageError, match="other labels"):
        solver.solve(p_kw=frame, q_kvar=frame.shift(1, freq="H"))
    with pytest.raises(gs.UsageError, match="give 'bus'"):
        solver.solve(p_kw=array.rename(bus="node"))
    with pytest.raises(gs.UsageError, match="no power is called load"):
        solver.solve(xr.Dataset({"load": array}))


def test_results_carry_ids_words_and_units(case, solver):
    p_kw, q_kvar = powers(case, scenarios=3)
    p_kw[1] *= 20
    res = solver.solve(p_kw, q_kvar)
    assert res.status.tolist() == ["converged", "infeasible", "converged"]
    assert res.converged.tolist() == [True, False, True]
    assert set(res.worst_bus) <= set(case.bus.bus) and res.method[0] == solver.method
    assert float(res.vm_pu.sel(bus=18)[0]) == res.vm_pu.values[0, 17]
    assert res.va_rad.attrs["units"] == "radian"
    np.testing.assert_allclose(res.va_deg, np.degrees(res.va_rad))
    flows = res.branches()
    assert flows.pf_mw.dims == ("scenario", "branch")
    table = res.branch_of(2)
    for name in flows.data_vars:
        np.testing.assert_array_equal(flows[name].values[2], table[name])
    np.testing.assert_allclose((flows.pf_mw + flows.pt_mw).sum("branch").values[[0, 2]],
                               res.losses_mw[[0, 2]])
    supply = res.source_mw - (-p_kw[:, 1:].sum(axis=1) / 1000 + res.losses_mw)
    assert abs(supply[[0, 2]]).max() < 1e-7
    with pytest.raises(gs.UsageError, match="no volts"):
        res.branches("volts")
    with pytest.raises(gs.UsageError, match="no scenario 3"):
        res.branch_of(3)


def test_flows_of_powers_that_were_changed_since_are_refused(case, solver):
    p_kw, q_kvar = powers(case)
    res = solver.solve(p_kw, q_kvar)
    kept = res.losses_mw
    p_kw[4] = 0.0
    with pytest.raises(gs.UsageError, match="scenario 4 were changed"):
        res.losses_mw
    with pytest.raises(gs.UsageError, match="scenario 4 were changed"):
        res.branch_of(4)
    assert res.branch_of(3).pf_mw.sum() != 0.0 and kept[4] > 0.0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_named_by_scenario_and_bus(case, solver, value):
    p_kw, q_kvar = powers(case)
    q_kvar[7, 17] = value
    with pytest.raises(gs.UsageError, match="bus 18 in scenario 7"):
        solver.solve(p_kw, q_kvar)
    assert solver.solve(*powers(case)).converged.all()


@pytest.mark.parametrize("wrong, words", [
    (np.zeros(32), r"\(32,\)"), (np.zeros((2, 2, 33)), r"\(2, 2, 33\)"), ("much", "numbers only"),
    (np.zeros((0, 33)), "equally many"), (np.zeros((1, 33), complex), "numbers only")])
def test_powers_of_the_wrong_shape_or_kind_are_refused(solver, wrong, words):
    with pytest.raises(gs.UsageError, match=words):
        solver.solve(p_kw=wrong)


def test_unknown_words_are_refused_before_anything_is_solved(case, solver):
    with pytest.raises(gs.UsageError, match="bogus"):
        gs.Solver(case, bogus=1)
    with pytest.raises(gs.UsageError, match="bogus"):
        solver.solve(bogus=np.zeros(33))
    with pytest.raises(gs.UsageError, match="magic"):
        gs.Solver(case, method="magic")
    with pytest.raises(gs.UsageError, match="start"):
        solver.solve(start=1.0)


def test_threads_of_python_may_share_a_solver(case, solver):
    given = [powers(case, scenarios=200, seed=seed) for seed in range(4)]
    alone = [solver.solve(*one).vm_pu.values.copy() for one in given]
    found = [None] * 4

    def work(k):
        for _ in range(5):
            found[k] = solver.solve(*given[k]).vm_pu.values.copy()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(same(a, b) for a, b in zip(alone, found))


def test_the_load_margin_of_two_buses_is_the_tip_of_the_nose(case):
    """lambda = 1 / (2 (R P + X Q + |Z| |S|)) where both solutions of |V|^2 meet, source 1 p.u."""
    bus, branch = case.bus.iloc[:2].copy(), case.branch.iloc[:1].copy()
    bus["pd_mw"], bus["qd_mvar"] = [0.0, 4.0], [0.0, 2.0]
    branch["r_pu"], branch["x_pu"] = 0.3, 0.4
    small = gs.Case(bus, branch, case.gen, base_mva=10.0)
    expected = 1 / (2 * (0.3 * 0.4 + 0.4 * 0.2 + 0.5 * np.hypot(0.4, 0.2)))
    assert gs.load_margin(small, tol=1e-5) == pytest.approx(expected, rel=1e-4)
    batch = gs.Solver(small).solve(p_kw=[[0, -4000], [0, -8000]], q_kvar=[[0, -2000], [0, -4000]])
    np.testing.assert_allclose(batch.load_margin(tol=1e-5), [expected, expected / 2], rtol=1e-4)


def test_a_pandapower_net_crosses_as_its_json(monkeypatch):
    """A stand-in for pandapower writes the text that the real one would."""
    columns = {"bus": '["name","vn_kv","in_service"]', "line":
               '["from_bus","to_bus","length_km","r_ohm_per_km","x_ohm_per_km","c_nf_per_km",'
               '"g_us_per_km","max_i_ka","parallel","in_service"]',
               "load": '["bus","p_mw","q_mvar","scaling","in_service"]',
               "ext_grid": '["bus","vm_pu","va_degree","in_service"]'}
    rows = {"bus": "[[\"a\",20.0,true],[\"b\",20.0,true]]", "load": "[[5,1.0,0.5,1.0,true]]",
            "line": "[[3,5,2.0,0.1,0.2,0.0,0.0,0.5,1,true]]", "ext_grid": "[[3,1.01,0.0,true]]"}
    index = {"bus": "[3,5]", "load": "[0]", "line": "[7]", "ext_grid": "[0]"}

    def table(name):
        text = f'{{"columns":{columns[name]},"index":{index[name]},"data":{rows[name]}}}'
        return {"_module": "pandas.core.frame", "_class": "DataFrame", "_object": text,
                "orient": "split"}

    class Stand:
        @staticmethod
        def to_json(net):
            import json
            return json.dumps({"_module": "pandapower.auxiliary", "_class": "pandapowerNet",
                               "_object": {name: table(name) for name in columns} |
                               {"name": net, "sn_mva": 1.0, "f_hz": 50.0, "version": "3.0.0"}})

    monkeypatch.setitem(__import__("sys").modules, "pandapower", Stand)
    case = gs.from_pandapower("village")
    assert case.bus.bus.tolist() == [3, 5] and case.branch.element.tolist() == [7]
    res = gs.power_flow(case)
    v = res.vm_pu.sel(bus=5).item()
    z, s = (0.2 + 0.4j) / 400, 1.0 + 0.5j
    assert abs(v ** 4 + (2 * (z * s.conjugate()).real - 1.01 ** 2) * v ** 2
               + abs(z * s) ** 2) < 1e-12


def test_sensitivities_are_the_differences_of_two_power_flows(case):
    step_kw = 1.0
    told = gs.sensitivity(case, at=[18, 25, 6])
    assert told.vm_pu_per_mw.dims == ("at", "bus") and told.at.values.tolist() == [18, 25, 6]
    case.branch["rate_mva"] = 5.0
    loaded = gs.sensitivity(case).sel(at=[18, 25, 6])
    for keyword, unit in (("dp_kw", "mw"), ("dq_kvar", "mvar")):
        more, less = (gs.power_flow(case, **{keyword: sign * step_kw * np.eye(3)},
                                    buses=[18, 25, 6], tol_step_pu=1e-12) for sign in (1, -1))
        width = 2 * step_kw / 1000
        np.testing.assert_allclose(told[f"vm_pu_per_{unit}"],
                                   (more.vm_pu.values - less.vm_pu.values) / width, atol=1e-7)
        np.testing.assert_allclose(told[f"losses_mw_per_{unit}"],
                                   (more.losses_mw - less.losses_mw) / width, atol=1e-6)
        change = (more.branches("loading_percent") - less.branches("loading_percent")) / width
        np.testing.assert_allclose(loaded[f"loading_percent_per_{unit}"],
                                   change.loading_percent.values, rtol=1e-4, atol=5e-4)
    with pytest.raises(gs.UsageError, match="no scenario 4"):
        gs.power_flow(case).sensitivity(scenario=4)
