"""One run of any model as a table: a column for every element of every variable, a row for every saved time."""

from __future__ import annotations

import csv
import io
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dualcirc.engine.engine import Engine
from dualcirc.engine.inputs import Overrides
from dualcirc.engine.integrate import Integrator
from dualcirc.errors import DualcircError, Problem, did_you_mean
from dualcirc.translate.clock import steps_between
from dualcirc.translate.constructs import fold
from dualcirc.translate.ir import FloatArray, Model, Number, Reference, Variable, is_inner, walk
from dualcirc.translate.safe import STEPS

CELLS = 100_000_000
"""A table of more numbers would not fit into memory, nor be opened by anything."""


@dataclass(frozen=True)
class RunTable:
    """Columns by name, ``time`` first."""

    header: tuple[str, ...]
    values: FloatArray
    """(saved time, column)."""

    def to_csv(self) -> str:
        """Text with commas, quoted after RFC 4180 where a name needs it; every number reads back as it was."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows([[repr(number) for number in row] for row in self.values.tolist()])
        return text.getvalue()


def simulate(
    model: Model,
    settings: Mapping[str, float],
    time_step: float | None = None,
    final_time: float | None = None,
    integrator: Integrator = "euler",
) -> RunTable:
    """
    Every variable of one run, constants included.

    Parameters
    ----------
    model
        Model from ``dualcirc.translate.load``.
    settings
        Values of constants: ``name`` for all elements, ``name[element]`` for one, in the order in which they are set.
    time_step, final_time
        Step and end of the run, instead of the model's.
    integrator
        As for ``Engine``.

    Returns
    -------
    RunTable
        Names as in the file, ``name[element,element]`` where there are subscripts.

    Raises
    ------
    DualcircError
        If a setting names no constant or holds no number, the step does not divide the run, or a value of the run is
        not finite; with the variable and the first time.
    """
    overrides = _overrides(model, settings)
    timed = model if final_time is None else _until(model, final_time, time_step)
    names = [name for name, v in timed.variables.items() if v.kind != "lookup" and not is_inner(name)]
    _check_size(timed, names, time_step or timed.time.step)
    engine = Engine(timed, names, time_step, block=1, threads=1, integrator=integrator)
    times = engine.saved_times
    outputs = engine.run([overrides])
    values = {name: outputs[name][0][: len(times)] for name in names}
    _check_finite(timed, values, times, str(outputs.status[0]))
    header = ["time", *itertools.chain.from_iterable(columns(timed, name) for name in names)]
    columns_of_all = [values[name].reshape(len(times), -1) for name in names]
    return RunTable(tuple(header), np.concatenate([times[:, None], *columns_of_all], axis=1))


def columns(model: Model, name: str) -> list[str]:
    """Names of the columns of a variable, the last subscript running fastest."""
    dims = model.variables[name].dims
    if not dims:
        return [name]
    return [f"{name}[{','.join(place)}]" for place in itertools.product(*(model.subscripts[dim] for dim in dims))]


def _overrides(model: Model, settings: Mapping[str, float]) -> Overrides:
    """Values of the constants that are set, (*dims)."""
    values: dict[str, FloatArray] = {}
    problems: list[Problem] = []
    for written, number in settings.items():
        try:
            variable, place = _constant(model, written)
        except _SettingError as error:
            problems.append(error.problem)
            continue
        assert variable.value is not None
        value = values.setdefault(variable.name, np.array(variable.value, dtype=float))
        value[place] = number
        if not math.isfinite(number):
            problems.append(Problem(f"'{written}' is set to {number}", expected="a finite number"))
    if problems:
        raise DualcircError(problems)
    return values


class _SettingError(Exception):
    """A setting that names nothing that can be set."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.problem = Problem(what, mend=mend)


def _constant(model: Model, written: str) -> tuple[Variable, tuple[int, ...]]:
    """Constant that a setting names, and the place of its element; no place for all."""
    constants = {fold(name): v for name, v in model.variables.items() if v.kind == "constant" and not is_inner(name)}
    match = re.fullmatch(r"(.*?)\s*\[([^\[\]]*)\]\s*", written)
    own = match is None or fold(written) in constants
    name = written.strip() if own or match is None else match[1].strip()
    variable = constants.get(fold(name))
    if variable is None:
        found = next((v for known, v in model.variables.items() if fold(known) == fold(name)), None)
        if found is not None:
            raise _SettingError(f"'{found.name}' is no constant: it is computed, read from data, or sets the clock")
        near = did_you_mean(name, [v.name for v in constants.values()])
        raise _SettingError(f"'{name}' is no constant of the model", near)
    _refuse_clock(model, variable)
    if variable.unchangeable:
        raise _SettingError(f"'{variable.name}' is unchangeable: the file writes '=='")
    if own or match is None:
        return variable, ()
    return variable, _place(model, variable, [text.strip() for text in match[2].split(",")])


def _place(model: Model, variable: Variable, texts: Sequence[str]) -> tuple[int, ...]:
    """Position of an element."""
    if len(texts) != len(variable.dims):
        raise _SettingError(f"'{variable.name}' has {len(variable.dims)} subscripts, {len(texts)} are given")
    place = []
    for text, dim in zip(texts, variable.dims, strict=True):
        elements = [fold(element) for element in model.subscripts[dim]]
        if fold(text) not in elements:
            mend = did_you_mean(text, model.subscripts[dim])
            raise _SettingError(f"'{text}' is no element of '{dim}' in '{variable.name}'", mend)
        place.append(elements.index(fold(text)))
    return tuple(place)


def _refuse_clock(model: Model, variable: Variable) -> None:
    """Refuse a constant on which the clock hangs, which is read when the file is."""
    for other in model.variables.values():
        parts = walk(other.expression) if other.kind == "control" and other.expression is not None else ()
        if any(isinstance(part, Reference) and part.name == variable.name for part in parts):
            told = f"'{variable.name}' sets {other.name}, which is fixed when the file is read"
            raise _SettingError(told, "Use --final-time or --time-step.")


def _until(model: Model, final: float, step: float | None) -> Model:
    """Model with another end."""
    size = step or model.time.step
    if not math.isfinite(final) or size <= 0 or steps_between(model.time.initial, final, size) is None:
        told = f"a run from {model.time.initial:g} to {final:g} is no whole number of steps of {size:g}"
        raise DualcircError(Problem(told, mend="Choose an end after the start, at a multiple of the step."))
    variables = {
        name: replace(variable, expression=Number(final)) if fold(name) == "final_time" else variable
        for name, variable in model.variables.items()
    }
    return replace(model, time=replace(model.time, final=final), variables=variables)


def _check_size(model: Model, names: Sequence[str], step: float) -> None:
    """Refuse a run whose table, or whose data at every step, would not fit into memory."""
    time = model.time
    saves = (time.final - time.initial) / (step if time.saveper_is_step else time.saveper) + 1
    steps = (time.final - time.initial) / step + 1
    rows = {name: steps if model.variables[name].kind == "data" else saves for name in names}
    cells = sum(rows[name] * math.prod(model.shape(name)) for name in names)
    if cells > CELLS or steps > STEPS:
        told = f"the run has {steps:,.0f} steps and {cells:,.0f} numbers; up to {STEPS:,} and {CELLS:,} are run"
        raise DualcircError(Problem(told, str(model.path)))


def _check_finite(model: Model, values: Mapping[str, FloatArray], times: FloatArray, status: str) -> None:
    """Refuse a run that failed; name the variable that was not finite first."""
    if status == "ok":
        return
    first: tuple[int, str, str] | None = None
    for name, array in values.items():
        flat = np.isfinite(array.reshape(len(times), -1))
        if not flat.all():
            row, column = np.argwhere(~flat)[0]
            if first is None or row < first[0]:
                first = int(row), columns(model, name)[column], repr(float(array.reshape(len(times), -1)[row, column]))
    if first is None:
        raise DualcircError(Problem(f"the run failed: {status}", str(model.path)))
    row, column_name, got = first
    what = f"the run failed: '{column_name}' is {got} at time {times[row]:g}"
    line = model.variables[column_name.partition("[")[0]].line if column_name in model.variables else None
    raise DualcircError(Problem(what, str(model.path), line, mend="The first such variable is the one to look at."))
