"""Equations in groups that XLA compiles each as one function: its time grows faster than the length of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import jax
from jax import Array

from dualcirc.engine.blocks import Value
from dualcirc.engine.derived import derived_as_one
from dualcirc.engine.draws import Draws
from dualcirc.engine.emit import Emitter
from dualcirc.engine.passes import Equation
from dualcirc.engine.settings import as_one
from dualcirc.translate.ir import Expression, Level, Random, Reference, Sum, free_axes, range_of, walk

_WHOLE = 6_000
"""Weight up to which the whole time loop becomes one function: the fastest, but ten times as much takes a hundred times
as long to compile."""
GROUP = 2_000
"""Weight of a group of equations."""
GROUP_AND_BACK = 400
"""Weight of a group whose way back is compiled with it."""
_LOOP = 10
"""Weight of an equation by itself: it becomes a loop over its elements and the runs."""

Arrays = Mapping[str, Array]


class Form(Enum):
    """How a program is divided into functions."""

    PLAIN = "as XLA does it"
    WHOLE = "the time loop as one"
    GROUPS = "a function for each group of equations"


def form_of(equations: Sequence[Equation], sizes: Mapping[str, int]) -> Form:
    """
    Form of a program.

    Parameters
    ----------
    equations
        What is computed at a saved time, and what never moves.
    sizes
        Number of elements of every subscript range.
    """
    if jax.default_backend() != "cpu":
        return Form.PLAIN
    heavy = sum(weight(equation.expression, sizes) for equation in equations)
    return Form.WHOLE if heavy <= _WHOLE else Form.GROUPS


def weight(expression: Expression, sizes: Mapping[str, int]) -> int:
    """Roughly the number of operations that an expression becomes; sums may be written out."""
    total = _LOOP
    for part in walk(expression):
        total += 1
        if isinstance(part, Sum) and len(free_axes(part.argument)) > 1:
            total += sizes[range_of(part.axes[-1])] * len(list(walk(part.argument)))
    return total


def groups(equations: Sequence[Equation], sizes: Mapping[str, int], limit: int) -> Iterator[list[Equation]]:
    """Equations in a row, up to a weight; at least one."""
    group: list[Equation] = []
    heavy = 0
    for equation in equations:
        own = weight(equation.expression, sizes)
        if group and heavy + own > limit:
            yield group
            group, heavy = [], 0
        group.append(equation)
        heavy += own
    if group:
        yield group


def keep_all(emitter: Emitter, equations: Sequence[Equation], limit: int | None) -> None:
    """Compute equations and keep them under their names; in groups up to a weight, if there is one."""
    if limit is None:
        for equation in equations:
            emitter.keep(equation)
        return
    for group in groups(equations, emitter.sizes, limit):

        def keep(inner: Emitter, _: Any, group: Sequence[Equation] = group) -> dict[str, Array]:
            for equation in group:
                inner.keep(equation)
            return {equation.name: inner.known[equation.name].array for equation in group}

        arrays = apart(emitter, keep, [equation.expression for equation in group])
        for equation in group:
            emitter.known[equation.name] = Value(arrays[equation.name], equation.axes)


def apart(
    emitter: Emitter,
    work: Callable[[Emitter, Any], dict[str, Array]],
    expressions: Sequence[Expression],
    rest: Any = None,
    *,
    all_levels: bool = False,
) -> dict[str, Array]:
    """
    What work does with an emitter and the rest, in a function of its own, and so its derivatives where they are wanted.

    It reads what the expressions read, and nothing but its arguments. Of numbers that stand in one array it takes the
    array, and so gives back one derivative for all of them.
    """
    parts = [part for expression in expressions for part in walk(expression)]
    names = dict.fromkeys(part.name for part in parts if isinstance(part, Reference) and part.name in emitter.known)
    scalars = emitter.scalars if any(name in emitter.scalars for name in names) else {}
    states = {part.state for part in parts if isinstance(part, Level)}

    def compute(
        known: Arrays, scalars: Arrays, levels: dict[str, Array], time: Array | float, draws: Draws | None, rest: Any
    ) -> dict[str, Array]:
        arrays = {**known, **{name: scalars[name] for name in names if name in scalars}}
        values = {name: Value(array, emitter.known[name].axes) for name, array in arrays.items()}
        inner = Emitter(emitter.sizes, values, levels, time, emitter.tables, draws, guards=emitter.guards)
        return work(inner, rest)

    known = {name: emitter.known[name].array for name in names if name not in scalars}
    levels = {name: array for name, array in emitter.levels.items() if all_levels or name in states}
    function = (derived_as_one if emitter.guards else as_one)(compute)
    draws = emitter.draws if any(isinstance(part, Random) for part in parts) else None
    return function(known, scalars, levels, emitter.time, draws, rest)  # type: ignore[no-any-return]
