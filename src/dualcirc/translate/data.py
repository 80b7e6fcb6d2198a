"""Data variables: points in tables, one table for all elements or one for each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dualcirc.translate.constructs import NOT_AVAILABLE
from dualcirc.translate.ir import FloatArray, Interpolation, Series
from dualcirc.translate.parts import check_cover, left_side, without
from dualcirc.translate.refused import RefusedError
from dualcirc.translate.subscripts import Left, Names
from dualcirc.translate.tables import Tables

_INTERPOLATIONS: Mapping[str | None, Interpolation] = {
    None: "linear",
    "interpolate": "linear",
    "hold_backward": "hold",
    "look_forward": "forward",
    "raw": "raw",
}


def series(components: Sequence[Any], dims: tuple[str, ...], names: Names, tables: Tables) -> Series:
    """
    Points of a data variable.

    Notes
    -----
    Parts may have times of their own: the table of the whole then has all of them, and what a part has between its own
    times. A blank value is as if its time did not stand there for this element (PySD ``External._fill_missing``).
    """
    methods = list(dict.fromkeys(_interpolation(component) for component in components))
    if len(methods) > 1:
        raise RefusedError("its equations interpolate in different ways", "Write the same keyword in all of them.")
    pieces: list[tuple[Left, Left, FloatArray, FloatArray]] = []
    for component in components:
        whole = left_side(component.subscripts[0], dims, names)
        times, values = _read(component.ast, whole.shape, tables)
        pieces += [(whole, block, times, values) for block in without(whole, component.subscripts[1], dims, names)]
    check_cover([block for _, block, _, _ in pieces], dims, names)
    return _merged(pieces, tuple(len(names.elements[dim]) for dim in dims), methods[0])


def on_grid(points: Series, times: FloatArray) -> FloatArray:
    """
    Values of a table at any times, (time, *dims).

    Notes
    -----
    Before the first and after the last time of the table its first and last values hold, also where a value holds or
    looks forward in between (PySD ``data.Data.__call__``). ``:RAW:`` gives nothing between the times of the table:
    Vensim's :NA:, where PySD has NaN.
    """
    last = len(points.times) - 1
    below = np.clip(np.searchsorted(points.times, times, side="right") - 1, 0, last)
    if points.interpolation == "hold":
        return points.values[below]
    if points.interpolation == "forward":
        return points.values[np.minimum(np.searchsorted(points.times, times, side="left"), last)]
    wide = (-1, *[1] * (points.values.ndim - 1))
    above = np.minimum(below + 1, last)
    if points.interpolation == "raw":
        near = np.where(np.abs(points.times[above] - times) < np.abs(points.times[below] - times), above, below)
        there = np.isclose(points.times[near], times, rtol=1e-12, atol=1e-12)
        return np.where(there.reshape(wide), points.values[near], NOT_AVAILABLE)
    span = np.where(above > below, points.times[above] - points.times[below], 1.0)
    share = np.clip((times - points.times[below]) / span, 0.0, 1.0).reshape(wide)
    low, high = points.values[below], points.values[above]
    return low + share * (high - low)


def _interpolation(component: Any) -> Interpolation:
    keyword = getattr(component, "keyword", None)
    if keyword not in _INTERPOLATIONS:
        known = ":INTERPOLATE:, :HOLD BACKWARD:, :LOOK FORWARD:, :RAW:"
        raise RefusedError(f":{str(keyword).upper().replace('_', ' ')}: is not supported", f"Known: {known}.")
    return _INTERPOLATIONS[keyword]


def _read(tree: Any, shape: tuple[int, ...], tables: Tables) -> tuple[FloatArray, FloatArray]:
    """Times and values of one equation."""
    if type(tree).__name__ == "DataStructure":
        raise RefusedError(
            "a data variable without GET DIRECT DATA takes its values from a data set of Vensim, which is not read",
            "Export them to a table beside the model and write := GET DIRECT DATA('table.csv', ',', 'A', 'B2').",
        )
    return tables.series(tree.file, tree.tab, tree.time_row_or_col, tree.cell, shape)


def _merged(
    pieces: Sequence[tuple[Left, Left, FloatArray, FloatArray]], shape: tuple[int, ...], method: Interpolation
) -> Series:
    """One table of all elements."""
    all_times = np.unique(np.concatenate([times for _, _, times, _ in pieces]))
    merged = np.full((len(all_times), *shape), np.nan)
    for whole, block, times, values in pieces:
        complete = np.full((len(all_times), *shape), np.nan)
        complete[np.ix_(range(len(all_times)), *whole.places)] = filled(times, values, all_times, method)
        part = np.ix_(range(len(all_times)), *block.places)
        merged[part] = complete[part]
    return Series(all_times, merged, method)


def filled(times: FloatArray, values: FloatArray, wanted: FloatArray, method: Interpolation) -> FloatArray:
    """
    Values of a table at all wanted times or arguments; a blank one is found from the others of its element.

    Raises
    ------
    RefusedError
        If all values of an element are blank.
    """
    if np.array_equal(times, wanted) and not np.isnan(values).any():
        return values
    flat = values.reshape(len(times), -1)
    columns = []
    for column in flat.T:
        known = ~np.isnan(column)
        if not known.any():
            raise RefusedError("an element has blank values alone")
        columns.append(on_grid(Series(times[known], column[known], method), wanted))
    return np.stack(columns, axis=-1).reshape(len(wanted), *values.shape[1:])
