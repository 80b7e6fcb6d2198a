"""Scenario discovery: where the cases of interest lie, and the box that holds most of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from dualcirc.errors import DataError, Problem, did_you_mean
from dualcirc.plots import style
from dualcirc.plots.words import pick, say, unit

WITHIN, OTHER, BOX = "#D55E00", "0.62", "#0072B2"
INTEREST = "of_interest"


def discovery(cases: pd.DataFrame, box: pd.DataFrame, x: str, y: str, interest: str = "") -> Figure:
    """Figure of two factors against each other with the cases of interest and the box of PRIM.

    Parameters
    ----------
    cases
        One row a case: the factors, and the boolean column ``of_interest``. Its ``attrs`` give the provenance.
    box
        Index: the factors that the box limits; columns ``low`` and ``high`` (missing: no limit), optionally ``label``,
        ``label_zh``, ``unit``. Limits on factors that are not drawn stand in the note.
    x, y
        Factors on the axes.
    interest
        What makes a case of interest, in words.

    Notes
    -----
    Coverage is the share of the cases of interest that lie in the box, density the share of the cases in the box that
    are of interest: Bryant and Lempert (2010), Thinking inside the box, section 3.
    """
    _refuse_unknown(cases, [x, y, INTEREST, *map(str, box.index)])
    wanted, inside = cases[INTEREST].to_numpy(dtype=bool), _inside(cases, box)
    figure, (axes,) = style.page(4.2, 1, 1)
    across, up = cases[x].to_numpy(dtype=float), cases[y].to_numpy(dtype=float)
    label = interest or say("Of interest")
    handles: dict[str, Artist] = {
        label: axes.scatter(across[wanted], up[wanted], s=13, color=WITHIN, linewidth=0, zorder=3),
        say("Other cases"): axes.scatter(
            across[~wanted], up[~wanted], s=10, facecolor="none", edgecolor=OTHER, linewidth=0.5, zorder=2
        ),
    }
    axes.margins(0.03)
    handles[say("Box of PRIM")] = _draw_box(axes, box, x, y)
    axes.set_xlabel(_label(box, x))
    axes.set_ylabel(_label(box, y))
    return style.finish(figure, say("When does it happen?"), _note(box, wanted, inside, (x, y)), cases, handles)


def _inside(cases: pd.DataFrame, box: pd.DataFrame) -> NDArray[np.bool_]:
    within = np.ones(len(cases), dtype=bool)
    for name, limits in box.iterrows():
        values = cases[str(name)].to_numpy(dtype=float)
        low, high = float(limits["low"]), float(limits["high"])
        within &= ~(values < low) & ~(values > high)  # a missing limit excludes nothing
    return within


def _draw_box(axes: Axes, box: pd.DataFrame, x: str, y: str) -> Artist:
    """Frame of the box; a side without limit runs to the edge of the picture."""
    edges = [_edges(box, name, limits) for name, limits in ((x, axes.get_xlim()), (y, axes.get_ylim()))]
    (left, right), (bottom, top) = edges
    frame = Rectangle((left, bottom), right - left, top - bottom, facecolor=BOX, alpha=0.10, edgecolor="none", zorder=1)
    axes.add_patch(frame)
    line = Rectangle((left, bottom), right - left, top - bottom, fill=False, edgecolor=BOX, linewidth=1.5, zorder=4)
    return axes.add_patch(line)


def _edges(box: pd.DataFrame, name: str, limits: tuple[float, float]) -> tuple[float, float]:
    if name not in box.index:
        return limits
    own = (float(box.loc[name, "low"]), float(box.loc[name, "high"]))  # type: ignore[arg-type]
    low, high = (limit if np.isnan(found) else found for found, limit in zip(own, limits, strict=True))
    return low, high


def _label(box: pd.DataFrame, name: str) -> str:
    row = box.loc[name].to_dict() if name in box.index else {}
    label, scale = pick(row, "label", name), str(row.get("unit", "") or "")
    return f"{label} ({unit(scale)})" if scale else label


def _note(box: pd.DataFrame, wanted: NDArray[np.bool_], inside: NDArray[np.bool_], drawn: tuple[str, str]) -> str:
    both = int((wanted & inside).sum())
    parts = [
        say(
            "{wanted} of {count} cases are of interest. The box holds {coverage} per cent of them (coverage), and "
            "{density} per cent of the cases inside it are of interest (density).",
            wanted=int(wanted.sum()),
            count=len(wanted),
            coverage=f"{100 * both / max(int(wanted.sum()), 1):.0f}",
            density=f"{100 * both / max(int(inside.sum()), 1):.0f}",
        )
    ]
    others = [str(name) for name in box.index if name not in drawn]
    if others:
        limits = "; ".join(_limit(box, name) for name in others)
        parts.append(say("The box is limited as well by {limits}.", limits=limits))
    return " ".join(parts)


def _limit(box: pd.DataFrame, name: str) -> str:
    low, high = box.loc[name, ["low", "high"]].to_numpy(dtype=float)
    if np.isnan(low):
        return f"{_label(box, name)} ≤ {high:.3g}"
    if np.isnan(high):
        return f"{_label(box, name)} ≥ {low:.3g}"
    return f"{low:.3g} ≤ {_label(box, name)} ≤ {high:.3g}"


def _refuse_unknown(cases: pd.DataFrame, names: list[str]) -> None:
    known = [str(name) for name in cases.columns]
    problems = [
        Problem(f"the cases have no column '{name}'", mend=did_you_mean(name, known))
        for name in names
        if name not in known
    ]
    if problems:
        raise DataError(problems)
