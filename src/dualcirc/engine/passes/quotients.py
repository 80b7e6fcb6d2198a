"""Divisions out of sums."""

from __future__ import annotations

from dualcirc.engine.passes.plan import factors
from dualcirc.engine.passes.rewrite import bottom_up, product, rewritten
from dualcirc.translate.ir import Call, Expression, Model, Sum, free_axes


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
