"""Policy packages together: which pairs reinforce each other, and what each is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from dualcirc.analysis.compare import Band, band
from dualcirc.analysis.packages import Members, Scale, package_effects
from dualcirc.analysis.places import NATION
from dualcirc.analysis.shapley import SEPARATOR, interactions, shapley
from dualcirc.plots import style
from dualcirc.plots.words import say

BAR, ALONE = "#0072B2", "#D55E00"
COLOURS = "RdBu"
"""Diverging and readable to colour-blind readers: red for rivals, blue for complements."""


def packages(
    dataset: xr.Dataset,
    variable: str,
    year: int,
    place: str = NATION,
    members: Members | None = None,
    scale: Scale = "percent",
) -> Figure:
    """Figure of the pairwise interactions as a heat map, and of the Shapley value of every package as bars.

    Parameters
    ----------
    dataset
        A result with a scenario for every combination of the packages.
    variable
        Dataset name of a variable by province.
    year
        Calendar year.
    place
        ``China``, a region or a province.
    members
        Packages that each scenario holds; read from the names by default.
    scale
        As in :func:`package_effects`.
    """
    effects = package_effects(dataset, variable, year, members, scale).sel(place=place, drop=True)
    figure, (left, right) = style.page(3.6, 1, 2, width_ratios=(1.4, 1.0))
    _matrix(left, interactions(effects))
    style.panel_title(left, 0, say("Interaction of pairs"))
    handles = _bars(right, effects)
    style.panel_title(right, 1, say("What each package is worth"))
    label = effect_unit(effects)
    right.set_ylabel(label)
    left.set_xlabel(say("package ({label})", label=label))
    several = int(dataset.sizes.get("draw", 1)) > 1
    note = say(
        "a: effect of two packages together less the sum of both alone (blue: complements, red: substitutes); on the "
        "diagonal the effect alone. b: the blue bars sum to the effect of all packages together."
    )
    if several:
        note += " " + say("Small numbers and whiskers: smallest to largest of {runs}.", runs=style.runs(dataset))
    what = style.in_sentence(style.long_name(effects))
    title = say("Packages together: {what}, {place}, {year}", what=what, place=say(place), year=year)
    return style.finish(figure, title, note, dataset, handles)


def _matrix(axes: Axes, values: xr.DataArray) -> None:
    edges, names = band(values), [str(name) for name in values["first"].values]
    off = np.where(np.eye(len(names), dtype=bool), np.nan, edges.central.values)
    largest = float(np.nanmax(np.abs(off))) if np.isfinite(off).any() else 0.0
    limit = largest or 1.0
    axes.imshow(off, aspect="auto", cmap=COLOURS, norm=TwoSlopeNorm(0.0, -2.0 * limit, 2.0 * limit))
    digits = _digits(largest)
    for row in range(len(names)):
        for column in range(len(names)):
            _cell(axes, edges, row, column, digits)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _cell(axes: Axes, edges: Band, row: int, column: int, digits: int) -> None:
    """Central value, below it the range; the effect alone, on the diagonal, in italics."""
    central, low, high = (float(edge.values[row, column]) for edge in edges)
    middle: dict[str, Any] = {"ha": "center", "va": "center"}
    slant, has_range = "italic" if row == column else "normal", low != high
    axes.text(column, row - 0.12 * has_range, _number(central, digits), fontsize=7, style=slant, **middle)
    if has_range:
        text = say("{low} to {high}", low=_number(low, digits), high=_number(high, digits))
        axes.text(column, row + 0.24, text, fontsize=4.6, color="0.15", **middle)


def _digits(largest: float) -> int:
    """Decimals that show two digits of the largest interaction: it is often a hundredth of the effects."""
    return 2 if largest == 0.0 else int(np.clip(1 - np.floor(np.log10(largest)), 0, 5))


def _number(value: float, digits: int) -> str:
    """Signed value; zero has no sign."""
    text = f"{value:+.{digits}f}"
    return text.lstrip("+-") if float(text) == 0.0 else text.replace("-", "−")


def _bars(axes: Axes, effects: xr.DataArray) -> dict[str, Artist]:
    """Shapley value of each package, and dots for its effect alone; then all together and the sum of both alone."""
    worth = shapley(effects)
    names = [str(name) for name in worth["package"].values]
    alone = effects.sel(combination=names).rename(combination="package")
    together = effects.sel(combination=SEPARATOR.join(names), drop=True)
    bars = xr.concat([worth, together.expand_dims(package=["all"])], dim="package")
    dots = xr.concat([alone, alone.sum("package", skipna=False).expand_dims(package=["all"])], dim="package")
    places = np.arange(len(names) + 1) + np.where(np.arange(len(names) + 1) == len(names), 0.4, 0.0)
    edges = band(bars)
    colours = [BAR] * len(names) + ["0.55"]
    drawn = axes.bar(places, edges.central.values, width=0.62, color=colours)
    central = edges.central.values
    whiskers = np.abs(np.stack([central - edges.low.values, edges.high.values - central]))
    if np.nanmax(whiskers) > 0:
        axes.errorbar(places, central, yerr=whiskers, fmt="none", ecolor="0.15", elinewidth=0.8, capsize=2)
    dot = axes.plot(places, band(dots).central.values, "o", color=ALONE, markersize=3.5, zorder=5)[0]
    axes.axhline(0.0, color="0.2", linewidth=0.7)
    axes.set_xticks(places, [*names, say("all")])
    axes.grid(visible=False, axis="x")
    return {
        say("Shapley value"): drawn[0],
        say("All together"): drawn[-1],
        say("Effect alone, and the sum of them"): dot,
    }


def effect_unit(effects: xr.DataArray) -> str:
    """Unit of the effects of :func:`package_effects` for an axis."""
    units = {"%": say("per cent of the run without packages"), "log points": say("log points (x 100)")}
    text = str(effects.attrs.get("units", ""))
    return units.get(text, style.axis_label(effects))
