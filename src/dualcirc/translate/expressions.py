"""Translator's syntax tree of one right-hand side -> expression graph.

The tree's classes are matched by name, so that only ``read_mdl`` depends on the translator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dualcirc.errors import did_you_mean
from dualcirc.translate.constants import literal
from dualcirc.translate.constructs import (
    KNOWN,
    REDUCTIONS,
    SIGNATURES,
    STRUCTURE_NAMES,
    TOLD_BY_OTHERS,
    RefusedError,
    Type,
    fold,
    vensim_name,
)
from dualcirc.translate.functions import told_by_others
from dualcirc.translate.ir import (
    Axis,
    Call,
    Expression,
    Extreme,
    Lookup,
    Number,
    Random,
    Reference,
    State,
    Sum,
    Time,
    free_axes,
    range_of,
)
from dualcirc.translate.lookups import WAYS, called, inline
from dualcirc.translate.states import STRUCTURES, stateful
from dualcirc.translate.subscripts import Left, Names, axis, number


@dataclass
class EquationReader:
    """Lowers the right-hand side of one equation and gathers the states found in it."""

    names: Names
    owner: str
    dims: tuple[str, ...]
    """Labels of the axes on the left."""
    states: list[State] = field(default_factory=list)
    """States of the variable, those of its other equations included."""
    left: Left = field(default_factory=lambda: Left(()))
    draws: list[Random] = field(default_factory=list)
    _lowered: dict[int, Expression] = field(default_factory=dict)
    """States by the identity of the tree: SMOOTH(x, t) hands the tree of x over twice."""

    def read(self, tree: Any) -> Expression:
        """Whole right-hand side; its axes must stand on the left."""
        expression = self.number(tree)
        loose = [axis for axis in free_axes(expression) if axis not in self.dims]
        if loose:
            left = ", ".join(self.dims) or "no subscript"
            raise RefusedError(
                f"subscript '{loose[0]}' stands on the right of the equation only (left: {left})",
                "Sum over it, or write it on the left.",
            )
        return expression

    def number(self, tree: Any) -> Expression:
        """Part that must be a number; a condition counts 1 where it holds, else 0."""
        return self._typed(tree, "number")

    def condition(self, tree: Any) -> Expression:
        """Part that must be a condition; a number holds where it is not 0."""
        return self._typed(tree, "truth")

    def time_step(self) -> Reference:
        """Reference to TIME STEP."""
        if "time_step" not in self.names.variables:
            raise RefusedError("TIME STEP not found")
        return Reference(self.names.variables["time_step"][0])

    def place(self) -> str:
        """Elements on the left, to tell apart what several equations of one variable draw."""
        return str(self.left.places)

    def size_of(self, tree: Any) -> int:
        """Number of elements of the subscript range that a part names."""
        name = getattr(tree, "reference", "")
        if fold(name) not in self.names.ranges:
            raise RefusedError("ELMCOUNT needs the name of a subscript range")
        return len(self.names.elements[self.names.ranges[fold(name)]])

    def _typed(self, tree: Any, wanted: Type) -> Expression:
        """Part as a number or as a condition: Vensim takes one for the other, 1 for true and 0 for false."""
        expression = self._lower(tree)
        got = SIGNATURES[expression.function].result if isinstance(expression, Call) else "number"
        if got == wanted:
            return expression
        if wanted == "truth":
            return Call("<>", (expression, Number(0.0)))
        return Call("IF THEN ELSE", (expression, Number(1.0), Number(0.0)))

    def _lower(self, tree: Any) -> Expression:
        """Dispatch on the kind of node."""
        kind = type(tree).__name__
        match kind:
            case "int" | "float" | "float64":
                return Number(literal(float(tree)))
            case "ReferenceStructure":
                return self._reference(tree)
            case "ArithmeticStructure":
                return self._arithmetic(tree)
            case "LogicStructure":
                return self._logic(tree)
            case "CallStructure":
                return self._call(tree)
            case "InlineLookupsStructure":
                return self._once(tree, lambda: self._with_lookup(tree))
            case "GameStructure":
                return self._lower(tree.expression)
            case _ if kind in STRUCTURES:
                return self._once(tree, lambda: stateful(tree, self))
        raise RefusedError(f"{STRUCTURE_NAMES.get(kind, kind)} is not supported", f"Known: {KNOWN}.")

    def _once(self, tree: Any, lower: Callable[[], Expression]) -> Expression:
        """Lower a tree on its first reading, so that its states and draws are made once."""
        if id(tree) not in self._lowered:
            self._lowered[id(tree)] = lower()
        return self._lowered[id(tree)]

    def _reference(self, tree: Any) -> Expression:
        if tree.reference == "time":
            return Time()
        if fold(tree.reference) not in self.names.variables:
            return self._subscript_as_number(tree)
        name, dims = self.names.variables[fold(tree.reference)]
        if name in self.names.lookups:
            raise RefusedError(f"'{name}' is a lookup without an argument", f"Write {name}(x).")
        return Reference(name, self._axes(name, dims, tree.subscripts))

    def _subscript_as_number(self, tree: Any) -> Expression:
        found = None if tree.subscripts else number(tree.reference, self.names, self.left)
        if found is None:
            known = [name for name, _ in self.names.variables.values()]
            wanted = tree.reference.replace("_", " ")
            raise RefusedError(f"unknown variable '{wanted}'", did_you_mean(wanted, known))
        return found if found.axes else Number(found.values[0])

    def _axes(self, name: str, dims: tuple[str, ...], subscripts: Any) -> tuple[Axis, ...]:
        """How the subscripts of a reference read the dimensions of what it names."""
        texts = list(subscripts.subscripts) if subscripts else []
        if len(texts) != len(dims):
            raise RefusedError(f"'{name}' has {len(dims)} subscripts, {len(texts)} are given")
        axes: list[Axis] = []
        for text, dim in zip(texts, dims, strict=True):
            axes.append(axis(text, dim, name, self.names, self.left, axes))
        return tuple(axes)

    def _lookup(self, way: str, reference: Any, argument: Any) -> Expression:
        """Call of a named table."""
        name, dims = self.names.variables.get(fold(reference.reference), (reference.reference, ()))
        if name not in self.names.lookups:
            raise RefusedError(f"'{name}' is no lookup")
        return called(way, name, self._axes(name, dims, reference.subscripts), self.number(argument), self.names)

    def _with_lookup(self, tree: Any) -> Expression:
        return Lookup(
            self.names.add_lookup(f"{self.owner} #table", inline(tree.lookups)), (), self.number(tree.argument)
        )

    def _arithmetic(self, tree: Any) -> Expression:
        parts = [self.number(part) for part in tree.arguments]
        operators = list(tree.operators)
        if operators == ["negative"]:
            return Call("negative", (parts[0],))
        if operators[0] == "^":
            return self._power(parts)
        result = parts[0]
        for operator, part in zip(operators, parts[1:], strict=True):
            result = Call(operator, (result, part))
        return result

    def _power(self, parts: list[Expression]) -> Expression:
        """``a^b^c`` groups from the right, as Python and PySD do."""
        result = parts[-1]
        for base in reversed(parts[:-1]):
            result = _signed_power(base, result)
        return result

    def _logic(self, tree: Any) -> Expression:
        """Chain of conditions; a mixed one groups from the right, as PySD's functions of two arguments do."""
        operators = [operator.upper() for operator in tree.operators]
        parts = [self._typed(part, SIGNATURES[operators[0]].arguments[0]) for part in tree.arguments]
        if operators == [":NOT:"]:
            return Call(":NOT:", (parts[0],))
        result = parts[-1]
        for operator, part in zip(reversed(operators), reversed(parts[:-1]), strict=True):
            result = Call(operator, (part, result))
        return result

    def _call(self, tree: Any) -> Expression:
        function = vensim_name(tree.function.reference)
        known = self.names.variables.get(fold(tree.function.reference))
        if known is not None and known[0] in self.names.lookups:
            return self._lookup("", tree.function, *_exactly(1, f"lookup '{known[0]}'", tree.arguments))
        if function in WAYS:
            return self._lookup(function, *_exactly(2, function, tree.arguments))
        if function in REDUCTIONS:
            return self._reduction(function, tree)
        if function in TOLD_BY_OTHERS:
            return self._once(tree, lambda: told_by_others(function, tree.arguments, self))
        if function not in SIGNATURES or not function[0].isupper():
            if known is not None:
                raise RefusedError(f"'{known[0]}' is no lookup")
            raise RefusedError(f"function {function} is not supported", f"Known: {KNOWN}.")
        wanted = SIGNATURES[function].arguments
        return Call(function, tuple(map(self._typed, _exactly(len(wanted), function, tree.arguments), wanted)))

    def _reduction(self, function: str, tree: Any) -> Expression:
        """SUM, VMIN, VMAX and PROD run over every axis marked ``!`` in the argument that no inner one has taken."""
        argument = self.number(*_exactly(1, function, tree.arguments))
        bound = tuple(axis for axis in free_axes(argument) if range_of(axis) != axis)
        if not bound:
            raise RefusedError(f"{function} has no subscript marked with '!'")
        return Sum(bound, argument) if function == "SUM" else Extreme(function, bound, argument)


def _signed_power(base: Expression, exponent: Expression) -> Expression:
    """
    Power, of a negative literal only where its sign is plain.

    The translator gives ``-2^n`` and ``(-2)^n`` as the same tree; they differ unless n is odd.
    """
    if not (isinstance(base, Number) and base.value < 0):
        return Call("^", (base, exponent))
    if isinstance(exponent, Number) and exponent.value % 2 == 1:
        return Call("negative", (Call("^", (Number(-base.value), exponent)),))
    raise RefusedError("a negative number to a power is not supported", "Write 0 - 2^2, or name the number.")


def _exactly(count: int, function: str, arguments: Sequence[Any]) -> Sequence[Any]:
    """Return the arguments, as many as the function takes."""
    if len(arguments) != count:
        told = f"{count} argument{'s' if count > 1 else ''}"
        raise RefusedError(f"{function} takes {told}, {len(arguments)} are given")
    return arguments
