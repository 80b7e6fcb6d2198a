"""Order in which variables are computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.ir import Expression, Level, Model, Random, Reference, State, Time, walk
from dualcirc.translate.stages import at_start, in_step


def uses(expression: Expression) -> tuple[set[str], set[str]]:
    """Names of the variables and of the states that an expression reads."""
    parts = list(walk(expression))
    variables = {part.name for part in parts if isinstance(part, Reference)}
    return variables, {part.state for part in parts if isinstance(part, Level)}


def state_parts(state: State) -> list[Expression]:
    """Expressions that move a state during a run."""
    return [state.flow] if state.time is None else [state.flow, state.time]


def initial_parts(state: State) -> list[Expression]:
    """Expressions that set a state at the start; the delays need their time, a row of unknown length its number."""
    timed = [state.time] if state.function.startswith("DELAY") and state.time is not None else []
    return [state.initial, *timed, *([state.count] if state.count is not None else [])]


def step_order(model: Model) -> list[str]:
    """
    Names of the variables so that each comes after what it reads; states are known beforehand.

    Raises
    ------
    ModelFileError
        If variables depend on each other within one step.
    """
    model = in_step(model)
    graph = {name: sorted(_variables_of(model, name)) for name in model.variables}
    return _sorted(model, graph, "each needs the other within one step")


def initial_order(model: Model) -> list[str]:
    """
    Names of variables and states in the order in which they are known at the start.

    A state's initial value may read variables, which may read other states: all stand in one order, as in PySD
    (``Macro._get_initialize_order``).
    """
    model = at_start(model)
    graph = {name: sorted(_variables_of(model, name) | _states_of(model, name)) for name in model.variables}
    for name, state in model.states.items():
        found = [uses(part) for part in initial_parts(state)]
        graph[name] = sorted(set().union(*(variables | states for variables, states in found)))
    return _sorted(model, graph, "each needs the other's initial value")


def varying(model: Model) -> frozenset[str]:
    """Names of the variables that move over time: they read Time, data, a state or a draw, directly or not."""
    model = in_step(model)
    found: set[str] = set()
    for name in step_order(model):
        variable = model.variables[name]
        expression = variable.expression
        moves = variable.kind == "data" or (
            expression is not None and any(isinstance(part, Time | Level | Random) for part in walk(expression))
        )
        if moves or not found.isdisjoint(_variables_of(model, name)):
            found.add(name)
    return frozenset(found)


def _variables_of(model: Model, name: str) -> set[str]:
    expression = model.variables[name].expression
    return uses(expression)[0] if expression is not None else set()


def _states_of(model: Model, name: str) -> set[str]:
    expression = model.variables[name].expression
    return uses(expression)[1] if expression is not None else set()


def _sorted(model: Model, graph: Mapping[str, Iterable[str]], why: str) -> list[str]:
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        loop = list(dict.fromkeys(_owner(model, name) for name in reversed(error.args[1])))
        first = model.variables[loop[0]]
        what = f"algebraic loop: {' -> '.join([*loop, loop[0]])}; {why}"
        raise ModelFileError(
            Problem(what, str(model.path), first.line, mend="Break it with a stock, or a SMOOTHI of one of them.")
        ) from None


def _owner(model: Model, name: str) -> str:
    return model.states[name].owner if name in model.states else name
