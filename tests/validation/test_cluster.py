# SPDX-License-Identifier: BSD-3-Clause
"""`gridswarm cluster` on published networks, checked from its table and the branches alone."""

import collections
import csv
import hashlib
import json
import os
import pathlib
import random
import re
import struct
import subprocess
import xml.etree.ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
SHARED = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", ROOT / "../shared/data"))
BALANCED = SHARED / "balanced"
FORESTS = ["case10ba", "case18", "case22", "case33bw", "case4_dist", "case69", "case70da", "case85",
           "case118zh", "case141", "case141_der", "case533mt_hi", "case1197", "cigre_lv",
           "cigre_mv_der", "mv_oberrhein", "simbench_lv_rural1"]
MESHED = ["case33bw_meshed", "case_ieee30", "case1354pegase"]

needs_data = pytest.mark.skipif(not BALANCED.is_dir(), reason=f"no reference data at {BALANCED}")


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def run(*arguments, **environment):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, **environment})


def form(case_file, fleet, out, *options, **environment):
    done = run("cluster", case_file, "--fleet", fleet, "--json", "-o", out, *options, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), rows(out)


def make_fleet(case_file, agents, folder):
    done = run("synth", "--case", case_file, "--agents", agents, "--seed", 5, "-o", folder)
    assert done.returncode == 0, done.stderr
    return folder / "fleet.csv"


def adjacency(branches):
    near = collections.defaultdict(set)
    for branch in branches:
        if branch["status"] == "1":
            near[branch["fbus"]].add(branch["tbus"])
            near[branch["tbus"]].add(branch["fbus"])
    return near


def hull(near, buses, allowed):
    """Buses of the smallest subtree joining `buses` inside `allowed`; None where there is none."""
    start = next(iter(buses))
    parent, order = {start: None}, [start]
    for bus in order:
        for other in near[bus]:
            if other not in parent and other in allowed:
                parent[other] = bus
                order.append(other)
    if not buses <= parent.keys():
        return None
    kept = set()
    for bus in buses:
        while bus is not None and bus not in kept:
            kept.add(bus)
            bus = parent[bus]
    return kept


def check_connected(table, branches, meshed=False):
    """Each cluster on its own buses and empty ones, which two share only where there are loops:
    there this finds ways other than the tree's."""
    near = adjacency(branches)
    buses_of, everywhere = collections.defaultdict(set), set()
    for row in table:
        everywhere.add(row["bus"])
        buses_of[row["cluster"]].add(row["bus"])
    passed = {}
    for cluster, buses in buses_of.items():
        allowed = buses | (near.keys() - everywhere)
        found = hull(near, buses, allowed)
        assert found is not None, f"cluster {cluster} is not connected"
        for bus in () if meshed else found - everywhere:
            assert passed.setdefault(bus, cluster) == cluster, f"two clusters pass bus {bus}"


@needs_data
@pytest.mark.parametrize("case", FORESTS + MESHED)
def test_clusters_are_connected_and_within_bounds(case, tmp_path):
    case_file = BALANCED / case / f"{case}.m"
    fleet = make_fleet(case_file, 300, tmp_path)
    summary, table = form(case_file, fleet, tmp_path / "c.csv")
    assert len(table) == 300
    check_connected(table, rows(BALANCED / case / "branch.csv"), case in MESHED)
    sizes = collections.Counter(row["cluster"] for row in table)
    assert max(sizes.values()) <= 64
    assert sum(size < 4 for size in sizes.values()) == summary["undersized"]
    leaders = collections.Counter(row["cluster"] for row in table if row["leader"] == "1")
    assert leaders == collections.Counter(sizes.keys())
    assert (summary["connected_share"], summary["breaches"]) == (1, 0)
    assert (summary["loops"] > 0) == (case in MESHED)
    assert summary["clusters"] == len(sizes)

    p_kw = {row["agent"]: float(row["p_kw"] or 0) for row in rows(fleet)}
    net = collections.defaultdict(float)
    for row in table:
        net[row["cluster"]] += p_kw[row["agent"]]
    everything = sum(map(abs, p_kw.values()))
    assert summary["residual_ratio"] == pytest.approx(sum(map(abs, net.values())) / everything,
                                                      abs=1e-6)
    assert summary["residual_floor"] <= summary["residual_ratio"] + 1e-12


def write_forest(path, feeders, buses):
    """A MATPOWER file of random radial feeders, 20 kV lines of 20 to 200 m, a source each."""
    draw = random.Random(7)
    bus, gen, branch = [], [], []
    for feeder in range(feeders):
        first = feeder * buses + 1
        gen.append(f"{first} 0 0 9 -9 1 1 1 9 -9")
        for i in range(buses):
            bus.append(f"{first + i} {1 if i else 3} {0.001 if i else 0} 0 0 0 1 1 0 20 1 1.1 0.9")
            if i:
                km = draw.uniform(0.02, 0.2)
                up = first + i - 1 - draw.randrange(min(i, 8))
                branch.append((str(up), str(first + i), f"{3e-4 * km:.9f} {2e-4 * km:.9f}"))
    with open(path, "w") as file:
        file.write("function mpc = forest\nmpc.version = '2';\nmpc.baseMVA = 1;\n")
        for name, lines in (("bus", bus), ("gen", gen),
                            ("branch", [f"{f} {t} {z} 0 0 0 0 0 0 1 -360 360"
                                        for f, t, z in branch])):
            file.write(f"mpc.{name} = [\n" + "\n".join(lines) + "\n];\n")
    return [{"fbus": f, "tbus": t, "status": "1"} for f, t, _ in branch]


@pytest.mark.parametrize("feeders", [20, 1000])
def test_a_forest_of_feeders_with_an_agent_per_bus(feeders, tmp_path):
    if feeders > 20 and not os.environ.get("GRIDSWARM_SLOW"):
        pytest.skip("a million agents take a minute; GRIDSWARM_SLOW=1 runs it")
    branches = write_forest(tmp_path / "forest.m", feeders, 1000)
    fleet = make_fleet(tmp_path / "forest.m", 1000 * feeders, tmp_path)
    bounds = ("--diameter-max-pu", 2e-4, "--delta-pu", 1e-4)
    summary, table = form(tmp_path / "forest.m", fleet, tmp_path / "c.csv", *bounds)
    assert (summary["connected_share"], summary["breaches"]) == (1, 0)
    assert 0 < summary["largest_diameter_pu"] <= 2e-4
    check_connected_at_once(table, branches)
    for threads in (1, 2):
        again, _ = form(tmp_path / "forest.m", fleet, tmp_path / "d.csv", *bounds, "--threads",
                        threads)
        assert again["membership_sha256"] == summary["membership_sha256"]


def check_connected_at_once(table, branches):
    """As check_connected, for large forests: every edge of the tree carries at most one cluster,
    and every bus on the way has one of its agents or is passed by it alone."""
    up, order = {}, []
    for branch in branches:  # parents come before children in these files
        up[branch["tbus"]] = branch["fbus"]
        order.append(branch["tbus"])
    size, below, here = collections.Counter(), collections.defaultdict(collections.Counter), {}
    for row in table:
        size[row["cluster"]] += 1
        below[row["bus"]][row["cluster"]] += 1
        here.setdefault(row["bus"], set()).add(row["cluster"])
    passed = collections.defaultdict(set)
    for bus in reversed(order):
        across = {c: n for c, n in below.pop(bus, {}).items() if n < size[c]}
        assert len(across) <= 1, f"the wire above bus {bus} carries {sorted(across)}"
        for cluster, n in across.items():
            below[up[bus]][cluster] += n
            passed[bus].add(cluster)
            passed[up[bus]].add(cluster)
    assert all(n == size[c] for some in below.values() for c, n in some.items())
    for bus, some in passed.items():
        assert some <= here[bus] if bus in here else len(some) == 1, f"bus {bus}"


def small(tmp_path, agents=200):
    case_file = ROOT / "examples/data/ieee33.m"
    return case_file, make_fleet(case_file, agents, tmp_path)


def test_the_membership_hash_is_that_of_the_table(tmp_path):
    case_file, fleet = small(tmp_path)
    summary, table = form(case_file, fleet, tmp_path / "c.csv")
    pairs = sorted((int(row["agent"]), int(row["cluster"])) for row in table)
    packed = b"".join(struct.pack(">qq", *pair) for pair in pairs)
    assert hashlib.sha256(packed).hexdigest() == summary["membership_sha256"]


def test_one_membership_for_any_threads_kernels_and_order_of_rows(tmp_path):
    case_file, fleet = small(tmp_path)
    first, _ = form(case_file, fleet, tmp_path / "c.csv")
    lines = fleet.read_text().splitlines()
    shuffled = tmp_path / "shuffled.csv"
    shuffled.write_text("\n".join([lines[0], *sorted(lines[1:], key=lambda x: x[::-1])]) + "\n")
    for options, environment in ((("--threads", 1), {}), (("--threads", 2), {}),
                                 ((), {"GRIDSWARM_ISA": "reference"}),
                                 ((), {"GRIDSWARM_ISA": "baseline"})):
        again, _ = form(case_file, shuffled, tmp_path / "d.csv", *options, **environment)
        assert again["membership_sha256"] == first["membership_sha256"]
        assert again["objective"] == first["objective"]


def test_with_the_previous_membership_nobody_moves_without_cause(tmp_path):
    case_file, fleet = small(tmp_path)
    first, table = form(case_file, fleet, tmp_path / "c.csv")
    again, same = form(case_file, fleet, tmp_path / "d.csv", "--previous", tmp_path / "c.csv")
    assert [row["cluster"] for row in same] == [row["cluster"] for row in table]
    assert (again["churn"], again["switching"]) == (0, 0)

    lines = fleet.read_text().splitlines()
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("\n".join(lines[:50] + lines[51:]) + "\n")
    left, rest = form(case_file, fewer, tmp_path / "e.csv", "--previous", tmp_path / "c.csv")
    old = {row["agent"]: row["cluster"] for row in table}
    assert left["agents"] == 199
    assert sum(old[row["agent"]] != row["cluster"] for row in rest) <= 4


@needs_data
def test_clusters_of_a_meshed_feeder_are_near_by_its_true_distances(tmp_path):
    """Against the pseudo-inverse of the whole network, from branch.csv and the table alone."""
    numpy = pytest.importorskip("numpy")
    case = BALANCED / "case33bw_meshed"
    fleet = make_fleet(case / "case33bw_meshed.m", 300, tmp_path)
    summary, table = form(case / "case33bw_meshed.m", fleet, tmp_path / "c.csv")
    assert summary["loops"] == 5
    base_mva = float(re.search(r"baseMVA\s*=\s*([\d.]+)",
                               (case / "case33bw_meshed.m").read_text()).group(1))
    number = {row["bus"]: i for i, row in enumerate(rows(case / "bus.csv"))}
    laplacian = numpy.zeros((len(number), len(number)))
    for branch in rows(case / "branch.csv"):
        if branch["status"] != "1":
            continue
        f, t = number[branch["fbus"]], number[branch["tbus"]]
        y = base_mva / numpy.hypot(float(branch["r_pu"]), float(branch["x_pu"]))
        laplacian[[f, t], [f, t]] += y
        laplacian[[f, t], [t, f]] -= y
    inverse = numpy.linalg.pinv(laplacian)
    diagonal = numpy.diag(inverse)
    far = diagonal[:, None] + diagonal[None, :] - 2 * inverse
    inside, pairs, widest = 0.0, 0, 0.0
    members = collections.defaultdict(list)
    for row in table:
        members[row["cluster"]].append(number[row["bus"]])
    for buses in members.values():
        block = far[numpy.ix_(buses, buses)]
        inside += block.sum() / 2
        pairs += len(buses) * (len(buses) - 1) // 2
        widest = max(widest, block.max())
    everybody = [number[row["bus"]] for row in table]
    whole = far[numpy.ix_(everybody, everybody)].sum() / 2
    assert summary["mean_pair_pu"] == pytest.approx(inside / pairs, abs=1e-9)
    assert summary["largest_diameter_pu"] == pytest.approx(widest, abs=1e-9)
    assert summary["eci"] == pytest.approx(1 - inside / whole, abs=1e-9)


def test_clusters_of_a_three_phase_feeder_are_connected(tmp_path):
    circuit = ROOT / "examples/data/ieee123.dss"
    fleet = make_fleet(circuit, 100, tmp_path)
    summary, table = form(circuit, fleet, tmp_path / "c.csv")
    assert (summary["connected_share"], summary["breaches"], len(table)) == (1, 0, 100)
    assert summary["undersized"] < summary["clusters"] / 4


def test_lengths_of_ones_own_and_log_sensitivity_form_clusters_too(tmp_path):
    case_file, fleet = small(tmp_path)
    branches = re.findall(r"^\s*(\d+)\s+(\d+)\s", case_file.read_text().split("branch = [")[1],
                          re.MULTILINE)
    lengths = tmp_path / "lengths.csv"
    lengths.write_text("tbus,fbus,length\n" + "".join(f"{t},{f},0.004\n" for f, t in branches))
    by_lengths, _ = form(case_file, fleet, tmp_path / "c.csv", "--lengths", lengths)
    assert (by_lengths["connected_share"], by_lengths["breaches"]) == (1, 0)
    assert by_lengths["largest_diameter_pu"] <= 0.1
    assert by_lengths["largest_diameter_pu"] / 0.004 == pytest.approx(
        round(by_lengths["largest_diameter_pu"] / 0.004))
    logs, _ = form(case_file, fleet, tmp_path / "d.csv", "--edge-length", "log_sensitivity",
                   "--x-source-pu", 0.02, "--diameter-max-pu", 0.5)
    assert (logs["connected_share"], logs["breaches"]) == (1, 0)
    lengths.write_text("fbus,tbus,length\n1,2,0.1\n")
    done = run("cluster", case_file, "--fleet", fleet, "--lengths", lengths)
    assert done.returncode == 4 and "has no row" in done.stderr


def test_options_that_are_typed_win_over_a_preset(tmp_path):
    case_file, fleet = small(tmp_path)
    plain, _ = form(case_file, fleet, tmp_path / "c.csv")
    literal, _ = form(case_file, fleet, tmp_path / "d.csv", "--preset", "paper_literal")
    assert literal["membership_sha256"] != plain["membership_sha256"]
    mended, _ = form(case_file, fleet, tmp_path / "e.csv", "--preset", "paper_literal",
                     "--w-residual", 1, "--w-output", 0)
    same, _ = form(case_file, fleet, tmp_path / "f.csv", "--w-residual", 1)
    again, _ = form(case_file, fleet, tmp_path / "g.csv", "--preset", "balancing")
    assert mended["membership_sha256"] == plain["membership_sha256"]
    assert same["membership_sha256"] == again["membership_sha256"] == plain["membership_sha256"]
    done = run("cluster", case_file, "--fleet", fleet, "--preset", "nonsense")
    assert done.returncode == 2 and "nonsense" in done.stderr


def test_a_picture_shows_every_bus_wire_and_leader(tmp_path):
    case_file, fleet = small(tmp_path, 90)
    picture = tmp_path / "clusters.svg"
    summary, table = form(case_file, fleet, tmp_path / "c.csv", "--picture", picture)
    root = xml.etree.ElementTree.parse(picture).getroot()
    drawn = collections.Counter(child.tag.split("}")[1] for child in root)
    strokes = [child for child in root if child.get("fill") == "none"]
    assert len(strokes) == 32 + summary["clusters"]  # wires and the rings of leaders
    assert drawn["rect"] == 2 and "90 agents" in "".join(root.itertext())
    buses_of = collections.defaultdict(set)
    for row in table:
        buses_of[row["bus"]].add(row["cluster"])
    divided = sum(len(some) for some in buses_of.values() if len(some) > 1)
    assert drawn["path"] == 32 + divided
    done = run("cluster", case_file, "--fleet", fleet, "--picture", tmp_path / "c.png")
    assert done.returncode == 2 and "gs.plot.clusters" in done.stderr


def test_the_membership_of_other_agents_is_refused(tmp_path):
    case_file, fleet = small(tmp_path, 20)
    others = tmp_path / "others.csv"
    others.write_text("agent,bus,cluster,leader\n9001,2,1,1\n9002,3,1,0\n")
    done = run("cluster", case_file, "--fleet", fleet, "--previous", others)
    assert done.returncode == 4
    assert "none of its 2 agents is in the fleet" in done.stderr
    strange = tmp_path / "strange.csv"
    strange.write_text("agent,bus,kind,rating_kw\n1,99,pv,5\n")
    done = run("cluster", case_file, "--fleet", strange)
    assert done.returncode == 4 and "99" in done.stderr and "strange.csv:2" in done.stderr


def test_wires_of_0_ohm_and_a_single_bus_full_of_agents_are_no_obstacle(tmp_path):
    case_file, fleet = small(tmp_path, 90)
    text = case_file.read_text()
    joined = tmp_path / "joined.m"
    joined.write_text(re.sub(r"(?m)^(\t\d+\t\d+)\t[\d.]+/16\S*\t[\d.]+/16\S*", r"\1\t0\t0", text))
    assert joined.read_text().count("\t0\t0\t0") >= 32
    summary, table = form(joined, fleet, tmp_path / "c.csv")
    assert (summary["connected_share"], summary["breaches"], len(table)) == (1, 0, 90)
    assert summary["largest_diameter_pu"] == 0
    crowd = tmp_path / "crowd.csv"
    crowd.write_text("agent,bus,kind,rating_kw\n" + "".join(f"{k},18,pv,5\n" for k in range(200)))
    summary, table = form(case_file, crowd, tmp_path / "d.csv")
    sizes = collections.Counter(row["cluster"] for row in table)
    assert len(table) == 200 and max(sizes.values()) <= 64 and summary["undersized"] == 0


@pytest.mark.parametrize("options, code, words", [
    (["--w-distance", "nan"], 2, "--w-distance"),
    (["--size-min", "9", "--size-max", "5"], 2, "size_min is 9"),
    (["--rating-max-kva", "0.01"], 2, "rating_max_kva"),
    (["--w-residual", "-1"], 2, "--w-residual"),
    (["--w-switch", "-0.1"], 2, "--w-switch"),
    (["--kappa", "nan"], 2, "--kappa"),
    (["--edge-length", "ohm"], 2, "edge_length is 'ohm'"),
    (["--edge-length", "custom"], 2, "needs a length for each of the 37 branches"),
    (["--edge-length", "log_sensitivity", "--x-source-pu", "0"], 2, "--x-source-pu"),
    (["--lengths", "nowhere.csv"], 4, "nowhere.csv"),
    (["--previous", "nowhere.csv"], 4, "nowhere.csv"),
    (["--epoch", "-1"], 2, "epoch is -1"),
])
def test_bad_options_end_with_their_code_and_one_sentence(options, code, words, tmp_path):
    case_file, fleet = small(tmp_path, 20)
    done = run("cluster", case_file, "--fleet", fleet, *options)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stdout == ""
