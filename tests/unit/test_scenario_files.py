"""The scenarios that come with the project, their schemas, and the test scenario that moves everything."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dualcirc.files.band import read_band
from dualcirc.files.paths import scenarios_dir
from dualcirc.files.registry import read_registry
from dualcirc.files.scenario import load_scenario, load_scenarios
from dualcirc.files.scenario_names import scenario_names
from dualcirc.files.schemas import schema_texts

REGISTRY = read_registry()
EVERY_LEVER = Path(__file__).parents[1] / "scenarios" / "every_lever.yaml"


def test_scenarios_of_the_project_are_valid():
    names = {scenario.name for scenario in load_scenarios(scenario_names(), REGISTRY)}
    assert names >= {
        "baseline",
        "no_zones",
        "wider_layout",
        "shorter_negative_list",
        "domestic_circulation",
        "duty_free",
    }


@pytest.mark.parametrize("name", scenario_names())
def test_scenario_of_the_project_has_titles_and_a_source(name: str):
    scenario = load_scenario(name, REGISTRY)
    assert scenario.name == name
    assert scenario.source
    assert scenario.title_en.isascii()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in scenario.title_zh)


@pytest.mark.parametrize("path", [*scenarios_dir().glob("*.yaml"), EVERY_LEVER], ids=lambda path: path.stem)
def test_first_line_names_the_schema(path: Path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).resolve().is_file()


def test_baseline_changes_nothing():
    assert load_scenario("baseline", REGISTRY).changes == ()


def test_test_scenario_moves_every_lever_and_driver():
    changed = {change.target.name for change in load_scenario(EVERY_LEVER, REGISTRY).changes}
    assert changed - set(REGISTRY.parameters) == {x.variable for x in REGISTRY.levers.values()} | set(REGISTRY.drivers)


def test_band_varies_the_parameters_that_decide():
    band = read_band(REGISTRY)
    assert {parameter.name for parameter in band.parameters} == {
        "stance leak",
        "pilot pool",
        "siphon share",
        "exposure loss",
    }


@pytest.mark.parametrize(("name", "text"), schema_texts().items())
def test_committed_schema_is_what_the_code_generates(name: str, text: str):
    committed = (scenarios_dir().parent / "schema" / name).read_text(encoding="utf-8")
    assert committed == text, "renew it: python -m dualcirc.files.schemas"


def test_schema_names_every_key_of_a_scenario():
    schema = yaml.safe_load(schema_texts()["scenario.schema.json"])
    assert set(schema["properties"]) == {"name", "title", "extends", "source", "counterfactual", "changes"}
    assert schema["$defs"]["ChangeForm"]["required"] == ["unit", "why"]
