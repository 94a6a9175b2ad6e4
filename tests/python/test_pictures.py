# SPDX-License-Identifier: BSD-3-Clause
"""Trees drawn without crossings, pictures that hold what they say, and the README's example."""
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import gridswarm as gs
from gridswarm.tree import Tree

ROOT = pathlib.Path(__file__).resolve().parents[2]
matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")


def tree_of(case):
    return Tree(case.bus, case.branch, case.base_mva)


def segments(tree):
    """Risers (x, y0, y1) and runs (y, x0, x1) of the drawing."""
    where = tree.positions()
    risers, runs = [], []
    for bus in tree.buses:
        if tree.parent[bus] is not None:
            (x0, y0), (x1, y1) = where[tree.parent[bus]], where[bus]
            risers.append((x0, min(y0, y1), max(y0, y1)))
            runs.append((y1, x0, x1))
    return risers, runs


@pytest.mark.parametrize("case", ["ieee33", "ieee69", 120, 533])
def test_no_two_lines_of_a_drawn_feeder_cross(case):
    case = (gs.synthetic_case(case, seed=4) if isinstance(case, int)
            else gs.read_case(ROOT / f"examples/data/{case}.m"))
    tree = tree_of(case)
    places = list(tree.positions().values())
    assert len(places) == len(set(places)) == len(case.bus)
    risers, runs = segments(tree)
    for x, low, high in risers:
        for y, left, right in runs:
            assert not (left < x < right and low < y < high)
    assert all(right - left == 1 for _, left, right in runs)
    assert len({(y, left) for y, left, _ in runs}) == len(runs)


def test_distance_is_the_sum_of_impedances_in_ohm():
    tree = tree_of(gs.read_case(ROOT / "examples/data/ieee33.m"))
    by_hand = np.hypot(0.0922, 0.0470) + np.hypot(0.4930, 0.2511)
    assert tree.unit == "\N{GREEK CAPITAL LETTER OMEGA}"
    assert tree.distance[1] == 0 and tree.distance[3] == pytest.approx(by_hand, rel=1e-6)
    assert len(tree.buses) == 33 and tree.parent[19] == 2


def test_a_lateral_lies_nearer_than_the_one_before_it():
    """1-2-3-4-5 with laterals of equal length at 2 and at 3: that at 2 would cross that at 3."""
    case = gs.synthetic_case(9, seed=1)
    case.branch[["fbus", "tbus"]] = [(1, 2), (2, 3), (3, 4), (4, 5), (2, 6), (6, 7), (3, 8), (8, 9)]
    where = tree_of(case).positions()
    trunk = where[1][1]
    assert [where[bus][1] - trunk for bus in (2, 3, 4, 5)] == [0, 0, 0, 0]
    assert abs(where[8][1] - trunk) == 1 and abs(where[6][1] - trunk) == 1
    assert where[6][1] != where[8][1]


def test_pictures_of_a_run_are_written(tmp_path):
    gs.run(ROOT / "tests/determinism/hamlet.toml", out=tmp_path / "run")
    done = subprocess.run([sys.executable, "-m", "gridswarm.plot", tmp_path / "run"],
                          capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    names = [pathlib.Path(path).name for path in done.stdout.split()]
    assert names == ["clusters.png", "voltage.png", "day.png"]
    for name in names:
        assert (tmp_path / "run" / name).read_bytes().startswith(b"\x89PNG")


def test_the_cluster_picture_names_every_cluster_at_its_leader():
    case = gs.read_case(ROOT / "examples/data/ieee69.m")
    clusters = gs.form_clusters(case, gs.synthetic_fleet(case, 300, seed=5))
    ax = gs.plot.clusters(case, clusters).axes[0]
    texts = [text.get_text() for text in ax.texts]
    for number in clusters.cluster.unique():
        assert texts.count(str(number)) == 1
    assert "substation" in texts and f"in {clusters.quality['clusters']} cl" in ax.get_title("left")


def test_the_readme_example_runs(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    done = subprocess.run([sys.executable, "examples/readme.py"], cwd=tmp_path,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "kW lost" in done.stdout and "200 devices in" in done.stdout
    assert (tmp_path / "clusters.png").exists()
