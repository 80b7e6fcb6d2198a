"""Derivatives of the whole model's fit to provincial output, against central differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from dualcirc.calibrate.observations import observations
from dualcirc.engine import Engine, Overrides
from dualcirc.translate import Model

KINKS = {"middle stage", "reference access list", "reference list", "reference services list"}
"""Constants at whose base value a MIN or MAX changes sides: differences mix the slopes of both."""

STEPS = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4)
"""Relative; the Richardson estimates of two of them that agree best count, for the best step differs by constant."""

SMALL = 1e-7
"""Elasticity of the loss below which differences drown in rounding: 1e-15 of the loss, over the step of 1e-4."""

DIRECTIONS = ("technology growth deviation", "amenity", "zone scope target", "base GDP", "household transfer ratio")


@pytest.fixture(scope="module")
def gdp_engine(model: Model) -> Engine:
    return Engine(model, ["GDP"])


@pytest.fixture(scope="module")
def loss() -> Callable[[Mapping[str, Any]], Any]:
    """Squared error of provincial output 2010-2022, over that of no output at all."""
    observed = observations(2022).gdp.transpose("year", "province").values
    return lambda outputs: ((outputs["GDP"][: len(observed)] - observed) ** 2).sum() / (observed**2).sum()


@pytest.fixture(scope="module")
def derivatives(gdp_engine: Engine, loss: Callable[[Mapping[str, Any]], Any]) -> dict[str, np.ndarray]:
    scalars = [n for n, v in gdp_engine.model.variables.items() if v.kind == "constant" and not v.dims]
    value, gradient = gdp_engine.value_and_grad(loss, [*scalars, *DIRECTIONS])({})
    run = gdp_engine.run_one({})
    assert value == pytest.approx(float(loss({"GDP": jnp.asarray(run["GDP"])})), rel=1e-10)
    return gradient


def slopes(engine: Engine, loss: Callable[[Mapping[str, Any]], Any], lines: list[Callable[[float], Overrides]]) -> Any:
    """(line, step): derivatives along lines, the leading error of central differences taken out (Richardson)."""
    shifts = np.array([factor * step for step in STEPS for factor in (1.0, -1.0, 0.5, -0.5)])
    outputs = engine.run([line(shift) for line in lines for shift in shifts])
    assert not outputs.failed.any()
    values = np.array([loss({"GDP": run}) for run in outputs["GDP"]]).reshape(len(lines), len(STEPS), 4)
    wide = (values[..., 0] - values[..., 1]) / (2 * np.array(STEPS))
    narrow = (values[..., 2] - values[..., 3]) / np.array(STEPS)
    return (4 * narrow - wide) / 3


def nearest_pair(estimates: np.ndarray) -> float:
    """Mean of the two neighbouring estimates that agree best."""
    place = np.argmin(np.abs(np.diff(estimates)))
    return float(estimates[place : place + 2].mean())


@pytest.mark.long
def test_derivative_by_every_scalar_constant_is_that_of_differences(
    gdp_engine: Engine, loss: Callable[[Mapping[str, Any]], Any], derivatives: dict[str, np.ndarray]
) -> None:
    assert all(np.isfinite(derivative).all() for derivative in derivatives.values())
    size = {n: abs(float(gdp_engine.constant(n))) or 1.0 for n, d in derivatives.items() if d.ndim == 0}
    base = float(loss({"GDP": gdp_engine.run_one({})["GDP"]}))
    felt = [n for n in size if n not in KINKS and abs(derivatives[n]) * size[n] > SMALL * base]
    assert len(felt) > 120

    def line(name: str) -> Callable[[float], Overrides]:
        return lambda shift: {name: gdp_engine.constant(name) + shift * size[name]}

    found = slopes(gdp_engine, loss, [line(name) for name in felt])
    wrong = {}
    for name, estimates in zip(felt, found, strict=True):
        got = float(derivatives[name]) * size[name]
        # Output carries rounding of 1e-15, the loss, a mean of squares, twice its root of that; over a step of 1e-3.
        rounding = 2 * base**0.5 * 1e-15 / 1e-3
        if abs(got - nearest_pair(estimates)) > 1e-6 * abs(got) + rounding:
            wrong[name] = (got, nearest_pair(estimates))
    assert not wrong


@pytest.mark.long
@pytest.mark.parametrize("name", DIRECTIONS)
def test_derivative_along_a_vector_or_path_is_that_of_differences(
    name: str, gdp_engine: Engine, loss: Callable[[Mapping[str, Any]], Any], derivatives: dict[str, np.ndarray]
) -> None:
    is_path = gdp_engine.model.variables[name].kind == "data"
    base = gdp_engine.data_path(name) if is_path else gdp_engine.constant(name)
    direction = np.random.default_rng(1).uniform(-0.01, 0.01, base.shape) * (np.abs(base).max() or 1.0)
    got = float((derivatives[name] * direction).sum())
    estimates = slopes(gdp_engine, loss, [lambda shift: {name: base + shift * direction}])[0]
    assert got == pytest.approx(nearest_pair(estimates), rel=1e-6)
