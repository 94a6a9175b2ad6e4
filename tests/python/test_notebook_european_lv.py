# SPDX-License-Identifier: BSD-3-Clause
"""The tutorial on unbalanced feeders with the files that it is about."""
import os

import pytest

from notebooks import ROOT, run

SHARED = os.environ.get("GRIDSWARM_SHARED_DATA")


@pytest.mark.skipif(not SHARED, reason="no GRIDSWARM_SHARED_DATA")
def test_the_tutorial_runs_on_the_european_feeder(monkeypatch):
    monkeypatch.setenv("EUROPEAN_LV", f"{SHARED}/threephase/european_lv/dss")
    printed, drawn = run(ROOT / "examples/european_lv.ipynb", monkeypatch)
    assert drawn >= 9
    assert printed.startswith("the IEEE European LV feeder")
    assert printed.count("1,440 minutes x 2,721 nodes") == 4
    assert "converged: False" not in printed
    assert "522 kWh drawn, 5.06 kWh lost" in printed  # as OpenDSS has them
