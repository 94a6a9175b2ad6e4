# SPDX-License-Identifier: BSD-3-Clause
"""A radial feeder as a tree, and where to draw its buses.

Drawing: each trunk runs straight to the right, one column per branch; its laterals are laid out the
same way and stacked above or below it, those that leave further right nearer to it. So no two lines
cross, whatever the feeder.
"""
import collections

import numpy as np


class Tree:
    """Buses supplied from a source, parents before children.

    buses       bus numbers in breadth-first order
    parent      bus -> bus, None at sources
    branch      bus -> row of the branch table above it
    distance    bus -> summed |z| from the source; `unit` is "ohm", or "p.u. on 1 MVA" where the
                buses have no or several base voltages
    """

    def __init__(self, bus, branch, base_mva):
        """bus: columns bus, type, base_kv; branch: fbus, tbus, r_pu, x_pu, in_service."""
        ids = [int(i) for i in bus["bus"]]
        kv = dict(zip(ids, np.asarray(bus["base_kv"], dtype=float)))
        levels = {round(v, 6) for v in kv.values()}
        in_ohm = len(levels) == 1 and min(levels) > 0
        self.unit = "\N{GREEK CAPITAL LETTER OMEGA}" if in_ohm else "p.u. on 1 MVA"
        scale = (min(levels) ** 2 if in_ohm else 1.0) / base_mva
        self.sources = [i for i, kind in zip(ids, bus["type"]) if kind == 3]
        near = collections.defaultdict(list)
        columns = (branch["fbus"], branch["tbus"], branch["r_pu"], branch["x_pu"],
                   branch["in_service"])
        for row, (f, t, r, x, on) in enumerate(zip(*map(np.asarray, columns))):
            if on:
                near[int(f)].append((int(t), row, scale * float(np.hypot(r, x))))
                near[int(t)].append((int(f), row, scale * float(np.hypot(r, x))))
        self.parent = {i: None for i in self.sources}
        self.branch = {}
        self.distance = {i: 0.0 for i in self.sources}
        self.children = collections.defaultdict(list)
        self.buses = list(self.sources)
        for at in self.buses:
            for other, row, length in near[at]:
                if other in self.parent:
                    continue
                self.parent[other] = at
                self.branch[other] = row
                self.distance[other] = self.distance[at] + length
                self.children[at].append(other)
                self.buses.append(other)

    def positions(self):
        """bus -> (column, row) for drawing, sources at column 0."""
        return tree_positions(self.sources, self.children, self.buses)


def tree_positions(sources, children, buses):
    """bus -> (column, row) of trees: children is bus -> buses, in `buses` parents come first."""
    reach = {}
    for bus in reversed(buses):
        reach[bus] = 1 + max((reach[c] for c in children[bus]), default=0)
    where, floor = {}, 0
    for source in sources:
        block = _block(children, reach, source, 0)
        lowest = -min(block.low.values())
        for bus, (column, row) in block.where.items():
            where[bus] = (column, row + floor + lowest)
        floor += lowest + max(block.high.values()) + 2
    return where


class _Block:
    """Part of a drawing: places relative to its trunk, and the rows in use by column."""

    def __init__(self):
        self.where, self.low, self.high = {}, {}, {}

    def cover(self, column, row):
        self.low[column] = min(self.low.get(column, row), row)
        self.high[column] = max(self.high.get(column, row), row)


def _block(children, reach, root, column):
    """The trunk from root along its longest path, with its laterals."""
    trunk, at = [], root
    while at is not None:
        trunk.append(at)
        at = max(children[at], key=lambda c: reach[c], default=None)
    block = _Block()
    for step, bus in enumerate(trunk):
        block.where[bus] = (column + step, 0)
        block.cover(column + step, 0)
    for step in range(len(trunk) - 2, -1, -1):
        for child in sorted(children[trunk[step]], key=lambda c: reach[c]):
            if child != trunk[step + 1]:
                _attach(block, _block(children, reach, child, column + step + 1), column + step)
    return block


def _attach(block, lateral, column):
    """Put a lateral where it is nearest to the trunk, above or below, and draw its riser."""
    up = max(block.high.get(c, 0) - lateral.low[c] for c in lateral.low) + 1
    down = max(lateral.high[c] - block.low.get(c, 0) for c in lateral.high) + 1
    up = max(up, block.high.get(column, 0) + 1)
    down = max(down, 1 - block.low.get(column, 0))
    shift = up if up <= down else -down
    for bus, (x, y) in lateral.where.items():
        block.where[bus] = (x, y + shift)
    for part in (lateral.low, lateral.high):
        for x, y in part.items():
            block.cover(x, y + shift)
    block.cover(column, shift)
