"""Expressions of a model as a list of calls of numpy, over a batch of runs: what ``batched_numpy`` plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import numpy as np

from dualcirc.engine.passes import Equation, factors
from dualcirc.translate import fixed
from dualcirc.translate.ir import (
    Axis,
    Call,
    Expression,
    Extreme,
    Level,
    Lookup,
    Number,
    Parts,
    Pick,
    Reference,
    Sum,
    Table,
    Time,
    labels,
    range_of,
)

Array = np.ndarray[Any, Any]


def difference_of_logs(log_x: Array, log_y: Array, x: Array, y: Array) -> Array:
    return np.where((np.signbit(x) != np.signbit(y)) & (x != 0), np.nan, log_x - log_y)


FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    **fixed.FUNCTIONS,
    "reciprocal": np.reciprocal,
    "at most": np.minimum,
    "at least": np.maximum,
    "log of size": lambda x: np.log(np.abs(x)),
    "difference of logs": difference_of_logs,
}
"""Those of the language, and those that the passes make of them."""


@dataclass(frozen=True)
class Value:
    """Array that stands under a key, (*axes, run or 1)."""

    key: str
    axes: tuple[str, ...]


class Tape:
    """Expressions as a list of calls of numpy, each with the keys of its result and of its arguments."""

    def __init__(self, name: str, sizes: Mapping[str, int], tables: Mapping[str, Table], known: Mapping[str, Value]):
        self.name, self.sizes, self.tables = name, sizes, tables
        self.known = dict(known)
        self.calls: list[tuple[str, Callable[..., Array], list[str]]] = []
        self.memo: dict[Expression, Value] = {}

    def keep(self, equation: Equation) -> None:
        """Value of an equation, under its name."""
        self.calls.append((equation.name, lambda x: x, [self.spread(equation.expression, equation.axes).key]))
        self.known[equation.name] = Value(equation.name, equation.axes)

    def spread(self, expression: Expression, axes: tuple[str, ...]) -> Value:
        """Value over all elements of the axes, in their order."""
        value = self.value(expression)
        shape = [self.sizes[range_of(axis)] for axis in axes]
        view = aligned(value.axes, axes)
        return self.call(lambda x: np.broadcast_to(view(x), (*shape, x.shape[-1])), [value], axes)

    def call(self, function: Callable[..., Array], arguments: Sequence[Value], axes: tuple[str, ...]) -> Value:
        result = Value(f"{self.name} {len(self.calls)}", axes)
        self.calls.append((result.key, function, [argument.key for argument in arguments]))
        return result

    def value(self, expression: Expression) -> Value:
        """Value of an expression, computed once."""
        if expression not in self.memo:
            self.memo[expression] = self._value(expression)
        return self.memo[expression]

    def _value(self, expression: Expression) -> Value:
        match expression:
            case Number(value=number):
                return self.call(lambda: np.full(1, number), [], ())
            case Time():
                return Value("time", ())
            case Level(state=state, compartment=compartment, axes=axes):
                return self.call(lambda x: x[compartment], [Value(state, axes)], axes)
            case Reference(name=name, axes=axes):
                index = (*map(picked, axes), slice(None))
                return self.call(lambda x: x[index], [self.known[name]], tuple(labels(axes)))
            case Lookup(table=name, axes=(), argument=argument) if not self.tables[name].steps:
                table, x = self.tables[name], self.value(argument)
                return self.call(lambda x: np.interp(x, table.x, table.y), [x], x.axes)
            case Sum():
                return self._sum(expression)
            case Extreme(function="VMIN" | "VMAX" as function, axes=axes, argument=argument):
                return self._reduced(np.min if function == "VMIN" else np.max, self.value(argument), axes)
            case Call(function=function, arguments=arguments):
                return self._call(function, arguments)
            case Parts():
                return self._parts(expression)
        raise NotImplementedError(str(expression))

    def _call(self, function: str, arguments: Sequence[Expression]) -> Value:
        if function == "^" and arguments[1] == Number(2.0):
            return self.call(np.square, [base := self.value(arguments[0])], base.axes)
        return self.apply(FUNCTIONS[function], [self.value(part) for part in arguments])

    def apply(self, function: Callable[..., Array], values: Sequence[Value]) -> Value:
        """Function of values, element by element."""
        axes = tuple(dict.fromkeys(axis for value in values for axis in value.axes))
        views = [v if v.axes == axes or not v.axes else self.call(aligned(v.axes, axes), [v], axes) for v in values]
        return self.call(function, views, axes)

    def _sum(self, expression: Sum) -> Value:
        """Sum of a product: vectors of the summed axis meet the product of the others in one call."""
        values = [self.value(part) for part in factors(expression.argument)]
        bound = set(expression.axes)
        outer = [value for value in values if not bound & set(value.axes)]
        vectors = [value for value in values if value.axes and bound >= set(value.axes)]
        matrices = [value for value in values if value not in outer and value not in vectors]
        times = partial(self.apply, np.multiply)
        both = [reduce(lambda x, y: times([x, y]), some) for some in (matrices, vectors) if some]
        if len(both) == 2 and bound == set(both[1].axes):
            total = self._contracted(*both)
        else:
            total = self._reduced(np.sum, reduce(lambda x, y: times([x, y]), both), expression.axes)
        return reduce(lambda x, y: times([x, y]), outer, total)

    def _contracted(self, matrix: Value, vector: Value) -> Value:
        places = [matrix.axes.index(axis) for axis in vector.axes]
        letters = {axis: chr(ord("a") + place) for place, axis in enumerate(matrix.axes)}
        kept = tuple(axis for axis in matrix.axes if axis not in vector.axes)
        left, right, out = ("".join(letters[a] for a in axes) for axes in (matrix.axes, vector.axes, kept))

        def contracted(x: Array, y: Array) -> Array:
            if x.shape[-1] == 1 and y.shape[-1] > 1:
                return np.tensordot(x[..., 0], y, (places, range(len(places))))
            runs = max(x.shape[-1], y.shape[-1])
            y = np.broadcast_to(y, (*y.shape[:-1], runs))
            return np.einsum(f"{left}z,{right}z->{out}z", np.broadcast_to(x, (*x.shape[:-1], runs)), y)

        return self.call(contracted, [matrix, vector], kept)

    def _reduced(self, function: Callable[..., Array], value: Value, bound: tuple[str, ...]) -> Value:
        places = tuple(value.axes.index(axis) for axis in bound)
        return self.call(partial(function, axis=places), [value], tuple(a for a in value.axes if a not in bound))

    def _parts(self, expression: Parts) -> Value:
        shape = [self.sizes[range_of(axis)] for axis in expression.axes]
        parts = [self.spread(p.expression, tuple(a for a in p.axes if a is not None)) for p in expression.parts]

        def joined(*arrays: Array) -> Array:
            result = np.empty((*shape, max(array.shape[-1] for array in arrays)))
            for part, array in zip(expression.parts, arrays, strict=True):
                block = array.reshape(*map(len, part.places), array.shape[-1])
                result[np.ix_(*part.places, range(result.shape[-1]))] = block
            return result

        return self.call(joined, parts, expression.axes)

    def play(self, values: dict[str, Array], *, reuse: bool = False) -> None:
        """Compute everything; into the arrays of the last time where they are there."""
        for key, function, arguments in self.calls:
            inputs = [values[argument] for argument in arguments]
            if reuse and isinstance(function, np.ufunc):
                function(*inputs, out=values[key])
            else:
                values[key] = function(*inputs)


def picked(axis: Axis) -> Any:
    """Index of an axis of a reference."""
    return axis if isinstance(axis, int) else list(axis.places) if isinstance(axis, Pick) else slice(None)


def aligned(own: tuple[str, ...], axes: tuple[str, ...]) -> Callable[[Array], Array]:
    """View of an array with its axes in another order, of length 1 where it has none."""
    order = [own.index(axis) for axis in axes if axis in own]
    index = (*(slice(None) if axis in own else None for axis in axes), slice(None))
    return lambda x: np.transpose(x, [*order, len(own)])[index]
