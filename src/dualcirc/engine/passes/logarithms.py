"""Logarithms of quotients whose two parts have different dimensions."""

from __future__ import annotations

from dualcirc.engine.passes.rewrite import bottom_up, rewritten
from dualcirc.translate.ir import Call, Expression, Model, free_axes


def split_logarithms(model: Model) -> Model:
    """
    Model in which ``LN(x[i] / y[j])`` is the difference of two logarithms: as many as rows and columns, not as cells.

    Notes
    -----
    ``functions.difference_of_logs`` keeps what the logarithm gives where a part is zero or negative. The difference of
    two rounded logarithms is off by a unit in the last place of the larger one: 1e-15 for numbers up to 1e4.
    """
    return rewritten(model, lambda expression: bottom_up(expression, _split))


def _split(expression: Expression) -> Expression:
    match expression:
        case Call("LN", (Call("/", (over, under)),)):
            rows, columns = set(free_axes(over)), set(free_axes(under))
            if rows - columns and columns - rows:
                logs = (Call("log of size", (over,)), Call("log of size", (under,)))
                return Call("difference of logs", (*logs, over, under))
    return expression
