"""Expression graph -> JAX arrays.

Every array ends with the axis of runs, of length 1 where no run can differ. The axis of runs comes last so that each
run is one lane of the processor's vectors: sums over subscripts then add in the same order for every run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import jax.numpy as jnp
from jax import Array

from dualcirc.engine.blocks import Value, align, diagonal, expand, join, picked
from dualcirc.engine.draws import Draws, draw, uniform
from dualcirc.engine.functions import GUARDED, PLAIN, power, safe_log, square_root
from dualcirc.engine.lookups import look_up
from dualcirc.engine.passes import Equation
from dualcirc.engine.sums import BY_PAIRS, apply, reduced, sum_of_product
from dualcirc.engine.vectors import VECTORS
from dualcirc.translate.ir import (
    Call,
    Expression,
    Extreme,
    Level,
    Lookup,
    Number,
    Numbers,
    Part,
    Parts,
    Random,
    Reference,
    Sum,
    Table,
    Time,
    Vector,
    free_axes,
    labels,
    range_of,
)

_LARGEST_WHOLE_POWER = 4


class Emitter:
    """Computes expressions at one moment, each equal part once."""

    def __init__(
        self,
        sizes: Mapping[str, int],
        known: Mapping[str, Value],
        levels: dict[str, Array],
        time: Array | float,
        tables: Mapping[str, Table],
        draws: Draws | None = None,
        *,
        guards: bool = False,
        scalars: Mapping[str, Array] = MappingProxyType({}),
    ) -> None:
        self.sizes = sizes
        self.known = dict(known)
        self.levels = levels
        self.time = time
        self.tables = tables
        self.draws = draws
        self.guards = guards
        """Whether everything is guarded, for gradients: a variable may be read in a branch that is not taken."""
        self.scalars = scalars
        """Numbers among the known that stand in one array (``Packed``)."""
        self.memo: dict[tuple[Expression, bool], Value] = {}

    def keep(self, equation: Equation, *, guarded: bool = False) -> None:
        """Compute an equation and keep it under its name, spread over all its axes."""
        array = self.spread(equation.expression, equation.axes, guarded=guarded)
        self.known[equation.name] = Value(array, equation.axes)

    def spread(self, expression: Expression, axes: tuple[str, ...], *, guarded: bool = False) -> Array:
        """Array over all the axes, in their order."""
        array = expand(self.emit(expression, guarded), axes)
        return jnp.broadcast_to(array, (*self.lengths(axes), array.shape[-1]))

    def emit(self, expression: Expression, guarded: bool = False) -> Value:
        """Value of an expression; guarded where a branch may not be taken."""
        guarded = guarded or self.guards
        key = (expression, guarded)
        if key not in self.memo:
            self.memo[key] = self._emit(expression, guarded)
        return self.memo[key]

    def _emit(self, expression: Expression, guarded: bool) -> Value:
        match expression:
            case Reference():
                return self._reference(expression)
            case Level(state=state, compartment=compartment, axes=axes):
                return Value(self.levels[state][compartment], axes)
            case Sum():
                return sum_of_product(self, expression, guarded)
            case Parts():
                return join(expression, [self._part(part, guarded) for part in expression.parts], self.lengths)
            case Lookup(table=table, axes=axes, argument=argument):
                return look_up(self.tables[table], axes, self.emit(argument, guarded))
            case Extreme(function=function, axes=axes, argument=argument):
                return reduced(self.emit(argument, guarded), axes, BY_PAIRS[function])
            case Call(function=function):
                return (self._power if function == "^" else self._call)(expression, guarded)
            case Vector():
                return self._vector(expression, guarded)
            case Random():
                return self._random(expression, guarded)
        return self._leaf(expression)

    def _leaf(self, expression: Expression) -> Value:
        """Numbers and Time."""
        match expression:
            case Number(value=value):
                return Value(jnp.full((1,), value), ())
            case Numbers(axes=axes, values=values):
                return Value(jnp.reshape(jnp.array(values), (*self.lengths(axes), 1)), axes)
            case Time():
                return Value(jnp.reshape(jnp.asarray(self.time, dtype=float), (-1,)), ())
        raise NotImplementedError(type(expression).__name__)

    def lengths(self, axes: Sequence[str]) -> tuple[int, ...]:
        """Number of elements of each axis."""
        return tuple(self.sizes[range_of(axis)] for axis in axes)

    def _reference(self, reference: Reference) -> Value:
        """Variable with its axes renamed, fixed elements picked; a label that stands twice gives the diagonal."""
        return diagonal(picked(self.known[reference.name].array, reference.axes), tuple(labels(reference.axes)))

    def _part(self, part: Part, guarded: bool) -> Array:
        """Elements of one part, (*its axes, run)."""
        return self.spread(part.expression, tuple(axis for axis in part.axes if axis is not None), guarded=guarded)

    def _call(self, call: Call, guarded: bool) -> Value:
        """Operator or function; the branches of a condition are guarded."""
        branches = call.function == "IF THEN ELSE"
        values = [self.emit(part, guarded or (branches and i > 0)) for i, part in enumerate(call.arguments)]
        return apply(call.function, values, guarded)

    def _vector(self, expression: Vector, guarded: bool) -> Value:
        """Function along some axes, which stand last but the runs while it is computed."""
        outer = [axis for axis in free_axes(expression) if axis not in expression.axes]
        axes = (*outer, *expression.axes)
        arrays = [expand(self.emit(part, guarded), axes) for part in expression.arguments]
        return Value(VECTORS[expression.function](*jnp.broadcast_arrays(*arrays)), axes)

    def _random(self, expression: Random, guarded: bool) -> Value:
        """Draw for every element."""
        assert self.draws is not None, "what never moves holds no draw"
        share = uniform(self.draws, expression.stream, self.lengths(expression.axes))
        arguments = [expand(self.emit(part, guarded), expression.axes) for part in expression.arguments]
        return Value(draw(expression.function, arguments, share), expression.axes)

    def _power(self, call: Call, guarded: bool) -> Value:
        """Power; whole literals multiply, one half is a square root, all others share the logarithm of their base."""
        base, exponent = call.arguments
        value = self.emit(base, guarded)
        if isinstance(exponent, Number):
            if exponent.value.is_integer() and abs(exponent.value) <= _LARGEST_WHOLE_POWER:
                function = (GUARDED if guarded else PLAIN)["whole power"]
                return Value(function(value.array, int(exponent.value)), value.axes)
            if exponent.value == 0.5:
                return Value(square_root(value.array), value.axes)
        key = (Call("safe log", (base,)), guarded)
        if key not in self.memo:
            self.memo[key] = Value(safe_log(jnp.abs(value.array)), value.axes)
        axes, arrays = align([value, self.memo[key], self.emit(exponent, guarded)])
        return Value(power(*arrays), axes)
