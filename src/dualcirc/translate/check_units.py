"""Balance of units, equation by equation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from dualcirc.errors import Problem, UnitsError
from dualcirc.translate.constructs import fold
from dualcirc.translate.ir import (
    Call,
    Expression,
    Extreme,
    Level,
    Lookup,
    Model,
    Number,
    Numbers,
    Part,
    Parts,
    Random,
    Reference,
    State,
    Sum,
    Time,
    Variable,
    Vector,
    range_of,
)
from dualcirc.units import DIMENSIONLESS, Unit, parse_unit

_SAME = {"+", "-", "MIN", "MAX", "QUANTUM", "MODULO", "phase", "ACTIVE INITIAL"}
_COMPARE = {"=", "<>", "<", "<=", ">", ">=", "reached"}
_LOGIC = {":AND:", ":OR:", ":NOT:"}
_PURE = {"EXP", "LN", "SIN", "COS", "TAN", "ARCSIN", "ARCCOS", "ARCTAN", "SINH", "COSH", "TANH"}
_HOLD_TIMES_TIME = ("DELAY", "DELAY N")
"""States that hold their input times the delay time."""
_LARGEST_DENOMINATOR = 1000

AnyUnit = Unit | None
"""Unit of an expression; none for a literal 0, which fits every unit."""


def check_units(model: Model) -> list[Problem]:
    """
    Every variable whose unit is missing, unreadable or not that of its equation.

    Notes
    -----
    A bare number has no unit, only 0 fits all. ``+ - MIN MAX``, comparisons and the branches of IF THEN ELSE need equal
    units; EXP and LN take and give pure numbers; a power needs a base without unit, or a number as its exponent. The
    flow of INTEG times the time unit is the unit of the stock; the smooths and delays keep the unit of their input. A
    lookup has the unit that its table declares, whatever its argument; a condition among numbers is a pure number.
    """
    problems: list[Problem] = []
    declared: dict[str, Unit] = {}
    for name, variable in model.variables.items():
        try:
            declared[name] = parse_unit(variable.unit)
        except UnitsError as error:
            problems.append(_problem(model, variable, error.problems[0].what, error.problems[0].expected))
    time = next((unit for name, unit in declared.items() if fold(name) == "time_step"), None)
    if problems or time is None:
        return problems
    checker = _Checker(model, declared, time)
    for name, variable in model.variables.items():
        # Control variables are bare numbers in the unit of time.
        if variable.expression is not None and variable.kind != "control":
            problems += _faults(checker, variable, declared[name])
    return problems


class _UnbalancedError(Exception):
    """Two parts of an equation do not have the units they need."""


@dataclass(frozen=True)
class _Checker:
    """Units of expressions."""

    model: Model
    declared: dict[str, Unit]
    time: Unit

    def unit(self, expression: Expression) -> AnyUnit:
        """Unit of an expression."""
        match expression:
            case Number() | Numbers():
                return None if isinstance(expression, Number) and not expression.value else DIMENSIONLESS
            case Time():
                return self.time
            case Reference(name=name):
                return self.declared[name]
            case Level(state=state):
                return self._level(self.model.states[state])
            case Call():
                return self._call(expression)
            case Parts(parts=parts):
                return self._parts(parts)
            case Lookup():
                return self._lookup(expression)
            case _:
                return self._over_axes(expression)

    def _over_axes(self, expression: Sum | Extreme | Vector | Random) -> AnyUnit:
        """Unit of what is computed of many elements, or for each of them."""
        match expression:
            case Sum(argument=argument):
                return self.unit(argument)
            case Extreme():
                return self._extreme(expression)
            case Vector():
                return self._vector(expression)
            case Random(function=name, arguments=arguments):
                return self._alike(f"the arguments of {name}", [self.unit(part) for part in arguments])

    def _extreme(self, expression: Extreme) -> AnyUnit:
        """Unit of the smallest or largest value, or of a product of all elements."""
        unit = self.unit(expression.argument)
        if expression.function != "PROD" or unit is None:
            return unit
        return unit ** Fraction(math.prod(len(self.model.subscripts[range_of(axis)]) for axis in expression.axes))

    def _lookup(self, call: Lookup) -> AnyUnit:
        """Unit that the table declares; a table inside an equation fits every unit, and so does every argument."""
        self.unit(call.argument)
        name = call.table if call.table in self.declared else call.table.rpartition(" #")[0]
        return self.declared[name] if self.model.variables[name].kind == "lookup" else None

    def _parts(self, parts: tuple[Part, ...]) -> AnyUnit:
        """Unit of all parts; numbers alone are constants, which have the unit of their variable."""
        found: AnyUnit = None
        for part in parts:
            if not isinstance(part.expression, Number | Numbers):
                found = self._equal("two parts", found, self.unit(part.expression))
        return found

    def state(self, state: State) -> None:
        """Units inside a function that remembers."""
        initial, flow = self.unit(state.initial), self.unit(state.flow)
        if state.function == "INTEG":
            grown = None if flow is None else flow * self.time
            self._equal(f"the flow of {state.function} times {self.time}, and its initial value", grown, initial)
            return
        told = "a function" if state.function == "NEXT" else state.function
        self._equal(f"the input and the initial value of {told}", flow, initial)
        if state.time is not None:
            self._equal(f"the time of {state.function} and the time of the model", self.unit(state.time), self.time)
        if state.count is not None:
            self._equal(f"the order of {state.function} and a pure number", self.unit(state.count), DIMENSIONLESS)

    def _level(self, state: State) -> AnyUnit:
        """Unit of what a state holds; a delay holds its input times the delay time."""
        initial = self.unit(state.initial)
        if state.function in _HOLD_TIMES_TIME and initial is not None:
            return initial * self.time
        return initial if initial is not None else self._flow_unit(state)

    def _flow_unit(self, state: State) -> AnyUnit:
        """Unit of a state that starts at a literal 0."""
        if state.function == "NEXT":
            # Its value may read its own level; a literal 0 fits every unit.
            return None
        flow = self.unit(state.flow)
        return flow * self.time if flow is not None and state.function in ("INTEG", *_HOLD_TIMES_TIME) else flow

    def _call(self, call: Call) -> AnyUnit:
        units = [self.unit(part) for part in call.arguments]
        name = call.function
        match name:
            case "*":
                return None if None in units else _some(units[0]) * _some(units[1])
            case "/" | "ZIDZ":
                return self._quotient(units)
            case "XIDZ":
                return self._equal("the quotient and the last argument of XIDZ", self._quotient(units[:2]), units[2])
            case "^":
                return self._power(call, units[0], units[1])
            case "negative" | "ABS" | "INTEGER":
                return units[0]
            case "SQRT":
                return None if units[0] is None else units[0] ** Fraction(1, 2)
            case _ if name in _PURE:
                self._equal(f"the argument of {name} and a pure number", units[0], DIMENSIONLESS)
                return DIMENSIONLESS
            case "IF THEN ELSE":
                return self._equal("the two branches of IF THEN ELSE", units[1], units[2])
            case _ if name in _LOGIC:
                return DIMENSIONLESS
        assert name in _SAME | _COMPARE
        same = self._equal(f"the two sides of {name}", units[0], units[1])
        return DIMENSIONLESS if name in _COMPARE else same

    def _vector(self, vector: Vector) -> AnyUnit:
        """Places and ranks are pure numbers."""
        unit = self.unit(vector.arguments[0])
        match vector.function:
            case "VECTOR REORDER":
                self._equal(
                    "the places of VECTOR REORDER and a pure number", self.unit(vector.arguments[1]), DIMENSIONLESS
                )
                return unit
            case "INVERT MATRIX":
                return DIMENSIONLESS / (unit or DIMENSIONLESS)
        return DIMENSIONLESS

    def _alike(self, what: str, units: list[AnyUnit]) -> AnyUnit:
        """Unit of several that must be equal."""
        unit: AnyUnit = None
        for other in units:
            unit = self._equal(what, unit, other)
        return unit

    def _quotient(self, units: list[AnyUnit]) -> AnyUnit:
        return None if units[0] is None else units[0] / (units[1] or DIMENSIONLESS)

    def _power(self, call: Call, base: AnyUnit, exponent: AnyUnit) -> AnyUnit:
        """A base with a unit needs an exponent whose value is known."""
        self._equal("the exponent of ^ and a pure number", exponent, DIMENSIONLESS)
        if base is None or base.dimensionless:
            return base
        value = self._known_number(call.arguments[1])
        if value is None:
            raise _UnbalancedError(f"the base of ^ has the unit {base}, its exponent is no number")
        return base ** Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)

    def _known_number(self, expression: Expression) -> float | None:
        """Value of a literal or of a scalar constant."""
        if isinstance(expression, Number):
            return expression.value
        value = self.model.variables[expression.name].value if isinstance(expression, Reference) else None
        return float(value) if value is not None and value.ndim == 0 else None

    def _equal(self, what: str, left: AnyUnit, right: AnyUnit) -> AnyUnit:
        if left is not None and right is not None and left != right:
            raise _UnbalancedError(f"{what} have the units {left} and {right}")
        return right if left is None else left


def _some(unit: AnyUnit) -> Unit:
    assert unit is not None
    return unit


def _faults(checker: _Checker, variable: Variable, declared: Unit) -> list[Problem]:
    """Faults of one equation and of the states in it."""
    assert variable.expression is not None
    try:
        for state in checker.model.states.values():
            if state.owner == variable.name:
                checker.state(state)
        got = checker.unit(variable.expression)
    except _UnbalancedError as error:
        return [_problem(checker.model, variable, str(error))]
    if got is None or got == declared:
        return []
    return [_problem(checker.model, variable, f"its equation has the unit {got}", f"{declared}, as declared")]


def _problem(model: Model, variable: Variable, what: str, expected: str = "") -> Problem:
    return Problem(f"unit of '{variable.name}': {what}", str(model.path), variable.line, expected)
