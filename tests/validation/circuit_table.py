# SPDX-License-Identifier: BSD-3-Clause
"""Write docs/validation-circuits.md: every unbalanced circuit beside OpenDSS's own solution.

usage: circuit_table.py  (program and data as threephase_cases.py finds them)
The bars are asserted by test_threephase.py; this page shows the distance to them.
"""

import pathlib
import tempfile

import threephase_cases as cases

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/validation-circuits.md"

HEAD = """\
# Validation: unbalanced circuits

Each line is one circuit read from its OpenDSS files by `gridswarm flow`, beside what OpenDSS itself
makes of it at a tolerance of 1e-10. `dV` is the largest complex voltage difference over all nodes
in p.u. of the bus's base: with regulators and capacitor controls acting, and with every load at
constant power behind frozen controls (`--constant-power`). `losses` is the relative difference
of total losses. Taps and capacitor states end as in OpenDSS on every line, or the test fails. The
bars of `tests/validation/test_threephase.py`: 1e-4 p.u. (smartds_p9u 3e-3), 1e-6 p.u. at constant
power. Made by `./dev validate FOLDER`.

| circuit | nodes | iterations | control rounds | dV, controls | dV, constant power | losses |
| --- | --- | --- | --- | --- | --- | --- |
"""

TAIL = """
Iterations are of all solves between control actions. ieee37 is a delta system: its voltages to
ground depend on the admittance that keeps windings from floating, which is OpenDSS's own.

`examples/data/ieee13.dss`, typed from the published tables, stays within 0.002 p.u. of the printed
voltages with its regulator on the printed taps. The European low-voltage day has OpenDSS's losses
to 1e-6 at each of its 1,440 minutes. The 38 circuits of PowerModelsDistribution's tests (three and
four wires, one device each) are within 1e-5 of each bus's voltage in
`tests/validation/test_pmd.py`, wires that hang by a line's capacitance alone among them. case2_diag
is read with `set defaultbasefrequency=50` before it: its published voltages come from a session
that had it set, which the file itself doesn't say.
"""


def line(name):
    with tempfile.TemporaryDirectory() as out:
        solved = cases.run(cases.master_of(name), pathlib.Path(out))
        frozen = cases.run(cases.master_of(name), pathlib.Path(out), "--constant-power")
    figures, summary = solved.figures, cases.summary_of(name)
    controls = cases.distance(solved.volts, cases.reference(name, "solution.csv"))[0]
    constant = cases.distance(frozen.volts, cases.reference(name, "solution_constpq.csv"))[0]
    losses = abs(figures["losses_kw"] / summary["losses_kw"] - 1.0)
    return (f"| {name} | {figures['nodes']} | {figures['iterations']} | "
            f"{figures['control_iterations']} | {controls:.0e} | {constant:.0e} | {losses:.0e} |\n")


if __name__ == "__main__":
    names = sorted(cases.names(), key=lambda name: cases.summary_of(name)["nodes"])
    PAGE.write_text(HEAD + "".join(line(name) for name in names) + TAIL)
