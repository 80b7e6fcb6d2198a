"""Translator's syntax tree of one right-hand side -> expression graph.

The tree's classes are matched by name, so that only ``read_mdl`` depends on the translator.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dualcirc.errors import did_you_mean
from dualcirc.translate.constructs import (
    KNOWN,
    REDUCTIONS,
    SIGNATURES,
    STRUCTURE_NAMES,
    Type,
    fold,
    vensim_name,
)
from dualcirc.translate.ir import (
    Call,
    Expression,
    Extreme,
    Level,
    Number,
    Reference,
    State,
    Sum,
    Time,
    free_axes,
    range_of,
)


class RefusedError(Exception):
    """One equation uses what the engine does not know; the caller adds its name and place."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass(frozen=True)
class Names:
    """Names of a model under their folded form."""

    variables: Mapping[str, tuple[str, tuple[str, ...]]]
    """Folded name -> exact name, names of the ranges of its dimensions."""
    ranges: Mapping[str, str]
    """Folded name -> exact name of a subscript range."""
    elements: Mapping[str, tuple[str, ...]]
    """Exact name of a range -> its elements."""


@dataclass
class EquationReader:
    """Lowers the right-hand side of one variable and gathers the states found in it."""

    names: Names
    owner: str
    dims: tuple[str, ...]
    states: list[State] = field(default_factory=list)

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
        """Part that must be a number."""
        return self._typed(tree, "number")

    def _typed(self, tree: Any, wanted: Type) -> Expression:
        expression = self._lower(tree)
        got = SIGNATURES[expression.function].result if isinstance(expression, Call) else "number"
        if got != wanted:
            told = {"number": "a number", "truth": "a condition"}
            raise RefusedError(f"{told[got]} stands where {told[wanted]} is needed")
        return expression

    def _lower(self, tree: Any) -> Expression:
        """Dispatch on the kind of node."""
        kind = type(tree).__name__
        match kind:
            case "int" | "float" | "float64":
                return self._literal(float(tree))
            case "ReferenceStructure":
                return self._reference(tree)
            case "ArithmeticStructure":
                return self._arithmetic(tree)
            case "LogicStructure":
                return self._logic(tree)
            case "CallStructure":
                return self._call(tree)
            case "IntegStructure":
                return self._integ(tree)
            case "SmoothStructure":
                return self._smooth(tree)
            case "DelayStructure":
                return self._delay(tree)
        raise RefusedError(f"{STRUCTURE_NAMES.get(kind, kind)} is not supported", f"Known: {KNOWN}.")

    def _literal(self, value: float) -> Number:
        if not math.isfinite(value):
            raise RefusedError(":NA: is not supported")
        return Number(value)

    def _reference(self, tree: Any) -> Expression:
        if tree.reference == "time":
            return Time()
        if tree.reference not in self.names.variables:
            known = [name for name, _ in self.names.variables.values()]
            wanted = tree.reference.replace("_", " ")
            raise RefusedError(f"unknown variable '{wanted}'", did_you_mean(wanted, known))
        name, dims = self.names.variables[tree.reference]
        subscripts = list(tree.subscripts.subscripts) if tree.subscripts else []
        if len(subscripts) != len(dims):
            raise RefusedError(f"'{name}' has {len(dims)} subscripts, {len(subscripts)} are given")
        axes = tuple(self._axis(text, dim, name) for text, dim in zip(subscripts, dims, strict=True))
        labels = [axis for axis in axes if isinstance(axis, str)]
        if len(labels) != len(set(labels)):
            raise RefusedError(f"'{name}' repeats a subscript: a diagonal is not supported")
        return Reference(name, axes)

    def _axis(self, text: str, dim: str, name: str) -> str | int:
        """Axis label of one subscript, or the position of the element that it names."""
        bare, mark = text.strip().removesuffix("!").strip(), "!" if text.strip().endswith("!") else ""
        known = self.names.ranges.get(fold(bare))
        if known is not None:
            if self.names.elements[known] != self.names.elements[dim]:
                raise RefusedError(f"subscript '{bare}' of '{name}' does not have the elements of '{dim}'")
            return known + mark
        elements = [fold(element) for element in self.names.elements[dim]]
        if mark or fold(bare) not in elements:
            raise RefusedError(f"unknown subscript '{bare}' of '{name}'", did_you_mean(bare, self.names.elements[dim]))
        return elements.index(fold(bare))

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
        if any(isinstance(base, Number) and base.value < 0 for base in parts[:-1]):
            # The translator drops the parentheses of (-2)^2, so the sign cannot be placed.
            raise RefusedError("a negative number to a power is not supported", "Write 0 - 2^2, or name the number.")
        result = parts[-1]
        for base in reversed(parts[:-1]):
            result = Call("^", (base, result))
        return result

    def _logic(self, tree: Any) -> Expression:
        operators = [operator.upper() for operator in tree.operators]
        if len(set(operators)) > 1:
            # PySD groups a mixed chain from the right, Vensim binds :AND: first.
            raise RefusedError(":AND: and :OR: stand side by side", "Add parentheses.")
        signature = SIGNATURES[operators[0]]
        parts = [self._typed(part, signature.arguments[0]) for part in tree.arguments]
        if operators == [":NOT:"]:
            return Call(":NOT:", (parts[0],))
        result = parts[0]
        for operator, part in zip(operators, parts[1:], strict=True):
            result = Call(operator, (result, part))
        return result

    def _call(self, tree: Any) -> Expression:
        function = vensim_name(tree.function.reference)
        if function in REDUCTIONS:
            return self._reduction(function, tree)
        if function not in SIGNATURES:
            kind = "lookup or macro" if tree.function.reference in self.names.variables else "function"
            raise RefusedError(f"{kind} {function} is not supported", f"Known: {KNOWN}.")
        wanted = SIGNATURES[function].arguments
        if len(tree.arguments) != len(wanted):
            raise RefusedError(f"{function} takes {len(wanted)} arguments, {len(tree.arguments)} are given")
        return Call(function, tuple(map(self._typed, tree.arguments, wanted)))

    def _reduction(self, function: str, tree: Any) -> Expression:
        """SUM, VMIN and VMAX run over every axis marked ``!`` in the argument that no inner one has taken."""
        if len(tree.arguments) != 1:
            raise RefusedError(f"{function} takes 1 argument, {len(tree.arguments)} are given")
        argument = self.number(tree.arguments[0])
        bound = tuple(axis for axis in free_axes(argument) if range_of(axis) != axis)
        if not bound:
            raise RefusedError(f"{function} has no subscript marked with '!'")
        return Sum(bound, argument) if function == "SUM" else Extreme(function, bound, argument)

    def _integ(self, tree: Any) -> Expression:
        if tree.non_negative:
            raise RefusedError("a non-negative INTEG is not supported")
        return self._state("INTEG", 1, tree.flow, tree.initial, None)

    def _smooth(self, tree: Any) -> Expression:
        return self._state("SMOOTH", tree.order, tree.input, tree.initial, tree.smooth_time)

    def _delay(self, tree: Any) -> Expression:
        """DELAY3I gives its last level divided by the delay time of the moment (PySD ``statefuls.Delay.__call__``)."""
        level = self._state("DELAY", tree.order, tree.input, tree.initial, tree.delay_time)
        time = self.states[-1].time
        assert time is not None
        return Call("/", (level, time))

    def _state(self, function: Any, order: int, flow: Any, initial: Any, time: Any) -> Level:
        """Add a state of the owner's dimensions; its last compartment is what the equation reads."""
        parts = [self.read(flow), self.read(initial)]
        constant = None if time is None else self.read(time)
        name = f"{self.owner} #{len(self.states) + 1}"
        self.states.append(State(name, self.owner, function, order, self.dims, parts[0], parts[1], constant))
        return Level(name, order - 1, self.dims)
