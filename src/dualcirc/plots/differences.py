"""Difference of each scenario to the baseline, in per cent, with the range over the draws."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dualcirc.analysis.compare import band, percent_difference
from dualcirc.plots import style
from dualcirc.plots.words import say

VARIABLES = ("national_gdp", "national_household_consumption", "national_exports", "national_fdi_inflow")


def differences(dataset: xr.Dataset, variables: Sequence[str] = VARIABLES) -> Figure:
    """Figure of differences to the baseline, one panel a variable.

    Parameters
    ----------
    dataset
        A result with the baseline and at least one other scenario.
    variables
        Dataset names, dims ``(scenario, draw, time)``.
    """
    figure, axes = style.page(5.4, -(-len(variables) // 2), 2)
    handles: dict[str, Artist] = {}
    for index, (panel, name) in enumerate(zip(axes, variables, strict=False)):
        difference = percent_difference(dataset, name)
        handles |= draw_differences(panel, difference)
        style.panel_title(panel, index, style.long_name(difference))
        panel.set_ylabel(say("difference to baseline, per cent"))
    for empty in axes[len(variables) :]:
        empty.set_visible(False)
    own = say("Each draw is compared with the baseline of the same draw.")
    note = f"{style.spread_note(dataset)} {own} {style.policy_note()}"
    return style.finish(figure, say("What the scenarios change"), note, dataset, handles)


def draw_differences(axes: Axes, difference: xr.DataArray, every: int = 10) -> dict[str, Artist]:
    """Draw one panel of differences, (scenario, draw, time); returns legend handles by label."""
    handles: dict[str, Artist] = {}
    names = style.scenario_names(difference)
    colours = style.colours(names)
    axes.axhline(0.0, color="0.2", linewidth=0.7, zorder=2)
    for name in names:
        path = band(difference.sel(scenario=name, drop=True))
        handles[style.title_of(difference, name)] = style.draw_band(axes, path, name, colours[name], zorder=4)
    style.mark_policy_start(axes)
    style.years(axes, difference["time"], every)
    return handles
