"""National trajectories: history as dots, baseline and scenarios as lines, the range over the draws as a band."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dualcirc.analysis.compare import Band, band, select
from dualcirc.analysis.history import History
from dualcirc.plots import style
from dualcirc.plots.words import say
from dualcirc.results.schema import BASELINE

VARIABLES = (
    "national_gdp",
    "national_household_consumption",
    "national_investment",
    "national_exports",
    "national_imports",
    "national_fdi_inflow",
)


def national_paths(dataset: xr.Dataset, history: History, variables: Sequence[str] = VARIABLES) -> Figure:
    """Figure of national trajectories, one panel a variable.

    Parameters
    ----------
    dataset
        A result with the national totals.
    history
        Observed annual flows by Dataset name, dim ``year``; a variable without one has no dots.
    variables
        Dataset names, dims ``(scenario, draw, time)``.
    """
    figure, axes = style.page(5.0, -(-len(variables) // 3), 3)
    handles: dict[str, Artist] = {}
    for index, (panel, name) in enumerate(zip(axes, variables, strict=False)):
        values = style.readable(select(dataset, name))
        handles |= draw_levels(panel, values, history.get(name))
        style.panel_title(panel, index, style.long_name(values))
        panel.set_ylabel(style.axis_label(values))
    for empty in axes[len(variables) :]:
        empty.set_visible(False)
    note = f"{say('Dots: published statistics.')} {style.spread_note(dataset)} {style.policy_note()}"
    title, data = say("China's economy: history, baseline and scenarios"), style.publishers(variables, history)
    return style.finish(figure, title, note, dataset, handles, data)


def draw_levels(axes: Axes, values: xr.DataArray, observed: xr.DataArray | None) -> dict[str, Artist]:
    """Draw one panel of levels, (scenario, draw, time); returns legend handles by label."""
    handles: dict[str, Artist] = {}
    names, colours = style.scenario_names(values), style.colours(style.scenario_names(values))
    if observed is not None:
        scale = 1.0 / style.THOUSAND if str(values.attrs.get("units", "")).startswith("trillion") else 1.0
        handles[say("Published statistics")] = axes.plot(observed["year"], observed * scale, zorder=6, **style.HISTORY)[
            0
        ]
    for name in sorted(names, key=lambda name: name != BASELINE):
        path = values.sel(scenario=name, drop=True)
        central = band(path) if name == BASELINE else Band(*[band(path).central] * 3)
        line = {"linewidth": 1.6 if name == BASELINE else 0.8, "zorder": 3 if name == BASELINE else 4}
        handles[style.title_of(values, name)] = style.draw_band(axes, central, name, colours[name], **line)
    style.mark_policy_start(axes)
    style.years(axes, values["time"])
    axes.set_ylim(bottom=0.0)
    return handles
