"""The model and its engine, translated and compiled once for all tests."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from dualcirc.engine import Engine
from dualcirc.engine.settings import return_freed_memory
from dualcirc.files import paths
from dualcirc.files.registry import Registry, read_registry
from dualcirc.sweep import work
from dualcirc.translate import Model, load
from tests.model_runs import EVERY_STEP, Array, first


@pytest.fixture(autouse=True, scope="module")
def _compiled_models_are_let_go() -> Iterator[None]:
    """A compiled model holds a gigabyte and more: those of a module's sweeps go with it."""
    yield
    work._engine.cache_clear()
    gc.collect()
    return_freed_memory()


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
