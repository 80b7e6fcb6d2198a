"""What to compute, when: dead code left out, constant parts lifted out of the time loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from dualcirc.translate.ir import (
    Call,
    Expression,
    Extreme,
    Level,
    Lookup,
    Model,
    Parts,
    Random,
    Reference,
    State,
    Sum,
    Table,
    Time,
    Variable,
    Vector,
    children,
    free_axes,
    walk,
    with_children,
)
from dualcirc.translate.order import initial_order, initial_parts, state_parts, step_order, uses, varying
from dualcirc.translate.stages import at_start, in_step


@dataclass(frozen=True)
class Equation:
    """Value to compute and to keep under a name."""

    name: str
    axes: tuple[str, ...]
    expression: Expression


@dataclass(frozen=True)
class Plan:
    """Equations of one simulation, in the order of computation."""

    static: tuple[Equation, ...]
    """Once per run: what neither time nor a state moves."""
    initial: tuple[Equation | State, ...]
    """At the start: states and the variables that their initial values need."""
    step: tuple[Equation, ...]
    """At every step: what moves the states."""
    record: tuple[Equation, ...]
    """At every saved time: the outputs and what they need."""
    states: tuple[State, ...]
    constants: tuple[str, ...]
    """Constants read."""
    data: tuple[str, ...]
    """Data variables read."""
    moving_outputs: tuple[str, ...]
    fixed_outputs: tuple[str, ...]
    tables: Mapping[str, Table]
    """Lookups by name."""


def plan(model: Model, outputs: Sequence[str]) -> Plan:
    """Computation that gives the outputs and nothing else."""
    first, model = at_start(model), in_step(model)
    moving = varying(model)
    lifted = _Lift(moving)
    states = _live_states(model, first, outputs)
    into_states = _reach(model, [name for state in states for name in _reads(state_parts(state))])
    into_outputs = _reach(model, outputs)
    order = step_order(model)
    equations = {name: _equation(model.variables[name]) for name in order}
    step = _moving(order, into_states, equations, lifted)
    record = _moving(order, into_states | into_outputs, equations, lifted)
    moved = tuple(replace(s, flow=lifted(s.flow), time=s.time and lifted(s.time)) for s in states)
    initial_states = [first.states[state.name] for state in states]
    into_start = _reach(first, _reads(part for state in initial_states for part in initial_parts(state)))
    initial = _initial(first, initial_states, into_start, moving | _other_at_start(model, first))
    live = _reach(model, into_states | into_outputs | into_start)
    static = [equation for name in order if name in live and name not in moving and (equation := equations[name])]
    return Plan(
        static=(*static, *lifted.equations.values()),
        initial=initial,
        step=step,
        record=record,
        states=moved,
        constants=tuple(name for name in order if name in live and model.variables[name].kind == "constant"),
        data=tuple(name for name in order if name in live and model.variables[name].kind == "data"),
        moving_outputs=tuple(name for name in outputs if name in moving),
        fixed_outputs=tuple(name for name in outputs if name not in moving),
        tables=model.lookups,
    )


def factors(expression: Expression) -> list[Expression]:
    """Factors of a product; a divisor gives its reciprocal."""
    match expression:
        case Call("*", (left, right)):
            return factors(left) + factors(right)
        case Call("/", (left, right)):
            return [*factors(left), Call("reciprocal", (right,))]
        case _:
            return [expression]


def moves(expression: Expression, moving: frozenset[str]) -> bool:
    """Whether an expression changes over time; ``moving`` are the names of the variables that do."""
    return any(
        isinstance(part, Time | Level | Random) or (isinstance(part, Reference) and part.name in moving)
        for part in walk(expression)
    )


class _Lift:
    """Replaces the constant parts of moving expressions by references to equations computed once per run."""

    def __init__(self, moving: frozenset[str]) -> None:
        self.moving = moving
        self.equations: dict[Expression, Equation] = {}

    def __call__(self, expression: Expression) -> Expression:
        """Return the expression without constant parts; equal parts are computed once."""
        compound = isinstance(expression, Call | Sum | Extreme | Vector | Lookup | Parts)
        if compound and not moves(expression, self.moving):
            axes = free_axes(expression)
            equation = Equation(f"constant part {len(self.equations) + 1}", axes, expression)
            return Reference(self.equations.setdefault(expression, equation).name, axes)
        match expression:
            case Sum(axes=axes, argument=argument):
                # Factor by factor: a product of a matrix that all runs share with a vector of each run would be lifted
                # as one large matrix per run.
                return Sum(axes, reduce(_times, map(self, factors(argument))))
            case _:
                return with_children(expression, [self(part) for part in children(expression)])


def _times(left: Expression, right: Expression) -> Expression:
    return Call("*", (left, right))


def _moving(
    order: Sequence[str], wanted: Iterable[str], equations: Mapping[str, Equation | None], lifted: _Lift
) -> tuple[Equation, ...]:
    """Equations of the wanted variables that move, without their constant parts."""
    chosen = [equation for name in order if name in wanted and name in lifted.moving and (equation := equations[name])]
    return tuple(replace(equation, expression=lifted(equation.expression)) for equation in chosen)


def _initial(
    model: Model, states: Sequence[State], wanted: frozenset[str], moving: frozenset[str]
) -> tuple[Equation | State, ...]:
    """States and the moving variables that their initial values read, each after what it reads."""
    live = {state.name: state for state in states}
    entries: list[Equation | State] = []
    for name in initial_order(model):
        if name in live:
            entries.append(live[name])
        elif name in wanted and name in moving and (equation := _equation(model.variables[name])):
            entries.append(equation)
    return tuple(entries)


def _other_at_start(model: Model, first: Model) -> frozenset[str]:
    """Variables whose value at the start may differ from that of the first step: through ACTIVE INITIAL."""
    if first is model:
        return frozenset()
    found: set[str] = set()
    for name in initial_order(first):
        if name in first.variables:
            expression = first.variables[name].expression
            if expression != model.variables[name].expression or not found.isdisjoint(
                _reads([expression] if expression else [])
            ):
                found.add(name)
    return frozenset(found)


def _live_states(model: Model, first: Model, outputs: Sequence[str]) -> list[State]:
    """States that the outputs depend on, directly or through other states, during the run or at its start."""
    live: set[str] = set()
    names, early = _reach(model, outputs), frozenset[str]()
    while True:
        found = {state for name in names for state in _states_of(model, name)}
        found |= {state for name in early for state in _states_of(first, name)}
        for state in found | live:
            for part in (*state_parts(model.states[state]), *initial_parts(first.states[state])):
                found |= uses(part)[1]
        if found <= live:
            return [state for name, state in model.states.items() if name in live]
        live |= found
        names |= _reach(model, _reads(part for name in live for part in state_parts(model.states[name])))
        early |= _reach(first, _reads(part for name in live for part in initial_parts(first.states[name])))


def _reach(model: Model, names: Iterable[str]) -> frozenset[str]:
    """Return the names and all variables that they read, not through states."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            expression = model.variables[name].expression
            waiting += _reads([expression] if expression else [])
    return frozenset(found)


def _reads(parts: Iterable[Expression]) -> list[str]:
    return [name for part in parts for name in uses(part)[0]]


def _states_of(model: Model, name: str) -> set[str]:
    expression = model.variables[name].expression
    return uses(expression)[1] if expression else set()


def _equation(variable: Variable) -> Equation | None:
    """Equation of a variable; constants and data have none."""
    return Equation(variable.name, variable.dims, variable.expression) if variable.expression else None
