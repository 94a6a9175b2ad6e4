# SPDX-License-Identifier: BSD-3-Clause
"""Pictures: a feeder coloured by clusters, voltage along it, and its day; circuits by phase.

Every function draws into `ax` (or a new figure) and returns the matplotlib Figure. Colours are
those of Okabe and Ito, which people with any colour vision can tell apart.

    python -m gridswarm.plot OUT     writes clusters.png, voltage.png and day.png into OUT
"""
import collections
import os
import sys

import numpy as np

from .circuit_plot import circuit_map, phase_voltages, unbalance
from .errors import UsageError
from .plot_style import FAINT, INK, PALETTE, _figure, _shade_limits, _tidy, _title
from .results import open_results
from .tree import Tree

__all__ = ["circuit_map", "clusters", "day", "demo", "phase_voltages", "unbalance",
           "voltage_profile"]

SWARM, LOCAL, SUN, STORE, CAR = "#0072B2", "#D55E00", "#E69F00", "#009E73", "#CC79A7"
KINDS = ("PV", "wind", "battery", "EV", "meter", "load")


def _tree_of(case):
    """Tree of a gs.Case or of a gs.Feeder of results, and its name."""
    if hasattr(case, "bus"):
        return Tree(case.bus.reset_index() if "bus" not in case.bus else case.bus, case.branch,
                    case.base_mva), case.name
    bus = {"bus": case.buses.bus.values, "type": case.buses.type.values,
           "base_kv": case.buses.base_kv.values}
    branch = {name: case.branches[name].values
              for name in ("fbus", "tbus", "r_pu", "x_pu", "in_service")}
    return Tree(bus, branch, case.attrs["base_mva"]), case.name


def _clusters_of(feeder, time=None):
    """(agent, bus, cluster, leader) rows of results, as form_clusters gives them."""
    import pandas as pd
    data = feeder.agents.isel(variant=0)
    data = data.isel(time=-1) if time is None else data.sel(time=time, method="nearest")
    return pd.DataFrame({"agent": data.agent.values, "bus": data.bus.values,
                         "cluster": data.cluster.values,
                         "leader": (data.leader.values == data.agent.values).astype(int)})


def _colours(tree, on_bus):
    """cluster -> colour, different for clusters that meet at a bus or along the feeder."""
    near = collections.defaultdict(set)
    above = {}
    for bus in tree.buses:
        here = list(on_bus.get(bus, ()))
        up = above.get(tree.parent[bus], ())
        for one in here:
            near[one].update(other for other in (*here, *up) if other != one)
            for other in near[one]:
                near[other].add(one)
        above[bus] = tuple(here) or up
    colour, used = {}, collections.Counter()
    for one in sorted(near, key=lambda c: -len(near[c])):
        taken = {colour.get(other) for other in near[one]}
        free = [i for i in range(len(PALETTE)) if i not in taken] or range(len(PALETTE))
        colour[one] = min(free, key=lambda i: (used[i], i))
        used[colour[one]] += 1
    return {one: PALETTE[i] for one, i in colour.items()}


def _draw_bus(ax, x, y, shares, size):
    """A bus as a disc, divided where several clusters have agents there."""
    if len(shares) == 1:
        ax.scatter(x, y, s=size, color=shares[0][0], edgecolor="white", linewidth=0.6, zorder=3)
        return
    total, begin = sum(weight for _, weight in shares), 0.25
    for colour, weight in shares:
        end = begin + weight / total
        angle = 2 * np.pi * np.linspace(begin, end, 24)
        wedge = np.column_stack([np.r_[0, np.cos(angle)], np.r_[0, np.sin(angle)]])
        ax.scatter(x, y, marker=wedge, s=size * np.abs(wedge).max() ** 2, color=colour,
                   linewidth=0, zorder=3)
        begin = end


def _wire_colours(tree, on_bus, colour):
    """bus -> colour of the branch above it: of the cluster with members on both sides of it."""
    below = {bus: collections.Counter(on_bus.get(bus, {})) for bus in tree.buses}
    for bus in reversed(tree.buses):
        if tree.parent[bus] is not None:
            below[tree.parent[bus]].update(below[bus])
    whole = sum((below[source] for source in tree.sources), collections.Counter())
    out = {}
    for bus in tree.buses:
        across = [c for c, n in below[bus].items() if n < whole[c]]
        out[bus] = colour[max(across, key=lambda c: (whole[c], c))] if across else FAINT
    return out


def _draw_wires(ax, tree, where, colour_of):
    from matplotlib.collections import LineCollection
    lines, colours = [], []
    for bus in tree.buses:
        up = tree.parent[bus]
        if up is None:
            continue
        (x0, y0), (x1, y1) = where[up], where[bus]
        lines.append([(x0, y0), (x0, y1), (x1, y1)])
        colours.append(colour_of[bus])
    ax.add_collection(LineCollection(lines, colors=colours, linewidths=1.8, zorder=1,
                                     capstyle="round", joinstyle="round"))


def clusters(case, clusters=None, ax=None, time=None):
    """A feeder as a tree, substation at left, its buses coloured by cluster, leaders as stars.

    case      a gs.Case with `clusters` from gs.form_clusters; or a gs.Feeder of results, whose
              clusters at `time` (default: the last) are drawn
    One column is one branch; a bus whose agents belong to several clusters is a divided disc;
    numbers are those of the clusters, written at their leaders.
    """
    tree, name = _tree_of(case)
    table = _clusters_of(case, time) if clusters is None else clusters
    on_bus = collections.defaultdict(collections.Counter)
    for bus, cluster in zip(table["bus"], table["cluster"]):
        if cluster >= 0:
            on_bus[int(bus)][int(cluster)] += 1
    colour = _colours(tree, on_bus)
    where = tree.positions()
    columns = 1 + max(x for x, _ in where.values())
    rows = 1 + max(y for _, y in where.values())
    figure, ax = _figure(ax, float(np.clip(0.42 * columns, 9, 18)),
                         float(np.clip(0.42 * rows + 1.4, 3.6, 14)))
    size = float(np.clip(9000 / len(where), 42, 190))
    most = max((sum(here.values()) for here in on_bus.values()), default=1)

    _draw_wires(ax, tree, where, _wire_colours(tree, on_bus, colour))
    for bus, (x, y) in where.items():
        shares = [(colour[c], n) for c, n in sorted(on_bus.get(bus, {}).items())]
        agents = sum(n for _, n in shares)
        area = size * (0.75 + 1.1 * agents / most) if shares else 0.2 * size
        _draw_bus(ax, x, y, shares or [(FAINT, 1)], area)
    for source in tree.sources:
        x, y = where[source]
        ax.scatter(x, y, marker="s", s=1.3 * size, color=INK, zorder=4)
        ax.annotate("substation", (x, y), (0, 12), textcoords="offset points", ha="center",
                    fontsize=9, color=INK)
    base = _mark_leaders(ax, table, where, colour, size)
    ax.set_axis_off()
    ax.set_xlim(-1.2, columns + 0.2)
    ax.set_ylim(-1.1, rows + 0.1)
    _title(ax, f"{name}: {len(table)} agents in {len(colour)} clusters",
           "discs: buses, larger with more agents, grey without; stars: leaders, with their "
           "cluster's number" + (f" less {base}" if base else ""))
    return figure


def _mark_leaders(ax, table, where, colour, size):
    """Stars and cluster numbers; returns what was taken off the numbers to keep them short."""
    led = collections.defaultdict(list)
    for bus, cluster, leader in zip(table["bus"], table["cluster"], table["leader"]):
        if leader and cluster >= 0:
            led[int(bus)].append(int(cluster))
    names = [name for some in led.values() for name in some]
    base = min(names, default=0) // 10**6 * 10**6
    if max(names, default=0) - base >= 10**6:
        base = 0
    from matplotlib.patheffects import withStroke
    halo = [withStroke(linewidth=2.5, foreground="white")]
    below = 3 + 0.6 * size ** 0.5
    for bus, some in led.items():
        x, y = where[bus]
        ax.scatter(x, y, marker="*", s=0.42 * size, color="white", edgecolor=INK, linewidth=0.7,
                   zorder=5)
        for i, name in enumerate(sorted(some)):
            ax.annotate(str(name - base), (x, y), (0, -below - 9 * i), textcoords="offset points",
                        fontsize=8, fontweight="bold", color=colour[name], ha="center", va="top",
                        zorder=6, path_effects=halo)
    return base


def voltage_profile(feeder, time=None, ax=None, limits=(0.95, 1.05)):
    """Voltage against distance from the substation, with and without the swarm.

    feeder  a gs.Feeder of results (with buses stored)
    time    moment; None: the tick at which a voltage without the swarm is furthest from 1 p.u.
    limits  p.u.; what lies outside is shaded
    """
    tree, name = _tree_of(feeder)
    vm = feeder.wires.vm_pu
    if time is None:
        worst = abs(vm.isel(variant=1) - 1.0).max("bus")
        time = vm.time[int(np.argmax(worst.values))].values
    vm = vm.sel(time=time, method="nearest")
    figure, ax = _figure(ax, 9, 4.8)
    for variant, colour, label in ((1, LOCAL, "local rules only"), (0, SWARM, "with the swarm")):
        _draw_profile(ax, tree, vm.isel(variant=variant), colour, label)
    values = vm.isel(variant=[0, 1]).values
    _shade_limits(ax, limits, values)
    ax.set_xlim(left=0)
    ax.set_xlabel(f"distance from the substation, sum of |z| ({tree.unit})", color=INK)
    ax.set_ylabel("voltage (p.u.)", color=INK)
    _tidy(ax)
    ax.legend(frameon=False, loc="best", fontsize=9)
    stamp = str(np.datetime_as_string(np.datetime64(time), unit="m")).replace("T", " ")
    _title(ax, f"{name}: voltage along the feeder", f"{stamp}, each line one branch")
    return figure


def _draw_profile(ax, tree, vm, colour, label):
    from matplotlib.collections import LineCollection
    v = dict(zip(vm.bus.values.tolist(), vm.values))
    lines = [[(tree.distance[tree.parent[bus]], v[tree.parent[bus]]), (tree.distance[bus], v[bus])]
             for bus in tree.buses if tree.parent[bus] is not None]
    ax.add_collection(LineCollection(lines, colors=colour, linewidths=1.6, alpha=0.85))
    ax.plot([tree.distance[bus] for bus in tree.buses], [v[bus] for bus in tree.buses], "o",
            markersize=3.2, color=colour, label=label)
    ax.autoscale_view()


def _sums(results):
    """Totals summed over feeders (kW), and storage by kind per ledger tick."""
    feeders = results.feeders if hasattr(results, "feeders") else [results]
    if not feeders:
        raise UsageError("these results hold no feeder")
    totals, stores = None, {}
    for feeder in feeders:
        data = feeder.totals.isel(variant=[0, 1]).load()
        totals = data if totals is None else totals + data
        agents = feeder.agents.isel(variant=[0, 1])
        hours = float(np.diff(agents.time.values[:2])[0] / np.timedelta64(1, "h")) \
            if agents.sizes["time"] > 1 else 1.0
        for kind in (2, 3):
            of_kind = np.flatnonzero((agents.kind == kind).values)
            some = agents.isel(agent=of_kind)
            net = ((some.e_out_kwh - some.e_in_kwh) / hours).sum("agent")
            stored = (some.soc * some.e_kwh).sum("agent")
            had = stores.get(kind, (0.0, 0.0, 0.0))
            stores[kind] = (had[0] + net, had[1] + stored, had[2] + float(some.e_kwh.sum()))
    return totals, stores, len(feeders)


def day(results, axes=None):
    """The day of a run (gs.Results, all feeders summed; or one gs.Feeder), with and without swarm.

    Four panels over local time: power from the substation, sun and load (kW); storage and EVs (kW
    into the grid); energy shared inside clusters (kW); state of charge (%).
    """
    import matplotlib.dates as dates
    import matplotlib.pyplot as plt
    totals, stores, count = _sums(results)
    if axes is None:
        figure, axes = plt.subplots(4, 1, figsize=(10, 11), sharex=True, layout="constrained",
                                    height_ratios=(1.5, 1.1, 0.8, 0.9))
    figure = axes[0].figure
    _draw_power(axes[0], totals)
    _draw_stores(axes[1], stores)
    axes[2].fill_between(totals.time.values, totals.shared_kw.isel(variant=0).values,
                         color=SWARM, alpha=0.25, linewidth=0)
    axes[2].plot(totals.time, totals.shared_kw.isel(variant=0), color=SWARM, linewidth=1.4)
    axes[2].set_ylim(bottom=0)
    _title(axes[2], "Shared inside clusters")
    _draw_charge(axes[3], stores)
    for ax, unit in zip(axes, ("kW", "kW into the grid", "kW", "% of capacity")):
        ax.set_ylabel(unit, color=INK, fontsize=9)
        _tidy(ax)
    axes[-1].set_xlim(totals.time.values[0], totals.time.values[-1])
    locator = dates.AutoDateLocator(minticks=5, maxticks=13)
    axes[-1].xaxis.set_major_locator(locator)
    axes[-1].xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    name = f"{count} feeders" if count > 1 else getattr(results, "name", "1 feeder")
    figure.suptitle(f"A day: {name}", x=0.02, ha="left", fontsize=14, fontweight="bold", color=INK)
    return figure


def _legend(ax, columns=3):
    ax.legend(frameon=False, fontsize=8.5, ncols=columns, loc="lower right",
              bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)


def _draw_power(ax, totals):
    time = totals.time.values
    sun = totals.generation_kw.isel(variant=1) + totals.curtailed_kw.isel(variant=1)
    ax.fill_between(time, sun.values, color=SUN, alpha=0.25, linewidth=0, label="sun and wind")
    ax.plot(time, totals.load_kw.isel(variant=0), color=INK, linewidth=1.0, linestyle=":",
            label="load")
    ax.plot(time, totals.source_kw.isel(variant=1), color=LOCAL, linewidth=1.4,
            label="import, local rules only")
    ax.plot(time, totals.source_kw.isel(variant=0), color=SWARM, linewidth=1.6,
            label="import, with the swarm")
    ax.axhline(0, color=FAINT, linewidth=0.8)
    _title(ax, "Power")
    _legend(ax, 4)


def _draw_stores(ax, stores):
    for kind, colour in ((2, STORE), (3, CAR)):
        net = stores[kind][0]
        for variant, style, label in ((1, "--", "local rules"), (0, "-", "swarm")):
            ends, values = net.time.values, net.isel(variant=variant).values
            begins = np.r_[ends[0] - (ends[-1] - ends[0]) / max(1, len(ends) - 1), ends]
            ax.step(begins, np.r_[values, values[-1:]], where="post", color=colour,
                    linestyle=style, linewidth=1.4, label=f"{_plural(kind)}, {label}")
    ax.axhline(0, color=FAINT, linewidth=0.8)
    _title(ax, "Storage")
    _legend(ax, 4)


def _draw_charge(ax, stores):
    for kind, colour in ((2, STORE), (3, CAR)):
        _, stored, capacity = stores[kind]
        if capacity == 0:
            continue
        for variant, style in ((1, "--"), (0, "-")):
            ax.plot(stored.time, 100 * stored.isel(variant=variant) / capacity, color=colour,
                    linestyle=style, linewidth=1.4)
    ax.set_ylim(0, 100)
    _title(ax, "State of charge")


def _plural(kind):
    return {2: "batteries", 3: "EVs"}[kind]


def demo(out_dir):
    """Write clusters.png, voltage.png and day.png of the run in out_dir, and return their paths.

    The feeder shown is the one whose voltage without the swarm goes furthest from 1 p.u.
    """
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    paths = []
    with open_results(out_dir) as results:
        def stray(feeder):
            totals = feeder.totals.isel(variant=1)
            return max(float(totals.v_max_pu.max()) - 1, 1 - float(totals.v_min_pu.min()))

        shown = max(results.feeders, key=stray)
        pictures = [("clusters", lambda: clusters(shown)), ("day", lambda: day(results))]
        if "wires" in shown.groups:
            pictures.insert(1, ("voltage", lambda: voltage_profile(shown)))
        for name, draw in pictures:
            figure = draw()
            paths.append(os.path.join(out_dir, name + ".png"))
            figure.savefig(paths[-1], dpi=130, facecolor="white")
            plt.close(figure)
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m gridswarm.plot OUT    (the folder of a run)")
    for written in demo(sys.argv[1]):
        print(written)
