"""Heat map of a table of numbers: scenarios or factors by provinces or years."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from dualcirc.errors import DataError, Problem
from dualcirc.files.calendar import POLICY_START
from dualcirc.files.series import provinces
from dualcirc.plots import style
from dualcirc.plots.tiles import number, root_ticks, signed_root
from dualcirc.plots.words import language, say, wrap

SEQUENTIAL = "viridis"
WRITTEN = 12
"""Most columns whose cells show their numbers."""
ROW = 0.17
YEARS = 5
"""Years between the labels of a time axis."""


def heat_map(values: xr.DataArray, title: str = "", measure: str = "", origin: style.Sourced | None = None) -> Figure:
    """Figure of a colour for each cell; differences around zero in two colours, levels in one scale.

    Parameters
    ----------
    values
        Two dims, rows first, with ``long_name`` and ``units``. Labels come from the coordinates ``scenario_title`` and
        ``factor_label``; provinces are put in the order of their regions; ``year`` and ``time`` make a time axis.
    title
        Heading; the name of the variable by default.
    measure
        What the colours show, beside their key; name and unit of the variable by default.
    origin
        What carries the provenance, as the result does; ``values`` by default.
    """
    if values.ndim != 2:
        raise DataError(Problem(f"got the dims {', '.join(map(str, values.dims))}", expected="two: rows and columns"))
    values = _by_region(values)
    row, column = (str(dim) for dim in values.dims)
    rows, columns = values.shape
    figure, (axes,) = style.page(1.5 + ROW * rows + 0.5, 1, 1)
    scale = _scale(values)
    axes.imshow(scale.to_rgba(values.values), aspect="auto", interpolation="nearest")
    axes.set_yticks(range(rows), labels(values, row))
    _across(axes, values, column)
    _regions(axes, values, row)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if columns <= WRITTEN:
        _numbers(axes, scale, values)
    bar = figure.colorbar(scale, ax=axes, shrink=0.7, aspect=30, pad=0.02)
    if _signed(values):
        bar.set_ticks(root_ticks(scale), labels=[number(tick) for tick in root_ticks(scale)])
        bar.ax.minorticks_off()
    bar.set_label(measure or f"{style.long_name(values)}, {style.axis_label(values)}".replace("\n", " "))
    bar.outline.set_linewidth(0.4)
    note = say("Central parameters.") if "draw" not in values.coords else say("One draw of the parameters.")
    if _signed(values):
        note += " " + say("Blue: above zero; red: below. Colour: square-root scale.")
    return style.finish(figure, title or style.long_name(values), note, values if origin is None else origin)


def labels(values: xr.DataArray, dim: str) -> list[str]:
    """Words for the elements of a dim, in the language of the picture."""
    if dim == "scenario":
        return [style.title_of(values, str(name)) for name in values[dim].values]
    if dim == "province" and language.get() == "zh":
        return [str(provinces()["name_zh"].get(str(name), name)) for name in values[dim].values]
    wanted = f"{dim}_label_zh" if language.get() == "zh" and f"{dim}_label_zh" in values.coords else f"{dim}_label"
    return [say(str(name)) for name in values[wanted if wanted in values.coords else dim].values]


def _signed(values: xr.DataArray) -> bool:
    return bool((values < 0).any())


def _scale(values: xr.DataArray) -> ScalarMappable:
    if _signed(values):
        return signed_root(float(np.nanmax(np.abs(values.values))))
    return ScalarMappable(Normalize(float(np.nanmin(values)), float(np.nanmax(values))), SEQUENTIAL)


def _across(axes: Axes, values: xr.DataArray, column: str) -> None:
    """Labels of the columns: years at round numbers with the start of policy marked, names above the map."""
    if column in ("year", "time"):
        years = values[column].values.astype(float)
        round_years = [place for place, year in enumerate(years) if year % YEARS == 0]
        axes.set_xticks(round_years, [f"{years[place]:.0f}" for place in round_years])
        if years.min() < POLICY_START < years.max():
            place = float(np.interp(POLICY_START - 0.5, years, np.arange(len(years))))
            axes.axvline(place, color="0.2", linewidth=0.8, linestyle=(0, (1, 2)))
        return
    names = labels(values, column)
    axes.xaxis.tick_top()
    crowded = len(names) > WRITTEN
    texts = names if crowded else ["\n".join(wrap(name, max(10, 84 // len(names)))) for name in names]
    axes.set_xticks(range(len(names)), texts, rotation=90 if crowded else 0, fontsize=6.5)


def _by_region(values: xr.DataArray) -> xr.DataArray:
    """The same values with the provinces of a region side by side."""
    if "province" not in values.dims or "macro_region" not in values.coords:
        return values
    region = values["macro_region"].values.astype(str)
    order = sorted(range(len(region)), key=lambda place: list(dict.fromkeys(region)).index(region[place]))
    return values.isel(province=order)


def _regions(axes: Axes, values: xr.DataArray, row: str) -> None:
    """White line between the provinces of two regions."""
    if row != "province" or "macro_region" not in values.coords:
        return
    region = values["macro_region"].values.astype(str)
    for place in np.flatnonzero(region[1:] != region[:-1]):
        axes.axhline(place + 0.5, color="white", linewidth=2.5)


def _numbers(axes: Axes, scale: ScalarMappable, values: xr.DataArray) -> None:
    for (row, column), value in np.ndenumerate(values.values):
        if not np.isfinite(value):
            continue
        face = scale.to_rgba(np.asarray([value]))[0]
        # Weights of the sRGB primaries in perceived lightness.
        ink = "white" if float(np.dot(face[:3], (0.299, 0.587, 0.114))) < 0.5 else "0.1"
        text = number(float(value)) if _signed(values) else f"{value:.3g}"
        axes.text(column, row, text, ha="center", va="center", fontsize=5.5, color=ink)
