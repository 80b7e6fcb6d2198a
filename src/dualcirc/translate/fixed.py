"""Values of what never changes: variables whose equations read constants alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from dualcirc.translate.ir import (
    Axis,
    Call,
    Expression,
    Extreme,
    FloatArray,
    Lookup,
    Model,
    Number,
    Numbers,
    Parts,
    Pick,
    Reference,
    Sum,
    Table,
    Variable,
    labels,
    range_of,
)

_SMALL = 1e-6
"""What counts as zero in XIDZ and ZIDZ (Vensim help, "XIDZ")."""


class Value(NamedTuple):
    """Array with the labels of its axes."""

    array: FloatArray
    axes: tuple[str, ...] = ()


def _xidz(x: FloatArray, y: FloatArray, otherwise: FloatArray) -> FloatArray:
    small = np.abs(y) < _SMALL
    return np.where(small, otherwise, x / np.where(small, 1.0, y))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
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
    "XIDZ": _xidz,
    "ZIDZ": lambda x, y: _xidz(x, y, np.zeros(())),
}
"""Operators and functions of arrays that broadcast."""
_REDUCERS: Mapping[str, Callable[..., Any]] = {"VMIN": np.min, "VMAX": np.max, "PROD": np.prod}


class Fixed:
    """
    Evaluates what reads constants alone.

    Parameters
    ----------
    variables, subscripts, lookups
        As in ``ir.Model``.
    """

    def __init__(
        self,
        variables: Mapping[str, Variable],
        subscripts: Mapping[str, tuple[str, ...]],
        lookups: Mapping[str, Table],
    ) -> None:
        self.variables, self.subscripts, self.lookups = variables, subscripts, lookups
        self._known: dict[str, FloatArray | None] = {}

    def value(self, name: str) -> FloatArray | None:
        """Value (*dims) of a variable; none for what moves, or has a function that is not known here."""
        if name not in self._known:
            self._known[name] = None  # met once more while it is computed: a loop
            self._known[name] = self._computed(self.variables[name])
        return self._known[name]

    def _computed(self, variable: Variable) -> FloatArray | None:
        if variable.value is not None or variable.expression is None:
            return variable.value
        with np.errstate(all="ignore"):
            found = self._evaluated(variable.expression)
        return None if found is None else np.array(self._spread(found, variable.dims))

    def _spread(self, value: Value, axes: tuple[str, ...]) -> FloatArray:
        """Array over all the axes, in their order."""
        return np.broadcast_to(_expand(value, axes), tuple(len(self.subscripts[range_of(axis)]) for axis in axes))

    def _evaluated(self, expression: Expression) -> Value | None:
        match expression:
            case Number(value=value):
                return Value(np.asarray(value, dtype=float))
            case Numbers(axes=axes, values=values):
                return Value(np.reshape(values, [len(self.subscripts[range_of(axis)]) for axis in axes]), axes)
            case Reference(name=name, axes=axes):
                array = self.value(name)
                return None if array is None else _read(array, axes)
            case Sum(axes=axes, argument=argument):
                return self._reduced(np.sum, axes, argument)
            case Extreme(function=function, axes=axes, argument=argument):
                return self._reduced(_REDUCERS[function], axes, argument)
            case Lookup():
                return self._looked_up(expression)
            case Parts():
                return self._joined(expression)
            case Call(function=function, arguments=arguments) if function in FUNCTIONS:
                parts = [self._evaluated(part) for part in arguments]
                known = [part for part in parts if part is not None]
                return _applied(FUNCTIONS[function], known) if len(known) == len(parts) else None
        return None

    def _reduced(self, function: Callable[..., Any], bound: tuple[str, ...], argument: Expression) -> Value | None:
        value = self._evaluated(argument)
        if value is None:
            return None
        places = tuple(value.axes.index(axis) for axis in bound)
        return Value(function(value.array, axis=places), tuple(axis for axis in value.axes if axis not in bound))

    def _looked_up(self, call: Lookup) -> Value | None:
        argument = self._evaluated(call.argument)
        table = self.lookups[call.table]
        if argument is None or table.dims or table.extrapolates or table.steps:
            return None
        return Value(np.asarray(np.interp(argument.array, table.x, table.y)), argument.axes)

    def _joined(self, node: Parts) -> Value | None:
        array = np.full([len(self.subscripts[axis]) for axis in node.axes], np.nan)
        for part in node.parts:
            value = self._evaluated(part.expression)
            if value is None:
                return None
            block = self._spread(value, tuple(axis for axis in part.axes if axis is not None))
            array[np.ix_(*part.places)] = block.reshape(*map(len, part.places))
        return Value(array, node.axes)


def fixed_values(model: Model) -> dict[str, FloatArray]:
    """
    Values (*dims) of the auxiliaries that read constants alone, by name.

    One whose equation has a function that is not known here is left out, and so is what reads it.
    """
    fixed = Fixed(model.variables, model.subscripts, model.lookups)
    computed = {name for name, variable in model.variables.items() if variable.expression is not None}
    values = {name: fixed.value(name) for name in model.variables if name in computed}
    return {name: value for name, value in values.items() if value is not None}


def _read(array: FloatArray, axes: tuple[Axis, ...]) -> Value:
    """Array with some elements of each axis; a label that stands twice gives the diagonal."""
    for position, axis in enumerate(axes):
        if isinstance(axis, Pick):
            array = np.take(array, axis.places, axis=position)
    array = array[tuple(axis if isinstance(axis, int) else slice(None) for axis in axes)]
    found = labels(axes)
    bound = tuple(dict.fromkeys(found))
    letters = {label: chr(ord("a") + place) for place, label in enumerate(bound)}
    told = "".join(letters[label] for label in found) + "->" + "".join(letters.values())
    return Value(np.asarray(np.einsum(told, array)), bound)


def _expand(value: Value, axes: tuple[str, ...]) -> FloatArray:
    """Array with its axes in the order of ``axes``, of length 1 where it has none."""
    present = [axis for axis in axes if axis in value.axes]
    moved = np.transpose(value.array, [value.axes.index(axis) for axis in present])
    sizes = dict(zip(present, moved.shape, strict=True))
    return moved.reshape([sizes.get(axis, 1) for axis in axes])


def _applied(function: Callable[..., Any], values: list[Value]) -> Value:
    axes = tuple(dict.fromkeys(axis for value in values for axis in value.axes))
    return Value(np.asarray(function(*(_expand(value, axes) for value in values)), dtype=float), axes)
