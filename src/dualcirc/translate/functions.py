"""Functions told by simpler ones: of time, of vectors, random draws.

PySD ``builders/python/python_functions.py`` lists them, ``py_backend/functions.py`` has the meaning of each.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dualcirc.translate.constructs import TOLD_BY_OTHERS, RefusedError
from dualcirc.translate.ir import (
    Call,
    Expression,
    Extreme,
    Number,
    Random,
    Reference,
    Sum,
    Time,
    Vector,
    free_axes,
    range_of,
)

_HALF, _NONE, _ONE = Number(0.5), Number(0.0), Number(1.0)


class Reader(Protocol):
    """Reader of one equation."""

    owner: str
    dims: tuple[str, ...]
    draws: list[Random]

    def number(self, tree: Any) -> Expression:
        """Part that must be a number."""
        ...

    def read(self, tree: Any) -> Expression:
        """Number whose axes stand on the left of the equation."""
        ...

    def time_step(self) -> Reference:
        """Reference to TIME STEP."""
        ...

    def place(self) -> str:
        """Elements on the left of the equation."""
        ...

    def size_of(self, tree: Any) -> int:
        """Number of elements of the subscript range that a part names."""
        ...


Arguments = Sequence[Expression]
Lowering = Callable[[Arguments, Reader], Expression]


def told_by_others(function: str, trees: Sequence[Any], reader: Reader) -> Expression:
    """
    Call of one of ``TOLD_BY_OTHERS``, told by functions that the engine computes.

    Raises
    ------
    RefusedError
        If the number of arguments is wrong, or an argument is outside what the reference knows.
    """
    count = TOLD_BY_OTHERS[function]
    if len(trees) != count:
        raise RefusedError(f"{function} takes {count} arguments, {len(trees)} are given")
    if function == "ELMCOUNT":
        return Number(float(reader.size_of(trees[0])))
    if function.startswith("RANDOM"):
        return _random(function, trees, reader)
    return _LOWERINGS[function]([reader.number(tree) for tree in trees], reader)


def _step(arguments: Arguments, reader: Reader) -> Expression:
    """``functions.step``: the height from half a step before its time on."""
    height, start = arguments
    now = Call("+", (Time(), Call("*", (reader.time_step(), _HALF))))
    return _if(Call(">", (now, start)), height)


def _ramp(arguments: Arguments, _: Reader) -> Expression:
    """``functions.ramp``; the form of XMILE has no end."""
    slope, start, *finish = arguments
    until = Call("MIN", (finish[0], Time())) if finish else Time()
    rise = Call("*", (slope, Call("-", (until, start))))
    return _if(Call("reached", (Time(), start)), rise)


def _pulse(arguments: Arguments, _: Reader) -> Expression:
    """``functions.pulse`` with a width."""
    start, width = arguments
    return _if(_within(start, width), _ONE)


def _pulse_of_xmile(arguments: Arguments, reader: Reader) -> Expression:
    """``functions.pulse`` with a magnitude: all of it in one step."""
    start, magnitude = arguments
    width = Call("*", (_HALF, reader.time_step()))
    return _if(_within(start, width), Call("/", (magnitude, reader.time_step())))


def _pulse_train(arguments: Arguments, _: Reader) -> Expression:
    """``functions.pulse`` that repeats until an end."""
    start, interval, width, end = arguments
    return _train(start, interval, width, _ONE, Call("<", (Time(), end)))


def _pulse_train_of_xmile(arguments: Arguments, reader: Reader) -> Expression:
    """``functions.pulse`` that repeats a magnitude for ever."""
    start, interval, magnitude = arguments
    width = Call("*", (_HALF, reader.time_step()))
    return _train(start, interval, width, Call("/", (magnitude, reader.time_step())), None)


def _within(start: Expression, width: Expression) -> Expression:
    """Whether a single pulse is on; PySD gives its start a tolerance, its end none."""
    before_end = Call("<", (Time(), Call("+", (start, width))))
    return Call(":AND:", (Call("reached", (Time(), start)), before_end))


def _train(
    start: Expression, interval: Expression, width: Expression, height: Expression, before: Expression | None
) -> Expression:
    """Pulses at every interval; an interval of 0 gives a single one, whose end PySD does not look at."""
    on = Call("<", (Call("phase", (Call("-", (Time(), start)), interval)), width))
    after = Call("<=", (start, Time()))
    running = after if before is None else Call(":AND:", (after, before))
    again = _if(Call(":AND:", (running, on)), height)
    return _if(Call("=", (interval, _NONE)), _if(_within(start, width), height), again)


def _time_value(arguments: Arguments, _: Reader) -> Expression:
    """``functions.get_time_value``: the reference knows the current time in the model's own unit alone."""
    relative, offset, measure = arguments
    if relative != _NONE or measure != _NONE:
        raise RefusedError("GET TIME VALUE is supported for the current time in the unit of the model alone (0, ., 0)")
    return Call("+", (Time(), offset))


def _extreme_of_all(function: str) -> Lowering:
    """Make the form of XMILE with one argument: over all its elements."""

    def lower(arguments: Arguments, _: Reader) -> Expression:
        axes = free_axes(arguments[0])
        if not axes:
            raise RefusedError("MIN or MAX of one argument has no subscript to run over")
        return Extreme(function, axes, arguments[0])

    return lower


def _vector(function: str, axes: int) -> Lowering:
    """Make a function that runs along the last axes of its first argument."""

    def lower(arguments: Arguments, _: Reader) -> Expression:
        found = free_axes(arguments[0])[-axes:]
        if len(found) < axes:
            raise RefusedError(f"the first argument of {function} needs {axes} subscripts or more, it has {len(found)}")
        return Vector(function, found, tuple(arguments))

    return lower


def _inverse(arguments: Arguments, reader: Reader) -> Expression:
    """``functions.invert_matrix``; the size, the second argument of Vensim, is that of the subscripts."""
    return _vector("INVERT MATRIX", 2)(arguments[:1], reader)


def _select(arguments: Arguments, _: Reader) -> Expression:
    """``functions.vector_select``; where its error action would stop the run, the value is no number."""
    chosen, values, missing, action, error = arguments
    axes = tuple(axis for axis in free_axes(Call("*", (chosen, values))) if range_of(axis) != axis)
    if not (isinstance(action, Number) and isinstance(error, Number)):
        raise RefusedError("the actions of VECTOR SELECT must be literal numbers")
    if action.value not in range(11) or error.value not in range(4):
        raise RefusedError(f"VECTOR SELECT knows the actions 0 to 10 and 0 to 3, not {action.value:g}, {error.value:g}")
    if not set(axes) <= set(free_axes(chosen)) or not axes:
        raise RefusedError("VECTOR SELECT needs its subscripts marked with '!' in the first argument")
    picked = Call("<>", (chosen, _NONE))
    count = Sum(axes, _if(picked, _ONE))
    result = _if(Call("=", (count, _NONE)), missing, _selected(int(action.value), picked, chosen, values, axes, count))
    if error.value in (1, 3):
        result = _if(Call("=", (count, _NONE)), Number(math.nan), result)
    if error.value in (2, 3):
        result = _if(Call(">", (count, _ONE)), Number(math.nan), result)
    return result


def _selected(
    action: int, picked: Expression, chosen: Expression, values: Expression, axes: tuple[str, ...], count: Expression
) -> Expression:
    """Sum, product, least, largest or mean of the picked values: weighted up to action 5, plain from 6 on."""
    weighted = Call("^", (values, chosen)) if action == 5 else Call("*", (chosen, values))
    parts = weighted if action < 6 else values
    match 1 if action == 5 else action % 6:
        case 0:
            return Sum(axes, _if(picked, parts))
        case 1:
            return Extreme("PROD", axes, _if(picked, parts, _ONE))
        case 2:
            return Extreme("VMIN", axes, _if(picked, parts, Number(math.inf)))
        case 3:
            return Extreme("VMAX", axes, _if(picked, parts, Number(-math.inf)))
    return Call("/", (Sum(axes, _if(picked, parts)), count))


def _random(function: str, trees: Sequence[Any], reader: Reader) -> Random:
    """Draw for each element of the left side; the last argument of Vensim, a seed, is not looked at, as in PySD."""
    arguments = tuple(reader.read(tree) for tree in trees)[:-1]
    if function == "RANDOM 0 1":
        function, arguments = "RANDOM UNIFORM", (_NONE, _ONE)
    # From the variable's name, so that an equation more or less elsewhere leaves the draw as it is.
    digest = hashlib.sha256(f"{reader.owner} {reader.place()} #{len(reader.draws) + 1}".encode()).digest()
    draw = Random(function, arguments, int.from_bytes(digest[:8], "big"), reader.dims)
    reader.draws.append(draw)
    return draw


def _if(condition: Expression, value: Expression, otherwise: Expression = _NONE) -> Expression:
    return Call("IF THEN ELSE", (condition, value, otherwise))


def _alike(function: str) -> Lowering:
    """Make a function that the engine knows under another name."""
    return lambda arguments, _: Call(function, tuple(arguments))


_LOWERINGS: Mapping[str, Lowering] = {
    "GET TIME VALUE": _time_value,
    "INVERT MATRIX": _inverse,
    "LOG": lambda arguments, _: Call("/", (Call("LN", (arguments[0],)), Call("LN", (arguments[1],)))),
    "PI": lambda _, __: Number(math.pi),
    "POWER": _alike("^"),
    "PULSE": _pulse,
    "PULSE TRAIN": _pulse_train,
    "RAMP": _ramp,
    "STEP": _step,
    "VECTOR RANK": _vector("VECTOR RANK", 1),
    "VECTOR REORDER": _vector("VECTOR REORDER", 1),
    "VECTOR SELECT": _select,
    "VECTOR SORT ORDER": _vector("VECTOR SORT ORDER", 1),
    "VMAX XMILE": _extreme_of_all("VMAX"),
    "VMIN XMILE": _extreme_of_all("VMIN"),
    "XPULSE": _pulse_of_xmile,
    "XPULSE TRAIN": _pulse_train_of_xmile,
    "XRAMP": _ramp,
}
"""Lowering of each of ``TOLD_BY_OTHERS`` but those that need the names or the place of the equation."""
