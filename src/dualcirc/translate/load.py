"""Read a model file with its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.constructs import fold
from dualcirc.translate.ir import Expression, Model, Number, Reference, TimeSettings, Variable
from dualcirc.translate.lower import CONTROL, Lowered, lower
from dualcirc.translate.order import initial_order, step_order
from dualcirc.translate.read_mdl import read_mdl


def load(path: Path) -> Model:
    """
    Model of a Vensim file, with the tables that it reads below its folder.

    Parameters
    ----------
    path
        The ``.mdl`` file. It must be the user's own: the translator evaluates parts of it.

    Raises
    ------
    ModelFileError
        With everything found wrong: unknown constructs by name and variable, tables, subscripts, algebraic loops.
    """
    path = Path(path)
    lowered = lower(read_mdl(path), path)
    model = Model(
        path=path,
        subscripts=lowered.subscripts,
        variables=lowered.variables,
        states=lowered.states,
        lookups=lowered.lookups,
        time=_time_settings(lowered, path),
        digest=_digest(path, lowered.tables),
        tables=tuple(lowered.tables),
    )
    step_order(model)
    initial_order(model)
    return model


def steps_between(start: float, end: float, step: float) -> int | None:
    """Whole number of steps from ``start`` to ``end``; none if the step does not divide the span."""
    steps = round((end - start) / step)
    return steps if steps >= 1 and np.isclose(start + steps * step, end, rtol=0, atol=1e-6 * step) else None


def _time_settings(lowered: Lowered, path: Path) -> TimeSettings:
    """Control variables as numbers; the step must divide the span and the interval between saved times."""
    control = {fold(name): variable for name, variable in lowered.variables.items() if variable.kind == "control"}
    missing = [name.upper().replace("_", " ") for name in CONTROL if name not in control]
    if missing:
        raise ModelFileError(Problem(f"{', '.join(missing)} not found", str(path)))
    initial, final, step, saveper = (_number(control[name], control, path) for name in CONTROL)
    if step <= 0 or steps_between(initial, final, step) is None:
        raise ModelFileError(Problem(f"TIME STEP {step} does not divide the time from {initial} to {final}", str(path)))
    if saveper <= 0 or steps_between(0, saveper, step) is None:
        raise ModelFileError(Problem(f"SAVEPER {saveper} is no multiple of TIME STEP {step}", str(path)))
    return TimeSettings(initial, final, step, saveper, isinstance(control["saveper"].expression, Reference))


def _number(variable: Variable, control: Mapping[str, Variable], path: Path) -> float:
    """Value of a control variable: a number, or the name of another one."""
    expression: Expression | None = variable.expression
    match expression:
        case Number(value=value):
            return value
        case Reference(name=name) if fold(name) in control and fold(name) != fold(variable.name):
            other = control[fold(name)]
            if isinstance(other.expression, Number):
                return other.expression.value
    raise ModelFileError(Problem(f"'{variable.name}' must be a number", str(path), variable.line))


def _digest(path: Path, tables: Sequence[Path]) -> str:
    """SHA-256 over the file and its tables, each with its name, in the order of names."""
    digest = hashlib.sha256()
    for file in (path, *tables):
        name = file.name if file == path else file.relative_to(path.parent.resolve()).as_posix()
        digest.update(f"{name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
