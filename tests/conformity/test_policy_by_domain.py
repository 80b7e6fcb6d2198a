"""A scenario that moves levers by domain and alliance, from its YAML through engine, reference and Dataset."""

from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine, reference
from dualcirc.files.paths_on_grid import overrides_on_grid
from dualcirc.files.registry import Registry, read_registry
from dualcirc.files.scenario import Scenario, load_scenario
from dualcirc.results.schema import Output, build_dataset
from dualcirc.translate import Model, load
from tests.conformity.compare import assert_conforms

TESTS = Path(__file__).parents[1]
SCENARIO = """
name: opened
changes:
  - {lever: C4, unit: "1", values: {telecom and digital: 5, finance: 3}, why: "two domains from the start"}
  - {lever: C4, unit: "1", path: {2026.3: 1, 2029: 8}, domains: [manufacturing], why: "a ramp"}
  - {lever: D1, unit: "1", path: {2027.4: 0.8}, alliances: [Greater Bay Area, Chengdu Chongqing], why: "within a step"}
  - {variable: foreign standards, unit: "1", path: {2028: 1.5}, why: "in all domains"}
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return read_registry(TESTS / "scenarios" / "model")


@pytest.fixture(scope="module")
def model() -> Model:
    return load(TESTS / "models" / "policy_by_domain" / "policy_by_domain.mdl")


@pytest.fixture(scope="module")
def engine(model: Model) -> Engine:
    return Engine(model, list(model.variables), block=2, threads=1)


@pytest.fixture(scope="module")
def scenario(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("scenarios") / "opened.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return load_scenario(path, registry)


@pytest.fixture(scope="module")
def overrides(engine: Engine, scenario: Scenario) -> dict[str, np.ndarray]:
    base = {change.target.name: engine.data_path(change.target.name) for change in scenario.changes}
    return overrides_on_grid(scenario, base, engine.grid)


def test_elements_of_the_registry_are_those_of_the_model(registry: Registry, model: Model) -> None:
    assert {name: list(registry.elements[name]) for name in model.subscripts} == {
        name: list(elements) for name, elements in model.subscripts.items()
    }


def test_engine_equals_reference_when_domains_and_alliances_move(
    model: Model, engine: Engine, overrides: dict[str, np.ndarray]
) -> None:
    assert_conforms(engine.run([{}, overrides]), reference.run(model.path, overrides), run=1, tolerance=1e-12)


def test_only_what_the_scenario_names_moves_in_the_dataset(
    registry: Registry, model: Model, engine: Engine, scenario: Scenario, overrides: dict[str, np.ndarray]
) -> None:
    outputs = engine.run([{}, overrides])
    names = [name for name in registry.variables if name in model.variables]
    dims = {name: model.variables[name].dims for name in names}
    values = {name: outputs[name] for name in names}
    output = Output(values, dims, engine.saved_times, ["ok", "ok"], elements=model.subscripts)
    dataset = build_dataset(output, scenario, registry, {}).drop_vars("status").isel(scenario=0).sel(time=2030)
    moved = dataset.isel(draw=1) - dataset.isel(draw=0)
    opening, named = moved["opening_of_services"], ["telecom and digital", "finance", "manufacturing"]
    assert opening.sel(domain=named).values.tolist() == [5 - 0.5, 3 - 0.5, 8 - 2]
    assert not opening.drop_sel(domain=named).any()
    coordination = dataset["alliance_coordination"].isel(draw=1)
    assert float(coordination.sel(alliance="Greater Bay Area")) == 0.8
    assert float(coordination.sel(alliance="Beijing Tianjin Hebei")) == 0.3
    assert (moved["enquiries"].sel(domain=["telecom and digital", "finance"]) > 0).all()
