# SPDX-License-Identifier: BSD-3-Clause
"""Voltage and frequency with and without the swarm (the paper's section 5B), measured.

usage: PYTHONPATH=build/release/python GRIDSWARM_SHARED_DATA=FOLDER
           python benchmarks/claims/stability.py [--runs 200] [--seeds 8]
           [--report FILE.md] [--plot FILE.svg] [--json]

Voltage: a day of measured profiles on two real feeders (stability_days.py). Frequency: two areas
lose a plant at a random moment of AGC's clock, with a random size and random costs of the groups;
the swarm's devices stand for a share of the areas' load. Governors and AGC act in every case.
"""
import argparse
import datetime
import json
import os
import pathlib
import sys

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "peers")]

import gridswarm as gs  # noqa: E402

import cluster_report  # noqa: E402
import stability_days  # noqa: E402

COMMAND = "benchmarks/claims/stability.py"
# Two areas of 2,000 MW after Elgerd (Electric Energy Systems Theory, 1971, chapter 9): H = 5 s,
# D = 0.00833 p.u. per Hz, R = 2.4 Hz per p.u., 2 pi T = 0.545 p.u. per Hz; reheat turbines.
F_HZ, AREA_MW = 60.0, 2000.0
AREAS = pd.DataFrame({"machines_mva": [AREA_MW] * 2, "inertia_s": 5.0, "damping_pu": 0.00833 * F_HZ,
                      "droop_pu": 2.4 / F_HZ, "governor_dead_band_hz": 0.015, "governor_s": 0.08,
                      "turbine_s": 0.3, "reheat_s": 10.0, "high_pressure_share": 0.5,
                      "agc_ramp_mw_per_s": 0.03 / 60 * AREA_MW})  # 3 % a minute
TIES = pd.DataFrame({"from": [0], "to": [1],
                     "synchronising_mw_per_rad": [0.545 * AREA_MW / (2 * np.pi)]})
GROUPS = 20  # of each area; its clusters, scaled
SHARES = (0.0, 0.01, 0.02, 0.05, 0.1)  # of the areas' load that the devices can give either way
SETTLED_HZ, RUN_S = 0.03, 240.0
# What each side may choose, by the same search: least |f - f0| over draws that are not used again.
AGC = [{"agc_gain_per_s": gain} for gain in (0.01, 0.02, 0.04, 0.08)]
SLOPES = [slope / (0.05 * F_HZ) for slope in (1.0, 3.0, 10.0)]  # load-side control; 1: as droop 5 %
MODES = {
    "alone: droop": [{"secondary": False, "primary": "droop"}],
    "alone: load-side": [{"secondary": False, "primary": "load_side",
                          "load_side_gain_per_hz": slope} for slope in SLOPES],
    "with neighbours": [{"primary": "load_side", "load_side_gain_per_hz": slope,
                         "secondary_gain_per_s": gain, "hand_over_s": 120.0,
                         "message_delay_s": 0.1}
                        for slope in SLOPES for gain in (0.1, 0.3, 0.6)],
}
TUNING_RUNS, TUNING_SEED, RESAMPLES = 12, 1_000_000, 2000


def groups(share, random):
    """GROUPS in each area on a ring; together they can give the share of its load."""
    most = random.uniform(0.5, 1.5, 2 * GROUPS)
    most *= np.repeat([share * AREA_MW / most[:GROUPS].sum(),
                       share * AREA_MW / most[GROUPS:].sum()], GROUPS)
    table = pd.DataFrame({
        "area": np.repeat([0, 1], GROUPS), "min_mw": -most, "max_mw": most,
        "droop_mw_per_hz": most / (0.05 * F_HZ), "dead_band_hz": 0.036, "response_s": 0.3,
        "measure_delay_s": 0.1, "cost_per_mw2": random.uniform(1.0, 3.0, 2 * GROUPS) / most,
        "at_tie": np.arange(2 * GROUPS) % GROUPS == 0})
    talks = [(first + k, first + (k + 1) % GROUPS)
             for first in (0, GROUPS) for k in range(GROUPS)]
    return table, talks


def one(seed, share, agc, rules):
    """Figures of the disturbed area in one draw; a seed draws the same for all rules."""
    random = np.random.default_rng(seed)
    loads = pd.DataFrame({"time_s": [8.0 + np.round(random.uniform(0.0, 4.0), 2)],
                          "load_mw": [random.uniform(60.0, 140.0)]})
    table, talks = groups(share or 1.0, random)
    swarm = {"groups": table, "talks": talks, **rules} if share else {}
    told = gs.frequency_response(AREAS.assign(**agc), loads, TIES, f_nominal_hz=F_HZ,
                                 duration_s=RUN_S, record_every_s=RUN_S,
                                 settle_band_hz=SETTLED_HZ, **swarm)
    first = told.figures.iloc[0]
    return {"nadir_mhz": 1000.0 * (F_HZ - first.nadir_hz),
            "rocof_mhz_per_s": 1000.0 * first.rocof_hz_per_s,
            "settle_s": first.settle_s, "off_hz_s": first.off_hz_s, "messages": told.messages}


def tuned(share, choices):
    """The (agc, rules) of `choices` with the least mean deviation over the tuning draws."""
    def deviation(choice):
        return np.mean([one(TUNING_SEED + seed, share, *choice)["off_hz_s"]
                        for seed in range(TUNING_RUNS)])
    return min(choices, key=deviation)


def interval(values, random):
    """Median and its 95 % bootstrap interval, by ranks: settling may be infinite."""
    values = np.sort(np.asarray(values))
    drawn = random.integers(0, len(values), (RESAMPLES, len(values)))
    middles = np.sort(drawn)[:, len(values) // 2]
    low, high = np.sort(middles)[[int(0.025 * RESAMPLES), int(0.975 * RESAMPLES)]]
    return tuple(float(values[k]) for k in (len(values) // 2, low, high))


def frequency(runs):
    """A row per share and mode. AGC is tuned without the swarm and stays so with it."""
    agc, _ = tuned(0.0, [(one_agc, {}) for one_agc in AGC])
    rows = []
    for share in SHARES:
        for mode in MODES if share else ["without"]:
            rules = tuned(share, [(agc, one_rule) for one_rule in MODES[mode]])[1] if share else {}
            draws = pd.DataFrame([one(seed, share, agc, rules) for seed in range(runs)])
            random = np.random.default_rng(0)
            row = {"share_percent": 100 * share, "mode": mode, "agc": agc, "rules": rules}
            for name in ("nadir_mhz", "rocof_mhz_per_s", "settle_s", "off_hz_s"):
                row[name] = interval(draws[name], random)
                for percent in (95, 99):
                    row[f"{name}_p{percent}"] = float(
                        draws[name].quantile(percent / 100, interpolation="higher"))
            row["messages"] = int(draws["messages"].iloc[0])
            rows.append(row)
            print(f"{100 * share:g} % {mode}: nadir {row['nadir_mhz'][0]:.1f} mHz below, settled "
                  f"after {row['settle_s'][0]:.1f} s, {rules}", file=sys.stderr, flush=True)
    return rows


def shown(found, digits):
    middle, low, high = found
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def frequency_table(rows):
    lines = ["| devices can give, % of load | they act | nadir, mHz below | RoCoF, mHz/s | settled "
             "within 30 mHz, s (p95) | off, Hz s | messages |",
             "| ---: | --- | ---: | ---: | ---: | ---: | ---: |"]
    lines += [f"| {row['share_percent']:g} | {row['mode']} | {shown(row['nadir_mhz'], 1)} | "
              f"{shown(row['rocof_mhz_per_s'], 1)} | {shown(row['settle_s'], 1)} "
              f"({row['settle_s_p95']:.1f}) | {shown(row['off_hz_s'], 2)} | {row['messages']} |"
              for row in rows]
    return "\n".join(lines)


VARIANTS = {"swarm": "swarm", "holding": "swarm that holds voltages", "local": "local rules"}


def voltage_table(days):
    lines = []
    for name, (agents, table) in days.items():
        rows = [row for row in VARIANTS if row in table.index]
        lines += [f"{name}, {agents} devices:", "",
                  "| figure | " + " | ".join(VARIANTS[row] for row in rows) + " |",
                  "| --- |" + " ---: |" * len(rows)]
        for figure in table.columns:
            values = [table.loc[row, figure] for row in rows]
            lines.append(f"| {figure} | " + " | ".join(
                "-" if np.isnan(value) else f"{value:.4g}" for value in values) + " |")
        lines.append("")
    return "\n".join(lines)


def plot(rows, path):
    """One disturbance, seen in frequency and in the swarm's power."""
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(2, 1, figsize=(7, 5), sharex=True, constrained_layout=True)
    table, talks = groups(0.05, np.random.default_rng(1))
    loads = pd.DataFrame({"time_s": [5.0], "load_mw": [100.0]})
    for row in rows:
        if row["share_percent"] not in (0.0, 5.0):
            continue
        swarm = {"groups": table, "talks": talks, **row["rules"]} if row["rules"] else {}
        told = gs.frequency_response(AREAS.assign(**row["agc"]), loads, TIES, f_nominal_hz=F_HZ,
                                     duration_s=60.0, record_every_s=0.02, **swarm)
        label = row["mode"] if swarm else "without the swarm"
        axes[0].plot(told.frequency_hz.index, told.frequency_hz[0], label=label)
        axes[1].plot(told.support_mw.index, told.support_mw[0], label=label)
    axes[0].set_ylabel("frequency, Hz")
    axes[0].legend()
    axes[1].set_ylabel("swarm's power, MW")
    axes[1].set_xlabel("time, s")
    figure.savefig(path, metadata={"Date": None})


def report(rows, days, runs, seeds):
    gain = rows[0]["agc"]["agc_gain_per_s"]
    return f"""# Voltage and frequency with and without the swarm, {datetime.date.today()}

`{COMMAND} --runs {runs} --seeds {seeds}`; {cluster_report.machine()}.

## Frequency
Two areas of {AREA_MW:.0f} MW at {F_HZ:.0f} Hz after Elgerd: H 5 s, droop 2.4 Hz per p.u., reheat
turbines, governors' dead-band 15 mHz, AGC every 4 s on data 2 s old, its orders at most 3 % a
minute. A plant of 60 to 140 MW is lost at a random moment of AGC's clock: {runs} draws, the same
for every row. {GROUPS} groups an area on a ring, 0.1 s from a measurement to its use, response
0.3 s. Medians with 95 % bootstrap intervals, of the disturbed area.

{frequency_table(rows)}

Governors and AGC act in every row. AGC's gain without the swarm ({gain:g} per s, kept in all rows)
and each mode's gains are found by one search: least |f - f0| over {TUNING_RUNS} other draws. Droop
has the dead-band of IEEE 1547 and does nothing below 36 mHz. The swarm's orders leak with 120 s,
so that AGC takes over.

## Voltage
A day of {stability_days.DATE}: SimBench's PV and loads on case533mt_hi, 100 measured homes with
SimBench's PV on the European LV feeder; means over {seeds} draws of weather and demand. Same
devices and wires for all; local rules: PV feeds what it has, vehicles charge on arrival, batteries
follow the net power of their own bus. The swarm that holds voltages has `hold = true` in [limits]:
leaders ask for reactive power beyond the curves (docs/theory/voltage.md).

{voltage_table(days)}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--report", type=pathlib.Path)
    parser.add_argument("--plot", type=pathlib.Path)
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    shared = os.environ.get("GRIDSWARM_SHARED_DATA")
    days = {}
    if shared is None:
        print("GRIDSWARM_SHARED_DATA names no folder: the days on real feeders are left out",
              file=sys.stderr)
    else:
        days = {name: stability_days.run(pathlib.Path(shared), name, words.seeds)
                for name in stability_days.FEEDERS}
    rows = frequency(words.runs)
    if words.plot:
        plot(rows, words.plot)
    text = report(rows, days, words.runs, words.seeds)
    if words.report:
        words.report.write_text(text, encoding="utf-8")
    if words.json:
        print(json.dumps({"frequency": rows, "voltage": {
            name: table.to_dict("index") for name, (_, table) in days.items()}}))
    elif not words.report:
        print(text)


if __name__ == "__main__":
    main()
