"""Places of boxes of different size in columns, causes left of uses."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from scipy.optimize import isotonic_regression

from dualcirc.reference.ordering import Edge
from dualcirc.reference.ordering import columns as ordered

Point = tuple[float, float]

COLUMN_GAP, ROW_GAP = 50.0, 14.0
_SWEEPS = 12
_PASS = 3.0
"""Half the height that is kept free for an arrow that passes a column."""


@dataclass(frozen=True)
class Size:
    """Width and height of a box, and how far below its top arrows come and go."""

    width: float
    height: float
    port: float


@dataclass(frozen=True)
class Placed:
    """Top left corners of boxes, and the points that long arrows pass."""

    corners: tuple[Point, ...]
    rights: tuple[float, ...]
    """Right edge of the column of every box: an arrow runs level up to there."""
    routes: Mapping[Edge, tuple[Point, ...]]
    width: float
    height: float


@dataclass
class _Item:
    """A box, or the place where a long arrow passes a column."""

    size: Size
    layer: int
    linked: list[int]
    y: float = 0.0


def place(
    sizes: Sequence[Size], edges: Sequence[Edge], layers: Sequence[int], bundles: Mapping[Edge, Hashable]
) -> Placed:
    """
    Places of boxes that are linked.

    Parameters
    ----------
    sizes
        Of every box.
    edges
        Pairs of boxes, the first further left.
    layers
        Column of every box.
    bundles
        What arrows of one box must have in common to run together where they pass columns.

    Notes
    -----
    The order in each column is that of fewest crossings found; heights are then the least
    squares fit to straight arrows that leaves every box its room, by isotonic regression of each column in turn.
    """
    items = [_Item(size, layers[at], []) for at, size in enumerate(sizes)]
    passes: dict[Hashable, int] = {}
    chains = {edge: _chain(items, edge, (edge[0], bundles[edge]), passes) for edge in edges}
    pairs = sorted({pair for chain in chains.values() for pair in pairwise(chain)})
    columns = ordered([item.layer for item in items], pairs)
    _stack(items, columns)
    lefts = [0.0, *accumulate(_width(items, column) + COLUMN_GAP for column in columns)]
    top = min(item.y for item in items)
    corners = tuple((lefts[item.layer], item.y - top) for item in items[: len(sizes)])
    rights = tuple(lefts[item.layer] + _width(items, columns[item.layer]) for item in items[: len(sizes)])
    routes = {
        edge: tuple(point for at in chain[1:-1] for point in _through(items[at], top, lefts, columns, items))
        for edge, chain in chains.items()
    }
    height = max(item.y + item.size.height for item in items) - top
    return Placed(corners, rights, routes, lefts[-1] - COLUMN_GAP, height)


def _chain(items: list[_Item], edge: Edge, bundle: Hashable, passes: dict[Hashable, int]) -> list[int]:
    """Items that an arrow links: its ends, and one item for every column it passes, shared within a bundle."""
    chain = [edge[0]]
    for layer in range(items[edge[0]].layer + 1, items[edge[1]].layer):
        if (bundle, layer) not in passes:
            passes[bundle, layer] = len(items)
            items.append(_Item(Size(0.0, 2 * _PASS, _PASS), layer, []))
        chain.append(passes[bundle, layer])
    chain.append(edge[1])
    for one, other in pairwise(chain):
        if other not in items[one].linked:
            items[one].linked.append(other)
            items[other].linked.append(one)
    return chain


def _through(
    item: _Item, top: float, lefts: Sequence[float], columns: Sequence[Sequence[int]], items: Sequence[_Item]
) -> tuple[Point, Point]:
    """Where a long arrow enters and leaves a column that it passes."""
    y, left = item.y - top + _PASS, lefts[item.layer]
    return (left, y), (left + _width(items, columns[item.layer]), y)


def _width(items: Sequence[_Item], column: Sequence[int]) -> float:
    return max((items[at].size.width for at in column), default=0.0)


def _stack(items: Sequence[_Item], columns: Sequence[Sequence[int]]) -> None:
    """Set heights: sweep over the columns to and fro, drawing every box to the mean height of what it is linked to."""
    for column in columns:
        y = 0.0
        for at in column:
            items[at].y = y
            y += items[at].size.height + ROW_GAP
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            _settle(items, column)


def _settle(items: Sequence[_Item], column: Sequence[int]) -> None:
    """Heights of one column nearest to what its boxes are linked to, none overlapping."""
    room = np.cumsum([0.0, *(items[at].size.height + ROW_GAP for at in column[:-1])])
    wanted = np.array([_wanted(items, at) for at in column])
    weights = np.array([len(items[at].linked) + 0.1 for at in column])
    settled = isotonic_regression(wanted - room, weights=weights).x + room
    for at, y in zip(column, settled, strict=True):
        items[at].y = float(y)


def _wanted(items: Sequence[_Item], at: int) -> float:
    item = items[at]
    ports = [items[other].y + items[other].size.port for other in item.linked]
    return float(np.mean(ports)) - item.size.port if ports else item.y
