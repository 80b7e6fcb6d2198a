"""Trade-offs: points of a search by their objectives, those that no other point beats in all of them in colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from dualcirc.errors import DataError, Problem
from dualcirc.plots import style
from dualcirc.plots.words import pick, say, unit, wrap

COLOURS = "viridis"
BEATEN = "0.78"
MARK = "#D55E00"
SMALL, BIG = 8.0, 70.0
"""Areas of the dots for the smallest and the largest value, square points."""


def objectives_of(table: pd.DataFrame, meaning: Mapping[str, Mapping[str, str]]) -> xr.Dataset:
    """Dataset over ``point`` from a table of objectives.

    Parameters
    ----------
    table
        One column an objective, and the boolean column ``pareto``; optionally ``name``, of points to be named.
    meaning
        For every objective ``long_name``, ``units`` and ``direction`` (``max`` or ``min``), if any ``long_name_zh``.
    """
    data = xr.Dataset({str(name): ("point", table[name].to_numpy()) for name in [*meaning, "pareto"]})
    for name, attrs in meaning.items():
        data[name].attrs.update(attrs)
    if "name" in table:
        data = data.assign_coords(name=("point", table["name"].fillna("").astype(str).to_numpy(dtype=object)))
    return data.assign_attrs(table.attrs)


def pareto_front(points: xr.Dataset, x: str, y: str, colour: str | None = None, size: str | None = None) -> Figure:
    """Figure of two objectives against each other, further ones by colour and size of the dots.

    Parameters
    ----------
    points
        Objectives over ``point`` with ``long_name``, ``units`` and ``direction`` (``max`` or ``min``), and the boolean
        ``pareto``; a coordinate ``name`` names single points.
    x, y, colour, size
        Names of objectives.
    """
    _refuse_unknown(points, [name for name in (x, y, colour, size) if name])
    best = points["pareto"].values.astype(bool)
    figure, (axes,) = style.page(4.3, 1, 1)
    across, up = points[x].values, points[y].values
    handles: dict[str, Artist] = {}
    if not best.all():
        handles[say("Beaten by another point")] = axes.scatter(across[~best], up[~best], s=6, color=BEATEN, linewidth=0)
    areas = _areas(points[size].values[best]) if size else 26.0
    look: dict[str, Any] = {"s": areas, "edgecolor": "white", "linewidth": 0.4, "zorder": 3}
    if colour:
        dots = axes.scatter(across[best], up[best], c=points[colour].values[best], cmap=COLOURS, **look)
        figure.colorbar(dots, ax=axes, shrink=0.8, aspect=30, label=_axis(points[colour]))
    else:
        axes.scatter(across[best], up[best], color="#0072B2", **look)
    handles[say("Not beaten by any point (Pareto set)")] = Line2D([], [], marker="o", linestyle="none", color="#21918c")
    if size:
        handles |= _size_keys(points[size], best)
    _named(axes, points, across, up)
    axes.set_xlabel(_axis(points[x]))
    axes.set_ylabel(_axis(points[y]))
    axes.margins(0.06)
    return style.finish(figure, say("What has to be given up for what"), _note(points), points, handles, columns=4)


def pareto_parallel(points: xr.Dataset, colour: str | None = None) -> Figure:
    """Figure of all objectives side by side, one line a point; better is up on every axis.

    Parameters
    ----------
    points
        As for :func:`pareto_front`.
    colour
        Objective that colours the lines; the first one by default.
    """
    names = [str(name) for name, values in points.data_vars.items() if "direction" in values.attrs]
    _refuse_unknown(points, [colour] if colour else [])
    best = points["pareto"].values.astype(bool)
    places, shade = np.arange(len(names)), colour or names[0]
    heights = np.stack([_height(points[name]) for name in names], axis=-1)
    figure, (axes,) = style.page(4.0, 1, 1)
    norm = Normalize(float(points[shade].min()), float(points[shade].max()))
    for row in heights[~best]:
        axes.plot(places, row, color="0.88", linewidth=0.4, zorder=1)
    for row, value in zip(heights[best], points[shade].values[best], strict=True):
        axes.plot(places, row, color=mpl.colormaps[COLOURS](norm(value)), linewidth=0.9, alpha=0.85, zorder=2)
    for label, row in _marked(points, heights):
        axes.plot(places, row, color=MARK, linewidth=1.8, zorder=4)
        axes.text(places[-1] + 0.04, row[-1], label, color=MARK, fontsize=6.5, va="center")
    _uprights(axes, points, names)
    bar = figure.colorbar(ScalarMappable(norm, COLOURS), ax=axes, shrink=0.8, aspect=30, label=_axis(points[shade]))
    bar.outline.set_linewidth(0.4)
    note = f"{say('Every line is a point; on each axis better is up.')} {_note(points)}"
    keys: dict[str, Artist] = {
        say("Not beaten by any point (Pareto set)"): Line2D([], [], color="#21918c"),
        say("Beaten by another point"): Line2D([], [], color="0.8"),
    }
    return style.finish(figure, say("What has to be given up for what"), note, points, keys)


def _uprights(axes: Axes, points: xr.Dataset, names: list[str]) -> None:
    """An axis for each objective, with its values at both ends."""
    labels = []
    for place, name in enumerate(names):
        axes.plot([place, place], [0.0, 1.0], color="0.3", linewidth=0.8, zorder=3)
        worst, top = _ends(points[name])
        for value, height, side in ((top, 1.025, "bottom"), (worst, -0.025, "top")):
            axes.text(place, height, _number(value), ha="center", va=side, fontsize=6)
        long_name, units = style.long_name(points[name]), unit(str(points[name].attrs.get("units", "")))
        labels.append("\n".join(wrap(f"{long_name} ({units})", 22)))
    axes.set_xticks(range(len(names)), labels)
    axes.tick_params(length=0, pad=9)
    axes.set_yticks([])
    axes.set_ylim(-0.03, 1.1)
    axes.set_xlim(-0.35, len(names) - 0.65)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _ends(values: xr.DataArray) -> tuple[float, float]:
    """Worst and best value of an objective."""
    low, high = float(values.min()), float(values.max())
    return (low, high) if values.attrs["direction"] == "max" else (high, low)


def _height(values: xr.DataArray) -> NDArray[np.float64]:
    """0 for the worst point and 1 for the best."""
    worst, best = _ends(values)
    return np.asarray((values.values - worst) / (best - worst or 1.0), dtype=np.float64)


def _areas(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(np.ptp(values)) or 1.0
    return np.asarray(SMALL + (BIG - SMALL) * (values - values.min()) / spread, dtype=np.float64)


def _size_keys(values: xr.DataArray, best: NDArray[np.bool_]) -> dict[str, Artist]:
    """Legend entries for the smallest and the largest dot."""
    inside = values.values[best]
    name, units = style.long_name(values), unit(str(values.attrs.get("units", "")))
    keys = ((float(inside.min()), SMALL, f"{name}: {{}}"), (float(inside.max()), BIG, "{} " + units))
    return {
        text.format(_number(value)): Line2D([], [], marker="o", linestyle="none", color="0.5", markersize=area**0.5)
        for value, area, text in keys
    }


def _marked(points: xr.Dataset, rows: NDArray[np.float64]) -> list[tuple[str, NDArray[np.float64]]]:
    if "name" not in points.coords:
        return []
    return [(str(name), row) for name, row in zip(points["name"].values, rows, strict=True) if str(name)]


def _named(axes: Axes, points: xr.Dataset, across: NDArray[np.float64], up: NDArray[np.float64]) -> None:
    for label, (left, bottom) in _marked(points, np.stack([across, up], axis=-1)):
        axes.plot(left, bottom, marker="D", color=MARK, markersize=4.5, zorder=5)
        axes.annotate(label, (left, bottom), (5, 5), textcoords="offset points", fontsize=6.5, color=MARK, zorder=6)


def _axis(values: xr.DataArray) -> str:
    """Name, unit and which way is better."""
    better = say("more is better") if values.attrs.get("direction") == "max" else say("less is better")
    return f"{pick(values.attrs, 'long_name', str(values.name))}, {unit(str(values.attrs.get('units', '')))} ({better})"


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _note(points: xr.Dataset) -> str:
    best = int(points["pareto"].sum())
    return say(
        "{best} of {count} points are beaten by no other point in the objectives compared.",
        best=best,
        count=points.sizes["point"],
    )


def _refuse_unknown(points: xr.Dataset, names: list[str]) -> None:
    known = [str(name) for name, values in points.data_vars.items() if "direction" in values.attrs]
    strangers = [name for name in names if name not in known]
    if strangers or not known:
        what = f"no objective {', '.join(map(repr, strangers))}" if strangers else "no variable has a direction"
        raise DataError(Problem(what, expected=f"objectives with the attribute direction: {', '.join(known)}"))
