"""A second reading of the expression graph, in plain numpy and without the engine's code.

It computes no simulation: given the values that a run saved at every time step, it says what every equation makes of
them. Arrays carry axes (run, time, *labels) with length 1 where nothing varies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dualcirc.translate import Model, State
from dualcirc.translate.ir import Call, Expression, Extreme, Level, Number, Reference, Sum, Time

Array = NDArray[np.float64]
SMALL_VENSIM = 1e-6
"""What counts as zero in XIDZ and ZIDZ (Vensim help, "XIDZ")."""


class Labelled(NamedTuple):
    """Array (run, time, *axes)."""

    array: Array
    axes: tuple[str, ...] = ()


def _quotient_or(x: Array, y: Array, otherwise: Array | float) -> Array:
    small = np.abs(y) < SMALL_VENSIM
    return np.where(small, otherwise, x / np.where(small, 1.0, y))


FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "negative": np.negative,
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    ":AND:": np.logical_and,
    ":OR:": np.logical_or,
    ":NOT:": np.logical_not,
    "IF THEN ELSE": np.where,
    "MIN": np.minimum,
    "MAX": np.maximum,
    "EXP": np.exp,
    "LN": np.log,
    "SQRT": np.sqrt,
    "ABS": np.abs,
    "XIDZ": _quotient_or,
    "ZIDZ": lambda x, y: _quotient_or(x, y, 0.0),
}


class Reading:
    """What the equations make of saved values.

    Parameters
    ----------
    model
        Equations.
    saved
        (run, time step, *dims) by name: outputs at every step, and whatever a run was given.
    times
        Times of the steps.
    """

    def __init__(self, model: Model, saved: Mapping[str, Array], times: Array) -> None:
        self.model, self.times = model, times
        self.known = {name: Labelled(array, model.variables[name].dims) for name, array in saved.items()}
        self.levels: dict[str, list[Array]] = {}

    def variable(self, name: str) -> Labelled:
        """Value of a variable: as saved; a constant as the model has it; else what its equation gives."""
        if name not in self.known:
            variable = self.model.variables[name]
            if variable.value is not None:
                self.known[name] = Labelled(variable.value[None, None], variable.dims)
            else:
                assert variable.expression is not None, name
                self.known[name] = self.spread(variable.expression, variable.dims)
        return self.known[name]

    def spread(self, expression: Expression, dims: tuple[str, ...]) -> Labelled:
        """Value over all elements of the dimensions, in their order."""
        array = _put(self.value(expression), dims)
        sizes = [len(self.model.subscripts[dim]) for dim in dims]
        return Labelled(np.broadcast_to(array, (*array.shape[:2], *sizes)), dims)

    def value(self, expression: Expression) -> Labelled:
        """Value of an expression."""
        match expression:
            case Number(value=value):
                return Labelled(np.full((1, 1), value))
            case Time():
                return Labelled(self.times[None, :])
            case Level(state=state, compartment=compartment, axes=axes):
                return Labelled(self.level(state)[compartment], axes)
            case Reference(name=name, axes=axes):
                whole = self.variable(name).array
                picked = whole[(slice(None), slice(None), *(slice(None) if isinstance(a, str) else a for a in axes))]
                return Labelled(picked, tuple(axis for axis in axes if isinstance(axis, str)))
            case Sum(axes=axes, argument=argument):
                return _reduced(np.sum, self.value(argument), axes)
            case Extreme(function=function, axes=axes, argument=argument):
                return _reduced({"VMIN": np.min, "VMAX": np.max}[function], self.value(argument), axes)
            case Call(function=function, arguments=arguments):
                values = [self.value(part) for part in arguments]
                axes = tuple(dict.fromkeys(axis for value in values for axis in value.axes))
                with np.errstate(all="ignore"):  # the branch that is not taken may divide by zero
                    return Labelled(FUNCTIONS[function](*(_put(value, axes) for value in values)), axes)

    def level(self, name: str) -> list[Array]:
        """Compartments of a state, (run, time, *dims): its initial value plus the accumulated sum of its flows."""
        if name not in self.levels:
            self.levels[name] = self._accumulated(self.model.states[name])
        return self.levels[name]

    def _accumulated(self, state: State) -> list[Array]:
        step = self.times[1] - self.times[0]
        first = self.spread(state.initial, state.dims).array[:, :1]
        flow = self.spread(state.flow, state.dims).array
        if state.function == "INTEG":
            return [_summed(first, flow, step, len(self.times))]
        assert state.time is not None
        time = self.spread(state.time, state.dims).array
        if state.function == "DELAY":
            first = first * time[:, :1]
        return _stages(state, first, flow, time, step, len(self.times))


def _reduced(function: Callable[..., Array], value: Labelled, over: tuple[str, ...]) -> Labelled:
    places = tuple(2 + value.axes.index(axis) for axis in over)
    return Labelled(function(value.array, axis=places), tuple(axis for axis in value.axes if axis not in over))


def _stages(state: State, first: Array, flow: Array, time: Array, step: float, steps: int) -> list[Array]:
    """Compartments in a row, each emptied into the next: DELAY3I holds quantities, SMOOTHI values."""
    shape = np.broadcast_shapes(first.shape[:1] + first.shape[2:], flow[:, 0].shape, time[:, 0].shape)
    levels = [np.empty((shape[0], steps, *shape[1:])) for _ in range(state.order)]
    now = [np.broadcast_to(first[:, 0], shape)] * state.order
    for k in range(steps):
        constant, entering = _at(time, k), _at(flow, k)
        for level, value in zip(levels, now, strict=True):
            level[:, k] = value
        holds = state.function == "DELAY"
        leaving = [value / constant if holds else value for value in now]
        before = [entering, *leaving[:-1]]
        rate = [state.order * (into - out) for into, out in zip(before, leaving, strict=True)]
        now = [value + step * (r if holds else r / constant) for value, r in zip(now, rate, strict=True)]
    return levels


def _summed(first: Array, flow: Array, step: float, steps: int) -> Array:
    """Initial value plus the sum of all flows before each time."""
    flows = np.broadcast_to(flow, (flow.shape[0], steps, *flow.shape[2:]))
    gained = step * np.cumsum(flows[:, :-1], axis=1)
    return np.concatenate([np.broadcast_to(first, (gained.shape[0], 1, *gained.shape[2:])), first + gained], axis=1)


def _at(value: Array, step: int) -> Array:
    return value[:, step if value.shape[1] > 1 else 0]


def _put(value: Labelled, axes: tuple[str, ...]) -> Array:
    """Array with its axes in the given order, of length 1 where it has none."""
    present = [axis for axis in axes if axis in value.axes]
    moved = value.array.transpose(0, 1, *(2 + value.axes.index(axis) for axis in present))
    lengths = dict(zip(present, moved.shape[2:], strict=True))
    return moved.reshape(*moved.shape[:2], *(lengths.get(axis, 1) for axis in axes))
