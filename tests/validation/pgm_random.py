# SPDX-License-Identifier: BSD-3-Clause
"""Random networks in power-grid-model's format: every component, every open switch, meshed."""
import random


def _switch(rng):
    return 0 if rng.random() < 0.12 else 1


class Network:
    """Nodes of 10 kV, 3 kV and 400 V, joined by a tree of random branches and a few more.

    `kinds`: of branches between nodes of one voltage, beside lines. `by_phase`: with zero sequence
    and unbalanced matrices, each part with loads grounded somewhere.
    """

    def __init__(self, seed, nodes, kinds=("asym_line", "generic_branch", "link"), by_phase=False):
        self.rng = random.Random(seed)
        self.kinds = kinds
        self.by_phase = by_phase
        self.floating = set()  # nodes whose zero sequence nothing holds
        self.data = {}
        self.next = 1_000_000  # ids of components; nodes count from 0
        self.rated = {0: 10e3}
        self.phase = {0: 0}  # in clock hours behind node 0: loops join equal ones
        self.data["node"] = []
        self.add("source", node=0, status=1, u_ref=self.rng.uniform(0.98, 1.05), sk=1e9,
                 rx_ratio=0.2, u_ref_angle=self.rng.uniform(-1, 1))
        if by_phase:
            self.data["source"][0]["z01_ratio"] = self.rng.uniform(0.5, 3)
        if self.rng.random() < 0.5:
            self.add("source", node=0, status=1, u_ref=self.data["source"][0]["u_ref"] + 0.001,
                     u_ref_angle=self.data["source"][0]["u_ref_angle"], sk=3e8)
        for node in range(1, nodes):
            self.grow(node)
        lows = [node for node in self.rated if self.rated[node] == 400]
        for _ in range(nodes // 6):  # loops
            pair = self.rng.sample(lows, 2) if len(lows) > 1 else []
            if pair and self.phase[pair[0]] == self.phase[pair[1]]:
                self.branch(*pair)
        self.data["node"] = [{"id": node, "u_rated": u} for node, u in self.rated.items()]
        for node in self.rated:
            self.appliances(node)

    def add(self, kind, **attributes):
        self.next += 1
        self.data.setdefault(kind, []).append({"id": self.next, **attributes})
        return self.next

    def grow(self, node):
        rng = self.rng
        parent = rng.choice(list(self.rated))
        if self.rated[parent] == 10e3 and rng.random() < 0.6:
            self.rated[node] = 400
            self.transformer(parent, node)
            return
        self.rated[node] = self.rated[parent]
        self.phase[node] = self.phase[parent]
        if parent in self.floating:
            self.floating.add(node)
        self.branch(parent, node)

    def ends(self, a, b):
        if self.rng.random() < 0.5:
            a, b = b, a
        return {"from_node": a, "to_node": b, "from_status": _switch(self.rng),
                "to_status": _switch(self.rng)}

    def branch(self, a, b):
        rng = self.rng
        scale = (self.rated[a] / 400) ** 2
        kind = rng.choice(["line", *self.kinds])
        if kind == "line":
            zero = {} if not self.by_phase else {
                "r0": 0.03 * scale, "x0": 0.02 * scale * rng.uniform(0.5, 2),
                "c0": 1e-6 / scale * rng.random(), "tan0": 0.1 * rng.random()}
            self.add("line", **self.ends(a, b), r1=0.01 * scale * rng.uniform(0.5, 2),
                     x1=0.008 * scale * rng.uniform(0.5, 2), c1=2e-6 / scale * rng.random(),
                     tan1=0.1 * rng.random(), i_n=300, **zero)
        elif kind == "link":
            self.add("link", **self.ends(a, b))
        elif kind == "generic_branch":
            self.add("generic_branch", **self.ends(a, b), r1=0.01 * scale, x1=0.02 * scale,
                     g1=1e-3 / scale, b1=-2e-3 / scale, k=rng.uniform(0.99, 1.01), theta=0.0,
                     sn=1e5)
        elif self.by_phase:
            self.add("asym_line", **self.ends(a, b), **self.matrices(scale), i_n=200)
        else:
            # Transposed: power-grid-model's mean of what lies beside the diagonal counts one twice.
            size = rng.uniform(0.5, 2) * scale
            matrix = {f"{z}_{p}": size * (0.02 if p[0] == p[1] else 0.006)
                      for z in "rx" for p in ("aa", "ba", "bb", "ca", "cb", "cc")}
            if rng.random() < 0.5:
                matrix |= {f"{z}_{p}": size * (0.02 if p == "nn" else 0.006)
                           for z in "rx" for p in ("na", "nb", "nc", "nn")}
            self.add("asym_line", **self.ends(a, b), **matrix, c0=1e-7, c1=2e-7, i_n=200)

    def matrices(self, scale):
        """Of untransposed wires, some with a neutral, some with capacitances between all phases."""
        rng = self.rng
        phases = ["aa", "ba", "bb", "ca", "cb", "cc"]
        wires = phases + (["na", "nb", "nc", "nn"] if rng.random() < 0.5 else [])
        matrix = {f"{z}_{p}": rng.uniform(0.8, 1.2) * scale * (0.02 if p[0] == p[1] else 0.006)
                  for z in "rx" for p in wires}
        if rng.random() < 0.5:
            return matrix | {"c0": 1e-6 / scale, "c1": 2e-6 / scale}
        return matrix | {f"c_{p}": rng.uniform(0.8, 1.2) / scale * (2e-6 if p[0] == p[1] else -3e-7)
                         for p in phases}

    def taps(self, u):
        rng = self.rng
        low, high = rng.choice([(-5, 5), (5, -5), (-3, 8)])
        nominal = rng.choice([0, 1, -1])
        given = {"tap_nom": nominal} if rng.random() < 0.5 else {}
        return {"tap_pos": rng.randint(min(low, high), max(low, high)), "tap_min": low,
                "tap_max": high, "tap_size": 0.01 * u, **given}

    def transformer(self, high, low):
        rng = self.rng
        if rng.random() < 0.25:
            return self.three_windings(high, low)
        up = rng.random() < 0.5
        clock, first, second = rng.choice([(0, 1, 0), (5, 2, 1), (11, 2, 1), (1, 1, 2), (6, 1, 1),
                                           (-5, 2, 1), (4, 2, 2)])
        if self.by_phase:
            held = [(0, 1, 1), (5, 2, 1) if up else (1, 1, 2), (6, 1, 1), (-2, 1, 1),
                    (4, 2, 4) if up else (2, 4, 2), (7, 1, 4) if up else (-1, 4, 1), (8, 4, 4)]
            loose = [(5, 2, 1), (1, 1, 2), (4, 2, 4), (2, 4, 2), (3, 3, 1), (0, 0, 1), (0, 1, 0)]
            clock, first, second = rng.choice(held if rng.random() < 0.85 else loose)
            own, other = (second, first) if up else (first, second)
            if high in self.floating or not (own == 4 or own == 1 and other in (1, 2)):
                self.floating.add(low)
        self.phase[low] = (self.phase[high] + (clock if up else -clock)) % 12
        ends = {"from_node": high, "to_node": low} if up else {"from_node": low, "to_node": high}
        u1, u2 = (10.2e3, 405) if up else (405, 10.2e3)
        side = rng.choice([0, 1])
        extra = {"uk_min": 0.05, "pk_min": 5e3} if rng.random() < 0.5 else {}
        extra |= {"uk_max": 0.07, "pk_max": 8e3} if rng.random() < 0.5 else {}
        if self.by_phase:
            extra |= {"i0_zero_sequence": 0.4} if rng.random() < 0.5 else {}
            extra |= {"p0_zero_sequence": 9e3} if rng.random() < 0.3 else {}
            extra |= self.groundings(("from", up), ("to", not up))
        return self.add("transformer", **ends, from_status=_switch(rng), to_status=_switch(rng),
                        u1=u1, u2=u2, sn=6e5, uk=0.06, pk=6e3, i0=0.01, p0=rng.choice([0, 900]),
                        winding_from=first, winding_to=second, clock=clock, tap_side=side,
                        **self.taps((u1, u2)[side]), **extra)

    def groundings(self, *ends):
        """Impedances of some neutrals; `ends`: name, is it of the high voltage?"""
        return {f"{part}_grounding_{name}": (3.0 if is_high else 0.005) * self.rng.random()
                for name, is_high in ends for part in "rx" if self.rng.random() < 0.5}

    def three_windings(self, high, low):
        rng = self.rng
        third = max(self.rated) + 1000
        self.rated[third] = 3e3
        nodes = [high, low, third]
        u = {high: 10.1e3, low: 400, third: 3.1e3}
        sn = {high: 8e5, low: 6e5, third: 3e5}
        rng.shuffle(nodes)
        clock = rng.choice([0, 6, 2])
        hours = dict(zip(nodes, (0, clock, clock + 1)))
        for node in (low, third):
            self.phase[node] = (self.phase[high] + hours[node] - hours[high]) % 12
        side = rng.choice([0, 1, 2])
        extra = {"uk_12_min": 0.07, "pk_13_max": 4e3} if rng.random() < 0.5 else {}
        if self.by_phase:
            extra |= self.groundings(*((k + 1, n != low) for k, n in enumerate(nodes)))
            self.floating.add(nodes[2])
            if high in self.floating or high == nodes[2]:
                self.floating |= set(nodes)
        return self.add(
            "three_winding_transformer", **{f"node_{k + 1}": n for k, n in enumerate(nodes)},
            **{f"status_{k}": _switch(rng) for k in (1, 2, 3)},
            **{f"u{k + 1}": u[n] for k, n in enumerate(nodes)},
            **{f"sn_{k + 1}": sn[n] for k, n in enumerate(nodes)}, uk_12=0.08, uk_13=0.06,
            uk_23=0.05, pk_12=5e3, pk_13=3e3, pk_23=2e3, i0=0.01, p0=700, winding_1=1, winding_2=1,
            winding_3=2, clock_12=clock, clock_13=clock + 1, tap_side=side,
            **self.taps(u[nodes[side]]), **extra)

    def appliances(self, node):
        rng = self.rng
        if node in self.floating:
            return
        size = 20e3 if self.rated[node] > 400 else 6e3
        for _ in range(rng.choice([0, 1, 1, 2])):
            kind = rng.choice(["sym_load", "sym_load", "sym_gen", "asym_load", "asym_gen"])
            p = [size * rng.random() / 3 for _ in range(3)]
            q = [size * rng.uniform(-0.3, 0.4) / 3 for _ in range(3)]
            self.add(kind, node=node, status=_switch(rng), type=rng.choice([0, 0, 1, 2]),
                     p_specified=p if kind.startswith("asym") else sum(p),
                     q_specified=q if kind.startswith("asym") else sum(q))
        if rng.random() < 0.2:
            scale = size / self.rated[node] ** 2
            zero = (0.2 * scale, 0.1 * scale) if self.by_phase else (0, 0)
            self.add("shunt", node=node, status=_switch(rng), g1=0.1 * scale, b1=0.5 * scale,
                     g0=zero[0], b0=zero[1])

    def updates(self, scenarios):
        """A batch that changes powers, switches, taps, sources and shunts."""
        rng = self.rng
        batch = []
        for _ in range(scenarios):
            scenario = {}
            for kind, components in self.data.items():
                for component in components:
                    change = {}
                    if kind in ("sym_load", "sym_gen") and rng.random() < 0.7:
                        change = {"p_specified": component["p_specified"] * rng.uniform(0.5, 1.5)}
                    elif kind in ("asym_load", "asym_gen") and rng.random() < 0.7:
                        change = {"q_specified": [None, 100.0, None], "status": _switch(rng)}
                    elif "tap_pos" in component and rng.random() < 0.5:
                        change = {"tap_pos": component["tap_min"]}
                    elif "to_status" in component and rng.random() < 0.05:
                        change = {"to_status": 1 - component["to_status"]}
                    elif kind == "source" and rng.random() < 0.3:
                        change = {"u_ref": component["u_ref"] + 0.01}
                    elif kind == "shunt" and rng.random() < 0.5:
                        change = {"b1": -component["b1"]}
                    if change:
                        scenario.setdefault(kind, []).append({"id": component["id"], **change})
            batch.append(scenario)
        return batch


def dataset(data, kind):
    batch = isinstance(data, list)
    return {"version": "1.0", "type": kind, "is_batch": batch, "attributes": {}, "data": data}
