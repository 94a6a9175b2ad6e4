# SPDX-License-Identifier: BSD-3-Clause
"""Tables, page and picture of the comparison of clusters."""
import datetime
import os
import pathlib
import platform
import subprocess
import sys
from importlib import metadata

INK = "#333333"
MARKS = {"gridswarm, 16 labels": ("#0072B2", "o"), "gridswarm, 4 labels": ("#0072B2", "s"),
         "METIS -contig": ("#D55E00", "o"), "leidenalg CPM": ("#009E73", "o"),
         "igraph Leiden CPM": ("#009E73", "s"), "Ward, connected": ("#CC79A7", "o"),
         "Ward of SOC and output": ("#CC79A7", "s"), "DBSCAN": ("#E69F00", "o"),
         "HDBSCAN": ("#E69F00", "s"), "spectral": ("#56B4E9", "o")}
PACKAGES = ("pymetis", "leidenalg", "igraph", "scikit-learn", "scipy", "numpy")
COLUMNS = (("seconds", "s", "{:.4g}"), ("clusters", "K", "{:,}"),
           ("objective_per_agent", "J/n", "{:.4f}"), ("mean_pair_ohm", "pair ohm", "{:.3f}"),
           ("largest_diameter_ohm", "diameter", "{:.3f}"), ("residual_ratio", "rho", "{:.4f}"),
           ("connected_share", "connected", "{:.4f}"), ("largest", "largest", "{:,}"),
           ("breaches", "breaches", "{:,}"), ("undersized", "< 4", "{:,}"))


def table(results, agents):
    """The rows of one size, as text."""
    some = [one for one in results if one["agents"] == agents]
    lines = [f"{agents:,} agents, rho at least {some[0]['residual_floor']:.4f}",
             f"{'':<24}" + "".join(f"{title:>11}" for _, title, _ in COLUMNS)]
    for one in some:
        if "skipped" in one:
            lines.append(f"{one['name']:<24}  {one['skipped']}")
            continue
        lines.append(f"{one['name']:<24}"
                     + "".join(f"{shape.format(one[key]):>11}" for key, _, shape in COLUMNS))
    return "\n".join(lines)


def machine():
    """Processor, cores, widest vectors, Python."""
    model, flags = platform.machine(), ""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":")[1].strip()
        if line.startswith("flags"):
            flags = line.split()
    isa = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "baseline"
    return f"{model}, {os.cpu_count()} cores, {isa}; Python {platform.python_version()}"


def commit():
    """The commit that lies here."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def write(results, rows, neighbours, asked):
    """The page of this run: date, machine, what was asked, tables."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    lines = ["<!-- SPDX-License-Identifier: BSD-3-Clause -->",
             f"# {datetime.date.today()}: clusters beside other packages", "",
             f"- Command: `./dev peers clusters {' '.join(sys.argv[1:])}`".rstrip(),
             f"- Library as of {commit()}; " + ", ".join(
                 f"{name} {metadata.version(name)}" for name in PACKAGES),
             f"- Machine: {machine()}; load averages at the end {load}",
             "- Times: seconds of the process's core, one thread, best of several; a peer may take"
             f" {asked.limit:g} s", "- What the columns and rows are: benchmarks/peers/README.md",
             "", "| row | value | bar | |", "| --- | ---: | ---: | --- |"]
    for row in rows:
        bar = f"{row['op']} {row['bar']}" if row["bar"] else ""
        met = "" if not row["bar"] else "met" if row["value"] >= row["bar"] else "missed"
        lines.append(f"| `{row['name']}` | {row['value']:.1f} | {bar} | {met} |")
    if neighbours:
        lines += ["", f"8 nearest of {neighbours['agents']:,} agents: gridswarm "
                  f"{neighbours['seconds']:.4g} s, scipy {neighbours['peer_seconds']:.4g} s."]
    lines += ["", "```text"]
    for agents in dict.fromkeys(one["agents"] for one in results):
        lines += [table(results, agents), ""]
    lines[-1] = "```"
    if asked.plot:
        lines += ["", f"![time against residual]({os.path.basename(asked.plot)})"]
    asked.report.write_text("\n".join(lines) + "\n", encoding="ascii")


def draw(results, path):
    """A panel per size: time against the share of imbalance that was not shared."""
    import matplotlib
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "gridswarm"  # the same picture has the same bytes
    matplotlib.rcParams["svg.fonttype"] = "none"
    import matplotlib.pyplot as plt
    sizes = list(dict.fromkeys(one["agents"] for one in results))
    figure, axes = plt.subplots(1, len(sizes), figsize=(max(7.2, 2.9 * len(sizes)), 3.9),
                                sharey=True, squeeze=False, layout="constrained")
    for ax, agents in zip(axes[0], sizes):
        some = [one for one in results if one["agents"] == agents and "seconds" in one]
        _panel(ax, some)
        ax.set_title(f"{agents:,} agents", loc="left", fontsize=10, fontweight="bold", color=INK)
        ax.set_xlabel("seconds of one core", fontsize=9, color=INK)
    handles = [plt.Line2D([], [], linestyle="", color=colour, marker=mark, label=name)
               for name, (colour, mark) in MARKS.items()]
    figure.legend(handles=handles, loc="outside lower center", frameon=False, fontsize=8,
                  ncols=5 if len(sizes) > 3 else 4,
                  title="filled: keeps every bound; dotted: what nobody can share",
                  title_fontsize=8)
    axes[0][0].set_ylabel("residual ratio rho", fontsize=9, color=INK)
    dated = {"Date": None} if str(path).endswith("svg") else None
    figure.savefig(path, metadata=dated, dpi=130)


def _panel(ax, some):
    ax.axhline(some[0]["residual_floor"], color="#999999", linewidth=1, linestyle=":")
    for one in some:
        clean = one["breaches"] == 0 and one["undersized"] == 0
        colour, mark = MARKS[one["name"]]
        ax.plot(one["seconds"], one["residual_ratio"], mark, markersize=7, zorder=3, color=colour,
                markerfacecolor=colour if clean else "white", markeredgewidth=1.6)
    ax.set_xscale("log")
    ax.margins(x=0.1, y=0.1)
    ax.set_yscale("log")
    ax.set_yticks([0.13, 0.2, 0.4, 0.6, 1.0], ["0.13", "0.2", "0.4", "0.6", "1"])
    ax.minorticks_off()
    ax.grid(True, color="#E6E6E6", linewidth=0.8)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(colors=INK, labelsize=8)
