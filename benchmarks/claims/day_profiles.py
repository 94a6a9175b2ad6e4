# SPDX-License-Identifier: BSD-3-Clause
"""A day of every agent of a forest, step by step: net power into the grid and state of charge.

From measured or published profiles where GRIDSWARM_SHARED_DATA/profiles holds them (SimBench's PV
at 15 minutes, the 100 homes of the European LV feeder, charging sessions of Texas), else from the
synthetic day in examples/data. `source` says which.
"""
import csv
import os
import pathlib

import numpy as np

STEPS, MINUTES = 96, 15
DAY = "2016-06-13"  # clouds come and go
BATTERY_KW, BATTERY_KWH, EV_KW, EV_KWH = 4.0, 10.0, 7.4, 50.0
SYNTHETIC = pathlib.Path(__file__).resolve().parents[2] / "examples/data/town_profiles.csv"


def _columns(path, keep=lambda row: True):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.reader(file))
    names = rows[0][1:]
    values = np.array([row[1:] for row in rows[1:] if keep(row)], dtype=float)
    return dict(zip(names, values.T))


def _sessions(path):
    """By vehicle and day with a session, a row of 96: the share of each step it charges."""
    days = {}
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            begin = int(row["start"][11:13]) * 60 + int(row["start"][14:16])
            lasts = min(float(row["duration_min"]), EV_KWH / EV_KW * 60)
            share = days.setdefault((row["vehicle_id"], row["start"][:10]), np.zeros(STEPS))
            edges = np.arange(STEPS + 1) * MINUTES
            overlap = np.minimum(edges[1:], begin + lasts) - np.maximum(edges[:-1], begin)
            share += np.maximum(overlap, 0) / MINUTES
    return np.minimum(np.array(list(days.values())), 1.0)


def read():
    """(pv, home in kW, ev): arrays (profile, 96); what they are from."""
    folder = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", "")) / "profiles"
    if "GRIDSWARM_SHARED_DATA" in os.environ and folder.is_dir():
        pv = _columns(folder / "simbench_pv_15min_2016.csv", lambda row: row[0].startswith(DAY))
        home = _columns(folder / "european_lv_load_1min_100.csv")
        kw = np.array(list(home.values())).reshape(len(home), STEPS, MINUTES).mean(axis=2)
        ev = _sessions(folder / "ev_sessions_texas.csv")
        return (np.array(list(pv.values())), kw, ev,
                f"SimBench PV of {DAY}, 100 homes of the European LV feeder, EV sessions of Texas")
    day = _columns(SYNTHETIC)
    mean = {name: column.reshape(STEPS, -1).mean(axis=1) for name, column in day.items()}
    pv = np.array([column for name, column in mean.items() if name.startswith("pv")])
    kw = 3.0 * np.array([column for name, column in mean.items() if name.startswith("home")])
    hour = np.arange(STEPS) * MINUTES / 60
    ev = np.array([(hour >= start) & (hour < start + 2) for start in np.arange(16, 22, 0.25)])
    return pv, kw, ev.astype(float), "the synthetic day of examples/data"


def of_agents(forest, seed=1):
    """(p_kw, soc, source): arrays (96, agents). A battery stands behind PV and a home and takes
    and gives what they leave over; every EV and home draws its own profile."""
    random = np.random.default_rng(seed)
    pv, home, ev, source = read()
    n = len(forest)
    sun = random.uniform(2.0, 6.0, n) * pv[random.integers(0, len(pv), n)].T
    load = home[random.integers(0, len(home), n)].T
    charge = EV_KW * ev[random.integers(0, len(ev), n)].T
    kind = forest.kind
    p_kw = np.where(kind == "pv", sun, np.where(kind == "meter", -load, 0.0))
    p_kw = np.where(kind == "ev", -charge, p_kw)
    soc = np.full((STEPS, n), np.nan)
    hours, now = MINUTES / 60, np.where(np.isnan(forest.soc), 0.5, forest.soc)
    stores = kind == "battery"
    for step in range(STEPS):
        left = sun[step] - load[step]
        give = np.clip(-left, -BATTERY_KW, BATTERY_KW)
        give = np.clip(give, -(1.0 - now) * BATTERY_KWH / hours, (now - 0.1) * BATTERY_KWH / hours)
        p_kw[step, stores] = (left + give)[stores]
        change = np.where(stores, -give * hours / BATTERY_KWH,
                          charge[step] * hours / EV_KWH)
        soc[step] = np.where(np.isnan(forest.soc), np.nan, now)
        now = np.clip(now + change, 0.0, 1.0)
    return np.round(p_kw, 6), np.round(soc, 6), source
