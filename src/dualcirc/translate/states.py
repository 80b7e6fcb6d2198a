"""Functions that remember -> states, and what an equation reads of them.

PySD ``py_backend/statefuls.py`` has the meaning of each; TREND, FORECAST, SAMPLE IF TRUE and INITIAL are told by a
simpler state and an expression over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from dualcirc.translate.constructs import RefusedError
from dualcirc.translate.ir import Call, Expression, Level, Number, State, StateFunction, free_axes
from dualcirc.translate.safe import LARGEST_ORDER


class Reader(Protocol):
    """Reader of one equation."""

    owner: str
    dims: tuple[str, ...]
    states: list[State]

    def read(self, tree: Any) -> Expression:
        """Number whose axes stand on the left of the equation."""
        ...

    def condition(self, tree: Any) -> Expression:
        """Part that must be a truth."""
        ...


def stateful(tree: Any, reader: Reader) -> Expression:
    """What an equation reads of a function that remembers; its states are added to those of the reader."""
    return STRUCTURES[type(tree).__name__](tree, reader)


def _integ(tree: Any, reader: Reader) -> Expression:
    """``statefuls.Integ``; ``NonNegativeInteg`` cuts the level at 0 after every step, not at the start."""
    flow, initial = reader.read(tree.flow), reader.read(tree.initial)
    return _add(reader, "INTEG", flow, initial, non_negative=bool(tree.non_negative))


def _smooth(tree: Any, reader: Reader) -> Expression:
    """``statefuls.Smooth``: SMOOTH, SMOOTH3, SMOOTH N and their forms with an initial value."""
    order, count = _order(tree, reader)
    flow, initial, time = reader.read(tree.input), reader.read(tree.initial), reader.read(tree.smooth_time)
    return _add(reader, "SMOOTH", flow, initial, time, order=order, count=count)


def _delay(tree: Any, reader: Reader) -> Expression:
    """``statefuls.Delay``: the last level divided by the delay time of the moment."""
    flow, initial, time = reader.read(tree.input), reader.read(tree.initial), reader.read(tree.delay_time)
    return Call("/", (_add(reader, "DELAY", flow, initial, time, order=int(tree.order)), time))


def _delay_n(tree: Any, reader: Reader) -> Expression:
    """
    ``statefuls.DelayN``: each compartment keeps the delay time with which its content came in.

    The times move on at each step, after the value is read: the last level is divided by the time of one step before.
    """
    order, count = _order(tree, reader)
    flow, initial, time = reader.read(tree.input), reader.read(tree.initial), reader.read(tree.delay_time)
    before = time if isinstance(time, Number) else _add(reader, "NEXT", time, time)
    return Call("/", (_add(reader, "DELAY N", flow, initial, time, order=order, count=count), before))


def _delay_fixed(tree: Any, reader: Reader) -> Expression:
    """``statefuls.DelayFixed``."""
    flow, initial, time = reader.read(tree.input), reader.read(tree.initial), reader.read(tree.delay_time)
    return _add(reader, "DELAY FIXED", flow, initial, time)


def _trend(tree: Any, reader: Reader) -> Expression:
    """``statefuls.Trend``: growth of the input over its average."""
    flow, time, trend = reader.read(tree.input), reader.read(tree.average_time), reader.read(tree.initial_trend)
    initial = Call("/", (flow, Call("+", (Number(1.0), Call("*", (trend, time))))))
    average = _add(reader, "SMOOTH", flow, initial, time)
    return Call("ZIDZ", (Call("-", (flow, average)), Call("*", (time, Call("ABS", (average,))))))


def _forecast(tree: Any, reader: Reader) -> Expression:
    """``statefuls.Forecast``: the input, grown over the horizon as it grew over its average."""
    flow, time = reader.read(tree.input), reader.read(tree.average_time)
    horizon, trend = reader.read(tree.horizon), reader.read(tree.initial_trend)
    average = _add(reader, "SMOOTH", flow, Call("/", (flow, Call("+", (Number(1.0), trend)))), time)
    growth = Call("ZIDZ", (Call("-", (flow, average)), Call("*", (time, average))))
    return Call("*", (flow, Call("+", (Number(1.0), Call("*", (growth, horizon))))))


def _sample_if_true(tree: Any, reader: Reader) -> Expression:
    """``statefuls.SampleIfTrue``: the input where the condition holds, else what was given one step before."""
    condition, flow, initial = reader.condition(tree.condition), reader.read(tree.input), reader.read(tree.initial)
    value = Call("IF THEN ELSE", (condition, flow, Level(_name(reader), 0, reader.dims)))
    _add(reader, "NEXT", value, initial)
    return value


def _initial(tree: Any, reader: Reader) -> Expression:
    """``statefuls.Initial``: what was at the start, throughout."""
    initial = reader.read(tree.initial)
    return _add(reader, "NEXT", Level(_name(reader), 0, reader.dims), initial)


def _order(tree: Any, reader: Reader) -> tuple[int, Expression | None]:
    """Number of compartments: a literal, or an expression that is known at the start."""
    count = reader.read(tree.order)
    if isinstance(count, Number):
        if count.value < 1:
            raise RefusedError(f"the order {count.value:g} of a smooth or delay is below 1")
        if count.value > LARGEST_ORDER:
            raise RefusedError(f"the order {count.value:g} of a smooth or delay is above {LARGEST_ORDER}")
        return int(count.value), None
    if free_axes(count):
        raise RefusedError("the order of a smooth or delay has subscripts", "It must be one number for all elements.")
    return 0, count


def _name(reader: Reader) -> str:
    """Name of the next state."""
    return f"{reader.owner} #{len(reader.states) + 1}"


def _add(
    reader: Reader,
    function: StateFunction,
    flow: Expression,
    initial: Expression,
    time: Expression | None = None,
    *,
    order: int = 1,
    count: Expression | None = None,
    non_negative: bool = False,
) -> Level:
    """Add a state of the owner's dimensions; its last compartment is what the equation reads."""
    name = _name(reader)
    state = State(name, reader.owner, function, order, reader.dims, flow, initial, time, non_negative, count)
    reader.states.append(state)
    return Level(name, order - 1, reader.dims)


STRUCTURES: Mapping[str, Callable[[Any, Reader], Expression]] = {
    "DelayFixedStructure": _delay_fixed,
    "DelayNStructure": _delay_n,
    "DelayStructure": _delay,
    "ForecastStructure": _forecast,
    "InitialStructure": _initial,
    "IntegStructure": _integ,
    "SampleIfTrueStructure": _sample_if_true,
    "SmoothNStructure": _smooth,
    "SmoothStructure": _smooth,
    "TrendStructure": _trend,
}
"""Lowering of each of the translator's structures that remember."""
