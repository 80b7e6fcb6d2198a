"""Functions in a branch that is not taken: the value and its gradient stay those of the branch that is."""

from pathlib import Path

import jax
import numpy as np
import pytest

from dualcirc.engine import Engine
from tests.unit.models_in_text import model_of

FUNCTIONS = [
    "1 / x",
    "1 / (x * (x + 1))",
    "LN(x)",
    "LOG(2, x + 1)",
    "LOG(x, 10)",
    "SQRT(x)",
    "SQRT(x - 1)",
    "POWER(x, 0.5)",
    "x ^ -1.5",
    "x ^ 5",
    "x ^ -3",
    "2 ^ (1 / x)",
    "ARCSIN(x)",
    "ARCSIN(3 * x)",
    "ARCCOS(x + 1)",
    "TAN(x)",
    "MODULO(1, x)",
    "MODULO(x, 0)",
    "QUANTUM(x, x)",
    "XIDZ(1, x, 2)",
    "ZIDZ(x, x)",
    "PULSE TRAIN(x, x, x, 9) * x",
    "RAMP(x, x, x)",
    "PROD(x * row[Region!])",
    "VECTOR SELECT(row[Region!], x / row[Region!], 0, 1, 0)",
]
"""Each has a pole, an edge or no value at some of the points below."""
ROW = "row[Region] = 0, 1, 2"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_branch_that_is_not_taken_leaves_no_trace_in_the_gradient(tmp_path: Path, function: str) -> None:
    engine = Engine(model_of(tmp_path, ROW, "x = 1", f"y = IF THEN ELSE(x > 5, {function}, 3 * x)", final=0.25), ["y"])
    value = jax.jit(jax.value_and_grad(lambda x: engine.simulate({"x": x})["y"][-1]))
    for x in (-2.0, -1.0, 0.0, 1.0, 0.5):
        got, gradient = value(x)
        assert (float(got), float(gradient)) == (3 * x, 3.0)


@pytest.mark.parametrize(
    ("function", "x", "value"),
    [
        ("MODULO(x, 3)", -7.5, -1.5),
        ("MODULO(x, 0)", 2.0, 0.0),
        ("QUANTUM(7.3, x)", 1e-7, 7.3),
        ("QUANTUM(x, 0.5)", -1.3, -1.0),
        ("INTEGER(x)", -2.9, -2.0),
        ("POWER(x, 3)", -2.0, -8.0),
        ("POWER(x, x - 1)", -3.0, 1 / 81),
        ("POWER(x, x)", 0.0, 1.0),
        ("x ^ 7", -2.0, -128.0),
        ("ARCSIN(x)", 1.0, np.pi / 2),
        ("ARCCOS(x)", -1.0, np.pi),
        ("ZIDZ(x, 1e-7)", 2.0, 0.0),
        ("PULSE(x, 1)", 0.0, 1.0),
        ("PULSE(x, 0.25)", 0.25, 1.0),
        ("PULSE(x, 0.25)", 0.0, 0.0),
        ("PULSE(0.25, x)", 0.0, 0.0),
        ("STEP(2, x)", 0.25, 2.0),
        ("STEP(2, x)", 0.375, 0.0),
        ("STEP(2, x)", 0.374, 2.0),
        ("RAMP(2, x, 9)", 0.25, 0.0),
        ("RAMP(2, -1, x)", -0.5, 1.0),
        ("RAMP(2, 1, x)", -0.5, 0.0),
    ],
)
def test_functions_have_their_values_at_the_edges(tmp_path: Path, function: str, x: float, value: float) -> None:
    # By hand from PySD functions.py, at Time = 0.25 with a time step of 0.25.
    model = model_of(tmp_path, "x = 9", f"y = {function}", final=0.25)
    assert Engine(model, ["y"]).run([{"x": np.array(x)}])["y"][0, -1] == pytest.approx(value, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("function", ["POWER(x, 0.5)", "POWER(x, -0.5)", "LN(x)", "SQRT(x)", "ARCSIN(x)", "LOG(2, x)"])
def test_functions_without_a_value_fail_the_run(tmp_path: Path, function: str) -> None:
    model = model_of(tmp_path, "x = 0.5", f"y = {function}", final=0.25)
    assert list(Engine(model, ["y"]).run([{}, {"x": np.array(-2.0)}]).status) == [
        "ok",
        "not finite: 'y' is nan at 0; it reads 'x' = -2",
    ]


def test_half_years_are_seen_by_a_step_that_is_no_power_of_two(tmp_path: Path) -> None:
    # 5 x 0.1 is 0.5 once rounded; fused with the subtraction inside MODULO it would leave 2.8e-17.
    model = model_of(tmp_path, "half = 0.5", "rest = MODULO(Time, half)", "literal = MODULO(Time, 0.5)", step=0.1)
    outputs = Engine(model, ["rest", "literal"]).run([{}])
    for name in ("rest", "literal"):
        np.testing.assert_array_equal(outputs[name][0, ::5], 0)
