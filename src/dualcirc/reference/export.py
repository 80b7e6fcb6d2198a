"""The model as one file that needs no table beside it, for tools that read no CSV."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from dualcirc.errors import OutputError, Problem
from dualcirc.files.paths import shown
from dualcirc.reference.mdl_text import MdlText, read_mdl_text
from dualcirc.translate.constructs import fold
from dualcirc.translate.ir import FloatArray, Model, Series, TimeSettings, Variable

_WIDTH = 120
_INDENT = "\n\t\t"
_RAMP = 64
"""A jump of a path that is held takes one 64th of a step: exact on every grid whose step is not that small, and wide
enough that single precision, in which some editions of Vensim run, still tells its two ends apart."""


def export_model(model: Model, file: Path) -> None:
    """
    Write the model as one self-contained file.

    Raises
    ------
    OutputError
        If the file would replace the model itself, does not end with ``.mdl``, or cannot be written.
    """
    if file.suffix.lower() != ".mdl":
        raise OutputError(Problem(f"got '{file.name}'", shown(file), None, "a file name that ends with .mdl"))
    if file.resolve() == model.path.resolve():
        raise OutputError(Problem("the export would replace the model itself", shown(file), None, "another file"))
    text = self_contained(model, read_mdl_text(model.path))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as fault:
        raise OutputError(Problem(f"the model cannot be written: {fault}", shown(file))) from fault


def self_contained(model: Model, source: MdlText) -> str:
    """
    Text of the model with every table as numbers in its equation.

    Notes
    -----
    Constants become numbers, lists and matrices. A path of data becomes a lookup of Time for each element, held at
    both ends; paths that do not move become constants (pysimlin 0.8 takes no more than 255 lookups). Numbers are
    written so that they are read back without any loss; PySD, however, copies lists and lookups with numpy's print
    precision (8 digits) unless ``numpy.set_printoptions(precision=17)`` was called before.
    """
    equations = []
    for name, variable in model.variables.items():
        entry = source.by_name[fold(name)]
        if variable.series is not None:
            equations.append((entry, _data(model, variable, variable.series)))
        elif variable.value is not None and "GET DIRECT" in entry.equation.upper().replace("_", " "):
            equations.append((entry, _constant(model, variable, variable.value)))
    return source.replaced(equations)


def _constant(model: Model, variable: Variable, value: FloatArray) -> str:
    """Equations of a constant: lists and matrices in one, more dimensions one matrix at a time."""
    outer, inner = variable.dims[:-2], variable.dims[-2:]
    parts = []
    for at, elements in _elements(model, outer):
        left = _left(variable.name, (*elements, *inner))
        parts.append(f"{left} ={_INDENT}{_array(value[at])}")
    return _joined(parts)


def _array(value: FloatArray) -> str:
    if value.ndim < 2:
        return _wrapped([_number(number) for number in value.ravel()], ",")
    return _INDENT.join(_wrapped([_number(number) for number in row], ",") + ";" for row in value)


def _data(model: Model, variable: Variable, series: Series) -> str:
    """Equations of a data variable: a lookup of Time for each element; numbers where no path moves (levers at rest)."""
    if np.all(series.values == series.values[:1]):
        return _constant(model, variable, series.values[0])
    return _joined(
        [
            _lookup(model, _left(variable.name, elements), series, np.moveaxis(series.values, 0, -1)[at])
            for at, elements in _elements(model, variable.dims)
        ]
    )


def _lookup(model: Model, left: str, series: Series, values: FloatArray) -> str:
    points = _points(series.times, values, series.interpolation == "hold", model.time)
    pairs = _wrapped([f"({_number(time)},{_number(value)})" for time, value in points], ",")
    return f"{left} = WITH LOOKUP(Time, ({_INDENT}{pairs}))"


def _points(times: FloatArray, values: FloatArray, hold: bool, clock: TimeSettings) -> list[tuple[float, float]]:
    """Points between which a straight line gives the path at every step, from start to end of the run."""
    pairs = [(float(time), float(value)) for time, value in zip(times, values, strict=True)]
    points = list(_steps(pairs, clock)) if hold else pairs
    if points[0][0] > clock.initial:
        points.insert(0, (clock.initial, points[0][1]))
    if points[-1][0] < clock.final:
        points.append((clock.final, points[-1][1]))
    return points


def _steps(pairs: Sequence[tuple[float, float]], clock: TimeSettings) -> Iterator[tuple[float, float]]:
    """Path that jumps: flat up to just before the first step at which the next value holds."""
    on_grid: dict[float, float] = {}
    for time, value in pairs:
        on_grid[clock.initial + max(0, math.ceil((time - clock.initial) / clock.step)) * clock.step] = value
    previous: float | None = None
    for time, value in on_grid.items():
        if previous is None:
            yield time, value
        elif value != previous:
            yield time - clock.step / _RAMP, previous
            yield time, value
        previous = value


def _elements(model: Model, dims: Sequence[str]) -> Iterator[tuple[tuple[int, ...], tuple[str, ...]]]:
    """Position and names of every combination of elements; one empty combination for no dimension."""
    names = [model.subscripts[dim] for dim in dims]
    for at in np.ndindex(*map(len, names)):
        yield at, tuple(names[axis][place] for axis, place in enumerate(at))


def _left(name: str, subscripts: Sequence[str]) -> str:
    return f"{name}[{', '.join(subscripts)}]" if subscripts else name


def _joined(parts: Sequence[str]) -> str:
    """Several equations of one variable; unit and documentation follow the last."""
    return " ~~|\n".join(parts)


def _number(value: float) -> str:
    """Shortest text that is read back as the same number."""
    return repr(float(value))


def _wrapped(items: Sequence[str], separator: str) -> str:
    """Items in lines of bounded width."""
    lines = [""]
    for number, item in enumerate(items, 1):
        text = item + separator if number < len(items) else item
        if lines[-1] and len(lines[-1]) + len(text) > _WIDTH:
            lines.append("")
        lines[-1] += text
    return _INDENT.join(lines)
