"""Shares of feedback loops in the behaviour of a stock, stacked over the years."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dualcirc.plots import style

SHOWN = 7
"""Loops with a colour of their own; the others are grey."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5D3A9B", "#B8A800")
REST = "0.80"
ARROW = " > "
"""Stands between the stocks of a loop, as in the tables."""
LETTERS = 62
"""Letters of a legend entry in one of two columns."""

VIEW_TITLES = {
    "over time": "What changes it from step to step",
    "to baseline": "What makes it differ from the baseline",
}


def loop_shares(shares: xr.Dataset, scenario: str, labels: Mapping[str, str], stock: str, title: str) -> Figure:
    """Figure of the loops of one scenario, one panel a view.

    Parameters
    ----------
    shares
        ``reinforcing`` and ``balancing``, (case, loop, year), with coordinates ``scenario``, ``view`` and ``stocks``.
    scenario
        Name of the scenario.
    labels
        Words for each variable named in ``stocks``.
    stock, title
        The stock in words, the scenario in words.
    """
    own = shares.isel(case=np.flatnonzero(shares["scenario"].values == scenario))
    size = (own["reinforcing"] - own["balancing"]).mean("year").max("case")
    strongest = [str(name) for name in own["loop"].values[np.argsort(-size.values, kind="stable")[:SHOWN]]]
    figure, axes = style.page(1.9 + 2.1 * own.sizes["case"], own.sizes["case"], 1)
    handles: dict[str, Artist] = {}
    for place, panel in enumerate(axes):
        case = own.isel(case=place)
        handles = _stack(panel, case, strongest, labels)
        style.panel_title(panel, place, VIEW_TITLES[str(case["view"].values)])
        style.mark_policy_start(panel)
    note = (
        f"Loops that lead through {style.in_sentence(stock)}: above zero what reinforces, below what balances, "
        "as parts of the sum of all. A loop is named by the other stocks it leads through, in causal order; parallel "
        f"pathways between the same stocks are summed with their signs. Grey: all other loops. {style.policy_note()}"
    )
    return style.finish(
        figure, f"Feedback loops, {style.in_sentence(stock)}: {title}", note, shares, handles, columns=2
    )


def loop_label(stocks: str, labels: Mapping[str, str]) -> str:
    """Loop in words: the stocks it leads through beyond the chosen one, in causal order."""
    others = [style.in_sentence(labels.get(name, name)) for name in stocks.split(ARROW)[1:]]
    return " → ".join(others) or "no other stock"


def _stack(axes: Axes, case: xr.Dataset, strongest: Sequence[str], labels: Mapping[str, str]) -> dict[str, Artist]:
    """Draw one panel; returns legend handles by label, the strongest loop first."""
    years = case["year"].values
    handles: dict[str, Artist] = {}
    rest = [name for name in case["loop"].values.tolist() if name not in strongest]
    for side in ("reinforcing", "balancing"):
        floor = np.zeros(len(years))
        for name, colour in [*zip(strongest, COLOURS, strict=False), ("", REST)]:
            part = case[side].sel(loop=name).values if name else case[side].sel(loop=rest).sum("loop").values
            area = axes.fill_between(years, 100 * floor, 100 * (floor + part), color=colour, linewidth=0, step="mid")
            floor = floor + part
            stocks = str(case["stocks"].sel(loop=name).values) if name else ""
            words = f"{name}: {loop_label(stocks, labels)}" if name else "all others"
            handles.setdefault(textwrap.shorten(words, LETTERS, placeholder=" …"), area)
    axes.axhline(0.0, color="0.2", linewidth=0.7, zorder=4)
    axes.set_ylim(-100, 100)
    axes.set_ylabel("per cent of all loops")
    style.years(axes, case["year"])
    return handles
