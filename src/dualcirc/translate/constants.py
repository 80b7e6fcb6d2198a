"""Values of constants: a number, a list of numbers or a table; one equation, or one for each part of a range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dualcirc.translate.constructs import NOT_AVAILABLE, RefusedError
from dualcirc.translate.ir import Expression, FloatArray, Number, Numbers
from dualcirc.translate.subscripts import Left, Names
from dualcirc.translate.tables import Tables


def constant(tree: Any, shape: tuple[int, ...], tables: Tables) -> FloatArray | None:
    """
    Value of a literal, a list of literals or GET DIRECT CONSTANTS, (*dims); none for an equation.

    Notes
    -----
    A list fills the elements in their order, the last subscript fastest, as PySD lays it out (``ArrayBuilder``).
    """
    match type(tree).__name__:
        case "int" | "float" | "float64":
            return np.full(shape, literal(float(tree)))
        case "ndarray":
            if tree.size != np.prod(shape, dtype=int):
                raise RefusedError(f"a list of {tree.shape} numbers does not fit the subscripts {shape}")
            return np.asarray(tree, dtype=float).reshape(shape)
        case "GetConstantsStructure":
            return tables.constants(tree.file, tree.tab, tree.cell, shape)
    return None


def literal(value: float) -> float:
    """Literal number; the translator gives NaN for ``:NA:``."""
    return NOT_AVAILABLE if np.isnan(value) else value


def constant_in_parts(
    components: Sequence[Any],
    blocks: Sequence[tuple[Left, Sequence[Left]]],
    dims: tuple[str, ...],
    names: Names,
    tables: Tables,
) -> FloatArray | None:
    """
    Value of a constant, (*dims), that its equations give, each for some elements; none if one of them is no constant.

    Parameters
    ----------
    components
        Equations.
    blocks
        For each the elements on its left, and what :EXCEPT: leaves of them.
    dims, names, tables
        Dimensions of the constant, names and tables of the model.
    """
    shape = tuple(len(names.elements[dim]) for dim in dims)
    value = np.full(shape, np.nan)
    for component, (whole, left) in zip(components, blocks, strict=True):
        part = constant(component.ast, whole.shape, tables)
        if part is None:
            return None
        complete = np.full(shape, np.nan)
        complete[np.ix_(*whole.places)] = part
        for block in left:
            value[np.ix_(*block.places)] = complete[np.ix_(*block.places)]
    return value


def as_expression(value: FloatArray, whole: Left, block: Left) -> Expression:
    """Constant value (*whole) as an expression over the axes of a block of it."""
    numbers = np.asarray(value)[np.ix_(*whole.within(block))].ravel()
    if np.all(numbers == numbers[0]):
        return Number(float(numbers[0]))
    return Numbers(block.axes, tuple(float(number) for number in numbers))
