"""Sums over subscripts, by far the largest part of a model of many regions.

XLA computes the sum of a product one number at a time. Written out element by element the same sum is plain arithmetic
on vectors of runs: every run is one lane of the processor's vectors, all runs add in the same order, and no array of
the product's size is stored.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from typing import Protocol

import jax.numpy as jnp
from jax import Array, lax

from dualcirc.engine.blocks import Value, align
from dualcirc.engine.functions import GUARDED, PLAIN
from dualcirc.engine.passes import factors
from dualcirc.translate.ir import Call, Expression, Level, Random, Reference, Sum, Time, free_axes, range_of, walk

_LONGEST_WRITTEN_OUT = 64
"""Elements up to which a sum is written out; the program grows with each of them."""


BY_PAIRS: Mapping[str, Callable[[Array, Array], Array]] = {
    "VMIN": jnp.minimum,
    "VMAX": jnp.maximum,
    "PROD": jnp.multiply,
}
"""Functions over subscripts but SUM, as functions of two values."""


class Emits(Protocol):
    """What computes the parts of a sum."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Number of elements of every subscript range."""

    @property
    def known(self) -> Mapping[str, Value]:
        """Values by name."""

    @property
    def guards(self) -> bool:
        """Whether derivatives will be taken."""

    @property
    def levels(self) -> Mapping[str, Array]:
        """States by name."""

    def emit(self, expression: Expression, guarded: bool = False) -> Value:
        """Value of an expression."""


def apply(function: str, values: Sequence[Value], guarded: bool) -> Value:
    """Operator or function of values."""
    functions = GUARDED if guarded else PLAIN
    if function == "reciprocal":
        return Value(functions["/"](jnp.ones((1,)), values[0].array), values[0].axes)
    axes, arrays = align(values)
    return Value(functions[function](*arrays), axes)


def reduced(value: Value, bound: tuple[str, ...], function: Callable[[Array, Array], Array]) -> Value:
    """Value without some of its axes, their elements brought together two by two by a function."""
    kept = tuple(axis for axis in value.axes if axis not in bound)
    order = [*(value.axes.index(axis) for axis in (*bound, *kept)), len(value.axes)]
    return Value(reduced_array(jnp.transpose(value.array, order), len(bound), function), kept)


def reduced_array(array: Array, count: int, function: Callable[[Array, Array], Array]) -> Array:
    """Array without its first axes, in pairs: half the elements with the other half, and so on."""
    if count == 0:
        return array
    array = jnp.reshape(array, (-1, *array.shape[count:]))
    odd = []
    while len(array) > 1:
        half = len(array) // 2
        if len(array) % 2:
            odd.append(array[-1])
        array = function(array[:half], array[half : 2 * half])
    result = array[0]
    for rest in reversed(odd):
        result = function(result, rest)
    return result


def sum_of_product(emitter: Emits, expression: Sum, guarded: bool) -> Value:
    """
    Sum of a product.

    Factors without the summed axes are taken out. Where runs differ in a factor that has other axes too, the sum is
    written out; where a factor that all runs share has axes that the others lack, it is a matrix product. Factors
    of each run that no summed axis links enter that one after the other: a constant cube with two vectors is a matrix
    product and a small sum, not a product of the cube's size for every run.
    """
    bound = set(expression.axes)
    parts = factors(expression.argument)
    outer = [emitter.emit(part, guarded) for part in parts if not set(free_axes(part)) & bound]
    inner = [part for part in parts if set(free_axes(part)) & bound]
    missing = bound - {axis for part in inner for axis in free_axes(part)}
    assert not missing, "a summed axis stands in at least one factor"
    axis = expression.axes[-1]
    if _differs_by_cell(emitter, inner, bound) and emitter.sizes[range_of(axis)] <= _LONGEST_WRITTEN_OUT:
        total = _total(emitter, _written_out(emitter, inner, axis, guarded), expression.axes[:-1])
    else:
        values = [emitter.emit(part, guarded) for part in inner]
        total = _matrix_product(emitter, values, expression.axes, guarded=guarded)
    return _product([total, *outer], guarded=guarded)


def _differs_by_cell(emitter: Emits, parts: Sequence[Expression], bound: set[str]) -> bool:
    """Whether runs differ in a factor that has more axes than the summed ones."""
    return any(set(free_axes(part)) - bound and _runs(emitter, part) > 1 for part in parts)


def _runs(emitter: Emits, expression: Expression) -> int:
    """Length of the axis of runs of an expression."""
    longest = 1
    for part in walk(expression):
        match part:
            case Reference(name=name):
                longest = max(longest, emitter.known[name].array.shape[-1])
            case Level(state=state):
                longest = max(longest, emitter.levels[state].shape[-1])
            case Time() | Random():
                longest = max(longest, emitter.emit(part).array.shape[-1])
    return longest


def _written_out(emitter: Emits, parts: Sequence[Expression], axis: str, guarded: bool) -> Value:
    """Sum over one axis, term by term."""
    size = emitter.sizes[range_of(axis)]
    terms = (_product([_cell(emitter, part, axis, i, guarded) for part in parts], guarded=guarded) for i in range(size))
    total = next(terms)
    for term in terms:
        total = Value(total.array + term.array, total.axes)
    return total


def _cell(emitter: Emits, part: Expression, axis: str, i: int, guarded: bool) -> Value:
    """One element along an axis; what has that axis alone, or not at all, is computed once for all elements."""
    axes = free_axes(part)
    if axis in axes and len(axes) > 1 and isinstance(part, Call) and part.function != "^":
        branches = part.function == "IF THEN ELSE"
        arguments = enumerate(part.arguments)
        cells = [_cell(emitter, argument, axis, i, guarded or (branches and k > 0)) for k, argument in arguments]
        return apply(part.function, cells, guarded)
    value = emitter.emit(part, guarded)
    if axis not in value.axes:
        return value
    place = value.axes.index(axis)
    array = lax.index_in_dim(value.array, i, place, keepdims=False)
    return Value(array, value.axes[:place] + value.axes[place + 1 :])


def _matrix_product(emitter: Emits, inner: Sequence[Value], bound: tuple[str, ...], *, guarded: bool) -> Value:
    """Sum of a product in which runs differ in vectors only."""
    shared = [value for value in inner if value.array.shape[-1] == 1]
    own = _linked([value for value in inner if value.array.shape[-1] != 1], bound)
    matrix = _product(shared) if shared else Value(jnp.ones((1,)), ())
    left = partial(_left, emitter.sizes, matrix)
    first = min((v for v in own if set(matrix.axes) - set(v.axes)), key=left, default=None)
    if first is None:
        return _total(emitter, _product(inner, guarded=guarded), bound)
    rest = [value for value in own if value is not first]
    later = tuple(axis for axis in bound if any(axis in value.axes for value in rest))
    total = _contract(matrix, first, tuple(axis for axis in bound if axis not in later))
    return _total(emitter, _product([total, *rest], guarded=guarded), later) if rest else total


def _total(emitter: Emits, value: Value, bound: tuple[str, ...]) -> Value:
    """Value without some of its axes: by pairs, but where derivatives are taken, for pairs have a long way back."""
    if not emitter.guards:
        return reduced(value, bound, jnp.add)
    kept = tuple(axis for axis in value.axes if axis not in bound)
    return Value(jnp.sum(value.array, axis=tuple(value.axes.index(axis) for axis in bound)), kept)


def _left(sizes: Mapping[str, int], matrix: Value, value: Value) -> int:
    """Size of what a matrix product leaves of the axes of both factors."""
    return math.prod(sizes[range_of(axis)] for axis in set(matrix.axes) ^ set(value.axes))


def _linked(values: Sequence[Value], bound: Sequence[str]) -> list[Value]:
    """Products of the values that share a summed axis, directly or through others."""
    groups: list[list[Value]] = []
    for value in values:
        axes = set(value.axes) & set(bound)
        near = [any(axes & set(other.axes) for other in group) for group in groups]
        joined = [other for group, is_near in zip(groups, near, strict=True) if is_near for other in group]
        groups = [group for group, is_near in zip(groups, near, strict=True) if not is_near] + [[*joined, value]]
    return [_product(group) for group in groups]


def _product(values: Sequence[Value], *, guarded: bool = False) -> Value:
    axes, arrays = align(values)
    return Value(reduce((GUARDED if guarded else PLAIN)["*"], arrays), axes)


def _contract(shared: Value, own: Value, summed: tuple[str, ...]) -> Value:
    """Matrix product of what all runs share with what each run has."""
    letters = {axis: chr(ord("a") + i) for i, axis in enumerate(dict.fromkeys((*shared.axes, *own.axes)))}
    kept = tuple(axis for axis in letters if axis not in summed)
    left, right, out = ("".join(letters[axis] for axis in axes) for axes in (shared.axes, own.axes, kept))
    array = jnp.einsum(f"{left},{right}z->{out}z", shared.array[..., 0], own.array, precision="highest")
    return Value(array, kept)
