"""The four macro-regions side by side: level with history above, difference to the baseline below."""

from __future__ import annotations

import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dualcirc.analysis.compare import band, percent_difference, select
from dualcirc.analysis.history import History
from dualcirc.plots import style
from dualcirc.plots.differences import draw_differences
from dualcirc.plots.words import say
from dualcirc.results.schema import BASELINE

ORDER = ("East", "Central", "West", "Northeast")


def regions(dataset: xr.Dataset, history: History, variable: str = "region_gdp") -> Figure:
    """Figure of small multiples by macro-region.

    Parameters
    ----------
    dataset
        A result with the regional totals.
    history
        Observed annual flows by Dataset name, (region, year).
    variable
        Dataset name, dims ``(scenario, draw, time, region)``.
    """
    levels, changes = style.readable(select(dataset, variable)), percent_difference(dataset, variable)
    found = [str(name) for name in levels["region"].values]
    names = [name for name in ORDER if name in found] + [name for name in found if name not in ORDER]
    figure, axes = style.page(4.6, 2, len(names), sharey="row", sharex=True)
    handles: dict[str, Artist] = {}
    for index, region in enumerate(names):
        top, bottom = axes[index], axes[len(names) + index]
        observed = history[variable].sel(region=region, drop=True) if variable in history else None
        handles |= _level(top, levels.sel(region=region, drop=True), observed)
        handles |= draw_differences(bottom, changes.sel(region=region, drop=True), every=20)
        style.panel_title(top, index, say(region))
    axes[0].set_ylim(bottom=0.0)  # after all: the row shares its scale
    axes[0].set_ylabel(f"{style.long_name(levels)}\n{style.axis_label(levels)}")
    axes[len(names)].set_ylabel(say("difference to baseline,\nper cent"))
    note = f"{say('Top: dots are published statistics.')} {style.spread_note(dataset)} {style.policy_note()}"
    title, data = say("Four regions: level and difference to the baseline"), style.publishers([variable], history)
    return style.finish(figure, title, note, dataset, handles, data)


def _level(axes: Axes, levels: xr.DataArray, observed: xr.DataArray | None) -> dict[str, Artist]:
    """Baseline only: on the scale of levels the scenarios cannot be told apart."""
    handles: dict[str, Artist] = {}
    if observed is not None:
        scale = 1.0 / style.THOUSAND if str(levels.attrs.get("units", "")).startswith("trillion") else 1.0
        handles[say("Published statistics")] = axes.plot(observed["year"], observed * scale, zorder=6, **style.HISTORY)[
            0
        ]
    path = band(levels.sel(scenario=BASELINE, drop=True))
    handles[style.title_of(levels, BASELINE)] = style.draw_band(axes, path, BASELINE, "#000000")
    style.years(axes, levels["time"], every=20)
    return handles
