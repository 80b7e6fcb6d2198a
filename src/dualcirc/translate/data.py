"""Data variables: points in tables, one table for all elements or one for each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dualcirc.translate.constructs import RefusedError
from dualcirc.translate.ir import FloatArray, Interpolation, Lookup, Series, Table, Time
from dualcirc.translate.lookups import called
from dualcirc.translate.parts import check_cover, left_side, without
from dualcirc.translate.points import filled
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


def over_time(owner: str, component: Any, whole: Left, block: Left, names: Names, tables: Tables) -> Lookup:
    """
    Data of some elements of a variable whose other elements have equations: a lookup of Time.

    Raises
    ------
    RefusedError
        If its values stand between times in no way that a lookup knows.
    """
    method = _interpolation(component)
    if method == "raw":
        raise RefusedError(":RAW: data beside other equations is not supported", "Write a variable of its own.")
    times, values = _read(component.ast, whole.shape, tables)
    y = filled(times, values, times, method)[np.ix_(range(len(times)), *whole.within(block))]
    y = y.reshape(len(times), *(len(names.elements[label]) for label in block.axes))
    x = np.broadcast_to(times.reshape(-1, *[1] * (y.ndim - 1)), y.shape)
    name = names.add_lookup(f"{owner} #data", Table(block.axes, x, y, steps=method == "hold"))
    return called("LOOKUP FORWARD" if method == "forward" else "", name, block.axes, Time(), names)


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
