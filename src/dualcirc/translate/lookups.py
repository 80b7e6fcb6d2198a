"""Lookups: tables of points, named or written where they are used, and their calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dualcirc.translate.constructs import RefusedError
from dualcirc.translate.ir import Axis, Call, Expression, FloatArray, Lookup, Table
from dualcirc.translate.parts import check_cover, left_side, without
from dualcirc.translate.points import filled
from dualcirc.translate.subscripts import Left, Names
from dualcirc.translate.tables import Tables

WAYS = ("LOOKUP EXTRAPOLATE", "LOOKUP FORWARD", "LOOKUP BACKWARD")
"""Functions that read a table in another way than a plain call."""

Points = tuple[FloatArray, FloatArray]
"""Arguments, rising, (point,), and values (point, *dims)."""


def table(components: Sequence[Any], dims: tuple[str, ...], names: Names, tables: Tables) -> Table:
    """
    Table of a lookup variable, one for all elements or one for each part.

    Raises
    ------
    RefusedError
        If a table has no points, a blank one, or parts that are read in different ways.
    """
    pieces: list[tuple[Left, Left, Points]] = []
    for component in components:
        whole = left_side(component.subscripts[0], dims, names)
        points = _points(component.ast, whole.shape, tables)
        pieces += [(whole, block, points) for block in without(whole, component.subscripts[1], dims, names)]
    check_cover([block for _, block, _ in pieces], dims, names)
    kinds = list(dict.fromkeys(_kind(component.ast) for component in components))
    if len(kinds) > 1:
        raise RefusedError("its parts are read in different ways")
    shape = (max(len(x) for _, _, (x, _) in pieces), *(len(names.elements[dim]) for dim in dims))
    x, y = np.empty(shape), np.empty(shape)
    for whole, block, points in pieces:
        _place(x, whole, block, points[0].reshape(-1, *[1] * len(dims)))
        _place(y, whole, block, points[1])
    return _table(dims, x, y, kinds[0])


def inline(tree: Any) -> Table:
    """Table of WITH LOOKUP."""
    x, y = _points(tree, (), None)
    return _table((), x, y, _kind(tree))


def read_in(way: str, name: str, names: Names) -> tuple[str, bool]:
    """
    Name of the table that a function such as LOOKUP EXTRAPOLATE reads, and whether its argument changes sign.

    Notes
    -----
    Vensim help: LOOKUP EXTRAPOLATE goes on with the line through the two outermost points; LOOKUP BACKWARD gives the
    value of the last point at or before the argument, LOOKUP FORWARD that of the next point at or after it. To look
    forward is to look backward in the mirror. PySD 3.14 knows none of them.
    """
    key = f"{name} #{way}"
    if key not in names.lookups:
        plain = names.lookups[name]
        if way == "LOOKUP EXTRAPOLATE":
            names.lookups[key] = replace(plain, extrapolates=True)
        elif way == "LOOKUP BACKWARD":
            names.lookups[key] = replace(plain, steps=True)
        else:
            names.lookups[key] = replace(plain, x=-plain.x[::-1], y=plain.y[::-1], steps=True)
    return key, way == "LOOKUP FORWARD"


def called(way: str, name: str, axes: tuple[Axis, ...], argument: Expression, names: Names) -> Lookup:
    """Node of one call; ``way`` is empty for a plain one."""
    if not way:
        return Lookup(name, axes, argument)
    key, mirrored = read_in(way, name, names)
    return Lookup(key, axes, Call("negative", (argument,)) if mirrored else argument)


def _kind(tree: Any) -> str:
    return str(getattr(tree, "type", "interpolate"))


def _table(dims: tuple[str, ...], x: FloatArray, y: FloatArray, kind: str) -> Table:
    return Table(dims, x, y, extrapolates=kind == "extrapolate", steps=kind == "hold_backward")


def _points(tree: Any, shape: tuple[int, ...], tables: Tables | None) -> Points:
    """Points of one equation."""
    if type(tree).__name__ == "GetLookupsStructure":
        assert tables is not None, "only equations of their own read files"
        x, y = tables.series(tree.file, tree.tab, tree.x_row_or_col, tree.cell, shape)
        return x, filled(x, y, x, "linear")
    x, y = np.asarray(tree.x, dtype=float), np.asarray(tree.y, dtype=float)
    if len(x) == 0 or len(x) != len(y):
        raise RefusedError("a lookup has no points")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise RefusedError("a lookup has a point that is no number")
    order = np.argsort(x, kind="stable")
    return x[order], np.broadcast_to(y[order].reshape(-1, *[1] * len(shape)), (len(y), *shape))


def _place(array: FloatArray, whole: Left, block: Left, points: FloatArray) -> None:
    """Put the points of one equation in the places of a block; the last one fills what is left."""
    filled = np.concatenate([points, np.repeat(points[-1:], len(array) - len(points), axis=0)])
    every = range(len(array))
    complete = np.empty_like(array)
    complete[np.ix_(every, *whole.places)] = np.broadcast_to(filled, (len(array), *whole.shape))
    array[np.ix_(every, *block.places)] = complete[np.ix_(every, *block.places)]
