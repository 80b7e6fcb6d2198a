"""Divisions: out of sums, and by what does not move."""

from __future__ import annotations

from functools import partial

from dualcirc.engine.passes.plan import factors
from dualcirc.engine.passes.rewrite import bottom_up, product, rewritten
from dualcirc.translate.ir import Call, Expression, Level, Model, Number, Random, Reference, Sum, Time, free_axes, walk
from dualcirc.translate.order import varying


def quotients_out_of_sums(model: Model) -> Model:
    """
    Model in which ``SUM(ZIDZ(x, y) z)`` is ``ZIDZ(SUM(x z), y)`` where ``y`` has none of the summed dimensions.

    Notes
    -----
    Where ``y`` is within 1e-6 of zero both are zero, provided that ``z`` is a number.
    """
    return rewritten(model, lambda expression: bottom_up(expression, _quotient_out))


def _quotient_out(expression: Expression) -> Expression:
    if not isinstance(expression, Sum):
        return expression
    parts = factors(expression.argument)
    for place, part in enumerate(parts):
        if isinstance(part, Call) and part.function == "ZIDZ":
            over, under = part.arguments
            if not set(free_axes(under)) & set(expression.axes):
                rest = [*parts[:place], over, *parts[place + 1 :]]
                # What the denominator brought along may have been the only factor with a summed axis.
                if set(expression.axes) <= {axis for other in rest for axis in free_axes(other)}:
                    return Call("ZIDZ", (_quotient_out(Sum(expression.axes, product(rest))), under))
    return expression


def multiplied_by_reciprocals(model: Model) -> Model:
    """
    Model in which what moves is multiplied by the reciprocal of what does not, instead of divided by it.

    Notes
    -----
    The reciprocal is computed once per run, and a product is many times faster than a quotient. It is rounded once
    more: by one unit in the last place, for divisors whose reciprocal is a normal number (1e-307 to 1e307).
    """
    moving = varying(model)
    return rewritten(model, lambda expression: bottom_up(expression, partial(_multiplied, moving)))


def _multiplied(moving: frozenset[str], expression: Expression) -> Expression:
    match expression:
        case Call("/", (over, under)) if moves(over, moving) and not moves(under, moving):
            return Call("*", (over, Call("/", (Number(1.0), under))))
        case _:
            return expression


def moves(expression: Expression, moving: frozenset[str]) -> bool:
    """Whether an expression changes over time."""
    return any(
        isinstance(part, Time | Level | Random) or (isinstance(part, Reference) and part.name in moving)
        for part in walk(expression)
    )
