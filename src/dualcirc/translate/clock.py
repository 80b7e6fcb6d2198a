"""Control variables: when a simulation starts and ends, how it steps and what it saves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.constructs import fold
from dualcirc.translate.fixed import Fixed
from dualcirc.translate.ir import Reference, Table, TimeSettings, Variable, walk
from dualcirc.translate.safe import STEPS

CONTROL = ("initial_time", "final_time", "time_step", "saveper")
_PRECISION = 1e-5
"""Part of a step by which times may differ and still be equal (PySD ``components.Time.rprec``)."""


def time_settings(
    variables: Mapping[str, Variable],
    subscripts: Mapping[str, tuple[str, ...]],
    lookups: Mapping[str, Table],
    path: Path,
) -> TimeSettings:
    """
    Control variables as numbers; each may be computed from constants.

    Raises
    ------
    ModelFileError
        If one is missing, moves over time, or does not fit the others.
    """
    control = {fold(name): variable for name, variable in variables.items() if variable.kind == "control"}
    missing = [name.upper().replace("_", " ") for name in CONTROL if name not in control]
    if missing:
        raise ModelFileError(Problem(f"{', '.join(missing)} not found", str(path)))
    fixed = Fixed(variables, subscripts, lookups)
    initial, final, step, saveper = (_number(control[name], fixed, path) for name in CONTROL)
    if step <= 0 or final <= initial:
        told = f"TIME STEP {step} does not lead from INITIAL TIME {initial} to FINAL TIME {final}"
        raise ModelFileError(Problem(told, str(path), control["time_step"].line))
    if not (final - initial) / step <= STEPS:
        told = f"the run from {initial} to {final} has more than {STEPS:,} steps of {step}"
        raise ModelFileError(Problem(told, str(path), control["time_step"].line))
    time = TimeSettings(initial, final, step, saveper, isinstance(control["saveper"].expression, Reference))
    if saveper <= 0 or steps_per_save(time) is None:
        told = f"SAVEPER {saveper} and TIME STEP {step} have no regular common multiple within the run"
        raise ModelFileError(Problem(told, str(path), control["saveper"].line))
    return time


def number_of_steps(time: TimeSettings) -> int:
    """
    Number of steps of a simulation.

    Notes
    -----
    Where the step does not divide the time, the last step ends after it (PySD ``components.Time.in_bounds``).
    """
    return math.ceil((time.final - time.initial) / time.step - _PRECISION)


def steps_per_save(time: TimeSettings) -> int | None:
    """
    Number of steps between saved times; none where saved times are not equally far apart.

    Notes
    -----
    PySD saves a step that is a multiple of SAVEPER (``components.Time.in_return``): where SAVEPER is no multiple of the
    step, their common multiples, and every step where SAVEPER is a fraction of it.
    """
    count = number_of_steps(time)
    rest = np.arange(1, count + 1) * time.step % time.saveper
    near = np.minimum(rest, time.saveper - rest) < time.step * _PRECISION
    if not near.any():
        return count + 1 if time.saveper > count * time.step else None
    first = int(np.argmax(near)) + 1
    regular = np.arange(1, count + 1) % first == 0
    return first if np.array_equal(near, regular) else None


def steps_between(start: float, end: float, step: float) -> int | None:
    """Whole number of steps from ``start`` to ``end``; none if the step does not divide the span."""
    ratio = (end - start) / step
    if not math.isfinite(ratio):
        return None
    count = round(ratio)
    return count if count >= 1 and np.isclose(start + count * step, end, rtol=0, atol=1e-6 * step) else None


def settled(variables: Mapping[str, Variable]) -> dict[str, Variable]:
    """Return the variables, those that the control variables read unchangeable: no run may have times of its own."""
    read: set[str] = set()
    waiting = [name for name, variable in variables.items() if variable.kind == "control"]
    while waiting:
        expression = variables[waiting.pop()].expression
        found = {part.name for part in walk(expression) if isinstance(part, Reference)} if expression else set()
        waiting += found - read
        read |= found
    return {
        name: replace(variable, unchangeable=True) if name in read and variable.kind == "constant" else variable
        for name, variable in variables.items()
    }


def _number(variable: Variable, fixed: Fixed, path: Path) -> float:
    value = fixed.value(variable.name)
    if value is None or value.ndim or not np.isfinite(value):
        told = f"'{variable.name}' must be a number, or be computed from constants alone"
        raise ModelFileError(Problem(told, str(path), variable.line))
    return float(value)
