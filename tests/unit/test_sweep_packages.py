"""Scenarios of all packages from the ambitions of the registry: admissible, leaving from business as usual."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dualcirc.errors import RegistryError, ScenarioError
from dualcirc.files.combinations import Combination
from dualcirc.files.registry import Registry, read_registry
from dualcirc.files.scenario import load_scenarios
from dualcirc.sweep.packages import (
    business_as_usual,
    lever_changes,
    package_scenarios,
    ramp,
    read_ambition,
)
from dualcirc.sweep.plan import make_plan
from dualcirc.translate import Model

NEW_ZONES = "Jilin:2027; Inner Mongolia:2027;Shanxi:2028"
GOALS = {"A1": NEW_ZONES, "B2": "0.4", "C2": "96", "C3": "Liaoning:0.6;Jilin:0.6;Hainan:0.2"}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return with_goals(GOALS)


def with_goals(goals: dict[str, str]) -> Registry:
    """The registry with these ambitions alone, at the central level; the high one tells the direction."""
    found = read_registry()
    columns = {"ambition_low": "", "ambition_high": "", "ambition_reason": "a test"}
    levers = {name: replace(row, **columns, ambition_central=goals.get(name, "")) for name, row in found.levers.items()}
    return replace(found, levers=levers)


def changes_of(registry: Registry, model: Model, lever: str) -> list[dict]:
    return lever_changes(registry.levers[lever], model, "central")


def test_every_subset_but_the_empty_one_is_a_scenario_that_the_reader_takes(registry: Registry, model: Model) -> None:
    made = package_scenarios(registry, model, packages="ABC")
    assert [scenario["name"].removeprefix("packages_") for scenario in made] == [
        "a_central", "b_central", "c_central", "a_b_central", "a_c_central", "b_c_central", "a_b_c_central",
    ]  # fmt: skip
    loaded = load_scenarios(made, registry)
    assert [len(scenario.changes) for scenario in loaded] == [1, 1, 3, 2, 4, 4, 5]
    assert all(Combination.parse(scenario.name) for scenario in loaded)
    assert loaded[-1].title_zh == "中力度政策包A、B、C"


def test_dates_are_set_for_the_provinces_named(registry: Registry, model: Model) -> None:
    (change,) = changes_of(registry, model, "A1")
    assert change["values"] == {"Jilin": 2027.0, "Inner Mongolia": 2027.0, "Shanxi": 2028.0}
    assert change["why"] == "a test"


def test_a_ramp_leaves_business_as_usual_in_2026_and_arrives_in_2030(registry: Registry, model: Model) -> None:
    (change,) = changes_of(registry, model, "B2")
    assert change["path"] == {2026.0: 0.1, 2030.0: 0.4}  # business as usual of levers.csv
    assert "provinces" not in change


def test_a_list_is_shortened_by_whole_items_once_a_year(registry: Registry, model: Model) -> None:
    (change,) = changes_of(registry, model, "C2")  # 106 items since April 2025
    assert change["path"] == {2026.0: 106.0, 2027.0: 104.0, 2028.0: 101.0, 2029.0: 98.0, 2030.0: 96.0}


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


def test_a_lever_by_domain_names_its_domains(model: Model) -> None:
    changes = lever_changes(
        with_goals({"C1.zone": "finance:2;science and technology:1"}).levers["C1.zone"], model, "central"
    )
    assert [(change["domains"], change["path"][2030.0]) for change in changes] == [
        (["finance"], 2.0),
        (["science and technology"], 1.0),
    ]


def test_one_number_for_all_takes_nothing_back(model: Model) -> None:
    lever = replace(with_goals({"A2": "0.2"}).levers["A2"], ambition_low="0.15", ambition_high="0.3")
    moved = {place for change in lever_changes(lever, model, "central") for place in change["provinces"]}
    ahead = {place for place, scope in business_as_usual(lever, model, 2026.0).items() if scope >= 0.2}
    assert "Hainan" in ahead  # the whole island is a zone
    assert moved == set(model.subscripts["Province"]) - ahead


@pytest.mark.parametrize("ambition", ["low", "central", "high"])
def test_the_ambitions_of_the_registry_make_admissible_scenarios_of_every_package(model: Model, ambition: str) -> None:
    found = read_registry()
    packages = found.packages
    made = package_scenarios(found, model, ambition)
    assert len(load_scenarios(made, found)) == 2 ** len(packages) - 1


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


def test_packages_are_named_where_a_scenario_is() -> None:
    scenario = make_plan("packages_b_e_high").scenarios[0]
    assert scenario.name == "packages_b_e_high"
    moved = {change.target.name for change in scenario.changes}
    assert {lever.id[0] for lever in read_registry().levers.values() if lever.variable in moved} == {"B", "E"}
    with pytest.raises(ScenarioError, match="unknown package 'Q'"):
        make_plan("packages_q_high")
