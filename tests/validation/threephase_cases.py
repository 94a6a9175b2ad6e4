# SPDX-License-Identifier: BSD-3-Clause
"""Reference circuits: running `gridswarm flow` on them and measuring how far its answer stays."""

import csv
import dataclasses
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
SHARED = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", ROOT / "../shared/data"))
CIRCUITS = SHARED / "threephase"


def names():
    return sorted(file.parent.name for file in CIRCUITS.glob("*/summary.json"))


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def summary_of(name):
    return json.loads((CIRCUITS / name / "summary.json").read_text())


def master_of(name):
    return CIRCUITS / name / summary_of(name)["master"]


@dataclasses.dataclass
class Solved:
    figures: dict  # the JSON object
    volts: dict  # (bus, phase) in lower case -> complex volts
    state: dict  # tap_pu by transformer and winding, steps_in by capacitor


def run(path, folder, *options, case_folder=CIRCUITS):
    """`gridswarm flow` on a circuit; its circuits may name files of their neighbours.

    A day has no single state, so volts and state are empty.
    """
    is_series = "--daily" in options
    files = [] if is_series else ["-o", folder / "v.csv", "--taps-out", folder / "taps.csv"]
    done = subprocess.run(
        [PROGRAM, "flow", path, "--case-folder", case_folder, "--json", *files, *options],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if is_series:
        return Solved(json.loads(done.stdout), {}, {})
    volts = {(row["bus"].lower(), int(row["phase"])):
             complex(float(row["v_re_v"]), float(row["v_im_v"])) for row in rows(folder / "v.csv")}
    return Solved(json.loads(done.stdout), volts, state_of(folder / "taps.csv"))


def state_of(path):
    state = {}
    for row in rows(path):
        key = row["element"].lower()
        state[key, int(row["winding"])] = float(row["tap_pu"]) if row["tap_pu"] else None
        if row["steps_in"]:
            state[key] = int(row["steps_in"])
    return state


def reference(name, file):
    """(bus, phase) -> (complex volts, base volts line to neutral)."""
    return {(row["bus"].lower(), int(row["phase"])):
            (complex(float(row["v_re_v"]), float(row["v_im_v"])), 1e3 * float(row["kvbase_ln"]))
            for row in rows(CIRCUITS / name / file)}


def distance(volts, wanted, line_to_line=False):
    """Largest complex difference in p.u. of the base, and its node. Line to line: between the
    phases of one bus, where only those are determined."""
    assert set(volts) == set(wanted)
    if not line_to_line:
        return max((abs(volts[node] - v) / base, node) for node, (v, base) in wanted.items())
    worst = (0.0, None)
    for (bus, phase), (v, base) in wanted.items():
        other = (bus, phase % 3 + 1)
        if phase <= 3 and other in wanted:
            off = abs((volts[bus, phase] - volts[other]) - (v - wanted[other][0]))
            worst = max(worst, (off / base / 3**0.5, (bus, phase)))
    return worst
