"""Tile-grid map: one tile of equal size for every province, so that small ones can be read and no border is drawn."""

from __future__ import annotations

from importlib.resources import files

import matplotlib as mpl
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, FuncNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dualcirc import observe
from dualcirc.analysis.compare import band, percent_difference
from dualcirc.errors import DataError, Problem
from dualcirc.files.series import provinces
from dualcirc.plots import style
from dualcirc.plots.words import language, say

YEAR = 2035
GAP, TALL = 0.05, 0.6
"""Space between tiles, and height of a tile relative to its width."""

PALETTE = "RdBu"


def layout() -> pd.DataFrame:
    """Place of every province: index province, columns ``label``, ``row`` (0: north) and ``column`` (0: west)."""
    with files("dualcirc.plots").joinpath("province_tiles.csv").open(encoding="utf-8") as handle:
        places = pd.read_csv(handle, index_col="province")
    return places.assign(label=provinces()["name_zh"]) if language.get() == "zh" else places


def tiles(dataset: xr.Dataset, variable: str = "gdp", year: int = YEAR) -> Figure:
    """Figure of the difference to the baseline by province in one year, one map a scenario.

    Parameters
    ----------
    dataset
        A result with the baseline and at least one other scenario.
    variable
        Dataset name, dims ``(scenario, draw, time, province)``.
    year
        Calendar year.
    """
    difference = observe.annual_flow(percent_difference(dataset, variable), [year]).isel(year=0, drop=True)
    _refuse_strangers(difference)
    names = style.scenario_names(difference)
    rows = (len(names) + 2) // 2
    figure, axes = style.page(2.85 * rows + 0.4, rows, 2)
    scale = signed_root(float(abs(band(difference).central).max()) or 1.0)
    for index, name in enumerate(names):
        _map(axes[index], difference.sel(scenario=name, drop=True), scale)
        style.panel_title(axes[index], index, style.title_of(difference, name))
    for empty in axes[len(names) :]:
        empty.set_axis_off()
    _key(
        figure,
        axes[len(names)],
        scale,
        say("{name} in {year},\ndifference to baseline, per cent", name=style.long_name(difference), year=year),
    )
    subject = style.in_sentence(style.long_name(difference))
    return style.finish(
        figure,
        say("Who gains, who loses: {subject} by province, {year}", subject=subject, year=year),
        _note(dataset),
        dataset,
    )


def _note(dataset: xr.Dataset) -> str:
    note = say(
        "{count} mainland provinces; names shortened. Numbers: central parameters, per cent. "
        "Colour: square-root scale, the same in every map.",
        count=dataset.sizes["province"],
    )
    if dataset.sizes.get("draw", 1) > 1:
        note += " " + say("Ring: {runs} do not agree on the sign.", runs=style.runs(dataset))
    return note


def _map(axes: Axes, difference: xr.DataArray, scale: ScalarMappable) -> None:
    places, centre = layout(), band(difference)
    for province in map(str, difference["province"].values):
        value = float(centre.central.sel(province=province))
        low, high = (float(edge.sel(province=province)) for edge in (centre.low, centre.high))
        label, row, column = (places[key].to_dict()[province] for key in ("label", "row", "column"))
        _tile(axes, (column, -TALL * row), label, value, scale, ring=disputed(low, high))
    axes.set_xlim(-0.05, places["column"].max() + 1.05)
    axes.set_ylim(-TALL * places["row"].max() - 0.05, TALL + 0.02)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _tile(
    axes: Axes, corner: tuple[float, float], label: str, value: float, scale: ScalarMappable, *, ring: bool
) -> None:
    x, y = corner
    face = scale.to_rgba(np.asarray([value]))[0]
    # Weights of the sRGB primaries in perceived lightness.
    ink = "white" if float(np.dot(face[:3], (0.299, 0.587, 0.114))) < 0.5 else "0.1"
    axes.add_patch(
        Rectangle((x + GAP / 2, y + GAP / 2), 1 - GAP, TALL - GAP, facecolor=face, edgecolor="0.75", linewidth=0.4)
    )
    axes.text(x + 0.5, y + 0.66 * TALL, label, ha="center", va="center", fontsize=5.5, color=ink)
    axes.text(x + 0.5, y + 0.31 * TALL, number(value), ha="center", va="center", fontsize=6.2, color=ink)
    if ring:
        axes.plot(
            x + 0.89,
            y + 0.2 * TALL,  # beside the number, which is shorter than the names
            marker="o",
            markersize=2.2,
            markerfacecolor="none",
            color=ink,
            markeredgewidth=0.5,
        )


def number(value: float) -> str:
    """Signed value with two significant digits or two decimals, whichever is shorter; zero has no sign."""
    text = f"{value:+.1f}" if abs(value) >= 9.95 else f"{value:+.2f}"
    return "0.00" if float(text) == 0.0 else text.replace("-", "−")


def disputed(low: float, high: float) -> bool:
    """Whether draws disagree on the sign by more than what the numbers in the tiles show."""
    return number(low).startswith("−") and number(high).startswith("+")


def signed_root(largest: float) -> ScalarMappable:
    """Diverging colours centred on zero; the square root keeps a tenth of the largest effect visible."""
    norm = FuncNorm(
        (lambda x: np.sign(x) * np.sqrt(np.abs(x)), lambda x: np.sign(x) * np.square(x)), vmin=-largest, vmax=largest
    )
    return ScalarMappable(norm=norm, cmap=_softened(PALETTE))


def root_ticks(scale: ScalarMappable) -> list[float]:
    """Values of the key of :func:`signed_root`: the ends, a quarter of them, and zero."""
    largest = float(scale.get_clim()[1] or 1.0)
    return [-largest, -0.25 * largest, 0.0, 0.25 * largest, largest]


def _softened(name: str) -> Colormap:
    """The palette without its darkest ends, on which a number could not be read."""
    return ListedColormap(mpl.colormaps[name](np.linspace(0.08, 0.92, 255)))


def _key(figure: Figure, axes: Axes, scale: ScalarMappable, label: str) -> None:
    inset = axes.inset_axes((0.12, 0.45, 0.76, 0.07))
    ticks = root_ticks(scale)
    bar = figure.colorbar(scale, cax=inset, orientation="horizontal", ticks=ticks)
    bar.ax.set_xticklabels([number(tick) for tick in ticks])
    bar.ax.minorticks_off()
    bar.outline.set_linewidth(0.4)
    bar.set_label(label)


def _refuse_strangers(difference: xr.DataArray) -> None:
    strangers = sorted(set(map(str, difference["province"].values)) - set(layout().index))
    if strangers:
        raise DataError(
            Problem(f"no tile for {', '.join(strangers)}", file="province_tiles.csv", mend="Give each one a row.")
        )
