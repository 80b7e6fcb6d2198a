"""Conditions that never change, within sums."""

from __future__ import annotations

from functools import partial

from dualcirc.engine.passes.plan import factors, moves
from dualcirc.engine.passes.rewrite import bottom_up, product, rewritten
from dualcirc.translate.ir import Call, Expression, Extreme, Model, Number, Sum, free_axes
from dualcirc.translate.order import varying

_NOTHING = Number(0.0)


def masked_factors(model: Model) -> Model:
    """
    Model in which ``SUM(IF THEN ELSE(c, x[i] y[j] z[i,j], 0))`` has the condition on what never changes, ``z``.

    The moving factors then stand free: they leave the sum, or meet one matrix that is computed once per run.

    Notes
    -----
    Holds for finite values. A factor that no cell with a true condition uses is put to zero, so that what is infinite
    or no number there, as a quotient that the condition guards, stays without effect; where at least one such cell
    uses it, the sums of all cells that share the factor are no numbers, not that cell's alone.
    """
    moving = varying(model)
    return rewritten(model, lambda expression: bottom_up(expression, partial(_unmask, moving)))


def _unmask(moving: frozenset[str], expression: Expression) -> Expression:
    if not isinstance(expression, Sum):
        return expression
    parts: list[Expression] = []
    for part in factors(expression.argument):
        match part:
            case Call("IF THEN ELSE", (condition, inside, Number(value=0.0))) if not moves(condition, moving):
                parts += _separated(moving, condition, inside)
            case _:
                parts.append(part)
    return Sum(expression.axes, product(parts))


def _separated(moving: frozenset[str], condition: Expression, inside: Expression) -> list[Expression]:
    """Factors of a conditional product: those that never change under the condition, the others where it has a use."""
    cells = set(free_axes(condition))
    free = [part for part in factors(inside) if moves(part, moving)]
    if not cells or any(cells <= set(free_axes(part)) for part in free):
        return [Call("IF THEN ELSE", (condition, inside, _NOTHING))]
    fixed = [part for part in factors(inside) if not moves(part, moving)]
    mask = Call("IF THEN ELSE", (condition, product(fixed) if fixed else Number(1.0), _NOTHING))
    return [mask, *(_where_used(condition, part) for part in free)]


def _where_used(condition: Expression, part: Expression) -> Expression:
    """Factor, zero where no true cell uses it."""
    others = tuple(axis for axis in free_axes(condition) if axis not in free_axes(part))
    used = Extreme("VMAX", others, Call("IF THEN ELSE", (condition, Number(1.0), _NOTHING)))
    return Call("IF THEN ELSE", (Call(">", (used, _NOTHING)), part, _NOTHING))
