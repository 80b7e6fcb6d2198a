"""Checks of the equations as they are written: units balance, and every number has a name."""

from __future__ import annotations

from collections.abc import Iterator

from dualcirc.errors import Problem
from dualcirc.translate import Model, check_units
from dualcirc.translate.ir import Expression, Number, walk
from dualcirc.translate.order import initial_parts, state_parts

PLAIN_NUMBERS = frozenset({0.0, 1.0, 2.0, 100.0})
"""Numbers that need no name: nothing, the whole, a pair or a square, per cent."""


def faulty_units(model: Model) -> list[Problem]:
    """Every variable whose unit is missing, unreadable or not that of its equation."""
    return check_units(model)


def unnamed_numbers(model: Model) -> list[Problem]:
    """Every equation that holds a number which should be a named constant with unit, range and source."""
    problems = []
    for name, variable in model.variables.items():
        if variable.expression is None or variable.kind == "control":
            continue
        literals = {part.value for whole in _parts(model, name) for part in walk(whole) if isinstance(part, Number)}
        for value in sorted({abs(literal) for literal in literals} - PLAIN_NUMBERS):
            what = f"equation of '{name}': got the number {value:g}"
            allowed = ", ".join(f"{number:g}" for number in sorted(PLAIN_NUMBERS))
            mend = "Make it a constant of its own, with a row in parameters.csv."
            problems.append(Problem(what, str(model.path), variable.line, f"a name; only {allowed} have none", mend))
    return problems


def _parts(model: Model, name: str) -> Iterator[Expression]:
    """Right-hand side of a variable, and of what it accumulates."""
    expression = model.variables[name].expression
    assert expression is not None
    yield expression
    for state in model.states.values():
        if state.owner == name:
            yield from (*state_parts(state), *initial_parts(state))
