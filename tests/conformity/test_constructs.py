"""Every construct that the engine knows, in a tiny model of its own, against PySD: every variable and saved time."""

import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from dualcirc.engine import Engine, reference
from dualcirc.translate import Model, load
from dualcirc.translate.constructs import REDUCTIONS, SIGNATURES, STATES, TOLD_BY_OTHERS
from dualcirc.translate.ir import (
    Call,
    Expression,
    Extreme,
    Interpolation,
    Pick,
    Reference,
    StateFunction,
    Sum,
    is_inner,
    walk,
)
from dualcirc.translate.load import READERS
from tests.conformity.compare import assert_conforms

MODELS = sorted(path for path in (Path(__file__).parents[1] / "models").glob("*/*") if path.suffix in READERS)
REPEATABLE = [path for path in MODELS if path.stem != "random"]
"""PySD draws other random numbers at every run; ``tests/unit/test_engine_draws.py`` has those."""
TOLERANCE = 1e-12
"""Sixteen steps of a few operations leave only rounding; powers go through a logarithm."""


@pytest.mark.parametrize("path", REPEATABLE, ids=lambda path: path.stem)
def test_engine_equals_reference_for_one_construct(path: Path) -> None:
    model = load(path)
    engine = Engine(model, names(model), block=2, threads=1)
    assert_conforms(engine.run([{}]), reference.run(path, {}), tolerance=TOLERANCE)


@pytest.mark.parametrize("path", REPEATABLE, ids=lambda path: path.stem)
def test_engine_equals_reference_when_every_input_is_replaced(path: Path) -> None:
    model = load(path)
    engine = Engine(model, names(model), block=2, threads=1)
    constants = {name: model.variables[name] for name in names(model) if model.variables[name].kind == "constant"}
    free = [name for name, variable in constants.items() if not variable.unchangeable]
    overrides = {name: engine.constant(name) * 1.25 for name in free}
    for name in (name for name, v in model.variables.items() if v.kind == "data"):
        path_of_data = engine.data_path(name)
        overrides[name] = path_of_data + np.linspace(0, 1, len(path_of_data)).reshape(
            -1, *[1] * (path_of_data.ndim - 1)
        )
    assert_conforms(engine.run([{}, overrides]), reference.run(path, overrides), run=1, tolerance=TOLERANCE)


def test_engine_equals_reference_at_another_step() -> None:
    path = next(path for path in MODELS if path.stem == "delay3i")
    engine = Engine(load(path), list(load(path).variables), time_step=0.125, block=1, threads=1)
    assert_conforms(engine.run([{}]), reference.run(path, {}, time_step=0.125), tolerance=TOLERANCE)


def names(model: Model) -> list[str]:
    """Everything that PySD computes too; it keeps the variables of macros to itself."""
    return [name for name, v in model.variables.items() if v.kind != "lookup" and not is_inner(name)]


def test_every_known_construct_has_a_model() -> None:
    models = [load(path) for path in MODELS]
    parts = [part for model in models for expression in expressions(model) for part in walk(expression)]
    assert {part.function for part in parts if isinstance(part, Call)} == set(SIGNATURES)
    extremes = {part.function for part in parts if isinstance(part, Extreme)}
    assert {"SUM" for part in parts if isinstance(part, Sum)} | extremes == set(REDUCTIONS)
    assert {type(part) for part in parts} == set(get_args(Expression))
    assert any(isinstance(axis, Pick) for part in parts if isinstance(part, Reference) for axis in part.axes)
    functions = {state.function for model in models for state in model.states.values()}
    assert functions == set(get_args(StateFunction))
    interpolations = {v.interpolation for model in models for v in model.variables.values() if v.interpolation}
    assert interpolations == set(get_args(Interpolation))


def test_every_function_of_the_language_stands_in_a_model() -> None:
    text = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in MODELS)
    of_xmile = {name for name in TOLD_BY_OTHERS if name.startswith("X") or name.endswith(" XMILE")}
    names = [name for name in (*STATES, *TOLD_BY_OTHERS, *SIGNATURES) if name[0].isupper() and name not in of_xmile]
    assert [name for name in names if not re.search(rf"(?<![A-Z0-9])(?<![A-Z0-9] ){name}\(", text)] == []


def expressions(model: Model) -> list[Expression]:
    found = [variable.expression for variable in model.variables.values() if variable.expression is not None]
    for state in model.states.values():
        found += [part for part in (state.flow, state.initial, state.time, state.count) if part is not None]
    return found
