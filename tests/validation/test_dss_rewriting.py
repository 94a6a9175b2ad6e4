# SPDX-License-Identifier: BSD-3-Clause
"""Every shared circuit, written anew in ways that OpenDSS allows, is the same circuit: voltages to
1e-9 p.u., taps and capacitors equal."""

import shutil

import dss_rewriting
import pytest
import threephase_cases as cases

# Cases with a folder of their own; the others redirect to these.
NAMES = [name for name in cases.names() if (cases.CIRCUITS / name / "dss").is_dir()]


@pytest.mark.skipif(not NAMES, reason=f"no reference data at {cases.CIRCUITS}")
def test_reference_circuits_are_there():
    assert len(NAMES) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_a_circuit_written_anew_is_the_same_circuit(name, tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "anew").mkdir()
    folder = tmp_path / "case"
    shutil.copytree(cases.CIRCUITS / name / "dss", folder)
    master = folder / cases.master_of(name).name
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    plain = cases.run(cases.master_of(name), tmp_path / "plain")
    dss_rewriting.rewrite(folder, seed=7)
    changed = [file for file, data in before.items() if file.read_bytes() != data]
    assert changed
    anew = cases.run(master, tmp_path / "anew", case_folder=folder)
    base = {node: v for node, (_, v) in cases.reference(name, "solution.csv").items()}
    assert set(anew.volts) == set(plain.volts)
    for node, v in plain.volts.items():
        assert abs(anew.volts[node] - v) <= 1e-9 * base[node], node
    assert anew.state == plain.state
