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


def test_with_a_horizon_clusters_serve_the_coming_hours(case):
    """Powers that change by the hour: whoever knows them shares more of them."""
    fleet = gs.synthetic_fleet(case, 90, seed=2).sample(frac=1.0, random_state=1)
    random = np.random.default_rng(3)
    steps = random.uniform(-6, 6, (8, len(fleet)))
    now = gs.form_clusters(case, fleet)
    ahead = gs.form_clusters(case, fleet, horizon=steps)

    def left(clusters):
        cluster = fleet.agent.map(clusters.set_index("agent").cluster).to_numpy()
        return sum(pd.Series(p_kw).groupby(cluster).sum().abs().sum() for p_kw in steps)

    assert left(ahead) < left(now)
    same = gs.form_clusters(case, fleet, horizon=(steps, steps, steps), flexibility=1.0)
    assert (same.cluster == ahead.cluster).all()
    wide = gs.form_clusters(case, fleet, horizon=(steps, steps - 99, steps + 99), flexibility=1.0)
    assert wide.quality["objective"] < ahead.quality["objective"]


@pytest.mark.parametrize("horizon, words", [
    (np.zeros((2, 89)), r"shape \(2, 89\); give \(steps, 90\)"),
    (np.full((2, 90), np.nan), "no numbers"),
    (np.zeros((9, 90)), "horizon of 9 steps; give 1 to 8"),
    ((np.zeros((2, 90)), np.zeros((1, 90)), np.zeros((2, 90))), "as many steps"),
])
def test_a_horizon_that_does_not_fit_is_refused(case, horizon, words):
    with pytest.raises(gs.UsageError, match=words):
        gs.form_clusters(case, gs.synthetic_fleet(case, 90, seed=2), horizon=horizon)


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


MESHED = """function mpc = ring
mpc.version = '2';
mpc.baseMVA = 1;
mpc.bus = [
1 3 0 0 0 0 1 1 0 10 1 1.1 0.9
2 1 0 0 0 0 1 1 0 10 1 1.1 0.9
3 1 0 0 0 0 1 1 0 10 1 1.1 0.9
4 1 0 0 0 0 1 1 0 10 1 1.1 0.9
];
mpc.gen = [
1 0 0 1 -1 1 1 1 1 -1
];
mpc.branch = [
1 2 0.01 0 0 0 0 0 0 0 1 -360 360
2 3 0.01 0 0 0 0 0 0 0 1 -360 360
3 4 0.01 0 0 0 0 0 0 0 1 -360 360
4 1 0.01 0 0 0 0 0 0 0 1 -360 360
];
"""


def test_neighbours_are_the_nearest_along_the_wires(case):
    fleet = gs.synthetic_fleet(case, 40, seed=3)
    agents = fleet.agent.to_numpy()
    grid_a, grid_b = np.meshgrid(agents, agents, indexing="ij")
    far = gs.distances(case, fleet, grid_a.ravel(), grid_b.ravel()).reshape(40, 40)
    near = gs.neighbours(case, fleet, k=3)
    assert list(near.columns) == ["agent", "neighbour", "distance_pu"]
    assert (near.groupby("agent").size() == 3).all() and len(near) == 120
    for i, agent in enumerate(agents):
        others = np.sort(np.delete(far[i], i))
        assert near[near.agent == agent].distance_pu.to_numpy() == pytest.approx(others[:3],
                                                                                 abs=1e-7)
    radius = 0.02
    within = gs.neighbours(case, fleet, radius=radius)
    assert abs(len(within) - ((far <= radius).sum() - 40)) <= (abs(far - radius) < 1e-7).sum()
    assert within.distance_pu.max() <= radius
    assert len(gs.neighbours(case, fleet, k=0)) == 0
    for wrong in ({}, {"k": 2, "radius": 1}, {"k": 1.5}, {"k": -1}, {"radius": float("nan")},
                  {"k": 1, "edge_length": "ohm"}, {"k": 1, "lengths": [1, 2]}):
        with pytest.raises(gs.UsageError):
            gs.neighbours(case, fleet, **wrong)
    with pytest.raises(gs.UsageError, match="agent 999 is not"):
        gs.distances(case, fleet, 999, agents[0])


def test_distances_of_a_ring_go_both_ways_round(tmp_path):
    path = tmp_path / "ring.m"
    path.write_text(MESHED)
    ring = gs.read_case(path)
    fleet = pd.DataFrame({"agent": [1, 2, 3, 4], "bus": [1, 2, 3, 4], "kind": "pv",
                          "rating_kw": 5.0})
    far = gs.distances(ring, fleet, [1, 1, 2], [2, 3, 2], edge_length="resistance")
    assert far == pytest.approx([0.0075, 0.01, 0])
    assert gs.distances(ring, fleet, 1, 3, lengths=[1, 1, 1, 5])[0] == pytest.approx(1.5)
    clusters = gs.form_clusters(ring, fleet)
    assert clusters.quality["connected_share"] == 1 and clusters.quality["clusters"] == 1
    assert clusters.quality["largest_diameter_pu"] == pytest.approx(0.01)
    ring.branch["x_pu"] = 0.01
    x = gs.distances(ring, fleet, 2, 4, edge_length="log_sensitivity", x_source_pu=0.001)[0]
    # X_22 = X_44 = 0.001 + 0.0075, X_24 = 0.001 + 0.0025 of the ring.
    assert x == pytest.approx(2 * np.log10(0.0085 / 0.0035))


def test_quality_measures_any_partition(case):
    fleet = gs.synthetic_fleet(case, 90, seed=2)
    clusters = gs.form_clusters(case, fleet, size_max=30)
    formed = {k: v for k, v in clusters.quality.items() if k not in ("objective", "switching")}
    assert gs.quality(case, fleet, clusters, size_max=30) == formed
    assert gs.quality(case, fleet, clusters, size_max=5)["breaches"] > 0
    mixed = pd.DataFrame({"agent": fleet.agent, "cluster": np.arange(90) % 9})
    bad = gs.quality(case, fleet, mixed, previous=clusters)
    assert bad["connected_share"] < 0.5 and bad["eci"] < formed["eci"]
    assert bad["silhouette"] < formed["silhouette"] and bad["agents_in_both"] == 90
    assert bad["coupling_leak"] > formed["coupling_leak"]
    same = gs.quality(case, fleet, clusters, previous=clusters)
    assert (same["churn"], same["ari"], same["vi_nats"]) == (0, 1, 0)
    with pytest.raises(gs.UsageError, match="column cluster"):
        gs.quality(case, fleet, fleet)
    with pytest.raises(gs.InputError, match="membership of other agents"):
        gs.quality(case, fleet, pd.DataFrame({"agent": [-1], "cluster": [0]}))
    with pytest.raises(gs.UsageError, match="unknown option"):
        gs.quality(case, fleet, clusters, nonsense=1)


def test_comparisons_and_the_silhouette_are_those_of_scikit_learn(case):
    metrics = pytest.importorskip("sklearn.metrics")
    fleet = gs.synthetic_fleet(case, 120, seed=4)
    one = gs.form_clusters(case, fleet)
    other = gs.form_clusters(case, fleet, size_max=20, w_residual=0)
    found = gs.quality(case, fleet, other, previous=one)
    a, b = one.cluster.to_numpy(), other.cluster.to_numpy()
    assert found["ari"] == pytest.approx(metrics.adjusted_rand_score(a, b))
    assert found["nmi"] == pytest.approx(metrics.normalized_mutual_info_score(a, b))
    agents = other.agent.to_numpy()
    far = gs.distances(case, fleet, *(grid.ravel() for grid in np.meshgrid(agents, agents)))
    assert found["silhouette"] == pytest.approx(
        metrics.silhouette_score(far.reshape(120, 120), b, metric="precomputed"), abs=1e-6)


def test_a_preset_is_where_options_begin(case):
    fleet = gs.synthetic_fleet(case, 90, seed=2)
    plain = gs.form_clusters(case, fleet)
    assert gs.form_clusters(case, fleet, preset="balancing").equals(plain)
    literal = gs.form_clusters(case, fleet, preset="paper_literal")
    assert literal.quality["objective"] != plain.quality["objective"]
    own = gs.form_clusters(case, fleet, preset="paper_literal", size_max=10)
    assert own.groupby("cluster").size().max() <= 10
    with pytest.raises(gs.UsageError, match="nonsense"):
        gs.form_clusters(case, fleet, preset="nonsense")


def test_lengths_of_ones_own_shape_the_clusters(case):
    fleet = gs.synthetic_fleet(case, 90, seed=2)
    km = np.full(len(case.branch), 0.01)
    km[5] = 50.0  # nobody works together across this branch
    clusters = gs.form_clusters(case, fleet, lengths=km)
    assert clusters.quality["breaches"] == 0 and clusters.quality["connected_share"] == 1
    for wrong in (km[1:], -km):
        with pytest.raises(gs.UsageError, match="length"):
            gs.form_clusters(case, fleet, lengths=wrong)
    by_logs = gs.form_clusters(case, fleet, edge_length="log_sensitivity", diameter_max_pu=1.0)
    assert by_logs.quality["breaches"] == 0
    with pytest.raises(gs.UsageError, match="x_source_pu"):
        gs.form_clusters(case, fleet, edge_length="log_sensitivity", x_source_pu=0)
