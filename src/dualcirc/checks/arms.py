"""Every run that the checks need, computed together, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dualcirc.checks.expressions import Expression, read_expression
from dualcirc.checks.names import ExpressionError, Names
from dualcirc.checks.starts import start_inputs, with_free_starts
from dualcirc.engine import Engine, RunOutputs
from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.check_schema import ExpectForm, IdenticalForm
from dualcirc.files.checks import Arm, LoadedCheck
from dualcirc.files.registry import Registry
from dualcirc.sweep.run import overrides_of
from dualcirc.translate import Model

Array = NDArray[np.float64]
BLOCK = 16
"""Runs that the engine computes side by side. Sums may be rounded differently from lane to lane of a block, so what is
compared bit for bit stands in the same lane."""


@dataclass(frozen=True)
class Run:
    """Outputs of one run of the model."""

    outputs: Mapping[str, Array]
    """(saved time, *subscripts) by exact name."""
    status: str
    times: Array
    model: Model

    def __call__(self, name: str) -> xr.DataArray:
        """Values of a variable, (time, *subscripts)."""
        dims = self.model.variables[name].dims
        coords = {dim: list(self.model.subscripts[dim]) for dim in dims}
        return xr.DataArray(self.outputs[name], {"time": self.times, **coords}, ("time", *dims))


@dataclass(frozen=True)
class Arms:
    """The runs of one check."""

    own: Run
    than: Run
    """What it is compared with: the baseline where the check names nothing else."""
    baseline: Run


def expressions_of(check: LoadedCheck, names: Names) -> dict[str, Expression]:
    """Every expression of a check by its text.

    Raises
    ------
    ScenarioError
        With every expression that cannot be used.
    """
    form, problems, found = check.form, [], {}
    texts = [*getattr(form, "outputs", ()), *(getattr(form, key) for key in ("zero", "scale") if hasattr(form, key))]
    for expect in getattr(form, "expect", ()):
        assert isinstance(expect, ExpectForm)
        texts += expect.outputs
    for text in dict.fromkeys(texts):
        try:
            found[text] = read_expression(text, names)
        except ExpressionError as fault:
            problems.append(problem_of(check, fault))
    if problems:
        raise ScenarioError(problems)
    return found


def problem_of(check: LoadedCheck, fault: ExpressionError) -> Problem:
    """Fault of an expression or a place with the place of its check."""
    return check.problem(fault.what, (), fault.expected, fault.mend)


def run_arms(
    checks: Sequence[LoadedCheck], expressions: Iterable[Expression], model: Model, registry: Registry
) -> list[Arms]:
    """Runs of every check, in the order of the checks.

    Parameters
    ----------
    checks
        What is to be run; runs that are given the same are computed once.
    expressions
        What will be read of the runs; all that moves over time is kept in any case.
    model, registry
        The model and what its changes may move.
    """
    stocks = [start.stock for check in checks for arm in _arms(check) for start in arm.starts]
    names = Names(model, registry)
    starts = _all_starts(checks, names)
    free = with_free_starts(model, stocks)
    engine = Engine(free, _outputs(model, expressions), block=BLOCK)
    pool = _Pool()
    places: list[tuple[int, int]] = []
    for number, check in enumerate(checks):
        # A run that must equal another one is computed anew: a run equals itself whatever the model does.
        alone = isinstance(check.form, IdenticalForm)
        own, *other = (
            {**overrides_of(arm.scenario, engine), **starts[number, side]} for side, arm in enumerate(_arms(check))
        )
        place = pool.number(own, alone=alone)
        places.append((place, pool.number(other[0] if other else {}, lane=place % BLOCK)))
    outputs = engine.run(pool.runs)
    runs = [_run(outputs, number, engine, model) for number in range(len(pool.runs))]
    return [Arms(runs[own], runs[than], runs[own % BLOCK]) for own, than in places]


class _Pool:
    """Runs, each with its number; the first block is the baseline in every lane."""

    def __init__(self) -> None:
        self.runs: list[Mapping[str, Array]] = [{} for _ in range(BLOCK)]
        self._numbers: dict[tuple[tuple[str, bytes], ...], list[int]] = {(): list(range(BLOCK))}

    def number(self, inputs: Mapping[str, Array], *, alone: bool = False, lane: int | None = None) -> int:
        """Number of a run with these inputs: a new one if it stands ``alone``, in a given lane of a block if any."""
        key = tuple(sorted((name, np.asarray(value).tobytes()) for name, value in inputs.items()))
        known = [number for number in self._numbers.get(key, ()) if lane in (None, number % BLOCK)]
        if known and not alone:
            return known[0]
        while lane is not None and len(self.runs) % BLOCK != lane:
            self.runs.append({})
        self.runs.append(inputs)
        if not alone:
            self._numbers.setdefault(key, []).append(len(self.runs) - 1)
        return len(self.runs) - 1


def _arms(check: LoadedCheck) -> list[Arm]:
    return [check.own] if check.than is None else [check.own, check.than]


def _all_starts(checks: Sequence[LoadedCheck], names: Names) -> dict[tuple[int, int], dict[str, Array]]:
    """Inputs for the initial values of every run, by check and side."""
    problems: list[Problem] = []
    found: dict[tuple[int, int], dict[str, Array]] = {}
    for number, check in enumerate(checks):
        for side, arm in enumerate(_arms(check)):
            try:
                found[number, side] = start_inputs(arm.starts, names)
            except ExpressionError as fault:
                problems.append(problem_of(check, fault))
    if problems:
        raise ScenarioError(problems)
    return found


def _outputs(model: Model, expressions: Iterable[Expression]) -> list[str]:
    """All that moves over time, and the constants that are read."""
    moving = [name for name, variable in model.variables.items() if variable.kind not in ("constant", "control")]
    return list(dict.fromkeys([*moving, *(name for each in expressions for name in each.variables)]))


def _run(outputs: RunOutputs, number: int, engine: Engine, model: Model) -> Run:
    values = {name: array[number] for name, array in outputs.items()}
    return Run(values, str(outputs.status[number]), engine.saved_times, model)
