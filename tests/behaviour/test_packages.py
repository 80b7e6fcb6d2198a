"""The policy packages at low, central and high ambition: admissible, finite, and each more than the last."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from dualcirc.checks.levers import YEAR, national
from dualcirc.engine import Engine
from dualcirc.files.registry import Registry, read_registry
from dualcirc.files.scenario import load_scenarios
from dualcirc.sweep.packages import package_scenarios
from dualcirc.sweep.run import overrides_of
from dualcirc.translate import Model
from tests.model_runs import Array

REGISTRY = read_registry()
AMBITIONS = ("low", "central", "high")
OUTDONE = {"B3": "the labour share of B5 takes more capital out of circulation than the relief of B3 brings"}
"""Levers whose target another lever of the same package moves the other way, and further."""

Runs = Mapping[tuple[str, str], Mapping[str, Array]]
"""Every variable, (saved time, ...), by package and ambition; the baseline under two empty names."""


@pytest.fixture(scope="module")
def runs(engine: Engine, model: Model, registry: Registry) -> Runs:
    """Each package alone; a value that is not admissible is refused here."""
    wanted = [(package, ambition) for package in registry.packages for ambition in AMBITIONS]
    made = [package_scenarios(registry, model, ambition, [package])[0] for package, ambition in wanted]
    outputs = engine.run([{}, *(overrides_of(scenario, engine) for scenario in load_scenarios(made, registry))])
    assert set(outputs.status) == {"ok"}
    keys = [("", ""), *wanted]
    return {key: {name: values[number] for name, values in outputs.items()} for number, key in enumerate(keys)}


def effects(lever: str, runs: Runs, engine: Engine) -> list[float]:
    """Move of the target of a lever in the direction it claims, for each ambition of its package."""
    row, at = REGISTRY.levers[lever], int(np.argmin(np.abs(engine.saved_times - YEAR)))
    levels = [
        national(row.target, runs[key][row.target], REGISTRY)[at]
        for key in (("", ""), *((row.package, ambition) for ambition in AMBITIONS))
    ]
    assert row.claim is not None
    return [float(np.sign(row.claim) * (level - levels[0])) for level in levels[1:]]


@pytest.mark.parametrize("package", REGISTRY.packages)
@pytest.mark.parametrize("ambition", AMBITIONS)
def test_every_variable_of_a_package_is_finite(package: str, ambition: str, runs: Runs) -> None:
    run = runs[package, ambition]
    assert [name for name, values in run.items() if not np.isfinite(values).all()] == []
    assert (run["GDP"] > 0.0).all()


@pytest.mark.parametrize("lever", [lever for lever in REGISTRY.levers if lever not in OUTDONE])
def test_more_ambition_moves_the_target_of_each_lever_further(lever: str, runs: Runs, engine: Engine) -> None:
    low, central, high = effects(lever, runs, engine)
    assert 0.0 < low < central < high


@pytest.mark.parametrize("lever", OUTDONE)
def test_a_lever_outdone_by_its_package_is_outdone_by_more_with_more_ambition(
    lever: str, runs: Runs, engine: Engine
) -> None:
    low, central, high = effects(lever, runs, engine)
    assert 0.0 > low > central > high


@pytest.mark.parametrize("package", REGISTRY.packages)
def test_more_ambition_of_a_package_asks_for_more_of_the_budget(package: str, runs: Runs, engine: Engine) -> None:
    """A package that saved the treasury money would have a cost left out."""
    at = int(np.argmin(np.abs(engine.saved_times - YEAR)))
    share = [
        float(runs[key]["policy outlays"][at].sum() / runs[key]["GDP"][at].sum())
        for key in (("", ""), *((package, ambition) for ambition in AMBITIONS))
    ]
    assert share == sorted(share)
    assert share[-1] > share[0]
