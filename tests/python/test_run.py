# SPDX-License-Identifier: BSD-3-Clause
"""What a run stores is what physics says: checked from outside, with arithmetic of our own."""
import json
import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pytest

import gridswarm as gs
from newton import admittance, solve

xarray = pytest.importorskip("xarray")
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
HAMLET = ROOT / "tests/determinism/hamlet.toml"
TOWN = """
[run]
name = "small town"
start = "2026-06-21T06:00"
duration_h = 12
dt_s = 900
ledger_dt_s = 900
seed = 3
[results]
agents_every_tick = true
[town]
feeders = 3
variation = 0.2
[passive]
profile = "district_1_pu"
[[feeder]]
case = "{root}/examples/data/ieee33.m"
agents = 80
[[feeder]]
case = "{root}/examples/data/ieee69.m"
agents = 80
[[profile]]
file = "{root}/examples/data/town_profiles.csv"
"""
EVENING = """
[run]
name = "evening"
start = "2026-06-21T15:00"
duration_h = 8
dt_s = 300
ledger_dt_s = 900
[results]
agents_every_tick = true
[passive]
mode = "constant"
[[feeder]]
case = "{root}/examples/data/ieee33.m"
fleet = "{root}/tests/determinism/hamlet_fleet.csv"
[[profile]]
file = "{root}/examples/data/town_profiles.csv"
"""
BATTERY, EV = 2, 3


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory):
    """The summary and the results of the program itself."""
    out = tmp_path_factory.mktemp("hamlet")
    done = subprocess.run([PROGRAM, "run", HAMLET, "--json", "-o", out / "run"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with gs.open_results(out / "run") as results:
        yield json.loads(done.stdout), results


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    (folder / "town.toml").write_text(TOWN.format(root=ROOT))
    gs.run(folder / "town.toml", out=folder / "run")
    with gs.open_results(folder / "run") as results:
        yield results


def network(feeder):
    """Admittance matrix and source rows of the wires as they are stored."""
    buses, wires = feeder.buses, feeder.branches
    row = {number: k for k, number in enumerate(buses.bus.values)}
    ends = [[row[number] for number in wires[name].values] for name in ("fbus", "tbus")]
    columns = (wires[name].values for name in ("r_pu", "x_pu", "b_pu", "ratio", "shift_deg",
                                               "in_service"))
    shunt = (buses.gs_mw.values + 1j * buses.bs_mvar.values) / feeder.attrs["base_mva"]
    return admittance(len(row), *ends, *columns, shunt), np.flatnonzero(buses.type == 3)


def check_random_ticks(results, count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        feeder = results[int(rng.integers(len(results)))]
        at = {name: int(rng.integers(feeder.wires.sizes[name])) for name in ("time", "variant")}
        tick = feeder.wires.isel(at)
        y, sources = network(feeder)
        s_pu = (tick.p_kw.values + 1j * tick.q_kvar.values) / feeder.attrs["kw_per_pu"]
        v = solve(y, s_pu, sources, 1.0)
        stored = tick.vm_pu.values * np.exp(1j * np.radians(tick.va_deg.values))
        assert np.abs(v - stored).max() < 1e-8, (feeder.key, at)
        injected = v * np.conj(y @ v) * feeder.attrs["kw_per_pu"]
        source_kw = injected[sources].sum().real - tick.p_kw.values[sources].sum()
        told_kw = float(feeder.totals.source_kw.isel(at))
        assert told_kw == pytest.approx(source_kw, abs=1e-6 * max(1.0, abs(source_kw)))


def test_stored_voltages_are_those_of_a_dense_newton(hamlet):
    check_random_ticks(hamlet[1], 20, seed=1)


def test_a_town_stores_the_wires_it_varied(town):
    published = gs.read_case(ROOT / "examples/data/ieee33.m").branch.r_pu.values
    ratio = town[0].branches.r_pu.values[:32] / published[:32]
    assert 0.8 <= ratio.min() < 0.99 and 1.01 < ratio.max() <= 1.2
    check_random_ticks(town, 20, seed=2)


@pytest.mark.parametrize("which", ["hamlet", "town"])
def test_energy_balances_at_every_tick(which, request):
    results = request.getfixturevalue(which)
    for feeder in (results[1] if which == "hamlet" else results):
        t = feeder.totals
        into = t.source_kw + t.generation_kw + t.discharge_kw
        out = t.load_kw + t.charge_kw + t.losses_kw
        size = np.maximum(abs(t.source_kw) + t.generation_kw + t.discharge_kw, out)
        assert (t.losses_kw > 0).all() and (t.load_kw > 0).all()
        assert float((abs(into - out) / size).max()) < 1e-9


def integrated(soc, p_kw, hours, efficiency, e_kwh):
    drawn = np.where(p_kw < 0, p_kw * hours * efficiency, p_kw * hours / efficiency)
    return np.clip(soc - drawn / e_kwh, 0.0, 1.0)


@pytest.mark.parametrize("which", ["hamlet", "town"])
def test_state_of_charge_is_the_integral_of_power(which, request):
    """Tick by tick; a vehicle that comes home begins its next tick with the charge on its plate,
    which is one value, whatever the variant."""
    results = request.getfixturevalue(which)
    moved = 0.0
    for feeder in (results[1] if which == "hamlet" else results):
        data, agents = feeder.devices, feeder.agents
        hours = float(np.diff(data.time.values[:2])[0] / np.timedelta64(1, "h"))
        soc, p_kw, kind = data.soc.values, data.p_kw.values, agents.kind.values
        for i in np.flatnonzero(np.isin(kind, (BATTERY, EV))):
            expected = integrated(soc[:-1, :, i], p_kw[1:, :, i], hours,
                                  float(agents.efficiency[i]), float(agents.e_kwh[i]))
            jump = soc[1:, :, i] - expected
            jump[np.abs(jump) < 1e-9] = 0.0
            moved = max(moved, np.abs(np.diff(soc[:, :, i], axis=0)).max())
            begins = (soc[:-1, :, i] + jump)[jump != 0.0]
            assert kind[i] == EV or begins.size == 0
            assert np.count_nonzero(jump, axis=0).max() <= 1  # it comes home once in half a day
            assert begins.size == 0 or np.ptp(begins) < 1e-9
        others = ~np.isin(kind, (BATTERY, EV))
        assert (soc[:, :, others] == 0).all()
    assert moved > 0.03


def test_vehicles_come_home_when_their_plate_says(tmp_path):
    (tmp_path / "evening.toml").write_text(EVENING.format(root=ROOT))
    gs.run(tmp_path / "evening.toml", out=tmp_path / "run")
    fleet = gs.read_fleet(HAMLET.with_name("hamlet_fleet.csv"),
                          gs.read_case(ROOT / "examples/data/ieee33.m"))
    homecomings = 0
    with gs.open_results(tmp_path / "run") as results:
        agents, data = results[0].agents, results[0].devices.load()
    assert list(agents.agent) == list(fleet.agent)
    hours = 300 / 3600
    for i, agent in fleet[fleet.kind.isin(["battery", "ev"])].iterrows():
        soc = np.full(data.sizes["variant"], agent.soc)
        for t in range(data.sizes["time"]):
            soc = integrated(soc, data.p_kw.values[t, :, i], hours, agent.efficiency, agent.e_kwh)
            np.testing.assert_allclose(data.soc.values[t, :, i], soc, atol=1e-9)
            ends = 15 + hours * (t + 1)
            if agent.kind == "ev" and -1e-9 <= ends - agent.arrive_h < hours - 1e-9:
                soc[:] = agent.soc
                homecomings += 1
    assert homecomings > 3


def test_interval_energies_add_up_to_the_state_of_charge(hamlet):
    for feeder in hamlet[1]:
        agents = feeder.agents
        batteries = np.flatnonzero(agents.kind.values == BATTERY)
        some = agents.isel(agent=batteries)
        n, e_kwh = some.efficiency.values, some.e_kwh.values
        change = n * some.e_in_kwh.values / e_kwh - some.e_out_kwh.values / (n * e_kwh)
        np.testing.assert_allclose(np.diff(some.soc.values, axis=0), change[1:], atol=1e-9)
        ticks = feeder.devices.p_kw.values.reshape(agents.sizes["time"], -1, *some.soc.shape[1:2],
                                                   agents.sizes["agent"]) * (300 / 3600)
        np.testing.assert_allclose(np.clip(ticks, 0, None).sum(axis=1), agents.e_out_kwh.values,
                                   atol=1e-9)
        np.testing.assert_allclose(np.clip(-ticks, 0, None).sum(axis=1), agents.e_in_kwh.values,
                                   atol=1e-9)


def test_every_cluster_has_one_leader_of_its_own(hamlet):
    for feeder in hamlet[1]:
        data = feeder.agents.isel(variant=0)
        for t in range(data.sizes["time"]):
            now = data.isel(time=t)
            table = pd.DataFrame({"cluster": now.cluster.values, "leader": now.leader.values},
                                 index=now.agent.values)
            assert (table.groupby("cluster").leader.nunique() == 1).all()
            assert (table.cluster[table.leader].values == table.cluster.values).all()


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
def test_xarray_opens_every_group(hamlet, engine):
    pytest.importorskip("netCDF4" if engine == "netcdf4" else engine)
    for feeder in hamlet[1]:
        assert len(feeder.groups) == 6
        for group in feeder.groups:
            with xarray.open_dataset(hamlet[1].path, engine=engine,
                                     group=f"{feeder.key}/{group}") as data:
                assert data.sizes and all(
                    np.isfinite(data[name].values).all() for name in data.data_vars)
                if "time" in data.sizes:
                    first = "10:15" if group == "agents" else "10:00"
                    assert data.time.values[0] == np.datetime64(f"2026-06-21T{first}")
                    assert list(data.variant.values) == ["swarm", "local", "swarm#1", "local#1"]


def test_the_package_runs_what_the_program_runs(hamlet, tmp_path):
    heard = []
    summary = gs.run(HAMLET, out=tmp_path / "run", threads=2,
                     progress=lambda done, all: heard.append((done, all)))
    assert summary.log_head == hamlet[0]["log_head"]
    assert heard == [(k, 12) for k in range(1, 13)]
    assert list(summary.variants.index) == ["swarm", "local", "swarm#1", "local#1"]
    for name in summary.variants.columns:
        np.testing.assert_allclose(summary.variants[name], hamlet[0][name])
    told = gs.verify(summary.log)
    assert told["ok"] and told["root"] == summary.log_head
    with gs.open_results(summary.out) as results:
        assert results.attrs["seed"] == 7 and len(results) == 2


def test_another_seed_is_another_run(hamlet, tmp_path):
    assert gs.run(HAMLET, out=tmp_path, seed=8).log_head != hamlet[0]["log_head"]


def test_a_changed_log_is_named(tmp_path):
    summary = gs.run(HAMLET, out=tmp_path / "run")
    path = pathlib.Path(summary.log) / "checkpoint"
    path.write_bytes(path.read_bytes().replace(b"gridswarm", b"gridswarn", 1))
    told = gs.verify(summary.log)
    assert not told["ok"] and told["file"] == "checkpoint" and told["reason"]


def test_a_taken_folder_and_a_bad_scenario_are_refused(tmp_path):
    (tmp_path / "results.h5").write_text("taken")
    with pytest.raises(gs.FileError, match="run"):
        gs.run(HAMLET, out=tmp_path)
    bad = tmp_path / "bad.toml"
    bad.write_text("[run]\nname = 'x'\nspeed = 3\n")
    with pytest.raises(gs.InputError, match="speed") as caught:
        gs.run(bad, out=tmp_path / "out")
    assert caught.value.line == 3 and caught.value.file == str(bad)
    with pytest.raises(gs.FileError, match="no HDF5"):
        gs.open_results(tmp_path)
    with pytest.raises(gs.FileError, match="does not exist"):
        gs.open_results(tmp_path / "out")
    with pytest.raises(gs.FileError):
        gs.verify(tmp_path / "log")


def test_an_error_of_the_listener_ends_the_run_and_comes_out(tmp_path):
    def listen(done, _):
        if done == 3:
            raise ZeroDivisionError("enough")

    with pytest.raises(ZeroDivisionError, match="enough"):
        gs.run(HAMLET, out=tmp_path / "run", progress=listen)
    told = gs.verify(tmp_path / "run/log")
    assert told["ok"] and told["blocks"] == 3
