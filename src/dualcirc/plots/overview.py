"""One picture for a first look: national GDP with its history, and what the scenarios change."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from dualcirc.analysis.compare import percent_difference, select
from dualcirc.analysis.history import History
from dualcirc.plots import style
from dualcirc.plots.differences import draw_differences
from dualcirc.plots.paths import draw_levels
from dualcirc.plots.words import say
from dualcirc.results.schema import BASELINE

VARIABLE = "national_gdp"


def overview(dataset: xr.Dataset, history: History, variable: str = VARIABLE) -> Figure:
    """Figure of one national variable: baseline with history on the left, difference to the baseline on the right.

    Parameters
    ----------
    dataset
        A result with the baseline and at least one other scenario.
    history
        Observed annual flows by Dataset name, dim ``year``.
    variable
        Dataset name, dims ``(scenario, draw, time)``.
    """
    values, difference = style.readable(select(dataset, variable)), percent_difference(dataset, variable)
    figure, (left, right) = style.page(3.7, 1, 2)
    # On the scale of levels the scenarios cannot be told apart.
    levels = draw_levels(left, values.sel(scenario=[BASELINE]), history.get(variable))
    changes = draw_differences(right, difference)
    style.panel_title(left, 0, style.long_name(values))
    left.set_ylabel(style.axis_label(values))
    style.panel_title(right, 1, say("Difference to the baseline"))
    right.set_ylabel(say("per cent of the baseline"))
    note = f"{say('Dots: published statistics.')} {style.spread_note(dataset)} {style.policy_note()}"
    title, data = say("China's economy and what its zones change"), style.publishers([variable], history)
    return style.finish(figure, title, note, dataset, [levels, changes], data)
