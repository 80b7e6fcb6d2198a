"""ACTIVE INITIAL: one equation for the start, another for the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from dualcirc.translate.ir import Call, Expression, Model, State, children, walk, with_children


def at_start(model: Model) -> Model:
    """Model before its first step: ACTIVE INITIAL gives its second argument (PySD ``functions.active_initial``)."""
    return _at_stage(model, partial(_chosen, argument=1))


def in_step(model: Model) -> Model:
    """Model during a run, its initial time included: ACTIVE INITIAL gives its first argument."""
    return _at_stage(model, partial(_chosen, argument=0))


def _at_stage(model: Model, chosen: Callable[[Expression], Expression]) -> Model:
    expressions = {n: v.expression for n, v in model.variables.items() if v.expression is not None}
    parts = [part for state in model.states.values() for part in _parts(state)]
    if not any(_is_staged(part) for whole in (*expressions.values(), *parts) for part in walk(whole)):
        return model
    staged = {name: replace(model.variables[name], expression=chosen(whole)) for name, whole in expressions.items()}
    states = {name: _state(state, chosen) for name, state in model.states.items()}
    return replace(model, variables={**model.variables, **staged}, states=states)


def _chosen(expression: Expression, argument: int) -> Expression:
    """Return the expression with one argument of each ACTIVE INITIAL in place of the call."""
    if isinstance(expression, Call) and _is_staged(expression):
        return _chosen(expression.arguments[argument], argument)
    old = children(expression)
    new = [_chosen(part, argument) for part in old]
    return (
        expression if all(one is other for one, other in zip(old, new, strict=True)) else with_children(expression, new)
    )


def _is_staged(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.function == "ACTIVE INITIAL"


def _parts(state: State) -> list[Expression]:
    return [part for part in (state.flow, state.initial, state.time, state.count) if part is not None]


def _state(state: State, chosen: Callable[[Expression], Expression]) -> State:
    time = None if state.time is None else chosen(state.time)
    count = None if state.count is None else chosen(state.count)
    return replace(state, flow=chosen(state.flow), initial=chosen(state.initial), time=time, count=count)
