"""Sign with which a cause acts on its use, from the form of the equation alone.

Two things are asked of every expression: which sign its value has, and whether it rises or falls with the cause.
What never changes and paths have the sign of their numbers, at the base; every other variable is taken as not negative
unless it is a logarithm, and a share left over, one less something, as positive. Where a share of a total is taken, one
element moves and the others stay. What then stays open has the sign ``?``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from dualcirc.reference.graph import Graph
from dualcirc.translate.fixed import fixed_values
from dualcirc.translate.ir import Call, Expression, Extreme, FloatArray, Level, Number, Reference, Sum, Time

Sign = Literal["+", "-", "0", "?"]

_FLIPPED: dict[Sign, Sign] = {"+": "-", "-": "+", "0": "0", "?": "?"}
_RISING = {"EXP", "LN", "SQRT", "MIN", "MAX", "+"}
_COMPARE = {"=", "<>", "<", "<=", ">", ">=", ":AND:", ":OR:", ":NOT:"}


@dataclass(frozen=True)
class Polarity:
    """Signs of the arrows of a model."""

    graph: Graph

    @cached_property
    def fixed(self) -> Mapping[str, FloatArray]:
        """Values of the computed variables that never change."""
        return fixed_values(self.graph.model)

    def of(self, cause: str, use: str) -> Sign:
        """Sign of the effect of a cause on a variable that reads it; on a stock, through its net flow."""
        sign = _both(*(self._slope(part, cause) for part in self.graph.moving_parts(use)[:2]))
        return "?" if sign == "0" else sign

    def _slope(self, expression: Expression, cause: str) -> Sign:
        """Whether an expression rises with a variable."""
        match expression:
            case Reference(name=name):
                return "+" if name == cause else "0"
            case Sum(argument=argument) | Extreme(argument=argument):
                return self._slope(argument, cause)
            case Call(function=function, arguments=arguments):
                slopes = [self._slope(part, cause) for part in arguments]
                if set(slopes) == {"0"}:
                    return "0"
                return self._of_form(expression, cause) or self._call(function, arguments, slopes)
        return "0"

    def _of_form(self, expression: Call, cause: str) -> Sign | None:
        """Sign where a cause stands at two places of a form that is known as a whole."""
        match expression:
            case Call(function="+", arguments=(start, Call(function="*", arguments=(weight, Call("-", (end, same)))))):
                if same != start:  # on the way from one value to another, by a share
                    return None
                way = _product(self._slope(weight, cause), self._value(Call("-", (end, start))))
                return _both(self._slope(start, cause), _product(self._slope(end, cause), self._factor(weight)), way)
            case Call(function="/" | "ZIDZ", arguments=(top, Call(function="+", arguments=parts))) if top in parts:
                rest = parts[1 - parts.index(top)]
                rises = _product(self._slope(top, cause), self._factor(rest))
                return _both(rises, _FLIPPED[_product(self._slope(rest, cause), self._factor(top))])
            case Call(function="/" | "ZIDZ", arguments=(top, Sum(argument=part))):
                is_share = self.graph.model.variables[cause].dims and self._scales(top, cause)
                return self._factor(top) if is_share and self._scales(part, cause) else None
        return None

    def _scales(self, expression: Expression, cause: str) -> bool:
        """Whether an expression is a product with the cause as one factor."""
        match expression:
            case Reference(name=name):
                return name == cause
            case Call(function="*", arguments=(left, right)):
                both = ((left, right), (right, left))
                return any(self._scales(one, cause) and self._slope(other, cause) == "0" for one, other in both)
            case Call(function="/", arguments=(top, bottom)):
                return self._scales(top, cause) and self._slope(bottom, cause) == "0"
        return False

    def _call(self, function: str, arguments: tuple[Expression, ...], slopes: list[Sign]) -> Sign:
        if function in _RISING:
            return _both(*slopes)
        match function:
            case "negative":
                return _FLIPPED[slopes[0]]
            case "-":
                return _both(slopes[0], _FLIPPED[slopes[1]])
            case "*":
                return _both(*(_product(slopes[at], self._factor(arguments[1 - at])) for at in (0, 1)))
            case "/" | "ZIDZ" | "XIDZ":
                return self._quotient(arguments, slopes)
            case "^":
                return self._power(arguments, slopes)
            case "ABS":
                return _product(slopes[0], self._value(arguments[0]))
            case "IF THEN ELSE":
                return "?" if slopes[0] != "0" else _both(*slopes[1:])
        # A condition steps one way or the other; which one, its use decides.
        assert function in _COMPARE
        return "?"

    def _quotient(self, arguments: tuple[Expression, ...], slopes: list[Sign]) -> Sign:
        top, bottom = self._factor(arguments[0]), self._factor(arguments[1])
        return _both(_product(slopes[0], bottom), _FLIPPED[_product(slopes[1], top)], *slopes[2:])

    def _power(self, arguments: tuple[Expression, ...], slopes: list[Sign]) -> Sign:
        """A power rises with its base as its exponent's sign is; with its exponent where the base is above one."""
        of_base = _product(slopes[0], self._value(arguments[1]))
        known = self._number(arguments[0])
        above = "?" if known is None else _sign_of(known - 1.0)
        return _both(of_base, _product(slopes[1], above))

    def _factor(self, expression: Expression) -> Sign:
        """Sign of what multiplies: one less something is a share that is left."""
        known = self._number(expression)
        is_open = known is None or not known.any()
        return "+" if is_open and self._is_share_left(expression) else self._value(expression)

    def _is_share_left(self, expression: Expression) -> bool:
        """Whether an expression is one less something, or less several things."""
        match expression:
            case Call(function="-", arguments=(left, _)):
                return left == Number(1.0) or self._is_share_left(left)
            case Call(function="+", arguments=(Number(value=1.0), right)):
                return self._value(right) == "-"
        return False

    def _value(self, expression: Expression) -> Sign:
        """Sign of the value of an expression."""
        known = self._number(expression)
        if known is not None and (known.any() or isinstance(expression, Number)):
            return _sign_of(known)
        match expression:  # a lever that rests at zero moves upwards
            case Reference(name=name):
                equation = self.graph.model.variables[name].expression
                return "?" if isinstance(equation, Call) and equation.function == "LN" else "+"
            case Level() | Time():
                return "+"
            case Call(function="+", arguments=(start, Call(function="*", arguments=(_, Call("-", (end, same)))))) if (
                same == start
            ):
                return _both(self._factor(start), self._factor(end))
            case Sum(argument=argument) | Extreme(argument=argument):
                return self._factor(argument)
            case Call(function=function, arguments=arguments):
                return self._call_value(function, arguments)
        return "?"

    def _call_value(self, function: str, arguments: tuple[Expression, ...]) -> Sign:
        values = [self._factor(part) for part in arguments]
        match function:
            case "EXP" | "SQRT" | "ABS" | "^":
                return "+"
            case "negative":
                return _FLIPPED[values[0]]
            case "*" | "/" | "ZIDZ":
                return _product(values[0], values[1])
            case "+" | "MIN":
                return _both(*values)
            case "-":
                return _both(values[0], _FLIPPED[values[1]])
            case "MAX":
                return "+" if {"+", "0"} & set(values) else _both(*values)
            case "XIDZ":
                return _both(_product(values[0], values[1]), values[2])
            case "IF THEN ELSE":
                return _both(*values[1:])
        return "?"

    def _number(self, expression: Expression) -> FloatArray | None:
        """Values of what constants and paths alone make up, flattened; none for all else."""
        match expression:
            case Number(value=value):
                return np.array([value])
            case Reference(name=name):
                variable = self.graph.model.variables[name]
                series = variable.series.values if variable.series is not None else None
                known = variable.value if variable.value is not None else series
                known = self.fixed.get(name) if known is None else known
                return known if known is None else known.reshape(-1)
            case Call(function="-" | "+" | "negative" as function, arguments=arguments):
                return self._sum(function, [self._number(part) for part in arguments])
        return None

    def _sum(self, function: str, parts: list[FloatArray | None]) -> FloatArray | None:
        """Extremes of a sum or difference of numbers."""
        known: list[FloatArray] = [np.array([part.min(), part.max()]) for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        if function == "negative":
            return -known[0]
        return known[0] + known[1] if function == "+" else known[0] - known[1][::-1]


def _sign_of(values: FloatArray) -> Sign:
    """Sign that all values have, zeros aside."""
    if np.all(values >= 0):
        return "+" if np.any(values > 0) else "0"
    return "-" if np.all(values <= 0) else "?"


def _both(*signs: Sign) -> Sign:
    """Sign of a sum of effects."""
    found = set(signs) - {"0"}
    if not found:
        return "0"
    return found.pop() if len(found) == 1 else "?"


def _product(one: Sign, other: Sign) -> Sign:
    if "0" in (one, other):
        return "0"
    if "?" in (one, other):
        return "?"
    return "+" if one == other else "-"
