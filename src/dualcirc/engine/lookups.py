"""Lookups on arrays of runs."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from dualcirc.engine.blocks import Value, diagonal, expand, picked
from dualcirc.translate.ir import Axis, FloatArray, Table, labels

_LARGEST_CHAIN = 32
"""Points up to which a chain of selections is quicker than a search and a gather on a processor."""


class _Lines(NamedTuple):
    """Line of each segment through its first point; a value stays exact where the argument is that of a point."""

    x: FloatArray
    y: FloatArray
    slope: FloatArray


def look_up(table: Table, axes: tuple[Axis, ...], argument: Value) -> Value:
    """
    Value of a table at the argument.

    Notes
    -----
    Beyond the outermost points their values hold, or the outermost lines go on (PySD ``lookups.Lookups._call``, and
    ``numpy.interp`` for WITH LOOKUP). Where two points have the same argument, the later one holds at it.
    """
    lines = _lines(table)
    bound = dict.fromkeys((*argument.axes, *labels(axes)))
    x = expand(argument, tuple(bound))
    starts, values, slopes = (_points(part, axes, tuple(bound)) for part in lines)
    if not table.extrapolates and not table.steps:
        x = jnp.clip(x, starts[0], starts[-1])
    function = _chain if len(lines.x) <= _LARGEST_CHAIN else _search
    return Value(function(x, starts, values, slopes), tuple(bound))


def _lines(table: Table) -> _Lines:
    """Lines of a table; the last one is flat, or goes on where the table extrapolates."""
    width = np.diff(table.x, axis=0)
    rise = np.diff(table.y, axis=0)
    inner = np.zeros_like(table.x)
    if table.steps:
        return _Lines(table.x, table.y, inner)
    inner[:-1] = np.divide(rise, width, out=np.zeros_like(rise), where=width > 0)
    if table.extrapolates:
        for place in range(1, len(inner)):
            # Also where a short table repeats its last point.
            ends = table.x[place] == table.x[-1]
            inner[place] = np.where(ends, inner[place - 1], inner[place])
    return _Lines(table.x, table.y, inner)


def _points(part: FloatArray, axes: tuple[Axis, ...], bound: tuple[str, ...]) -> Array:
    """(point, *bound, 1): numbers of the lines for the axes of a call."""
    array = jnp.moveaxis(jnp.asarray(part), 0, -1)
    value = diagonal(picked(array, axes), tuple(labels(axes)))
    return jnp.moveaxis(expand(value, bound), -1, 0)[..., None]


def _chain(x: Array, starts: Array, values: Array, slopes: Array) -> Array:
    """Line of each segment, the last that has begun."""
    result = values[0] + (x - starts[0]) * slopes[0]
    for start, value, slope in zip(starts[1:], values[1:], slopes[1:], strict=True):
        result = jnp.where(x >= start, value + (x - start) * slope, result)
    return result


def _search(x: Array, starts: Array, values: Array, slopes: Array) -> Array:
    """Segment by its number."""
    if starts[0].size == 1:
        place = jnp.searchsorted(starts.ravel(), x, side="right")
    else:
        place = sum((x >= start).astype(int) for start in starts)
    place = jnp.clip(place - 1, 0)[None]
    full = (len(starts), *jnp.broadcast_shapes(place.shape[1:], starts.shape[1:]))
    start, value, slope = (
        jnp.take_along_axis(jnp.broadcast_to(part, full), jnp.broadcast_to(place, (1, *full[1:])), axis=0)[0]
        for part in (starts, values, slopes)
    )
    return value + (x - start) * slope
