# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm flow` on every case of power-grid-model's validation data, symmetric and asymmetric,
single and batch, by the cases' own tolerances; and what power-grid-model refuses.

References come from pandapower, Vision, OpenDSS and hand calculation (their README.md). All methods
that they name (newton_raphson, iterative_current, linear where loads are zero) have one answer.
"""
import json
import os
import pathlib
import subprocess

import pgm_cases
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
SHARED = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", ROOT / "../shared/data"))
PGM = SHARED / "pgm"
RUNS = pgm_cases.runs(PGM)
BY_PHASE = pgm_cases.runs(PGM, "asym")


def names(runs):
    return [f"{f.name}{'-batch' if b else ''}" for f, b in runs]


def test_reference_data_are_there():
    if not PGM.exists():
        pytest.skip(f"no reference data at {PGM}")
    assert len(RUNS) == 22 and len(BY_PHASE) == 22


@pytest.mark.parametrize("method", ["automatic", "newton"])
@pytest.mark.parametrize("folder, batch", RUNS, ids=names(RUNS))
def test_every_number_of_the_reference_is_met(folder, batch, method, tmp_path):
    compared = pgm_cases.compare(PROGRAM, PGM, folder, batch, tmp_path / "out.json", "--tol",
                                 "1e-12", "--method", method)
    assert compared.values > 0
    assert compared.worst <= 1.0, compared.where


@pytest.mark.parametrize("folder, batch", BY_PHASE, ids=names(BY_PHASE))
def test_every_number_of_an_asymmetric_reference_is_met(folder, batch, tmp_path):
    compared = pgm_cases.compare(PROGRAM, PGM, folder, batch, tmp_path / "out.json", "--tol",
                                 "1e-12", kind="asym")
    assert compared.values > 0
    assert compared.worst <= 1.0, compared.where


def test_what_has_no_symmetric_reference_is_asymmetric_or_refused():
    """Every folder is accounted for: compared above, asymmetric only, or refused by the peer."""
    if not PGM.exists():
        pytest.skip(f"no reference data at {PGM}")
    compared = {folder for folder, _ in RUNS}
    others = [folder for folder in pgm_cases.folders(PGM) if folder not in compared]
    refused = [folder.name for folder in others
               if "xfail" in pgm_cases.load(folder / "params.json")]
    assert refused == ["pv-node-calc-methods", "pv-node-load-gen-const-i-y", "pv-node-source",
                       "pv-node-tap-regulator"]
    for folder in others:
        if folder.name not in refused:
            assert not list(folder.glob("sym_output*.json")) and list(folder.glob("asym_output*"))


@pytest.mark.parametrize("name, sentence", [
    ("pv-node-load-gen-const-i-y", "which is not of constant power"),
    ("pv-node-source", "which a source feeds; one of both must be off")])
def test_a_network_without_meaning_is_refused_with_its_line(name, sentence):
    file = PGM / "pv-node" / name / "input.json"
    if not file.exists():
        pytest.skip(f"no reference data at {PGM}")
    done = subprocess.run([PROGRAM, "flow", file], capture_output=True, text=True)
    assert done.returncode == 4
    assert f"{file}:" in done.stderr and sentence in done.stderr


def test_an_answer_reads_as_power_grid_models_own(tmp_path):
    """Header, components by the file's ids, null where it gives no value."""
    data = {"node": [{"id": 7, "u_rated": 400}, {"id": 3, "u_rated": 400}],
            "source": [{"id": 9, "node": 7, "status": 1, "u_ref": 1.0, "sk": 1e20}],
            "line": [{"id": 5, "from_node": 7, "to_node": 3, "from_status": 1, "to_status": 1,
                      "r1": 0.016, "x1": 0, "c1": 0, "tan1": 0}],
            "sym_load": [{"id": 4, "node": 3, "status": 1, "type": 0, "p_specified": 9e4,
                          "q_specified": 0}]}
    network = {"version": "1.0", "type": "input", "is_batch": False, "attributes": {}, "data": data}
    (tmp_path / "in.json").write_text(json.dumps(network))
    subprocess.run([PROGRAM, "flow", tmp_path / "in.json", "-o", tmp_path / "out.json"], check=True,
                   capture_output=True)
    answer = json.loads((tmp_path / "out.json").read_text())
    assert {key: answer[key] for key in ("version", "type", "is_batch", "attributes")} == {
        "version": "1.0", "type": "sym_output", "is_batch": False, "attributes": {}}
    assert [node["id"] for node in answer["data"]["node"]] == [7, 3]
    # u (1 - u) = 0.1 * 0.09
    assert answer["data"]["node"][1]["u_pu"] == pytest.approx(0.5 + (0.25 - 0.009) ** 0.5, rel=1e-9)
    assert answer["data"]["line"][0]["loading"] is None
    assert answer["data"]["source"][0]["p"] == pytest.approx(9e4 + 1000 * 0.016e3 * (9e4 / (
        400 * answer["data"]["node"][1]["u_pu"])) ** 2 / 1e6, rel=1e-6)
