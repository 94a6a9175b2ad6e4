# SPDX-License-Identifier: BSD-3-Clause
"""What all pictures share: colours, figures, axes, limits."""
import numpy as np

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D46", "#5D5DA8")
INK, FAINT, GRID = "#333333", "#B4B4B4", "#E6E6E6"


def _figure(ax, width, height):
    import matplotlib.pyplot as plt
    if ax is not None:
        return ax.figure, ax
    return plt.subplots(figsize=(width, height), layout="constrained")


def _tidy(ax):
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(FAINT)
    ax.tick_params(colors=INK, labelsize=9)
    ax.grid(True, color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)


def _title(ax, text, below=""):
    ax.set_title(text, loc="left", fontsize=12, fontweight="bold", color=INK,
                 pad=20 if below else 8)
    if below:
        ax.text(0, 1.0, below, transform=ax.transAxes, fontsize=9, color="#666666", va="bottom")


def _shade_limits(ax, limits, values):
    """Shade what lies outside limits, and let the axis show them and the values."""
    low, high = limits
    bottom = min(low, np.nanmin(values)) - 0.008
    top = max(high, np.nanmax(values)) + 0.008
    for span in ((bottom, low), (high, top)):
        ax.axhspan(*span, color="#F3E3DC", zorder=0)
    ax.text(1, low, f"limit {low:g} ", transform=ax.get_yaxis_transform(), ha="right", va="top",
            fontsize=8, color="#8A4B32")
    ax.text(1, high, f"limit {high:g} ", transform=ax.get_yaxis_transform(), ha="right",
            va="bottom", fontsize=8, color="#8A4B32")
    ax.set_ylim(bottom, top)
