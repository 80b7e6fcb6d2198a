"""Sobol indices: which share of an outcome's variance each factor makes, alone and with the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from dualcirc.plots import style
from dualcirc.plots.words import language, pick, say

FIRST, TOTAL = "#0072B2", "#E69F00"
BAR = 0.36
ROW, FRAME = 0.24, 1.1
"""Height of a factor and of what stands around all of them, inches."""


def sobol_bars(indices: xr.Dataset, outcome: str = "", shown: int = 15) -> Figure:
    """Figure of first-order and total indices with their confidence intervals, the largest total on top.

    Parameters
    ----------
    indices
        Variables ``first``, ``first_conf``, ``total``, ``total_conf``, dim ``factor``, unit 1; coordinates
        ``factor_label`` and ``factor_label_zh`` where there are any. ``first_conf`` is half the width of the interval.
        Its ``attrs`` give the provenance and ``long_name`` of the outcome.
    outcome
        Name of the outcome; ``attrs['long_name']`` by default.
    shown
        Most factors that are drawn.

    Notes
    -----
    Saltelli et al. (2010), Variance based sensitivity analysis of model output, equations 1 to 4.
    """
    order = np.argsort(-indices["total"].values, kind="stable")
    rows = indices.isel(factor=order[:shown])
    places = np.arange(rows.sizes["factor"])
    figure, (axes,) = style.page(FRAME + ROW * len(places), 1, 1)
    handles: dict[str, Artist] = {}
    spread: dict[str, Any] = {"fmt": "none", "ecolor": "0.15", "elinewidth": 0.7, "capsize": 1.6}
    for name, shift, colour, label in (
        ("first", -BAR / 2, FIRST, say("First order: alone")),
        ("total", BAR / 2, TOTAL, say("Total: with interactions")),
    ):
        bars = axes.barh(places + shift, rows[name].values, BAR, color=colour)
        axes.errorbar(rows[name].values, places + shift, xerr=rows[f"{name}_conf"].values, **spread)
        handles[label] = bars[0]
    axes.set_yticks(places, _labels(rows))
    axes.set_ylim(len(places) - 0.4, -0.6)
    axes.axvline(0.0, color="0.2", linewidth=0.7)
    axes.set_xlabel(say("share of the variance of the outcome"))
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    name = outcome or pick(indices.attrs, "long_name", say("outcome"))
    title = say("Where the uncertainty comes from: {name}", name=style.in_sentence(name))
    return style.finish(figure, title, _note(indices, len(places)), indices, handles)


def _labels(rows: xr.Dataset) -> list[str]:
    chosen = "factor_label_zh" if language.get() == "zh" and "factor_label_zh" in rows.coords else "factor_label"
    return [str(name) for name in rows[chosen if chosen in rows.coords else "factor"].values]


def _note(indices: xr.Dataset, drawn: int) -> str:
    parts = [
        say("Whiskers: 95 per cent confidence intervals. Total less first order: interactions with other factors."),
        say(
            "First-order indices sum to {sum}; what is missing to one are interactions and sampling error.",
            sum=f"{float(indices['first'].sum()):.2f}",
        ),
    ]
    if indices.sizes["factor"] > drawn:
        rest = np.sort(indices["total"].values)[::-1][drawn]
        count = indices.sizes["factor"] - drawn
        parts.append(say("{count} further factors have totals of at most {size}.", count=count, size=f"{rest:.2g}"))
    return " ".join(parts)
