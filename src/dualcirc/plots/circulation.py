"""Domestic against international circulation: which demand calls for the national product."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from dualcirc.analysis.compare import absolute_difference, band, select
from dualcirc.plots import style
from dualcirc.plots.differences import draw_differences
from dualcirc.plots.words import say
from dualcirc.results.schema import BASELINE

VARIABLE = "domestic_circulation_share"
MARKERS = ("o", "D", "s")
TABLES = {"National input-output tables": "NBS input-output tables"}
"""Publisher of the tables that do not name theirs."""


def circulation(dataset: xr.Dataset, history: Mapping[str, xr.DataArray]) -> Figure:
    """Figure of the domestic share of GDP: path with history, and difference to the baseline.

    Parameters
    ----------
    dataset
        A result with ``domestic_circulation_share``, (scenario, draw, time), unit 1.
    history
        Observed shares by the name of their source, dim ``year``, unit 1.
    """
    share = select(dataset, VARIABLE)
    figure, (left, right) = style.page(3.6, 1, 2)
    handles: dict[str, Artist] = {}
    for (label, observed), marker in zip(history.items(), MARKERS, strict=False):
        dots = style.HISTORY | {"marker": marker, "markersize": 3.0, "color": "0.35" if marker == "o" else "0.6"}
        handles[say(label)] = left.plot(observed["year"], observed, zorder=6, **dots)[0]
    baseline = band(share.sel(scenario=BASELINE, drop=True))
    handles[style.title_of(share, BASELINE)] = style.draw_band(left, baseline, BASELINE, "#000000", linewidth=1.4)
    style.years(left, share["time"])
    left.set_ylabel(say("domestic circulation,\nfraction of GDP"))
    _international_axis(left)
    style.panel_title(left, 0, style.long_name(share))
    difference = absolute_difference(dataset, VARIABLE)
    changes = draw_differences(right, difference)
    right.set_ylabel(f"{say('difference to baseline,')}\n{say(difference.attrs['units'])}")
    style.panel_title(right, 1, say("Difference to the baseline"))
    note = (
        say("Dots: shares derived from input-output tables.") + f" {style.spread_note(dataset)} {style.policy_note()}"
    )
    title, data = say("Domestic and international circulation"), [TABLES.get(label, label) for label in history]
    return style.finish(figure, title, note, dataset, [handles, changes], data)


def _international_axis(axes: Axes) -> None:
    """The same line read from the right: what domestic demand does not call for, exports do."""
    other = axes.secondary_yaxis("right", functions=(_complement, _complement))
    other.set_ylabel(say("international circulation,\nfraction of GDP"))
    other.spines["right"].set_visible(True)


def _complement(share: ArrayLike) -> ArrayLike:
    return 1.0 - np.asarray(share, dtype=np.float64)
