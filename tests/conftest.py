"""The model and its engine, translated and compiled once for all tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from dualcirc.engine import Engine
from dualcirc.files import paths
from dualcirc.files.registry import Registry, read_registry
from dualcirc.translate import Model, load
from tests.model_runs import EVERY_STEP, Array, first


@pytest.fixture(scope="session")
def model() -> Model:
    return load(paths.model_file())


@pytest.fixture(scope="session")
def registry() -> Registry:
    return read_registry()


@pytest.fixture(scope="session")
def engine(model: Model) -> Engine:
    """Every variable of the model, once a year."""
    return Engine(model)


@pytest.fixture(scope="session")
def every_step(model: Model) -> Engine:
    """Some variables at every step."""
    fine = replace(model, time=replace(model.time, saveper=model.time.step))
    return Engine(fine, outputs=EVERY_STEP)


@pytest.fixture(scope="session")
def baseline(engine: Engine) -> Mapping[str, Array]:
    """The baseline, every variable: (saved time, ...)."""
    return first(engine.run([{}]))
