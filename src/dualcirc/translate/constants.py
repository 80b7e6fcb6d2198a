"""Values of constants: a number, a list of numbers or a table; one equation, or one for each part of a range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dualcirc.translate.constructs import fold
from dualcirc.translate.expressions import Names, RefusedError
from dualcirc.translate.ir import FloatArray
from dualcirc.translate.tables import Tables


def written_dims(components: Sequence[Any], names: Names) -> tuple[str, ...]:
    """
    Subscript ranges that the left sides of a variable's equations make up, one for each position.

    Notes
    -----
    Where the equations name elements, the range is the first that has all of them and stands at no other position, as
    PySD chooses it (``SubscriptManager.make_merge_list``). A text that is no range is returned as it is.
    """
    written = zip(*(component.subscripts[0] for component in components), strict=False)
    positions = [list(dict.fromkeys(texts)) for texts in written]
    whole = {i: names.ranges[fold(texts[0])] for i, texts in enumerate(positions) if _is_range(texts, names)}
    dims: list[str] = []
    for i, texts in enumerate(positions):
        taken = {*whole.values(), *dims}
        dims.append(whole[i] if i in whole else _made_up(texts, taken, names))
    return tuple(dims)


def constant(tree: Any, shape: tuple[int, ...], tables: Tables) -> FloatArray | None:
    """Value of a literal, a list of literals or GET DIRECT CONSTANTS, (*dims); none for an equation."""
    match type(tree).__name__:
        case "int" | "float" | "float64":
            if not np.isfinite(tree):
                raise RefusedError(":NA: is not supported")
            return np.full(shape, float(tree))
        case "ndarray":
            if tree.shape != shape:
                raise RefusedError(f"a list of {tree.shape} numbers does not fit the subscripts {shape}")
            return np.asarray(tree, dtype=float)
        case "GetConstantsStructure":
            return tables.constants(tree.file, tree.tab, tree.cell, shape)
    return None


def constant_in_parts(components: Sequence[Any], dims: tuple[str, ...], names: Names, tables: Tables) -> FloatArray:
    """
    Value of a constant, (*dims), that several equations give, each for one element or the whole range of a dimension.

    So a constant of three dimensions is read: a table holds two, and one equation stands for each element of the third.
    """
    value = np.full(tuple(len(names.elements[dim]) for dim in dims), np.nan)
    for component in components:
        place = tuple(_place(text, dim, names) for text, dim in zip(component.subscripts[0], dims, strict=True))
        part = constant(component.ast, value[place].shape, tables)
        if type(component).__name__ != "AbstractComponent" or part is None:
            mend = "Write one equation with subscripts; only constants may be written in parts."
            raise RefusedError("several equations for one variable are not supported", mend)
        if not np.isnan(value[place]).all():
            raise RefusedError("several equations for one variable give the same element")
        value[place] = part
    if np.isnan(value).any():
        missing = np.argwhere(np.isnan(value))[0]
        told = ", ".join(names.elements[dim][i] for dim, i in zip(dims, missing, strict=True))
        raise RefusedError(f"no equation gives the element [{told}]", "Write one for every element of the range.")
    return value


def _is_range(texts: Sequence[str], names: Names) -> bool:
    return len(texts) == 1 and fold(texts[0]) in names.ranges


def _made_up(texts: Sequence[str], taken: set[str], names: Names) -> str:
    """First range not taken that has exactly the elements written; the first text where there is none."""
    written = {fold(text) for text in texts}
    for name, elements in names.elements.items():
        if name not in taken and {fold(element) for element in elements} == written:
            return name
    return texts[0]


def _place(text: str, dim: str, names: Names) -> int | slice:
    """Position of an element in its range, or the whole range."""
    known = names.ranges.get(fold(text))
    if known is not None and names.elements[known] != names.elements[dim]:
        raise RefusedError(f"subscript '{text}' on the left does not have the elements of '{dim}'")
    if known is not None:
        return slice(None)
    return [fold(element) for element in names.elements[dim]].index(fold(text))
