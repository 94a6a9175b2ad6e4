# SPDX-License-Identifier: BSD-3-Clause
"""A run of devices that follow weather, fail, wear, wait and follow their voltage."""
import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

import gridswarm as gs

pytest.importorskip("xarray")
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
DT_S, TICKS = 300, 24

SCENARIO = """
[run]
name = "resources"
start = "2026-06-21T10:00"
duration_h = 2
dt_s = 300
ledger_dt_s = 900
[results]
agents_every_tick = true
[passive]
mode = "constant"
scale = 0.5
[forecast]
rule = "{rule}"
[[feeder]]
case = "{root}/examples/data/ieee33.m"
fleet = "fleet.csv"
[[profile]]
file = "weather.csv"
"""
# 5 and 6 are alike but for the power shares; 7 breaks at 11:00; 9 can't be charged in time.
FLEET = """agent,bus,kind,rating_kw,e_kwh,soc,soc_max,cost_per_kwh,z_share,i_share,flexible_share,\
arrive_h,depart_h,lost_from_h,lost_health,power_curve,profile
1,18,pv,60,,,,,,,,,,,,,roof_w_per_m2
2,22,wind,90,,,,,,,,,,,,3:0 12:1 25:1 restart:20,hill_m_per_s
3,25,battery,40,80,0.5,0.6,0.05,,,,,,,,,
5,17,meter,50,,,,,,,,,,,,,
6,17,meter,50,,,,,0.6,0.4,,,,,,,
7,30,pv,50,,,,,,,,,,1,0,,roof_w_per_m2
8,33,load,30,15,,,,,,0.5,,,,,,
9,12,ev,7,40,0.2,,,,,,10,12,,,,
10,14,pv,20,,,,,,,,,,1,0.5,,roof_w_per_m2
"""


def weather():
    k = np.arange(TICKS)
    sun = 900.0 - 10.0 * k + 100.0 * (k % 3)
    air = 20.0 + 0.2 * k
    wind = np.where(k < 8, 8.0 + 0.3 * k, np.where(k < 12, 26.0, np.where(k < 18, 22.0, 15.0)))
    return sun, air, wind


def write(folder, rule="persistence"):
    sun, air, wind = weather()
    rows = [f"{k * DT_S},{a:.6f},{b:.6f},{c:.6f},{a:.6f}"
            for k, (a, b, c) in enumerate(zip(sun, air, wind))]
    (folder / "weather.csv").write_text(
        "second,roof_w_per_m2,roof_celsius,hill_m_per_s,forecast_roof_w_per_m2\n"
        + "\n".join(rows) + "\n")
    (folder / "fleet.csv").write_text(FLEET)
    (folder / "s.toml").write_text(SCENARIO.format(root=ROOT, rule=rule))
    return folder / "s.toml"


def program(scenario, out):
    done = subprocess.run([PROGRAM, "run", str(scenario), "-o", str(out), "--json"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resources")
    summary = program(write(folder), folder / "run")
    with gs.open_results(folder / "run") as results:
        yield summary, results[0].agents.load(), results[0].devices.load(), results[0]


def power(day, agent, lane):
    _, agents, devices, _ = day
    return devices.p_kw.values[:, lane, list(agents.agent.values).index(agent)]


@pytest.mark.parametrize("lane", [0, 1])
def test_pv_gives_what_its_weather_allows_and_follows_its_health(day, lane):
    sun, air, _ = weather()
    allowed = gs.pv_power_kw(sun, air, rating_kw=60.0)
    given = power(day, 1, lane)
    assert np.all(given <= allowed * (1 + 1e-6))
    assert np.allclose(given, allowed, rtol=1e-5)  # nothing is curtailed here
    broken = power(day, 7, lane)
    assert np.all(broken[:12] > 30.0) and np.all(broken[12:] == 0.0)
    half = power(day, 10, lane)
    whole = gs.pv_power_kw(sun, air, rating_kw=20.0)
    assert np.allclose(half[:12], whole[:12], rtol=1e-5)
    assert np.allclose(half[12:], 0.5 * whole[12:], rtol=1e-5)


def test_wind_follows_its_curve_and_a_storm_stops_it_until_the_wind_is_low(day):
    _, _, wind = weather()
    expected = gs.wind_power_kw(wind, rating_kw=90.0, curve="3:0 12:1 25:1 restart:20")
    assert np.allclose(power(day, 2, 1), expected, rtol=1e-5)
    assert np.all(expected[8:18] == 0.0) and expected[18] == 90.0


def test_impedance_and_current_shares_follow_the_voltage_of_the_same_tick(day):
    _, _, _, feeder = day
    at = list(feeder.buses.bus.values).index(17)
    v = feeder.wires.vm_pu.values[:, :, at]
    for lane in (0, 1):
        assert np.allclose(power(day, 5, lane), -50.0)
        now = v[:, lane]
        assert np.all(now < 0.999)
        assert np.allclose(power(day, 6, lane), -50.0 * (0.6 * now**2 + 0.4 * now), atol=2e-5)


def test_who_is_lost_leaves_its_cluster_at_the_next_ledger_tick_and_says_nothing(day, tmp_path):
    summary, agents, _, feeder = day
    row = list(agents.agent.values).index(7)
    clusters = agents.cluster.values[:, 0, row]
    assert np.all(clusters[:5] >= 0) and np.all(clusters[5:] == -1)
    assert summary["lost_agent_h"] == pytest.approx([1.0, 1.0])
    scenario = write(tmp_path)
    (tmp_path / "fleet.csv").write_text(FLEET.replace(",1,0,,roof", ",,,,roof"))
    healthy = program(scenario, tmp_path / "run")
    assert healthy["messages"] > summary["messages"]


def test_wear_and_missing_energy_and_shed_consumption_are_counted(day):
    summary, _, _, _ = day
    battery = np.abs(power(day, 3, 0)).sum() * DT_S / 3600
    assert summary["wear_cost"][0] == pytest.approx(0.05 * battery, rel=1e-4)
    # from 10:00 to 12:00 at 7 kW: 14 kWh of the (0.8 - 0.2) 40 / 0.95 that it needs
    assert summary["ev_unserved_kwh"][1] == pytest.approx(0.6 * 40 - 14 * 0.95, rel=1e-6)
    load = power(day, 8, 0)
    assert summary["shed_kwh"][0] == pytest.approx((30.0 + load).sum() * DT_S / 3600, abs=1e-4)
    assert np.all(load <= -15.0 + 1e-6) and summary["shed_kwh"][0] <= 15.0 + 1e-6


def test_forecast_rules_have_their_error_in_the_summary(day, tmp_path):
    persistence = day[0]
    assert persistence["forecast_skill"] == 0.0
    assert persistence["forecast_rmse_kw"] >= persistence["forecast_error_kw"] > 0.0
    given = program(write(tmp_path, "given"), tmp_path / "run")
    assert given["log_head"] == persistence["log_head"]  # a forecast moves no set-point
    assert given["forecast_skill"] > 0.0
    clear = program(write(tmp_path, "clear_sky"), tmp_path / "run2")
    assert clear["forecast_rmse_kw"] != persistence["forecast_rmse_kw"]


@pytest.mark.parametrize("change, words", [
    (("s.toml", 'rule = "persistence"', 'rule = "crystal"'), ["s.toml", "crystal", "choose"]),
    (("fleet.csv", "5,17,meter,50,,,,,,,,,,,,,", "5,17,meter,50,,,,,,,,,,,,,roof_w_per_m2"),
     ["agent 5", "roof_w_per_m2", "is for pv"]),
    (("fleet.csv", "battery,40,80,0.5,0.6", "battery,40,80,0.05,0.05"),
     ["fleet.csv:4", "agent 3", "soc"]),
    (("fleet.csv", "0.2,,,,,,10,12", "0.2,,,,,,10,10"), ["fleet.csv:9", "depart_h '10'"]),
    (("weather.csv", "\n600,", "\n700,"), ["weather.csv:4", "700", "steps must be equal"]),
    (("weather.csv", "\n300,910.0", "\n300,nan"), ["weather.csv:3", "roof_w_per_m2"]),
    (("s.toml", "dt_s = 300\nledger_dt_s = 900", "dt_s = 180\nledger_dt_s = 900"),
     ["s.toml", "step of 300 s", "180"]),
    (("s.toml", "duration_h = 2", "duration_h = 3"), ["roof_w_per_m2", "shorten the run"]),
])
def test_what_can_not_run_is_refused_in_one_sentence(tmp_path, change, words):
    scenario = write(tmp_path)
    file, old, new = change
    text = (tmp_path / file).read_text()
    if "nan" in new:
        lines = text.splitlines()
        lines[2] = "300,nan" + lines[2][lines[2].index(",", 4):]
        old, new = text, "\n".join(lines) + "\n"
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1))
    done = subprocess.run([PROGRAM, "run", str(scenario), "-o", str(tmp_path / "out")],
                          capture_output=True, text=True)
    assert done.returncode in ((2, 4) if "shorten the run" in words else (4,)), done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("gridswarm: ")]
    assert len(said) == 1
    for word in words:
        assert word in said[0], said[0]
