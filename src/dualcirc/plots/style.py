"""One look for every picture: sizes of a journal page, a colour for each scenario, labels from attributes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol

import matplotlib as mpl
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.layout_engine import ConstrainedLayoutEngine

from dualcirc.analysis.compare import Band
from dualcirc.errors import OutputError, Problem
from dualcirc.files.calendar import POLICY_START, to_model_time
from dualcirc.plots.words import Language, language, pick, say, unit, wrap
from dualcirc.results.schema import BASELINE

FONT = "fonts/NotoSansSC-subset.ttf"
"""Chinese letters of common use; licence beside it."""

COLUMN, PAGE = 3.5, 7.2
"""Width of one column and of a full page of a journal, inches."""

RC: Any = {  # matplotlib types the keys as literals that change with its version
    # The first ships with matplotlib, the second with this package: the same glyphs on every machine.
    "font.family": ["DejaVu Sans", "Noto Sans SC"],
    "font.size": 7.5,
    "axes.titlesize": 7.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "0.90",
    "grid.linewidth": 0.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "dualcirc",  # without it the element ids, and so the bytes, change at every save
}

# Palette of okabe2008 (docs/references.bib), safe for colour-blind readers. The colour belongs to the scenario, not to
# its place in a run.
SCENARIO_COLOURS = {
    BASELINE: "#000000",
    "no_zones": "#D55E00",
    "wider_layout": "#0072B2",
    "shorter_negative_list": "#009E73",
    "domestic_circulation": "#CC79A7",
    "duty_free": "#E69F00",
}
OTHER_COLOURS = ("#56B4E9", "#7F7F7F", "#8C564B", "#5D3A9B", "#B8A800")
DASHES: dict[str, Any] = {
    "no_zones": (0, (4, 1.5)),
    "duty_free": (0, (1, 1)),
    "domestic_circulation": (0, (5, 1, 1, 1)),
}
HISTORY: dict[str, Any] = {
    "marker": "o",
    "markersize": 2.6,
    "linestyle": "none",
    "color": "0.35",
    "markeredgewidth": 0.0,
    "clip_on": False,
}
STATISTICS = ("NBS", "World Bank")
"""Publishers of the observed volumes: levels of the provinces, and national growth, shares and deflator."""
PUBLISHERS = {"national_fdi_inflow": ("Ministry of Commerce", "World Bank")}
"""Publishers of the variables that have others."""
PUBLISHERS_IN_ORDER = ("NBS", "Ministry of Commerce", "World Bank")
LARGE, THOUSAND = 10_000.0, 1_000.0
LETTERS = 104
"""Letters of a panel title that fit across the page, of which `MARGIN` lie over the axis labels of each panel."""
MARGIN = 6
NEW_LINE = "\n"
Corner = Literal["upper left", "upper right"]
LINE_NOTE, LINE_LEGEND = 0.108, 0.15
"""Height of a line of the note and of the legend, inches."""


origin: ContextVar[Mapping[str, Any]] = ContextVar("origin", default=MappingProxyType({}))
"""Provenance of what has none of its own, as a table of indices; a study sets it to that of its sweep."""


class Sourced(Protocol):
    """What carries its provenance in ``attrs``: a Dataset, a DataArray, a DataFrame."""

    @property
    def attrs(self) -> Any:
        """Hashes and versions by name."""


@contextmanager
def styled(labels: Language = "en") -> Iterator[None]:
    """Everything drawn and saved within looks like the project's pictures; the caller's settings come back after.

    Parameters
    ----------
    labels
        Language of titles, axes, legends and notes.
    """
    _add_font()
    before = language.set(labels)
    try:
        with mpl.rc_context(RC):
            yield
    finally:
        language.reset(before)


@cache
def _add_font() -> None:
    """Make the bundled Chinese letters known to matplotlib."""
    with as_file(files("dualcirc.plots").joinpath(FONT)) as path:
        fontManager.addfont(str(path))
    # The one weight there is serves bold titles too.
    fontManager.ttflist.append(replace(fontManager.ttflist[-1], weight=700))


def colours(scenarios: Sequence[str]) -> dict[str, str]:
    """Colour of each scenario: its own if it has one, otherwise the next free colour in order of name."""
    others = sorted(name for name in scenarios if name not in SCENARIO_COLOURS)
    spare = {name: OTHER_COLOURS[i % len(OTHER_COLOURS)] for i, name in enumerate(others)}
    return {name: SCENARIO_COLOURS.get(name) or spare[name] for name in scenarios}


def scenario_names(values: xr.DataArray | xr.Dataset) -> list[str]:
    """Names along dim ``scenario``."""
    return [str(name) for name in values["scenario"].values]


def title_of(values: xr.DataArray | xr.Dataset, scenario: str) -> str:
    """Title of a scenario for a legend: coordinate ``scenario_title``, or the name with spaces."""
    name = "scenario_title_zh" if language.get() == "zh" and "scenario_title_zh" in values.coords else "scenario_title"
    if name in values.coords:
        return str(values[name].sel(scenario=scenario).values)
    return scenario.replace("_", " ")


def long_name(values: xr.DataArray) -> str:
    """Name of a variable in the words of the registry; that a total is national or regional, the figure says."""
    name = pick(values.attrs, "long_name", str(values.name).replace("_", " "))
    own = name
    for prefix in ("National ", "Regional ", "全国", "分区域"):
        own = own.removeprefix(prefix)
    return own[:1].upper() + own[1:]


def in_sentence(text: str) -> str:
    """Return the same words with a small first letter, unless they start with an acronym."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def readable(values: xr.DataArray) -> xr.DataArray:
    """Return the same values, in trillions where billions would take five digits or more."""
    units = str(values.attrs.get("units", ""))
    if units.startswith("billion ") and float(abs(values).max()) >= LARGE:
        return (values / THOUSAND).assign_attrs(values.attrs | {"units": "trillion " + units.removeprefix("billion ")})
    return values


def axis_label(values: xr.DataArray) -> str:
    """Unit of a variable for an axis title, with its price basis."""
    units = str(values.attrs.get("units", ""))
    basis = str(values.attrs.get("price_basis", ""))
    return f"{unit(units)}\n({say(basis)})" if basis and "CNY" in units else unit(units)


def page(height: float, rows: int, columns: int, **subplots: Any) -> tuple[Figure, list[Axes]]:
    """Full-width figure with a grid of axes in reading order; the layout leaves room for the caption of `finish`."""
    figure = Figure(figsize=(PAGE, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **subplots)
    return figure, list(axes.flat)


def panel_title(axes: Axes, index: int, text: str) -> None:
    """Letter and title of one panel, wrapped to its share of the page."""
    grid = axes.get_gridspec()
    letters = int(LETTERS / (grid.ncols if grid else 1)) - MARGIN
    axes.set_title(f"{chr(ord('a') + index)}  {NEW_LINE.join(wrap(text, letters))}")


def draw_band(axes: Axes, band: Band, scenario: str, colour: str, **line: Any) -> Artist:
    """Line of the central draw over the shaded range of the draws; returns the line for a legend."""
    time = band.central["time"].values
    axes.fill_between(time, band.low.values, band.high.values, color=colour, alpha=0.16, linewidth=0)
    style = {"linewidth": 1.1, "linestyle": DASHES.get(scenario, "-"), "color": colour} | line
    return axes.plot(time, band.central.values, **style)[0]


def mark_policy_start(axes: Axes) -> None:
    """Dotted line where recorded policy ends and the levers of a scenario begin to act."""
    axes.axvline(to_model_time(POLICY_START), color="0.55", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)


def years(axes: Axes, time: xr.DataArray, every: int = 10) -> None:
    """Year axis with a label every ``every`` years from the start of the run."""
    first, last = float(time.min()), float(time.max())
    axes.set_xlim(first, last)
    axes.set_xticks(list(range(int(first), int(last) + 1, every)))


def finish(
    figure: Figure,
    title: str,
    note: str,
    dataset: Sourced,
    handles: Mapping[str, Artist] | Sequence[Mapping[str, Artist]] = (),
    data: Sequence[str] = (),
    columns: int = 3,
) -> Figure:
    """Add title and legend above the panels, note and source line below; the panels fill what is left.

    Parameters
    ----------
    figure
        Figure of `page` with its panels drawn.
    title, note
        Heading, and the sentences that explain dots, lines and shading.
    dataset
        What was drawn, for the source line: its attributes name version and model.
    handles
        Legend entries by label: one legend for all panels, or one for each of two panels that draw different things.
    data
        Publishers of the dots, for the source line.
    columns
        Columns of the legend of all panels.
    """
    width, height = (float(size) for size in figure.get_size_inches())
    letters = int(width * 22.5)
    lines = [*wrap(note, letters), *wrap(source(dataset, data), letters)]
    figure.text(0.008, 0.03 / height, "\n".join(lines), fontsize=6, color="0.3", va="bottom", linespacing=1.25)
    figure.text(0.008, 1.0 - 0.05 / height, title, fontsize=9, fontweight="bold", va="top")
    rows = _legend(figure, handles, columns) if isinstance(handles, Mapping) else _legends(figure, handles)
    bottom = (LINE_NOTE * len(lines) + 0.08) / height
    top = (0.31 + LINE_LEGEND * rows) / height
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0.0, bottom, 1.0, 1.0 - bottom - top), h_pad=0.05, w_pad=0.04)
    return figure


def _legends(figure: Figure, groups: Sequence[Mapping[str, Artist]]) -> int:
    """Legend of the first panel on the left and of the second on the right; returns the rows they take."""
    places: tuple[tuple[int, str, Corner], ...] = (
        (1, say("Panel a"), "upper left"),
        (2, say("Panel b"), "upper right"),
    )
    rows = [_legend(figure, group, *place) for group, place in zip(groups, places, strict=False)]
    return max(rows, default=0)


def _legend(
    figure: Figure, entries: Mapping[str, Artist], columns: int, heading: str = "", corner: Corner = "upper left"
) -> int:
    """Add one legend under the title of the figure; returns the rows it takes."""
    if not entries:
        return 0
    height = float(figure.get_size_inches()[1])
    legend = figure.legend(
        list(entries.values()),
        list(entries),
        title=heading or None,
        title_fontproperties={"size": 7, "weight": "bold"},
        alignment="left",
        loc=corner,
        bbox_to_anchor=(0.0 if corner == "upper left" else 1.0, 1.0 - 0.22 / height),
        ncols=columns,
        handlelength=2.4,
    )
    legend.set_in_layout(False)
    return -(-len(entries) // columns) + bool(heading)


def spread_note(dataset: xr.Dataset) -> str:
    """What the shaded range of a figure is, in one sentence."""
    draws = int(dataset.sizes.get("draw", 1))
    if draws < 2:
        return say("Central parameters only.")
    drawn = [str(name) for name in dataset["parameter"].values] if "parameter" in dataset.coords else []
    names = ", ".join(drawn).replace("_", " ") or say("the uncertain parameters")
    return say(
        "Lines: central parameters. Shading: smallest to largest of {runs} over {names}.",
        runs=runs(dataset),
        names=names,
    )


def runs(dataset: xr.Dataset) -> str:
    """The runs of a scenario in words: draw 0 holds the central parameters, the others are drawn."""
    drawn = int(dataset.sizes.get("draw", 1)) - 1
    return say("the central run and {drawn} draws" if drawn != 1 else "the central run and 1 draw", drawn=drawn)


def policy_note() -> str:
    """What the line of `mark_policy_start` is, in one sentence."""
    return say("Dotted line: new policy can act from {year}.", year=POLICY_START)


def publishers(names: Sequence[str], history: Collection[str]) -> list[str]:
    """Publishers of the observations of those variables that have some."""
    found = {name for variable in names if variable in history for name in PUBLISHERS.get(variable, STATISTICS)}
    return [name for name in PUBLISHERS_IN_ORDER if name in found]


def source(dataset: Sourced, data: Sequence[str] = ()) -> str:
    """Source line: publishers of the dots, then program, version and the hash of the model that made the numbers."""
    attrs = {**origin.get(), **dataset.attrs}
    version, digest = str(attrs.get("dualcirc_version", "")), str(attrs.get("model_hash", ""))[:10]
    parts = [f"dualcirc {version}".strip(), say("model {digest}", digest=digest) if digest else ""]
    publishers = ", ".join(map(say, data))
    dots = say("Data: {publishers} (model/data/sources.csv).", publishers=publishers) + " " if data else ""
    return dots + say("Results: {parts}.", parts=", ".join(part for part in parts if part))


def save(figure: Figure, out_dir: Path, name: str) -> list[Path]:
    """Write PNG (200 dots per inch) and SVG with the same bytes for the same figure, and return both paths."""
    png, svg = out_dir / f"{name}.png", out_dir / f"{name}.svg"
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        figure.savefig(png, dpi=200, metadata={"Software": None})
        figure.set_layout_engine("none")  # laid out above; a second time takes as long as the drawing
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
    except OSError as fault:
        raise OutputError(Problem(f"the picture cannot be written: {fault}", file=str(out_dir))) from fault
    return [png, svg]
