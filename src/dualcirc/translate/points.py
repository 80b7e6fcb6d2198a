"""Values between the points of a table."""

from __future__ import annotations

import numpy as np

from dualcirc.translate.constructs import NOT_AVAILABLE, RefusedError
from dualcirc.translate.ir import FloatArray, Interpolation, Series


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
