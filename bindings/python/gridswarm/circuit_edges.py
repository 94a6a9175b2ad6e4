# SPDX-License-Identifier: BSD-3-Clause
"""What joins the buses of a circuit, and how far each bus is from the source along its lines."""
import heapq
import math


class Edges:
    """Lines and transformers in service as pairs of buses.

    pairs       (bus, bus, length, phases 1 to 3 that it joins); transformers have length 0
    distance    bus -> length of the shortest way from a source, in the unit of the file's lines;
                buses without supply are not in it
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
        self.distance = _shortest(near, self.sources)


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
    distance, heap = {}, [(0.0, bus) for bus in sources]
    while heap:
        far, bus = heapq.heappop(heap)
        if bus in distance:
            continue
        distance[bus] = far
        for other, length in near.get(bus, ()):
            if far + length < distance.get(other, math.inf):
                heapq.heappush(heap, (far + length, other))
    return distance
