# SPDX-License-Identifier: BSD-3-Clause
"""Fleets and clusters as tables."""
import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pytest

import gridswarm as gs

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
CASE = ROOT / "examples/data/ieee33.m"


@pytest.fixture
def case():
    return gs.read_case(CASE)


def test_clusters_are_those_of_the_program(case, tmp_path):
    fleet = gs.synthetic_fleet(case, 90, seed=2)
    fleet.to_csv(tmp_path / "fleet.csv", index=False)
    subprocess.run([PROGRAM, "cluster", CASE, "--fleet", tmp_path / "fleet.csv", "--json",
                    "-o", tmp_path / "clusters.csv"], check=True, capture_output=True)
    clusters = gs.form_clusters(case, fleet)
    pd.testing.assert_frame_equal(pd.DataFrame(clusters), pd.read_csv(tmp_path / "clusters.csv"))


def test_every_agent_is_in_a_cluster_with_one_leader_within_the_bounds(case):
    clusters = gs.form_clusters(case, gs.synthetic_fleet(case, 90, seed=2), size_max=20)
    sizes = clusters.groupby("cluster").agent.count()
    assert sizes.max() <= 20 and (clusters.groupby("cluster").leader.sum() == 1).all()
    assert clusters.quality["clusters"] == len(sizes)
    assert clusters.quality["breaches"] == 0 and clusters.quality["connected_share"] == 1


def test_a_small_change_keeps_most_of_the_membership(case):
    fleet = gs.synthetic_fleet(case, 90, seed=2)
    before = gs.form_clusters(case, fleet)
    assert (gs.form_clusters(case, fleet, previous=before).cluster == before.cluster).all()
    fleet.loc[0, "soc"] = fleet.loc[0, "soc"]
    fleet.loc[3, "p_kw"] *= 0.9
    after = gs.form_clusters(case, fleet, previous=before)
    assert (after.cluster == before.cluster).mean() > 0.8


def test_a_fleet_is_checked_with_its_line(case, tmp_path):
    path = tmp_path / "fleet.csv"
    path.write_text("agent,bus,kind,rating_kw\n1,2,pv,5\n2,99,pv,5\n")
    with pytest.raises(gs.InputError, match="99") as caught:
        gs.read_fleet(path, case)
    assert (caught.value.file, caught.value.line) == (str(path), 3)
    fleet = gs.read_fleet(path)
    with pytest.raises(gs.InputError, match="fleet:3.*99"):
        gs.form_clusters(case, fleet)
    fleet.loc[1, "bus"] = 3
    assert len(gs.form_clusters(case, fleet)) == 2
    with pytest.raises(gs.FileError):
        gs.read_fleet(tmp_path / "none.csv", case)


def test_the_same_seed_makes_the_same_fleet_and_options_change_it(case):
    one, two, other = (gs.synthetic_fleet(case, 50, seed=s) for s in (1, 1, 2))
    assert one.equals(two) and not one.equals(other)
    assert list(one.agent) == list(range(1, 51)) and set(one.bus) <= set(case.bus.bus)
    sunny = gs.synthetic_fleet(case, 50, seed=1, pv_of_load=1.6)
    kw = [f.rating_kw[f.kind == "pv"].sum() for f in (one, sunny)]
    assert kw[1] == pytest.approx(2 * kw[0], rel=1e-3)


def test_options_list_what_can_be_set(case):
    table = gs.options("form_clusters")
    assert table.loc["size_max", "default"] == 64 and table.loc["size_max", "text"]
    gs.form_clusters(case, gs.synthetic_fleet(case, 20), **table.default.to_dict())
    with pytest.raises(gs.UsageError, match="size_max = 0"):
        gs.form_clusters(case, gs.synthetic_fleet(case, 20), size_max=0)
    with pytest.raises(gs.UsageError, match="whole number"):
        gs.form_clusters(case, gs.synthetic_fleet(case, 20), size_max="many")
    with pytest.raises(gs.UsageError):
        gs.options("nothing")
    assert np.isfinite(gs.options("power_flow").loc["tol_step_pu", "default"])
