"""Bounds that are literal numbers."""

from __future__ import annotations

import math

from dualcirc.engine.passes.rewrite import bottom_up, rewritten
from dualcirc.translate.ir import Call, Expression, Model, Number

_BOUND = {"MAX": "at least", "MIN": "at most"}


def literal_bounds(model: Model) -> Model:
    """
    Model in which MAX and MIN with a literal number are a comparison with a number that is known to be one.

    Notes
    -----
    The same values, also where the other argument is not a number: XLA's own maximum looks at both arguments for that,
    in five operations instead of one.
    """
    return rewritten(model, lambda expression: bottom_up(expression, _bound))


def _bound(expression: Expression) -> Expression:
    match expression:
        case Call("MAX" | "MIN" as function, (Number(value=value) as bound, other)) if not math.isnan(value):
            return Call(_BOUND[function], (other, bound))
        case Call("MAX" | "MIN" as function, (other, Number(value=value) as bound)) if not math.isnan(value):
            return Call(_BOUND[function], (other, bound))
        case _:
            return expression
