"""Scenarios of all packages from the ambitions of the registry: admissible, leaving from business as usual."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from dualcirc.errors import RegistryError, ScenarioError
from dualcirc.files.combinations import Combination
from dualcirc.files.registry import Lever, Registry, read_registry
from dualcirc.files.scenario import load_scenarios
from dualcirc.sweep.packages import business_as_usual, lever_changes, package_scenarios, ramp, read_ambition
from dualcirc.translate import Model

NEW_ZONES = "Jilin:2027; Inner Mongolia:2027;Shanxi:2028"
GOALS = {"A1": NEW_ZONES, "B2": "0.4", "C1.zone": "15", "C3": "Liaoning:0.6;Jilin:0.6;Hainan:0.2"}


@dataclass(frozen=True)
class WithAmbition(Lever):
    """A lever as the registry will hold it."""

    ambition_central: str = ""
    ambition_reason: str = "a test"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return with_goals(GOALS)


def with_goals(goals: dict[str, str]) -> Registry:
    found = read_registry()
    levers = {
        name: WithAmbition(**vars(lever), ambition_central=goals.get(name, "")) for name, lever in found.levers.items()
    }
    return replace(found, levers=levers)


def changes_of(registry: Registry, model: Model, lever: str) -> list[dict]:
    return lever_changes(registry.levers[lever], model, "central")


def test_every_subset_but_the_empty_one_is_a_scenario_that_the_reader_takes(registry: Registry, model: Model) -> None:
    made = package_scenarios(registry, model)
    assert [scenario["name"].removeprefix("packages_") for scenario in made] == [
        "a_central", "b_central", "c_central", "a_b_central", "a_c_central", "b_c_central", "a_b_c_central",
    ]  # fmt: skip
    loaded = load_scenarios(made, registry)
    assert [len(scenario.changes) for scenario in loaded] == [1, 1, 3, 2, 4, 4, 5]
    assert all(Combination.parse(scenario.name) for scenario in loaded)
    assert loaded[-1].title_zh == "中力度政策组合A、B、C"


def test_dates_are_set_for_the_provinces_named(registry: Registry, model: Model) -> None:
    (change,) = changes_of(registry, model, "A1")
    assert change["values"] == {"Jilin": 2027.0, "Inner Mongolia": 2027.0, "Shanxi": 2028.0}
    assert change["why"] == "a test"


def test_a_ramp_leaves_business_as_usual_in_2026_and_arrives_in_2030(registry: Registry, model: Model) -> None:
    (change,) = changes_of(registry, model, "B2")
    assert change["path"] == {2026.0: 0.1, 2030.0: 0.4}  # business as usual of levers.csv
    assert "provinces" not in change


def test_a_list_is_shortened_by_whole_items_once_a_year(registry: Registry, model: Model) -> None:
    (change,) = changes_of(registry, model, "C1.zone")
    assert change["path"] == {2026.0: 27.0, 2027.0: 24.0, 2028.0: 21.0, 2029.0: 18.0, 2030.0: 15.0}


def test_a_held_share_is_not_rounded(registry: Registry) -> None:
    lever = replace(registry.levers["C1.zone"], unit="1", low=0.0, high=1.0)
    assert ramp(lever, 0.0, 0.5, 2026.0, 2028) == {2026.0: 0.0, 2027.0: 0.25, 2028.0: 0.5}


def test_provinces_of_one_goal_share_a_change(registry: Registry, model: Model) -> None:
    first, second = changes_of(registry, model, "C3")
    assert (first["provinces"], first["path"][2030.0]) == (["Liaoning", "Jilin"], 0.6)
    assert (second["provinces"], second["path"][2030.0]) == (["Hainan"], 0.2)


def test_one_number_means_every_province_each_from_its_own_start(model: Model) -> None:
    lever = with_goals({"A2": "0.3"}).levers["A2"]
    starts = business_as_usual(lever, model, 2026.0)
    moved = {
        place: change["path"][2026.0]
        for change in lever_changes(lever, model, "central")
        for place in change["provinces"]
    }
    assert moved == starts


def test_a_domain_lever_names_its_elements(model: Model) -> None:
    # Any dimension of the model will do: here the provinces stand in for domains.
    lever = replace(with_goals({}).levers["C3"], dimension="Domain", ambition_central="Jilin:0.5;Hainan:1")
    changes = lever_changes(lever, model, "central")
    assert [change["domains"] for change in changes] == [["Jilin"], ["Hainan"]]


def test_where_the_ambition_is_business_as_usual_nothing_changes(model: Model) -> None:
    assert lever_changes(with_goals({"B2": "0.1"}).levers["B2"], model, "central") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("much", "'much'"),
        ("1.5", "from 0 to 1"),
        ("Jlin:0.5", "Did you mean 'Jilin'"),
        ("Jilin:0.5;Jilin:0.6", "at most once"),
        ("Jilin:", "''"),
    ],
)
def test_an_ambition_of_wrong_form_is_refused(registry: Registry, text: str, words: str) -> None:
    with pytest.raises(RegistryError, match=words):
        read_ambition(text, registry.levers["C3"], tuple(registry.provinces))


def test_unknown_packages_and_ambitions_are_refused(registry: Registry, model: Model) -> None:
    with pytest.raises(ScenarioError, match="unknown package 'Z'"):
        package_scenarios(registry, model, packages=["A", "Z"])
    with pytest.raises(RegistryError, match="column ambition_high"):
        package_scenarios(registry, model, "high")


def test_a_ramp_that_ends_before_it_starts_is_a_step(registry: Registry) -> None:
    assert ramp(registry.levers["B2"], 0.1, 0.4, 2031.0, 2030) == {2031.0: 0.4}
