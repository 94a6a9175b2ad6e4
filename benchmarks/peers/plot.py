# SPDX-License-Identifier: BSD-3-Clause
"""The times of a comparison as one small picture: a panel per number of threads."""
import pathlib

OURS, INK, FAINT = "#0072B2", "#333333", "#B4B4B4"
COLOURS = {"pgm_iterative_current": "#E69F00", "pgm_newton": "#D55E00", "lightsim2grid": "#009E73",
           "pandapower": "#8C6D46", "opendss": "#CC79A7"}
LABELS = {"": "gridswarm", "pgm_iterative_current": "power-grid-model, iterative current",
          "pgm_newton": "power-grid-model, Newton", "lightsim2grid": "lightsim2grid",
          "pandapower": "pandapower", "opendss": "OpenDSS"}


def draw(results, path, unit="ns per bus and scenario"):
    """results: what flow.compare() gives, over all grids; path: .svg or .png; unit: of "ns"."""
    import matplotlib
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "gridswarm"  # the same picture has the same bytes
    matplotlib.rcParams["svg.fonttype"] = "none"
    import matplotlib.pyplot as plt
    threads = list(dict.fromkeys(one["threads"] for one in results))
    grids = list(dict.fromkeys(one["grid"] for one in results))
    size = 4.6 * len(threads), 1.0 + 0.52 * len(grids)
    figure, axes = plt.subplots(1, len(threads), figsize=size, sharey=True, squeeze=False,
                                layout="constrained")
    for ax, count in zip(axes[0], threads):
        _panel(ax, [one for one in results if one["threads"] == count], grids)
        ax.set_title(f"{count} thread{'s' if count > 1 else ''}", loc="left", fontsize=10,
                     fontweight="bold", color=INK)
        ax.set_xlabel(unit, fontsize=9, color=INK)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    dated = {"Date": None} if str(path).endswith("svg") else None
    figure.savefig(pathlib.Path(path), metadata=dated, dpi=130)


def _panel(ax, results, grids):
    shown = set()
    best = {}
    for one in results:
        key = one["grid"], one["peer"]
        best[key] = min(best.get(key, float("inf")), one["ns"])
    for row, grid in enumerate(grids):
        times = {peer: ns for (at, peer), ns in best.items() if at == grid}
        ax.plot([min(times.values()), max(times.values())], [row, row], color=FAINT, linewidth=1,
                zorder=1)
        for peer, ns in times.items():
            label = LABELS[peer] if peer not in shown else None
            ax.plot(ns, row, "o", markersize=8 if not peer else 6.5, zorder=3, label=label,
                    color=COLOURS.get(peer, OURS))
            shown.add(peer)
            if peer and peer != "pandapower":
                ratio = ns / times[""]
                ax.annotate(f"{ratio:.0f}x" if ratio > 10 else f"{ratio:.1f}x", (ns, row),
                            (0, -13 if peer == "pgm_newton" else 6), textcoords="offset points",
                            ha="center", fontsize=7.5, color=INK)
    ax.set_xscale("log")
    ax.set_yticks(range(len(grids)), grids, fontsize=9)
    ax.set_ylim(len(grids) - 0.5, -0.7)
    ax.grid(True, axis="x", color="#E6E6E6", linewidth=0.8)
    ax.set_axisbelow(True)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.tick_params(colors=INK, labelsize=9)
