# SPDX-License-Identifier: BSD-3-Clause
"""Every notebook of examples/ runs through, and is stored without outputs."""
import pytest

from notebooks import NOTEBOOKS, read, run

# What each of them must have printed, and how many pictures it must have drawn at least.
EXPECTED = {
    "cloud_ramp": (["100 agents", "balanced to 5 % after", "within 300 ms in",
                    "the centre wins: all links 10 ms, neighbours 75 ms, centre 10 ms"], 4),
    "cluster_day": (["300 agents", "'connected_share': 1.0, 'breaches': 0, 'undersized': 0",
                     "fewer moved with a switching cost: True"], 6),
    "european_lv": (["EUROPEAN_LV is not set: the IEEE 123-bus feeder with an invented day",
                     "95.98 kW lost", "1,440 minutes x 278 nodes", "all converged: True",
                     "1,000 power flows", "controls still acting: 0", "300 agents"], 9),
    "hosting_capacity": (["10,000 power flows", "converged: True"], 3),
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path):
    for cell in read(path).cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_draws(path, monkeypatch):
    monkeypatch.delenv("EUROPEAN_LV", raising=False)
    words, pictures = EXPECTED[path.stem]
    printed, drawn = run(path, monkeypatch)
    assert drawn >= pictures
    assert [word for word in words if word not in printed] == []
    assert "converged: False" not in printed


def test_there_are_notebooks():
    assert NOTEBOOKS
