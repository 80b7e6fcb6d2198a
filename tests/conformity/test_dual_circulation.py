"""The project's model in the engine and in PySD: every variable, saved time and province."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import xarray as xr

from dualcirc.engine import Engine, Overrides, reference
from dualcirc.files.paths import model_file
from dualcirc.files.registry import Registry
from dualcirc.translate import Model
from tests.conformity.compare import assert_conforms
from tests.model_runs import random_levers


@pytest.fixture(scope="session")
def engine(model: Model) -> Engine:
    """Every variable, constants included, which the reference returns as well."""
    return Engine(model, list(model.variables))


@pytest.fixture(scope="session")
def every_lever(engine: Engine, registry: Registry) -> Overrides:
    """Every lever and driver away from its base from a date of its own on, other for every province."""
    return random_levers(engine, registry, seed=20250101, drivers=True)


@pytest.fixture(scope="session")
def reference_with_every_lever(every_lever: Overrides, tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    out = tmp_path_factory.mktemp("reference") / "every_lever.nc"
    return reference.run(model_file(), every_lever, out=out).drop_vars("FINAL TIME")


def test_engine_equals_reference_when_every_lever_moves(
    engine: Engine, every_lever: Overrides, reference_with_every_lever: xr.Dataset
) -> None:
    outputs = engine.run([every_lever])
    assert list(outputs.status) == ["ok"]
    del outputs["FINAL TIME"]
    assert_conforms(outputs, reference_with_every_lever)


@pytest.mark.long
def test_engine_equals_reference_in_the_baseline(engine: Engine) -> None:
    assert_conforms(engine.run([{}]), reference.run(model_file(), {}))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 21))
def test_engine_equals_reference_for_random_levers_and_parameters(
    engine: Engine, registry: Registry, seed: int
) -> None:
    overrides = random_levers(engine, registry, seed, drivers=True) | drawn(registry, np.random.default_rng(seed))
    assert_conforms(engine.run([overrides]), reference.run(model_file(), overrides))


@pytest.mark.long
def test_run_gives_the_same_bits_for_any_number_of_runs(engine: Engine, registry: Registry) -> None:
    random = np.random.default_rng(3)
    runs = [random_levers(engine, registry, seed) | drawn(registry, random) for seed in range(65)]
    outputs = engine.run(runs)
    for count in (1, 2, 7, 64):
        again = engine.run(runs[:count])
        assert all(np.array_equal(again[name], outputs[name][:count], equal_nan=True) for name in outputs)


def drawn(registry: Registry, random: np.random.Generator) -> Mapping[str, np.ndarray]:
    """Parameters within the middle half of their ranges."""
    rows = [row for row in registry.parameters.values() if row.low is not None and row.high is not None]
    return {
        row.name: np.array(row.value + random.uniform(-0.25, 0.25) * (row.high - row.low))  # type: ignore[operator]
        for row in rows
    }
