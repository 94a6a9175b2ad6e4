# SPDX-License-Identifier: BSD-3-Clause
"""A day of measured profiles on real feeders, with the swarm and with local rules only."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import h5py
import numpy as np
import pandas as pd

import gridswarm as gs

DATE = "2016-06-13"  # clouds come and go
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
COMMON = """
[run]
name = "{name}"
start = "{date}T00:00"
duration_h = 24
dt_s = {dt_s}
ledger_dt_s = 900
seeds = {seeds}
{tables}
[[feeder]]
case = "{case}"
fleet = "fleet.csv"
"""
# name: what the scenario needs beside [run]. European LV's own loads are its 100 measured homes.
FEEDERS = {
    "case533mt_hi": {
        "case": "balanced/case533mt_hi/case533mt_hi.m", "agents": 1000, "dt_s": 300,
        "meters": ["H0_A", "H0_B", "H0_C", "L1_A", "L2_A"],
        "mix": {"pv_of_load": 3.4, "battery_of_load": 0.8, "ev_of_load": 1.2, "wind_of_load": 0.0,
                "wind_share": 0.0},
        "tables": '[limits]\nv_min_pu = 0.95\nv_max_pu = 1.05\n'
                  '[passive]\nmode = "profile"\nprofile = "L1_A"\n'
                  '[gate]\nv_min_pu = 0.94\n'},
    "european_lv": {
        "case": "threephase/european_lv/dss/Master.dss", "agents": 100, "dt_s": 60, "meters": [],
        "mix": {"meter_share": 0.0, "pv_share": 0.4, "battery_share": 0.3, "ev_share": 0.3,
                "wind_share": 0.0, "pv_of_load": 3.0, "battery_of_load": 0.8, "ev_of_load": 1.0,
                "wind_of_load": 0.0},
        "tables": '[limits]\nv_min_pu = 0.94\nv_max_pu = 1.10\n[passive]\nmode = "case"\n'
                  '[volt_var]\ncategory = "A"\n[cluster]\ndiameter_max_pu = 10.0\n'
                  'delta_pu = 2.0\n'},
}


def day_of(shared, name):
    """One day of a published series, stamped as the scenario wants it."""
    table = pd.read_csv(shared / "profiles" / name, parse_dates=["time"])
    table = table[table["time"].dt.strftime("%Y-%m-%d") == DATE]
    return table.assign(time=table["time"].dt.strftime("%Y-%m-%dT%H:%M"))


def write_profiles(shared, folder):
    """SimBench's PV and loads of the day in one file; names of columns without units are p.u."""
    pv = day_of(shared, "simbench_pv_15min_2016.csv")
    pv.columns = ["time"] + [f"{name}_pu" for name in pv.columns[1:]]
    load = day_of(shared, "simbench_load_15min_2016.csv")
    both = pv.merge(load, on="time")
    both.to_csv(folder / "day.csv", index=False)
    return [name for name in pv.columns if name != "time"]


def write_fleet(case, wanted, suns, folder):
    """A synthetic fleet whose devices follow published profiles in turn."""
    words = [PROGRAM, "synth", "--case", case, "--agents", wanted["agents"], "-o", folder / "fleet"]
    for key, value in wanted["mix"].items():
        words += ["--" + key.replace("_", "-"), value]
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
    fleet = pd.read_csv(folder / "fleet" / "fleet.csv")
    names = pd.Series("", index=fleet.index)
    for kind, choice in (("pv", suns), ("meter", wanted["meters"])):
        rows = np.flatnonzero(fleet["kind"].to_numpy() == kind)
        for k, row in enumerate(rows):
            names.iloc[row] = choice[k % len(choice)]
    fleet.assign(profile=names).to_csv(folder / "fleet.csv", index=False)
    return len(fleet)


def moved_percent(clusters):
    """Members per ledger tick that leave the cluster they shared with most others."""
    moves = []
    for before, after in zip(clusters[:-1], clusters[1:]):
        kept = 0
        for old in np.unique(before[before >= 0]):
            kept += np.unique(after[before == old], return_counts=True)[1].max()
        moves.append(1.0 - kept / max((before >= 0).sum(), 1))
    return 100.0 * float(np.mean(moves)) if moves else 0.0


def figures(folder):
    """By kind of variant, means over the draws."""
    rows = []
    with h5py.File(folder / "out" / "results.h5", "r") as file:
        group = file["feeder_00"]
        names = [name.decode() if isinstance(name, bytes) else str(name)
                 for name in group["totals/variant"][()]]
        step_min = np.diff(group["totals/time"][:2])[0] / 60.0
        totals = {name: group["totals"][name][()] for name in
                  ("buses_outside", "v_min_pu", "v_max_pu", "loading_max_percent", "losses_kw",
                   "curtailed_kw", "source_kw", "support_kvar")}
        clusters = group["agents/cluster"][()]
        for k, name in enumerate(names):
            column = {key: values[:, k] for key, values in totals.items()}
            rows.append({
                "variant": name.split("#")[0],
                "bus_minutes_outside": float(column["buses_outside"].sum() * step_min),
                "v_min_pu": float(column["v_min_pu"].min()),
                "v_max_pu": float(column["v_max_pu"].max()),
                "loading_max_percent": float(column["loading_max_percent"].max()),
                "minutes_overloaded": float((column["loading_max_percent"] > 100).sum() * step_min),
                "losses_kwh": float(column["losses_kw"].sum() * step_min / 60),
                "support_kvarh": float(column["support_kvar"].sum() * step_min / 60),
                "curtailed_kwh": float(column["curtailed_kw"].sum() * step_min / 60),
                "peak_import_kw": float(column["source_kw"].max()),
                "peak_export_kw": float(-column["source_kw"].min()),
                "churn_percent": moved_percent(clusters[:, k]) if name.startswith("swarm") else 0.0,
            })
    return pd.DataFrame(rows).groupby("variant", sort=False).mean()


def run_day(folder, scenario):
    """Figures of one run, rows swarm and local, and what the swarm left unshared."""
    (folder / "day.toml").write_text(scenario, encoding="utf-8")
    summary = gs.run(folder / "day.toml", folder / "out")
    table = figures(folder)
    swarm = summary.variants[summary.variants.index.str.startswith("swarm")]
    table.loc["swarm", "imbalance_left"] = swarm["imbalance_left"].mean()
    table.loc["swarm", "imbalance_floor"] = swarm["imbalance_floor"].mean()
    shutil.rmtree(folder / "out")
    return table


def run(shared, name, seeds):
    """Figures of a day on one feeder: rows swarm, holding (balanced feeders: its leaders hold
    voltages inside the limits) and local."""
    wanted = FEEDERS[name]
    with tempfile.TemporaryDirectory() as at:
        folder = pathlib.Path(at)
        suns = write_profiles(shared, folder)
        path = shared / wanted["case"]
        agents = write_fleet(path, wanted, suns, folder)
        scenario = COMMON.format(name=name, date=DATE, dt_s=wanted["dt_s"], seeds=seeds,
                                 tables=wanted["tables"], case=path)
        scenario += '[[profile]]\nfile = "day.csv"\n'
        table = run_day(folder, scenario)
        if wanted["case"].endswith(".m"):
            holding = run_day(folder, scenario.replace("[limits]\n", "[limits]\nhold = true\n"))
            table.loc["holding"] = holding.loc["swarm"]
    return agents, table
