# SPDX-License-Identifier: BSD-3-Clause
"""Energy and money from end to end: what the log settles is what the results hold."""
import collections
import math
import os
import pathlib
import struct
import subprocess

import pytest
from settle_log import (
    CLUSTER, HEADER, LEADER, MEMBERSHIP, READING, SETTLEMENT, cluster_tick_of, philox, reading_salt,
    records, settle_of, sha256,
)

h5py = pytest.importorskip("h5py")
ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = os.environ.get("GRIDSWARM_PROGRAM", str(ROOT / "build/release/bin/gridswarm"))
SEED, PRICE = 7, 1  # hamlet's, and the price that a scenario has if it sets none


class Ledger:
    """The log of one run, sorted by what it says."""

    def __init__(self, folder):
        self.settled, self.readings, self.closed = {}, {}, {}
        self.cluster, self.leader, self.joined = {}, {}, set()
        now, leads = {}, {}
        for record in records(folder):
            key = (record.author, record.tick)
            if record.kind == SETTLEMENT and record.schema == 1:
                assert key not in self.settled
                self.settled[key] = settle_of(record)
            elif record.kind == SETTLEMENT:
                self.closed[key] = cluster_tick_of(record)
            elif record.kind == READING:
                assert record.flags & 1
                self.readings[key] = record.payload
            elif record.kind == MEMBERSHIP and record.schema == 1:
                self.joined.add(record.author)
            elif record.kind == MEMBERSHIP and record.schema == 3:
                now[record.author] = struct.unpack(">3q", record.payload)[1]
            elif record.kind == LEADER:
                cluster, _, agent, _ = struct.unpack(">4q", record.payload)
                leads[cluster] = agent
            elif record.kind == HEADER:  # a block ends: what is in force at its tick
                self.cluster[record.tick] = dict(now)
                self.leader[record.tick] = dict(leads)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("settlement") / "run"
    scenario = ROOT / "tests/determinism/hamlet.toml"
    subprocess.run(
        [PROGRAM, "run", str(scenario), "-o", str(out)], check=True, capture_output=True
    )
    return out


@pytest.fixture(scope="module")
def ledger(folder):
    return Ledger(folder / "log")


@pytest.fixture(scope="module")
def results(folder):
    """(agent, ledger tick) -> what the results hold of it in the variant that is logged."""
    found = {}
    with h5py.File(folder / "results.h5") as file:
        for name in sorted(k for k in file if k.startswith("feeder_")):
            agents, wires = file[name]["agents"], file[name]["wires"]
            assert agents["variant"][0] in (b"swarm", "swarm")
            row_of = {bus: row for row, bus in enumerate(wires["bus"][:])}
            ends, starts = agents["time"][:], wires["time"][:]
            columns = {c: agents[c][:, 0, :] for c in
                       ("e_out_kwh", "e_in_kwh", "soc", "cluster", "leader")}
            vm = wires["vm_pu"][:, 0, :]
            for k, end in enumerate(ends):
                begin = 0.0 if k == 0 else ends[k - 1]
                ticks = (starts >= begin) & (starts < end)
                for i, agent in enumerate(agents["agent"][:]):
                    v = vm[ticks, row_of[agents["bus"][i]]]
                    row = {c: values[k, i] for c, values in columns.items()}
                    found[int(agent), k + 1] = {**row, "v_min": v.min(), "v_max": v.max()}
    return found


def rounded(value, scale=1e6):
    """Half away from zero."""
    x = float(value) * scale
    whole = math.floor(abs(x))
    return int(math.copysign(whole + (abs(x) - whole >= 0.5), x))


def test_the_generator_of_salts_gives_the_numbers_of_its_paper():
    assert philox(0, (0, 0, 0, 0)) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    ones = 0xFFFFFFFF
    assert philox(2**64 - 1, (ones,) * 4) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)


def test_every_agent_is_settled_once_a_tick_with_the_energies_of_the_results(ledger, results):
    assert len(results) == 120 * 12
    assert ledger.settled.keys() == results.keys()
    assert ledger.joined == {agent for agent, _ in results}
    for key, settle in ledger.settled.items():
        assert (settle.agent, settle.tick) == key
        assert settle.produced == rounded(results[key]["e_out_kwh"]), key
        assert settle.consumed == rounded(results[key]["e_in_kwh"]), key
        assert settle.cluster == results[key]["cluster"], key


def test_the_membership_and_leaders_of_the_log_are_those_of_the_results(ledger, results):
    for (agent, tick), row in results.items():
        assert ledger.cluster[tick][agent] == row["cluster"]
        assert ledger.leader[tick][row["cluster"]] == row["leader"]


def by_cluster(ledger):
    groups = collections.defaultdict(list)
    for settle in ledger.settled.values():
        groups[settle.cluster, settle.tick].append(settle)
    return groups


def test_money_only_changes_hands(ledger):
    shared = 0
    for group in by_cluster(ledger).values():
        given = sum(s.shared for s in group if s.shared > 0)
        taken = -sum(s.shared for s in group if s.shared < 0)
        surplus = sum(max(0, s.produced - s.consumed) for s in group)
        deficit = sum(max(0, s.consumed - s.produced) for s in group)
        assert given == taken == min(surplus, deficit)
        assert sum(s.tokens for s in group) == 0
        for s in group:
            assert s.tokens == PRICE * s.shared
            assert s.reward == 0
            assert 0 <= s.shared <= s.produced - s.consumed or (
                s.produced - s.consumed <= s.shared <= 0
            )
        shared += given
    assert shared > 1e6  # more than a kilowatt-hour: the test has something to see


def test_each_share_is_in_proportion_to_a_milliwatt_hour(ledger):
    for group in by_cluster(ledger).values():
        given = sum(s.shared for s in group if s.shared > 0)
        for sign in (1, -1):
            side = [s for s in group if sign * (s.produced - s.consumed) > 0]
            whole = sum(abs(s.produced - s.consumed) for s in side)
            for s in side:
                exact = given * abs(s.produced - s.consumed) / whole
                assert abs(abs(s.shared) - exact) < 1 + 1e-6


def test_what_a_cluster_closes_is_the_sum_of_its_members(ledger):
    groups = by_cluster(ledger)
    closed = {(c.cluster, c.tick): c for c in ledger.closed.values()}
    assert closed.keys() == {key for key in groups if key[0] >= 0}
    for key, close in closed.items():
        group = sorted(groups[key])
        net = [s.produced - s.consumed for s in group]
        assert (CLUSTER + close.cluster, close.tick) in ledger.closed
        assert close.count == len(group)
        assert close.net == sum(net)
        assert close.shared == sum(s.shared for s in group if s.shared > 0)
        assert close.residual == sum(map(abs, net)) - 2 * close.shared == abs(close.net)
        assert close.readings == sha256(*(ledger.readings[s.agent, s.tick] for s in group))


def test_every_reading_opens_with_its_salt_and_what_the_results_say(ledger, results):
    assert ledger.readings.keys() == results.keys()
    low = high = 0
    for (agent, tick), row in results.items():
        values = [agent, tick] + [
            rounded(row[c]) for c in ("e_in_kwh", "e_out_kwh", "v_min", "v_max", "soc")
        ]
        opened = sha256(reading_salt(SEED, agent, tick), struct.pack(">7q", *values))
        assert ledger.readings[agent, tick] == opened, (agent, tick)
        low, high = min(low or 9e9, values[4]), max(high, values[5])
    assert 900000 < low < high < 1100000


def test_the_limits_of_a_cluster_are_what_its_members_saw(ledger, results):
    for close in ledger.closed.values():
        members = [
            results[agent, close.tick]
            for agent, cluster in ledger.cluster[close.tick].items()
            if cluster == close.cluster
        ]
        low = any(rounded(row["v_min"]) < 950000 for row in members)
        high = any(rounded(row["v_max"]) > 1050000 for row in members)
        assert close.limits == low + 2 * high


def test_every_author_counts_from_one_without_gaps(folder):
    by_author = collections.defaultdict(list)
    ticks = []
    for record in records(folder / "log"):
        ticks.append(record.tick)
        if record.kind != HEADER:
            by_author[record.author].append(record.sequence)
    assert ticks == sorted(ticks)
    for sequence in by_author.values():
        assert sequence == list(range(1, len(sequence) + 1))
