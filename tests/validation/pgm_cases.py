# SPDX-License-Identifier: BSD-3-Clause
"""power-grid-model's own validation cases: finding, solving and comparing them.

Its way of comparing: |difference| <= atol + rtol |reference| with the case's own rtol and atol (one
number, or one per attribute pattern); angles as phasors of their magnitude, seen from the first
node; what a reference leaves out (or gives as null) is not compared.
"""
import cmath
import dataclasses
import json
import math
import re
import subprocess


@dataclasses.dataclass
class Compared:
    """One case: how many numbers were compared, and the worst as a share of what is allowed."""

    name: str
    method: str = ""
    scenarios: int = 0
    values: int = 0
    worst: float = 0.0
    where: str = ""


def load(path):
    return json.loads(path.read_text())


def folders(root):
    """Every case folder below root, by name."""
    return sorted(path.parent for path in root.glob("**/params.json"))


def reference_of(folder, batch, kind="sym"):
    return folder / f"{kind}_output{'_batch' if batch else ''}.json"


def runs(root, kind="sym"):
    """(folder, is_batch) of every reference with values, symmetric ("sym") or not ("asym")."""
    return [(folder, batch) for folder in folders(root)
            if "xfail" not in load(folder / "params.json")
            for batch in (False, True) if reference_of(folder, batch, kind).exists()]


def solve(program, folder, batch, out, *options, kind="sym"):
    """Our answer in power-grid-model's format, and the program's summary."""
    update = ["--update", folder / "update_batch.json"] if batch else []
    fixed = [] if "tap_changing_strategy" in load(folder / "params.json") else ["--fixed-taps"]
    by_phase = ["--asymmetric"] if kind == "asym" else []
    done = subprocess.run([program, "flow", folder / "input.json", *update, "-o", out, "--json",
                           *fixed, *by_phase, *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return load(out), json.loads(done.stdout)


def allowed(params, attribute, wanted):
    atol = params["atol"]
    if isinstance(atol, dict):
        atol = next((value for pattern, value in atol.items() if re.fullmatch(pattern, attribute)),
                    atol["default"])
    return atol + params["rtol"] * abs(wanted)


def number(component, attribute, phase):
    value = component[attribute]
    return value[phase] if isinstance(value, list) else value


def value_of(component, attribute, first, phase):
    """A number, or the phasor of an angle seen from the first component of its type."""
    value = number(component, attribute, phase)
    if attribute.endswith("_angle"):
        return cmath.rect(number(component, attribute.removesuffix("_angle"), phase),
                          value - number(first, attribute, 0))
    return value


def compare_attribute(compared, params, kind, pair, firsts, attribute):
    """Of one component, by phase where the reference gives phases. `pair`: ours and theirs."""
    got, wanted = pair
    for phase in range(len(wanted[attribute]) if isinstance(wanted[attribute], list) else 1):
        truth = value_of(wanted, attribute, firsts[1], phase)
        difference = abs(value_of(got, attribute, firsts[0], phase) - truth)
        share = difference / allowed(params, attribute, truth)
        compared.values += 1
        if not share <= compared.worst:
            compared.worst = share if not math.isnan(share) else math.inf
            where = f"{kind} {wanted['id']} {attribute}"
            if isinstance(wanted[attribute], list):
                where += f", phase {phase + 1}"
            compared.where = f"{where}: {difference:.1e} off"


def compare_scenario(compared, params, ours, reference):
    for kind, components in reference.items():
        by_id = {component["id"]: component for component in ours[kind]}
        for wanted in components:
            got = by_id[wanted["id"]]
            for attribute in wanted.keys() - {"id"}:
                magnitude = attribute.removesuffix("_angle")
                if wanted[attribute] is None or wanted.get(magnitude) is None:
                    continue
                firsts = by_id[components[0]["id"]], components[0]
                compare_attribute(compared, params, kind, (got, wanted), firsts, attribute)


def compare(program, root, folder, batch, out, *options, kind="sym"):
    """Solve one case and compare every number of its reference."""
    params = load(folder / "params.json")
    ours, summary = solve(program, folder, batch, out, *options, kind=kind)
    reference = load(reference_of(folder, batch, kind))
    assert ours["type"] == reference["type"]
    compared = Compared(str(folder.relative_to(root)), summary["method"])
    assert ours["is_batch"] == reference["is_batch"] == batch
    ours, reference = ours["data"], reference["data"]
    pairs = list(zip(ours, reference)) if batch else [(ours, reference)]
    assert not batch or len(ours) == len(reference)
    compared.scenarios = len(pairs)
    for got, wanted in pairs:
        compare_scenario(compared, params, got, wanted)
    return compared
