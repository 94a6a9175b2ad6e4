# SPDX-License-Identifier: BSD-3-Clause
"""What joins the buses of a circuit, and how far each bus is from the source along its lines."""
import heapq

from .tree import tree_positions


class Edges:
    """Lines and transformers in service as pairs of buses.

    pairs       (bus, bus, length, phases 1 to 3 that it joins); transformers have length 0
    distance    bus -> length of the shortest way from a source, in the unit of the file's lines;
                buses without supply are not in it
    parent      bus -> the bus before it on that way, None at sources
    sources     buses with a voltage source
    """

    def __init__(self, circuit):
        self.sources = [bus for at in circuit.source["nodes"][circuit.source["in_service"]]
                        for bus in _phases_by_bus(at)]
        self.pairs = [*_lines(circuit.line), *_transformers(circuit)]
        near = {}
        for a, b, length, _ in self.pairs:
            near.setdefault(a, []).append((b, length))
            near.setdefault(b, []).append((a, length))
        self.distance, self.parent = _shortest(near, self.sources)

    def positions(self):
        """bus -> (column, row) for a drawing without coordinates: the way from the source to the
        right, laterals above and below. Where there are loops, their shortest ways make the tree.
        """
        buses = list(self.parent)
        children = {bus: [] for bus in buses}
        for bus, parent in self.parent.items():
            if parent is not None:
                children[parent].append(bus)
        return tree_positions([bus for bus in buses if self.parent[bus] is None], children, buses)


def _phases_by_bus(terminal):
    """"650.1.2.3" or "a.1 b.2": bus -> numbers of its nodes."""
    out = {}
    for part in terminal.split():
        bus, *numbers = part.split(".")
        if bus:
            out.setdefault(bus, set()).update(map(int, numbers))
    return out


def _pair(one, other, length):
    one, other = _phases_by_bus(one), _phases_by_bus(other)
    for a in one:
        for b in other:
            if a != b:
                yield a, b, length, sorted(one[a] & other[b] & {1, 2, 3})


def _lines(line):
    columns = (line["from"], line["to"], line["length"], line["in_service"])
    for one, other, length, closed in zip(*columns):
        if closed:
            yield from _pair(one, other, float(length))


def _transformers(circuit):
    on = dict(zip(circuit.transformer["name"], circuit.transformer["in_service"]))
    first = {}
    for name, nodes in zip(circuit.winding["transformer"], circuit.winding["nodes"]):
        if on[name] and first.setdefault(name, nodes) is not nodes:
            yield from _pair(first[name], nodes, 0.0)


def _shortest(near, sources):
    """Distance and the bus before, both in the order in which buses are reached."""
    distance, before, heap = {}, {}, [(0.0, row, bus, None) for row, bus in enumerate(sources)]
    seen = len(heap)
    while heap:
        far, _, bus, parent = heapq.heappop(heap)
        if bus in distance:
            continue
        distance[bus], before[bus] = far, parent
        for other, length in near.get(bus, ()):
            if other not in distance:
                heapq.heappush(heap, (far + length, seen, other, bus))
                seen += 1
    return distance, before
