# SPDX-License-Identifier: BSD-3-Clause
"""Gap and rounds of every way to balance one cluster, on 1,000 random instances.

usage: PYTHONPATH=build/release/python python benchmarks/claims/balancing.py [--instances 1000]
           [--report FILE.md]

Members with costs over four decades, pinned ones, wants outside their band; exchanges fixed, cheap
and dear. Gap: to the exact optimum of the same instance, which every answer carries.
"""
import argparse
import datetime
import pathlib
import sys

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))

import gridswarm as gs  # noqa: E402

import cluster_report  # noqa: E402

METHODS = {"newton": (1e-12, 1e-6), "breakpoints": (1e-12, 1e-6), "admm": (1e-8, 1e-4),
           "innovations": (1e-8, 1e-3)}  # tolerance asked for, gap promised


def instance(seed):
    """(members, exchange_kw, exchange_cost or None)."""
    draw = np.random.default_rng(seed)
    count = draw.integers(1, 5 if seed % 3 == 0 else 41)
    size = 10.0**draw.uniform(-1.0, 2.0, count)
    want = size * draw.uniform(-1.0, 1.0, count)
    middle = want + size * draw.uniform(-0.5, 0.5, count)
    half = np.where(draw.random(count) < 0.25, 0.0, size * draw.uniform(0.0, 0.6, count))
    members = pd.DataFrame({"want_kw": want, "min_kw": middle - half, "max_kw": middle + half,
                            "cost": 10.0**draw.uniform(-2.0, 2.0, count)})
    low, high = members["min_kw"].sum(), members["max_kw"].sum()
    if draw.random() < 1.0 / 3.0:
        return members, low + draw.uniform(0.01, 0.99) * (high - low), None
    return members, low + draw.uniform(-1.0, 2.0) * (high - low), 10.0**draw.uniform(-4.0, 4.0)


def plain_newton(members, exchange_kw, exchange_cost):
    """"solved", "cycles" or "no slope": Newton from price 0 without a bracket."""
    want, low, high, inverse = (members[name].to_numpy() for name in
                                ("want_kw", "min_kw", "max_kw", "cost"))
    inverse, external = 1.0 / inverse, 0.0 if exchange_cost is None else 1.0 / exchange_cost
    size, price = np.abs(low).sum() + np.abs(high).sum() + abs(exchange_kw), 0.0
    for _ in range(300):
        free = want + price * inverse
        g = np.clip(free, low, high).sum() + price * external - exchange_kw
        if abs(g) <= 1e-12 * size:
            return "solved"
        slope = inverse[(free > low) & (free < high)].sum() + external
        if slope == 0.0:
            return "no slope"
        price -= g / slope
    return "cycles"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--report", help="write the table, machine and date there")
    asked = parser.parse_args()
    made = [instance(seed) for seed in range(asked.instances)]
    plain = [plain_newton(*each) for each in made]
    lines = ["| method | largest gap | promised | rounds, mean | rounds, median | rounds, most "
             "| out of rounds |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    kept = True
    for method, (tolerance, promised) in METHODS.items():
        answers = [gs.dispatch(*each, method=method, tolerance=tolerance) for each in made]
        rounds = np.array([answer.figures["rounds"] for answer in answers])
        gap = max(answer.figures["gap"] for answer in answers)
        kept = kept and gap <= promised
        lines.append(f"| {method} | {gap:.1e} | {promised:g} | {rounds.mean():.0f} "
                     f"| {np.median(rounds):.0f} | {rounds.max()} "
                     f"| {sum(not answer.solved for answer in answers)} |")
    lines += ["", f"Newton without a bracket cycles on {plain.count('cycles')} of "
              f"{asked.instances} and has no slope to follow on {plain.count('no slope')}."]
    if asked.report:
        head = ["<!-- SPDX-License-Identifier: BSD-3-Clause -->",
                f"# {datetime.date.today()}: one cluster's balance, four ways of talking", "",
                "- Command: `python benchmarks/claims/balancing.py --report FILE.md`",
                f"- Library as of {cluster_report.commit()}",
                f"- Machine: {cluster_report.machine()} (rounds and gaps do not depend on it)", ""]
        pathlib.Path(asked.report).write_text("\n".join(head + lines) + "\n")
    print("\n".join(lines))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
