"""Values that enter a simulation from outside: the model's own, or a run's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dualcirc.engine.integrate import Clock
from dualcirc.errors import DualcircError, Problem, did_you_mean
from dualcirc.translate.ir import FloatArray, Model
from dualcirc.translate.order import state_parts, uses
from dualcirc.translate.points import on_grid

Overrides = Mapping[str, FloatArray]
"""Exact names of constants (*dims) and of data variables (step of the grid, *dims) with the values of one run."""


@dataclass(frozen=True)
class Inputs:
    """Base values of all constants and data variables, and the checks of what replaces them."""

    model: Model
    clock: Clock
    base: Mapping[str, FloatArray]
    """Constants (*dims), data variables (row, *dims) with rows up to the last interval's end."""
    shared: frozenset[str]
    """Constants of two dimensions and more: one value for all runs of a block."""

    def check(self, overrides: Overrides, run: int) -> None:
        """
        Refuse unknown names, wrong shapes and values that are no numbers.

        Raises
        ------
        DualcircError
            With every fault of the run.
        """
        problems = [fault for name, value in overrides.items() if (fault := self._fault(name, value, run))]
        if problems:
            raise DualcircError(problems)

    def check_shapes(self, overrides: Mapping[str, Any]) -> None:
        """
        Refuse unknown names and wrong shapes; the values may be traced by JAX.

        Raises
        ------
        DualcircError
            With every fault.
        """
        self.check({name: np.zeros(np.shape(value)) for name, value in overrides.items()}, 0)

    def check_all(self, runs: Sequence[Overrides], first: int = 0) -> None:
        """
        Refuse what ``check`` refuses, in any of the runs, whose numbers begin at ``first``.

        All values of one name are looked at together; only runs that do not fit are looked at one by one.
        """
        names = {name for run in runs for name in run}
        if not all(self._fits(name, [run[name] for run in runs if name in run]) for name in names):
            for number, run in enumerate(runs, first):
                self.check(run, number)

    def _fits(self, name: str, values: Sequence[FloatArray]) -> bool:
        """Whether all values of an input are right."""
        if name not in self.base or self.model.variables[name].unchangeable:
            return False
        expected = self.expected_shape(name)
        return all(np.shape(value) == expected for value in values) and bool(np.isfinite(np.asarray(values)).all())

    def expected_shape(self, name: str) -> tuple[int, ...]:
        """Shape of an override."""
        steps = (self.clock.steps + 1,) if self.model.variables[name].kind == "data" else ()
        return (*steps, *self.model.shape(name))

    def _fault(self, name: str, value: FloatArray, run: int) -> Problem | None:
        if name not in self.base:
            return self._no_input(name, run)
        if self.model.variables[name].unchangeable:
            mend = "Write '=' in the model, and a number for each control variable."
            return Problem(f"run {run}: '{name}' is unchangeable: '==', or a control variable reads it", mend=mend)
        expected = self.expected_shape(name)
        if np.shape(value) != expected:
            variable = self.model.variables[name]
            axes = (*(["time"] if variable.kind == "data" else []), *variable.dims)
            what = f"run {run}: '{name}' has shape {np.shape(value)}"
            return Problem(what, expected=f"shape {expected}" + (f" ({', '.join(axes)})" if axes else ""))
        if not (np.isfinite(value).all() if expected else math.isfinite(value)):
            return Problem(f"run {run}: '{name}' holds a value that is no number", expected="finite numbers")
        return None

    def _no_input(self, name: str, run: int) -> Problem:
        """Fault of a name that cannot be replaced: unknown, or computed."""
        if name not in self.model.variables:
            what = f"run {run}: '{name}' is no constant or data variable of the model"
            return Problem(what, mend=did_you_mean(name, self.base))
        expression = self.model.variables[name].expression
        names, states = uses(expression) if expression is not None else (set(), set())
        parts = [part for state in states for part in state_parts(self.model.states[state])]
        read = sorted(names.union(*(uses(part)[0] for part in parts)))
        of = f", from {', '.join(repr(other) for other in read)}" if read else ""
        mend = "Replace a constant or a data variable that it depends on."
        return Problem(f"run {run}: '{name}' is no constant or data variable: it is computed{of}", mend=mend)

    def lanes(self, name: str, runs: Sequence[Overrides], block: int) -> FloatArray:
        """Values of one input for a block of runs, (..., run); lanes without a run hold the base value."""
        base = self.base[name]
        if not base.shape:
            given = [run.get(name, base) for run in runs]
            return np.array([*given, *[base] * (block - len(given))], dtype=float)
        result = np.empty((*base.shape, block))
        result[...] = base[..., None]
        for lane, run in enumerate(runs):
            if name in run:
                result[..., lane] = run[name]
        return result


def inputs_of(model: Model, clock: Clock) -> Inputs:
    """Base inputs of a model on the grid of a clock."""
    base: dict[str, FloatArray] = {}
    for name, variable in model.variables.items():
        if variable.value is not None:
            base[name] = variable.value
        elif variable.series is not None:
            base[name] = on_grid(variable.series, clock.grid)
    constants = {name for name in base if model.variables[name].kind == "constant"}
    shared = frozenset(name for name in constants if base[name].ndim > 1)
    return Inputs(model, clock, base, shared)
