"""Tornado: how far an outcome moves when one factor at a time goes to either end of its range."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dualcirc.analysis.sensitivity import tornado_table
from dualcirc.plots import style
from dualcirc.plots.words import pick, say, unit

LOW, HIGH = "#56B4E9", "#D55E00"
ROW, FRAME = 0.19, 0.75
"""Height of a bar with its gap and of what stands around the bars, inches."""
BAR = 0.72
LONG = 10_000
"""From here on digits are grouped; a year is not."""


def tornado(effects: pd.DataFrame | xr.Dataset, outcome: str = "", units: str = "", shown: int = 15) -> Figure:
    """Figure of one bar a factor, the one that moves the outcome most on top.

    Parameters
    ----------
    effects
        What :func:`dualcirc.analysis.sensitivity.one_at_a_time` gives for a single outcome, or a table: index factor;
        columns ``label``, ``label_zh``, ``unit``, ``low``, ``high`` (ends of the factor) and ``outcome_low``,
        ``outcome_high``, ``outcome_central``. Its ``attrs`` give the provenance, and ``long_name`` and ``units`` of the
        outcome where the arguments do not.
    outcome, units
        Name and unit of the outcome.
    shown
        Most factors that are drawn.
    """
    table = effects if isinstance(effects, pd.DataFrame) else tornado_table(effects)
    span = table[["outcome_low", "outcome_high", "outcome_central"]]
    width = (span.max(axis=1) - span.min(axis=1)).sort_values(ascending=False, kind="stable")
    rows = table.loc[width.index[:shown]]
    name = outcome or pick(table.attrs, "long_name", say("outcome"))
    scale = units or str(table.attrs.get("units", ""))
    figure, (axes,) = style.page(FRAME + ROW * len(rows) + 0.5, 1, 1)
    handles = _bars(axes, rows)
    axes.set_yticks(range(len(rows)), [_label(row) for _, row in rows.iterrows()])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(f"{name}, {unit(scale)}" if scale else name)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    note = say(
        "One factor at a time, the others at their central values; numbers at the bars: ends of the factor's range."
    )
    if len(width) > len(rows):
        rest = say(
            "{count} further factors move the outcome by at most {size}.",
            count=len(width) - len(rows),
            size=f"{width.iloc[len(rows)]:.3g} {unit(scale)}".strip(),
        )
        note = f"{note} {rest}"
    title = say("What moves the outcome: {name}", name=style.in_sentence(name))
    return style.finish(figure, title, note, table, handles)


def _bars(axes: Axes, rows: pd.DataFrame) -> dict[str, Artist]:
    """Bars from the central run; where both ends lie on the same side, each takes half the height."""
    central = rows["outcome_central"].to_numpy(dtype=float)
    low, high = (rows[name].to_numpy(dtype=float) for name in ("outcome_low", "outcome_high"))
    same = (low - central) * (high - central) > 0
    height, shift = np.where(same, BAR / 2, BAR), np.where(same, BAR / 4, 0.0)
    places = np.arange(len(rows))
    first = axes.barh(places - shift, low - central, height, left=central, color=LOW)
    second = axes.barh(places + shift, high - central, height, left=central, color=HIGH)
    line = axes.plot([central[0], central[0]], [-0.6, len(rows) - 0.4], color="black", linewidth=0.9)[0]
    extent = np.concatenate([low, high, central])
    room = 0.015 * float(np.ptp(extent)) or 1.0
    for place, (_, row) in enumerate(rows.iterrows()):
        for side, end, down in (("low", low[place], -shift[place]), ("high", high[place], shift[place])):
            if end != central[place]:
                _end(axes, place + down, end, float(row[side]), room if end > central[place] else -room)
    axes.margins(x=0.12)
    return {
        say("Factor at its low end"): first[0],
        say("Factor at its high end"): second[0],
        say("Central parameters"): line,
    }


def _end(axes: Axes, place: float, end: float, value: float, room: float) -> None:
    text = (f"{value:,.0f}" if abs(value) >= LONG else f"{value:.4g}").replace("-", "−")
    axes.text(end + room, place, text, ha="left" if room > 0 else "right", va="center", fontsize=5.5, color="0.25")


def _label(row: pd.Series) -> str:
    name, scale = pick(row.to_dict(), "label", str(row.name)), str(row.get("unit", "") or "")
    return f"{name} ({unit(scale)})" if scale not in ("", "1", "Dmnl") else name
