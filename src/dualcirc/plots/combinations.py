"""All combinations of policy packages beside each other: what they do, and what their parts alone add up to."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dualcirc.analysis.compare import band
from dualcirc.analysis.packages import Members, Scale, package_effects
from dualcirc.analysis.places import NATION
from dualcirc.analysis.shapley import SEPARATOR
from dualcirc.plots import style
from dualcirc.plots.packages import effect_unit
from dualcirc.plots.words import say

MORE, LESS, SAME, ALONE = "#0072B2", "#D55E00", "0.75", "0.45"
VISIBLE = 0.005
"""Difference to the sum that the picture can show, as a fraction of the largest effect."""


def combinations(
    dataset: xr.Dataset,
    variable: str,
    year: int,
    place: str = NATION,
    members: Members | None = None,
    scale: Scale = "percent",
) -> Figure:
    """Figure of the effect of every combination, ordered by effect, above a matrix of the packages it holds.

    Parameters
    ----------
    dataset
        A result with a scenario for every combination of the packages.
    variable, year, place, members, scale
        As in :func:`dualcirc.plots.packages.packages`.
    """
    effects = package_effects(dataset, variable, year, members, scale).sel(place=place, drop=True)
    central = band(effects).central
    effects = effects.isel(combination=np.argsort(central.values, kind="stable"))
    figure, (top, bottom) = style.page(4.4, 2, 1, sharex=True, height_ratios=(2.6, 1.0))
    handles = _effects(top, effects)
    top.set_ylabel(effect_unit(effects))
    _matrix(bottom, effects)
    note = say(
        "Bar: effect of the packages together. Tick: sum of what each of them does alone; a bar beyond it means "
        "that they complement each other, a bar short of it that they substitute."
    )
    if int(dataset.sizes.get("draw", 1)) > 1:
        note += " " + say("Whiskers: smallest to largest of {runs}.", runs=style.runs(dataset))
    what = style.in_sentence(style.long_name(effects))
    count = effects.sizes["combination"]
    title = say(
        "{count} combinations of packages: {what}, {place}, {year}", count=count, what=what, place=say(place), year=year
    )
    return style.finish(figure, title, note, dataset, handles, columns=5)


def additive(effects: xr.DataArray) -> xr.DataArray:
    """Sum of the effects of the packages of each combination alone, (combination, ...)."""
    sums = [
        effects.sel(combination=str(name).split(SEPARATOR)).sum("combination", skipna=False)
        for name in effects["combination"].values
    ]
    return xr.concat(sums, dim=effects["combination"])


def _effects(axes: Axes, effects: xr.DataArray) -> dict[str, Artist]:
    edges, sums = band(effects), band(additive(effects)).central.values
    values, places = edges.central.values, np.arange(effects.sizes["combination"])
    single = np.array([SEPARATOR not in str(name) for name in effects["combination"].values])
    small = np.abs(values - sums) < VISIBLE * np.nanmax(np.abs(values))
    colours = np.select([single, small, values > sums], [ALONE, SAME, MORE], LESS)
    axes.bar(places, values, width=0.66, color=colours.tolist())
    whiskers = np.abs(np.stack([values - edges.low.values, edges.high.values - values]))
    if np.nanmax(whiskers) > 0:
        axes.errorbar(places, values, yerr=whiskers, fmt="none", ecolor="0.15", elinewidth=0.7, capsize=1.5)
    ticks = axes.plot(places[~single], sums[~single], "_", color="black", markersize=8, markeredgewidth=1.4, zorder=5)
    axes.axhline(0.0, color="0.2", linewidth=0.7)
    axes.grid(visible=False, axis="x")
    shown = {
        say("One package"): ALONE,
        say("More than the sum"): MORE,
        say("Less than the sum"): LESS,
        say("As much as the sum"): SAME,
    }
    keys: dict[str, Artist] = {label: axes.bar([0], [0], color=colour)[0] for label, colour in shown.items()}
    return keys | {say("Sum of the effects alone"): ticks[0]}


def _matrix(axes: Axes, effects: xr.DataArray) -> None:
    """A dot for each package that a combination holds."""
    sets = [str(name).split(SEPARATOR) for name in effects["combination"].values]
    packages = sorted({name for part in sets for name in part})
    for row in range(0, len(packages), 2):
        axes.axhspan(row - 0.5, row + 0.5, color="0.955", linewidth=0)
    for place, part in enumerate(sets):
        rows = [packages.index(name) for name in part]
        axes.plot([place] * len(packages), range(len(packages)), "o", color="0.85", markersize=3)
        axes.plot([place] * len(rows), rows, "o-", color="0.15", markersize=3.6, linewidth=0.9)
    axes.set_yticks(range(len(packages)), packages)
    axes.set_ylim(len(packages) - 0.5, -0.5)
    axes.set_xlim(-0.6, len(sets) - 0.4)
    axes.set_xticks([])
    axes.set_ylabel(say("package"))
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
