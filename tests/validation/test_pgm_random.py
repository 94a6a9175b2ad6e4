# SPDX-License-Identifier: BSD-3-Clause
"""Random networks and batches beside power-grid-model itself: every component, open switches, taps
at any side, loops, three windings, powers and switches and sources changing.

Every number of its answer is compared, as a share of 1 MVA, 1 kA, 10 kV or 1 p.u. power-grid-model
is optional: `./dev setup` puts it beside pandapower if PyPI answers; without it these tests skip.
"""
import cmath
import json
import os
import pathlib
import subprocess
import sys

import pgm_random
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
sys.path.append(str(ROOT / ".venv-pandapower"))
pgm = pytest.importorskip("power_grid_model", reason="power-grid-model is not installed")

# Of three windings, newer than the format that is answered in.
UNKNOWN = {"loading_1", "loading_2", "loading_3"}
SCALES = {"u_pu": 1, "u": 10e3, "energized": 1, "loading": 1}


def solve_there(network, updates, tolerance, symmetric=True):
    from power_grid_model import utils

    model = pgm.PowerGridModel(utils.json_deserialize(json.dumps(network)))
    answer = model.calculate_power_flow(update_data=utils.json_deserialize(json.dumps(updates)),
                                        error_tolerance=tolerance, symmetric=symmetric)
    return json.loads(utils.json_serialize(answer))["data"]


def solve_here(network, updates, folder, *options):
    (folder / "in.json").write_text(json.dumps(network))
    (folder / "update.json").write_text(json.dumps(updates))
    done = subprocess.run(
        [PROGRAM, "flow", folder / "in.json", "--update", folder / "update.json", "-o",
         folder / "out.json", "--tol", "1e-12", "--fixed-taps", *options],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "out.json").read_text())["data"]


def by_phase(value):
    return value if isinstance(value, list) else [value]


def differences(ours, theirs):
    """(difference, where) of every number of their answer."""
    for scenario, (here, there) in enumerate(zip(ours, theirs)):
        for kind, components in there.items():
            by_id = {component["id"]: component for component in here[kind]}
            for wanted in components:
                got = by_id[wanted["id"]]
                where = f"scenario {scenario} {kind} {wanted['id']}"
                if "u_angle" in wanted and wanted["energized"]:
                    for a, b in zip(by_phase(got["u_angle"]), by_phase(wanted["u_angle"])):
                        yield abs(cmath.rect(1, a) - cmath.rect(1, b)), where + " u_angle"
                for name in wanted.keys() - {"id", "u_angle", *UNKNOWN}:
                    if wanted[name] is None:
                        assert got[name] is None, (where, name)
                        continue
                    for phase, value in enumerate(by_phase(wanted[name])):
                        difference = abs(by_phase(got[name])[phase] - value)
                        if name == "pf":  # of a power near zero it says little
                            difference *= by_phase(got["s"])[phase]
                        scale = SCALES.get(name, 1e3 if name.startswith("i") else 1e6)
                        yield difference / scale, f"{where} {name} {phase}"


@pytest.mark.parametrize("seed, nodes, branches, tolerance, bar", [
    *((seed, 12, ("asym_line", "generic_branch"), 1e-11, 1e-10) for seed in range(20)),
    (100, 150, ("asym_line", "generic_branch"), 1e-10, 1e-9),
    # Their links of 1e6 p.u. leave them, in their own words, deviations of 1e-9 to 1e-7.
    *((seed, 12, ("link", "generic_branch"), 1e-7, 1e-6) for seed in range(200, 205))])
def test_every_number_agrees(seed, nodes, branches, tolerance, bar, tmp_path):
    random = pgm_random.Network(seed, nodes, branches)
    network = pgm_random.dataset(random.data, "input")
    updates = pgm_random.dataset(random.updates(4), "update")
    theirs = solve_there(network, updates, tolerance)
    compared = list(differences(solve_here(network, updates, tmp_path), theirs))
    assert len(compared) > 200
    worst, where = max(compared)
    assert worst < bar, where
