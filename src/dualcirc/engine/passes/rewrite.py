"""Tools of the passes: every expression of a model through a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from dualcirc.translate.ir import Call, Expression, Model, children, with_children

Rewrite = Callable[[Expression], Expression]


def rewritten(model: Model, rewrite: Rewrite) -> Model:
    """Model with every right-hand side, and every part of a state, through a function."""
    variables = {
        name: replace(variable, expression=rewrite(variable.expression)) if variable.expression else variable
        for name, variable in model.variables.items()
    }
    states = {
        name: replace(
            state,
            flow=rewrite(state.flow),
            initial=rewrite(state.initial),
            time=state.time and rewrite(state.time),
            count=state.count and rewrite(state.count),
        )
        for name, state in model.states.items()
    }
    return replace(model, variables=variables, states=states)


def bottom_up(expression: Expression, rewrite: Rewrite) -> Expression:
    """Expression with every part through a function, inner before outer."""
    parts = tuple(bottom_up(part, rewrite) for part in children(expression))
    return rewrite(with_children(expression, parts) if parts else expression)


def product(parts: list[Expression]) -> Expression:
    """Product of the factors."""
    return reduce(lambda left, right: Call("*", (left, right)), parts)
