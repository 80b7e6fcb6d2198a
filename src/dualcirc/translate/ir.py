"""Typed expression graph: what a model says, free of the language it was written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Number:
    """Literal number."""

    value: float


@dataclass(frozen=True)
class Time:
    """Current time of the simulation."""


@dataclass(frozen=True)
class Reference:
    """Value of a variable."""

    name: str
    """Exact name of the variable."""
    axes: tuple[str | int, ...] = ()
    """For each dimension of the variable an axis label, or the position of one fixed element."""


@dataclass(frozen=True)
class Level:
    """One compartment of a state: what accumulates."""

    state: str
    compartment: int
    axes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """Operator or function applied to arguments; ``constructs.SIGNATURES`` lists them."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Sum:
    """Sum of the argument over some of its axes."""

    axes: tuple[str, ...]
    argument: Expression


@dataclass(frozen=True)
class Extreme:
    """Smallest or largest value of the argument over some of its axes."""

    function: str
    """``VMIN`` or ``VMAX``."""
    axes: tuple[str, ...]
    argument: Expression


Expression = Number | Time | Reference | Level | Call | Sum | Extreme
Kind = Literal["stock", "auxiliary", "constant", "data", "control"]
Interpolation = Literal["linear", "hold"]


@dataclass(frozen=True)
class State:
    """What a variable accumulates over time: the level of INTEG, SMOOTHI or DELAY3I."""

    name: str
    owner: str
    """Variable in whose equation it stands."""
    function: Literal["INTEG", "SMOOTH", "DELAY"]
    order: int
    """Number of compartments in a row."""
    dims: tuple[str, ...]
    flow: Expression
    """Net flow of INTEG; input of SMOOTH and DELAY."""
    initial: Expression
    time: Expression | None = None
    """Averaging or delay time; none for INTEG."""


@dataclass(frozen=True, eq=False)
class Series:
    """Values of a data variable as its table gives them."""

    times: FloatArray
    values: FloatArray
    """(time, *dims)."""
    interpolation: Interpolation


@dataclass(frozen=True, eq=False)
class Variable:
    """One variable of the model, names and texts exactly as written."""

    name: str
    dims: tuple[str, ...]
    unit: str
    kind: Kind
    documentation: str = ""
    line: int | None = None
    expression: Expression | None = None
    """Right-hand side of stocks, auxiliaries and control variables."""
    value: FloatArray | None = None
    """(*dims); value of a constant."""
    series: Series | None = None
    """Table of a data variable."""

    @property
    def interpolation(self) -> Interpolation | None:
        """How a data variable moves between the times of its table."""
        return self.series.interpolation if self.series else None


@dataclass(frozen=True)
class TimeSettings:
    """Control variables of the simulation."""

    initial: float
    final: float
    step: float
    saveper: float
    saveper_is_step: bool = False
    """Whether the model writes ``SAVEPER = TIME STEP``, so that another step saves at every step too."""


@dataclass(frozen=True, eq=False)
class Model:
    """A model file read, checked and ready for any engine."""

    path: Path
    subscripts: Mapping[str, tuple[str, ...]]
    """Elements of every subscript range, aliases included."""
    variables: Mapping[str, Variable]
    states: Mapping[str, State]
    time: TimeSettings
    digest: str
    """SHA-256 of the model file and of every table that it reads."""
    tables: tuple[Path, ...] = field(default=())
    """Tables that the model reads."""

    def shape(self, name: str) -> tuple[int, ...]:
        """Sizes of the dimensions of a variable."""
        return tuple(len(self.subscripts[dim]) for dim in self.variables[name].dims)


def children(expression: Expression) -> tuple[Expression, ...]:
    """Direct parts of an expression."""
    match expression:
        case Call(arguments=arguments):
            return arguments
        case Sum(argument=argument) | Extreme(argument=argument):
            return (argument,)
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and all its parts, outer before inner."""
    yield expression
    for part in children(expression):
        yield from walk(part)


def free_axes(expression: Expression) -> tuple[str, ...]:
    """Labels of the axes that the value of an expression has, in order of first appearance."""
    match expression:
        case Reference(axes=axes) | Level(axes=axes):
            found = [axis for axis in axes if isinstance(axis, str)]
        case Sum(axes=bound, argument=argument) | Extreme(axes=bound, argument=argument):
            found = [axis for axis in free_axes(argument) if axis not in bound]
        case _:
            found = [axis for part in children(expression) for axis in free_axes(part)]
    return tuple(dict.fromkeys(found))


def range_of(axis: str) -> str:
    """Subscript range of an axis label; ``Province!`` runs over ``Province``."""
    return axis.removesuffix("!")
