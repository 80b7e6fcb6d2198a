"""Typed expression graph: what a model says, free of the language it was written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
class Numbers:
    """Literal array of numbers."""

    axes: tuple[str, ...]
    values: tuple[float, ...]
    """The last axis runs fastest."""


@dataclass(frozen=True)
class Pick:
    """Axis over some elements of a dimension: a sub-range of it, or a range that is mapped on it."""

    axis: str
    """Label; its range has as many elements as there are places."""
    places: tuple[int, ...]
    """Position in the dimension of each element of the axis."""


Axis = str | int | Pick
"""How a dimension of a variable is read: as a whole under a label, one fixed element by its position, or a choice."""


@dataclass(frozen=True)
class Reference:
    """Value of a variable."""

    name: str
    """Exact name of the variable."""
    axes: tuple[Axis, ...] = ()
    """One for each dimension of the variable; a label that stands twice means the diagonal."""


@dataclass(frozen=True)
class Lookup:
    """Value of a table at the argument."""

    table: str
    """Name in ``Model.lookups``."""
    axes: tuple[Axis, ...]
    """One for each dimension of the table."""
    argument: Expression


@dataclass(frozen=True)
class Random:
    """Random number, drawn anew at every step for every element."""

    function: str
    """``RANDOM UNIFORM``, ``RANDOM NORMAL``, ..."""
    arguments: tuple[Expression, ...]
    stream: int
    """Number of the draw in the model, so that no two are alike."""
    axes: tuple[str, ...]


@dataclass(frozen=True)
class Level:
    """One compartment of a state: what accumulates."""

    state: str
    compartment: int
    """Place in the row; -1 is the last one."""
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
    """Smallest value, largest value or product of the argument over some of its axes."""

    function: str
    """``VMIN``, ``VMAX`` or ``PROD``."""
    axes: tuple[str, ...]
    argument: Expression


@dataclass(frozen=True)
class Vector:
    """Function of whole vectors or matrices; the result has the axes that it runs along."""

    function: str
    """``VECTOR SORT ORDER``, ``VECTOR RANK``, ``VECTOR REORDER`` or ``INVERT MATRIX``."""
    axes: tuple[str, ...]
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Part:
    """Value of some elements of a variable."""

    places: tuple[tuple[int, ...], ...]
    """For each dimension the positions that it fills."""
    axes: tuple[str | None, ...]
    """For each dimension the label of that axis in the expression; none for a single element."""
    expression: Expression


@dataclass(frozen=True)
class Parts:
    """Value that several equations give, each for some elements; where they overlap, the last one holds."""

    axes: tuple[str, ...]
    parts: tuple[Part, ...]


Expression = Number | Numbers | Time | Reference | Level | Lookup | Random | Call | Sum | Extreme | Vector | Parts
Kind = Literal["stock", "auxiliary", "constant", "data", "control", "lookup"]
Interpolation = Literal["linear", "hold", "forward", "raw"]


StateFunction = Literal["INTEG", "SMOOTH", "DELAY", "DELAY N", "DELAY FIXED", "NEXT"]
"""How a state moves. NEXT holds the value that its flow had one step before: SAMPLE IF TRUE, INITIAL."""


@dataclass(frozen=True)
class State:
    """What a variable remembers: the level of INTEG, SMOOTHI or DELAY3I, the value of INITIAL."""

    name: str
    owner: str
    """Variable in whose equation it stands."""
    function: StateFunction
    order: int
    """Number of compartments in a row; 0 where ``count`` tells it, which is known when the model runs."""
    dims: tuple[str, ...]
    """Labels of its axes: those of the equation in which it stands."""
    flow: Expression
    """Net flow of INTEG; input of SMOOTH and of the delays; of NEXT the value one step later."""
    initial: Expression
    time: Expression | None = None
    """Averaging or delay time; none for INTEG and NEXT."""
    non_negative: bool = False
    """Whether a negative level becomes 0 (INTEG alone)."""
    count: Expression | None = None
    """Number of compartments that an expression gives at the start (SMOOTH N, DELAY N)."""


@dataclass(frozen=True, eq=False)
class Table:
    """Pairs of a lookup."""

    dims: tuple[str, ...]
    x: FloatArray
    """(point, *dims), rising; a table with fewer points than the longest repeats its last one."""
    y: FloatArray
    """(point, *dims)."""
    extrapolates: bool = False
    """Whether the outermost lines go on; else the outermost values hold."""
    steps: bool = False
    """Whether a value holds until the next point; else lines join the points."""


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
    unchangeable: bool = False
    """Whether no run may replace it: written ``==``, or read by the control variables."""

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
    lookups: Mapping[str, Table] = field(default_factory=dict)
    """Tables by the name of their variable, or of the equation in which they stand."""
    tables: tuple[Path, ...] = field(default=())
    """Tables that the model reads."""
    notes: tuple[str, ...] = ()
    """What the file says and the model leaves out, for the user to know."""

    def shape(self, name: str) -> tuple[int, ...]:
        """Sizes of the dimensions of a variable."""
        return tuple(len(self.subscripts[dim]) for dim in self.variables[name].dims)


def is_inner(name: str) -> bool:
    """Whether a variable belongs to a call of a macro, as ``#caller>macro>variable#``, and is no output by default."""
    return name.startswith("#") and name.endswith("#") and ">" in name


def children(expression: Expression) -> tuple[Expression, ...]:
    """Direct parts of an expression."""
    match expression:
        case Call(arguments=arguments) | Random(arguments=arguments) | Vector(arguments=arguments):
            return arguments
        case Sum(argument=argument) | Extreme(argument=argument) | Lookup(argument=argument):
            return (argument,)
        case Parts(parts=parts):
            return tuple(part.expression for part in parts)
        case _:
            return ()


def with_children(expression: Expression, parts: Sequence[Expression]) -> Expression:
    """Return the expression with other direct parts, in the order of ``children``."""
    match expression:
        case Call() | Random() | Vector():
            return replace(expression, arguments=tuple(parts))
        case Sum() | Extreme() | Lookup():
            return replace(expression, argument=parts[0])
        case Parts(parts=old):
            return replace(expression, parts=tuple(replace(a, expression=b) for a, b in zip(old, parts, strict=True)))
        case _:
            return expression


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and all its parts, outer before inner."""
    yield expression
    for part in children(expression):
        yield from walk(part)


def free_axes(expression: Expression) -> tuple[str, ...]:
    """Labels of the axes that the value of an expression has, in order of first appearance."""
    match expression:
        case Reference(axes=axes):
            found = labels(axes)
        case Lookup(axes=axes, argument=argument):
            found = [*labels(axes), *free_axes(argument)]
        case Level(axes=axes) | Numbers(axes=axes) | Random(axes=axes) | Parts(axes=axes):
            found = list(axes)
        case Sum(axes=bound, argument=argument) | Extreme(axes=bound, argument=argument):
            found = [axis for axis in free_axes(argument) if axis not in bound]
        case _:
            found = [axis for part in children(expression) for axis in free_axes(part)]
    return tuple(dict.fromkeys(found))


def labels(axes: tuple[Axis, ...]) -> list[str]:
    """Labels of the axes of a reference; a fixed element has none."""
    return [axis.axis if isinstance(axis, Pick) else axis for axis in axes if not isinstance(axis, int)]


def range_of(axis: str) -> str:
    """Subscript range of an axis label; ``Province!`` runs over ``Province``."""
    return axis.removesuffix("!")
