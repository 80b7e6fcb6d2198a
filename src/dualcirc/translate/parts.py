"""Several equations for one variable, each for some of its elements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dualcirc.translate.constructs import RefusedError, fold
from dualcirc.translate.ir import Expression, Part, Parts
from dualcirc.translate.subscripts import Left, Names, Side


def left_side(texts: Sequence[str], dims: Sequence[str], names: Names) -> Left:
    """
    Elements that the left side of one equation names.

    Raises
    ------
    RefusedError
        If a subscript is unknown, or stands twice.
    """
    sides = tuple(_side(text, dim, names) for text, dim in zip(texts, dims, strict=True))
    written = [side.written for side in sides if side.written is not None]
    if len(written) != len(set(written)):
        raise RefusedError("a subscript is repeated on the left", "Use an alias, A <-> B.")
    return Left(sides)


def without(left: Left, excepted: Sequence[Sequence[str]], dims: Sequence[str], names: Names) -> list[Left]:
    """Blocks of elements that :EXCEPT: leaves of a left side; one alone where nothing is excepted."""
    blocks = [left]
    for texts in excepted:
        if len(texts) != len(dims):
            raise RefusedError(f":EXCEPT: names {len(texts)} subscripts, {len(dims)} are needed")
        hole = left_side(texts, dims, names)
        blocks = [rest for block in blocks for rest in _cut(block, hole, dims, names)]
    return blocks


def check_cover(blocks: Sequence[Left], dims: Sequence[str], names: Names) -> None:
    """
    Refuse a variable of which some element has no equation.

    Raises
    ------
    RefusedError
        With the first such element.
    """
    covered: NDArray[np.bool_] = np.zeros([len(names.elements[dim]) for dim in dims], dtype=bool)
    for block in blocks:
        covered[np.ix_(*block.places)] = True
    if not covered.all():
        told = ", ".join(names.elements[dim][i] for dim, i in zip(dims, np.argwhere(~covered)[0], strict=True))
        raise RefusedError(f"no equation gives the element [{told}]", "Write one for every element of the range.")


def joined(parts: Sequence[tuple[Left, Expression]], dims: tuple[str, ...]) -> Expression:
    """Value of a variable whose blocks of elements have an expression each."""
    left, expression = parts[0]
    if len(parts) == 1 and left.axes == dims:
        return expression
    return Parts(
        dims,
        tuple(Part(left.places, tuple(side.label for side in left.sides), expression) for left, expression in parts),
    )


def _side(text: str, dim: str, names: Names) -> Side:
    known = names.range(text)
    members = (text,) if known is None else names.elements[known]
    positions = {fold(element): place for place, element in enumerate(names.elements[dim])}
    missing = [member for member in members if fold(member) not in positions]
    if missing and known is None:
        raise RefusedError(f"subscript '{text}' on the left is no element of '{dim}'")
    if missing:
        raise RefusedError(f"subscript '{text}' on the left does not have the elements of '{dim}'")
    places = tuple(positions[fold(member)] for member in members)
    return Side(known, known, places, tuple(names.elements[dim][place] for place in places))


def _cut(block: Left, hole: Left, dims: Sequence[str], names: Names) -> list[Left]:
    """What is left of a block without a hole, as blocks that do not overlap."""
    inside = [set(side.places) & set(gap.places) for side, gap in zip(block.sides, hole.sides, strict=True)]
    if not all(inside):
        return [block]
    pieces: list[Left] = []
    sides = list(block.sides)
    for at, (side, within) in enumerate(zip(block.sides, inside, strict=True)):
        rest = [place for place in side.places if place not in within]
        if rest:
            pieces.append(Left((*sides[:at], _narrowed(side, rest, dims[at], names), *sides[at + 1 :])))
        sides[at] = _narrowed(side, [place for place in side.places if place in within], dims[at], names)
    return pieces


def _narrowed(side: Side, places: Sequence[int], dim: str, names: Names) -> Side:
    """Some elements of a side; the right side of the equation goes on naming them by the range that is written."""
    if len(places) == len(side.places):
        return side
    members = tuple(names.elements[dim][place] for place in places)
    label = None if len(members) == 1 else names.part(dim, members)
    return replace(side, label=label, places=tuple(places), members=members)
