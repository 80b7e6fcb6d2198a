"""Matrices that sums alone read are written into the sums, where they need not be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dualcirc.engine.passes.rewrite import bottom_up, rewritten
from dualcirc.translate.ir import (
    Axis,
    Call,
    Expression,
    Extreme,
    Level,
    Model,
    Number,
    Pick,
    Reference,
    Sum,
    Time,
    children,
    walk,
    with_children,
)
from dualcirc.translate.order import step_order, varying

_PLAIN = (Call, Number, Time, Reference, Level)
_LARGEST = 40
"""Nodes of an expression up to which it is written in again for each of its readers."""


def inlined_matrices(model: Model, outputs: Sequence[str]) -> Model:
    """
    Model in which a moving matrix that is read in sums alone stands in those sums.

    Notes
    -----
    The values do not change: an element is computed where it is read. Written in, the factors of a matrix that have
    only one of its dimensions can leave the sum.
    """
    wanted = _read_in_sums_alone(model, outputs)
    chosen: dict[str, Expression] = {}
    for name in step_order(model):
        expression = model.variables[name].expression
        if name in wanted and expression is not None:
            expression = _replaced(expression, chosen, model)
            if len(list(walk(expression))) <= _LARGEST:
                chosen[name] = expression
    return rewritten(model, lambda part: _replaced(part, chosen, model)) if chosen else model


def _read_in_sums_alone(model: Model, outputs: Sequence[str]) -> set[str]:
    """Moving matrices that are read, whole, within sums or within other such matrices alone."""
    moving = varying(model)
    found: set[str] = set()
    outside = set(outputs)
    for state in model.states.values():
        for part in (state.flow, state.initial, state.time, state.count):
            if part is not None:
                _outside(part, within=False, found=outside)
    for name in reversed(step_order(model)):
        variable = model.variables[name]
        if variable.expression is None:
            continue
        if name in moving and name not in outside and len(variable.dims) > 1 and _plain(variable.expression):
            found.add(name)
        _outside(variable.expression, within=name in found, found=outside)
    return found


def _plain(expression: Expression) -> bool:
    """Whether an expression holds plain arithmetic alone, and nothing dear that every reader would compute again."""
    dear = ("EXP", "^", "SQRT", "ACTIVE INITIAL")
    return all(
        isinstance(node, _PLAIN) and not (isinstance(node, Call) and node.function in dear) for node in walk(expression)
    )


def _outside(expression: Expression, *, within: bool, found: set[str]) -> None:
    match expression:
        case Reference(name=name, axes=axes):
            whole = all(isinstance(axis, str) for axis in axes) and len(set(axes)) == len(axes)
            if not within or not whole:
                found.add(name)
        case Sum(argument=argument):
            _outside(argument, within=True, found=found)
        case Extreme(argument=argument):
            _outside(argument, within=False, found=found)
        case Call(arguments=arguments):
            for part in arguments:
                _outside(part, within=within, found=found)
        case _:
            for part in children(expression):
                _outside(part, within=False, found=found)


def _replaced(expression: Expression, chosen: Mapping[str, Expression], model: Model) -> Expression:
    """Expression with the chosen matrices written in."""

    def write_in(part: Expression) -> Expression:
        if isinstance(part, Reference) and part.name in chosen:
            # Only references to whole rows and columns were chosen.
            labels = [axis for axis in part.axes if isinstance(axis, str)]
            names = dict(zip(model.variables[part.name].dims, labels, strict=True))
            return _renamed(chosen[part.name], names)
        return part

    return bottom_up(expression, write_in) if chosen else expression


def _renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """Expression with other labels of its axes."""
    match expression:
        case Reference(name=name, axes=axes):
            return Reference(name, tuple(_renamed_axis(axis, names) for axis in axes))
        case Level(state=state, compartment=compartment, axes=axes):
            return Level(state, compartment, tuple(names.get(axis, axis) for axis in axes))
        case _:
            return with_children(expression, tuple(_renamed(part, names) for part in children(expression)))


def _renamed_axis(axis: Axis, names: Mapping[str, str]) -> Axis:
    """Axis with another label; a fixed element has none."""
    match axis:
        case str():
            return names.get(axis, axis)
        case Pick(axis=label):
            return replace(axis, axis=names.get(label, label))
        case _:
            return axis
