"""Elements of arrays: picked, on the diagonal, or joined from parts. The axis of runs comes last and has no label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from dualcirc.translate.ir import Axis, Parts, Pick


class Value(NamedTuple):
    """Array with the labels of its axes; the axis of runs comes last and has none."""

    array: Array
    axes: tuple[str, ...]


def align(values: Sequence[Value]) -> tuple[tuple[str, ...], list[Array]]:
    """Bring values to the same axes."""
    axes = tuple(dict.fromkeys(axis for value in values for axis in value.axes))
    return axes, [expand(value, axes) for value in values]


def expand(value: Value, axes: tuple[str, ...]) -> Array:
    """Array with its axes in the order of ``axes``, of length 1 where it has none."""
    present = [axis for axis in axes if axis in value.axes]
    moved = jnp.transpose(value.array, (*(value.axes.index(axis) for axis in present), len(value.axes)))
    sizes = dict(zip(present, moved.shape, strict=False))
    return jnp.reshape(moved, (*(sizes.get(axis, 1) for axis in axes), moved.shape[-1]))


def picked(array: Array, axes: Sequence[Axis]) -> Array:
    """Array with some elements of each axis: all of them, one, or a choice; the axes of one element are gone."""
    for position, axis in enumerate(axes):
        if isinstance(axis, Pick):
            array = _taken(array, axis.places, position)
    return array[tuple(axis if isinstance(axis, int) else slice(None) for axis in axes)]


def diagonal(array: Array, labels: tuple[str, ...]) -> Value:
    """Value whose axes all have different labels."""
    while len(set(labels)) < len(labels):
        second = next(place for place, label in enumerate(labels) if label in labels[:place])
        first = labels.index(labels[second])
        rest = [place for place in range(array.ndim - 1) if place not in (first, second)]
        # The diagonal comes last, behind the runs.
        array = jnp.moveaxis(jnp.diagonal(array, axis1=first, axis2=second), -1, 0)
        labels = (labels[first], *(labels[place] for place in rest))
    return Value(array, labels)


def join(node: Parts, values: Sequence[Array], lengths: Callable[[Sequence[str]], tuple[int, ...]]) -> Value:
    """
    Array whose elements stand in several parts.

    Parameters
    ----------
    node
        Places of the parts.
    values
        For each part its elements, (*its axes, run or 1).
    lengths
        Number of elements of each axis.
    """
    shape = lengths(node.axes)
    runs = max(value.shape[-1] for value in values)
    flat = [jnp.broadcast_to(value, (*value.shape[:-1], runs)).reshape(-1, runs) for value in values]
    source = np.empty(shape, dtype=int)
    start = 0
    for part, value in zip(node.parts, flat, strict=True):
        source[np.ix_(*part.places)] = np.arange(start, start + len(value)).reshape(*map(len, part.places))
        start += len(value)
    joined = flat[0] if len(flat) == 1 else jnp.concatenate(flat)
    order = source.ravel()
    if not np.array_equal(order, np.arange(start)):
        joined = joined[order]
    return Value(joined.reshape(*shape, runs), node.axes)


def _taken(array: Array, places: Sequence[int], position: int) -> Array:
    """Elements along one axis; neighbours are a slice, which costs nothing."""
    first = places[0]
    if list(places) == list(range(first, first + len(places))):
        return array[(slice(None),) * position + (slice(first, first + len(places)),)]
    return jnp.take(array, np.array(places), axis=position)
