"""Every fault of a scenario is named with what was got, what was expected and the nearest valid name, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dualcirc.errors import ScenarioError
from dualcirc.files.registry import Registry, read_registry
from dualcirc.files.scenario import load_scenario, load_scenarios


@pytest.fixture(scope="module")
def registry() -> Registry:
    return read_registry(Path(__file__).parents[1] / "scenarios" / "model")


B2 = {"lever": "B2", "unit": "1", "path": {2026: 0.1, 2030: 0.5}, "why": "a ramp"}
A1 = {"lever": "A1", "unit": "year", "values": {"Jilin": 2027}, "why": "no zone yet"}
DEMAND = {"variable": "world demand shift", "unit": "1", "path": {2030: 0.7}, "why": "a slump"}


C4 = {"lever": "C4", "unit": "1", "values": {"telecom and digital": 5}, "why": "by domain"}
D1 = {"lever": "D1", "unit": "1", "path": {2027: 0.4}, "alliances": ["Greater Bay Area"], "why": "one alliance"}
DOMAINS = (
    "manufacturing, business services, finance, telecom and digital, health education and culture, "
    "science and technology"
)


def scenario(*changes: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"name": "trial", "changes": list(changes), **keys}


def refusal(registry: Registry, source: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(source, registry)
    return str(caught.value)


@pytest.mark.parametrize("change", [B2, A1, DEMAND, {**A1, "values": {"Jilin": "never"}}, C4, D1])
def test_valid_changes_are_read(registry: Registry, change: dict[str, Any]):
    read = load_scenario(scenario(change), registry).changes[0]
    assert read.why == change["why"]


def test_never_is_the_year_that_means_no_zone(registry: Registry):
    never = {"lever": "A1", "unit": "year", "value": "never", "why": "x"}
    assert load_scenario(scenario(never), registry).changes[0].points[0].value == 9999


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {**B2, "lever": "B22"},
            "unknown lever 'B22'\n  Expected: the id of a lever\n  Did you mean 'B2'?",
        ),
        ({**B2, "lever": "domestic indicator weight"}, "Did you mean 'B2'?"),
        ({**B2, "lever": "world demand shift"}, "is no lever: write 'variable: world demand shift'."),
        ({**DEMAND, "variable": "world demnd shift"}, "Did you mean 'world demand shift'?"),
        ({**DEMAND, "variable": "domestic indicator weight"}, "is a lever: write 'lever: B2'."),
        ({**B2, "variable": "stance leak"}, "got both 'lever' and 'variable'"),
        ({"unit": "1", "value": 1, "why": "x"}, "got neither 'lever' nor 'variable'"),
        ({**B2, "unit": "%"}, "got the unit '%'\n  Expected: '1'"),
        ({**B2, "unit": 1}, "'unit': got the number 1\n  Expected: text"),
        (
            {**B2, "path": {2026: 0.1, 2030: 1.5}},
            "got 1.5, which is out of range\n  Expected: from 0 to 1\n  The nearest valid value is 1.",
        ),
        (
            {**B2, "path": {2026: -0.1}},
            "got -0.1, which is out of range\n  Expected: from 0 to 1\n  The nearest valid value is 0.",
        ),
        (
            {**B2, "path": {2025: 0.1}},
            "got the year 2025, which is before the start\n  Expected: a year from 2026 to 2050",
        ),
        ({**B2, "path": {2051: 0.1}}, "got the year 2051, which is after the end"),
        ({**B2, "path": {2030: 0.1, 2027: 0.2}}, "got the year 2027 after 2030\n  Expected: years that increase"),
        ({**B2, "path": {2030: "0.1"}}, "'path': got the text '0.1'\n  Expected: a number"),
        ({**B2, "path": {"soon": 0.1}}, "got the key 'soon'\n  Expected: a number"),
        ({**B2, "path": {2030: "1e-3"}}, "Write the number plainly, without quotes: 0.001."),
        ({**B2, "path": {2030: float("nan")}}, "'path': got the number nan\n  Expected: a finite number"),
        ({**B2, "path": {2030: True}}, "got true (so are yes, no, on and off read)"),
        ({**B2, "path": {2030: 10**400}}, "'path': got"),
        ({**B2, "path": {}}, "'path': got an empty mapping"),
        ({**B2, "value": 0.5}, "got 'value' and 'path'\n  Expected: exactly one of value, values and path"),
        ({**B2, "path": None}, "got none of 'value', 'values' and 'path'"),
        ({**B2, "why": ""}, "'why': got the text ''\n  Expected: some text"),
        (
            {"driver": "world demand shift", "unit": "1", "path": {2030: 0.7}, "why": "x"},
            "unknown key 'driver'\n  Expected: one of the keys lever, variable, unit, value, values, path, provinces, "
            "domains, alliances, why\n  Write 'variable:'.",
        ),
        ({"parameter": "stance leak", "unit": "1/year", "value": 0.2, "why": "x"}, "Write 'variable:'."),
        ({**B2, "wyh": "x"}, "unknown key 'wyh'\n  Expected: one of the keys lever"),
        ({**B2, "provinces": ["Jilin"]}, "lever B2: got 'provinces'\n  Expected: a value or path for the whole nation"),
        (
            {"lever": "B2", "unit": "1", "value": "never", "why": "x"},
            "got 'never'\n  Expected: a number; 'never' is for the opening",
        ),
        (
            {**A1, "values": {"Jillin": 2027}},
            "unknown province 'Jillin'\n  Expected: the English name of a province\n  Did you mean 'Jilin'?",
        ),
        (
            {**A1, "values": {"吉林": 2027}},
            "unknown province '吉林'\n  Expected: the English name of a province\n  Write 'Jilin'.",
        ),
        ({**A1, "values": {"吉林省": 2027}}, "Write 'Jilin'."),
        ({**A1, "values": {"Jilin": 2024}}, "got the year 2024, which is before the start"),
        ({**A1, "values": {"Jilin": 2060}}, "got the year 2060, which is after the end"),
        ({**A1, "provinces": ["Jilin"]}, "got 'provinces' beside 'values'"),
        ({"lever": "A1", "unit": "year", "path": {2027: 2030}, "why": "x"}, "does not vary over time: got 'path'"),
        ({"lever": "A2", "unit": "1", "value": 0.3, "provinces": [], "why": "x"}, "'provinces': got an empty list"),
        (
            {"lever": "A2", "unit": "1", "value": 0.3, "provinces": ["Jilin", "Jilin"], "why": "x"},
            "got the province 'Jilin' twice",
        ),
        ({**C4, "values": {"telecom": 5}}, f"unknown domain 'telecom'\n  Expected: one of {DOMAINS}"),
        ({**C4, "values": {"telecoms and digital": 5}}, "Did you mean 'telecom and digital'?"),
        ({**C4, "values": {"金融业": 5}}, "Write 'finance'."),
        ({**C4, "values": {"Jilin": 5}}, "'Jilin' is an element of Province; this is set by domain."),
        ({**C4, "values": {"finance": 11}}, "lever C4: got 11, which is out of range\n  Expected: from 0 to 10"),
        (
            {**C4, "domains": ["finance"]},
            "got 'domains' beside 'values'\n  Expected: 'values' alone: it names the domains",
        ),
        (
            {**C4, "values": None, "value": 1, "provinces": ["Jilin"]},
            "lever C4: got 'provinces'\n  Expected: 'domains', for it is set by domain\n"
            f"  Write 'domains: [...]' with some of {DOMAINS}.",
        ),
        (
            {"lever": "A2", "unit": "1", "value": 0.3, "domains": ["finance"], "why": "x"},
            "lever A2: got 'domains'\n  Expected: 'provinces', for it is set by province\n"
            "  Write 'provinces: [...]' with names of model/data/provinces.csv.",
        ),
        (
            {**B2, "alliances": ["Greater Bay Area"]},
            "lever B2: got 'alliances'\n  Expected: a value or path for the whole",
        ),
        (
            {**D1, "alliances": ["Greater Bay"]},
            "unknown alliance 'Greater Bay'\n  Expected: one of Yangtze River Delta",
        ),
        ({**D1, "alliances": ["Greater Bay"]}, "Did you mean 'Greater Bay Area'?"),
        ({**D1, "alliances": ["finance"]}, "'finance' is an element of Domain; this is set by alliance."),
        ({**D1, "alliances": []}, "'alliances': got an empty list\n  Expected: at least one alliance"),
        ({**D1, "alliances": ["Greater Bay Area"] * 2}, "got the alliance 'Greater Bay Area' twice"),
        ({**C4, "lever": "C44", "values": {"finanse": 5}}, "unknown province 'finanse'"),
        (
            {"variable": "foreign standards", "unit": "1", "path": {2030: 1.1}, "domains": ["finanse"], "why": "x"},
            "unknown domain 'finanse'",
        ),
        (
            {"variable": "calendar offset", "unit": "year", "value": 1, "why": "x"},
            "is fixed: the registry gives it no range",
        ),
        (
            {"variable": "stance leak", "unit": "1/year", "value": 0.5, "why": "x"},
            "got 0.5, which is out of range\n  Expected: from 0.1 to 0.3",
        ),
    ],
)
def test_faulty_changes_are_refused(registry: Registry, change: dict[str, Any], expected: str):
    assert expected in refusal(registry, scenario(change))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"name": "Trial run"}, "'name': got the text 'Trial run'\n  Expected: small letters"),
        (
            {"name": "baseline"},
            "scenario 'baseline': 'name': got 'baseline', which is a scenario of the project\n  Expected: a name",
        ),
        ({"extends": "wider_layout.yaml"}, "Write it without .yaml: extends: wider_layout."),
        ({"titel": "x"}, "unknown key 'titel'\n  Expected: one of the keys name, title"),
        ({"title": {"en": "x"}}, "the key 'zh' is missing"),
        ({"extends": "base line"}, "'extends': got the text 'base line'"),
        (
            {"extends": "basline"},
            "'extends': got the unknown scenario 'basline'\n  Expected: a scenario in the same folder",
        ),
        ({"counterfactual": "yes"}, "'counterfactual': got the text 'yes'\n  Expected: true or false"),
        ({"changes": {"lever": "A1"}}, "'changes': got a mapping\n  Expected: a list"),
        ({"changes": ["A1"]}, "'changes': got the text 'A1'\n  Expected: a mapping"),
    ],
)
def test_faulty_keys_of_a_file_are_refused(registry: Registry, keys: dict[str, Any], expected: str):
    assert expected in refusal(registry, scenario(**keys))


def test_counterfactual_may_change_the_past_but_not_before_the_first_year(registry: Registry):
    early = {**B2, "path": {2012: 0.1}}
    assert load_scenario(scenario(early, counterfactual=True), registry).changes[0].counterfactual
    too_early = {**B2, "path": {2009: 0.1}}
    assert "a year from 2010 to 2050" in refusal(registry, scenario(too_early, counterfactual=True))


def test_no_cell_is_changed_twice(registry: Registry):
    def scope(*provinces: str) -> dict[str, Any]:
        change = {"lever": "A2", "unit": "1", "value": 0.3, "why": "x"}
        return {**change, "provinces": list(provinces)} if provinces else change

    load_scenario(scenario(scope("Jilin"), scope("Hebei", "Henan")), registry)
    for other in (scope("Henan", "Jilin"), scope()):
        text = refusal(registry, scenario(scope("Jilin"), other))
        assert "lever A2 is changed twice; the first time by change 1" in text


def test_no_domain_is_changed_twice(registry: Registry):
    second = {"lever": "C4", "unit": "1", "path": {2030: 3}, "why": "x"}
    load_scenario(scenario(C4, {**second, "domains": ["finance"]}), registry)
    for other in (second, {**second, "domains": ["finance", "telecom and digital"]}):
        text = refusal(registry, scenario(C4, other))
        assert "lever C4 is changed twice; the first time by change 1\n  Expected: one change for every domain" in text


def test_problems_of_form_and_meaning_are_reported_together(registry: Registry):
    wrong = {"lever": "A2", "unit": "%", "path": {2024: "x", 2030: 7}, "provinces": ["Jillin"]}
    text = refusal(registry, scenario(wrong, {**B2, "lever": "B9"}, titel="x"))
    for part in ("'titel'", "'%'", "'x'", "got 7, which", "2024", "'Jillin'", "'why' is missing", "'B9'"):
        assert part in text


def test_problems_of_several_files_are_reported_together(registry: Registry):
    with pytest.raises(ScenarioError) as caught:
        load_scenarios([scenario({**B2, "unit": "%"}, name="one"), scenario({**B2, "unit": "k"}, name="two")], registry)
    assert "scenario 'one': lever B2: got the unit '%'" in str(caught.value)
    assert "scenario 'two': lever B2: got the unit 'k'" in str(caught.value)


def test_two_scenarios_of_one_name_are_refused(registry: Registry):
    with pytest.raises(ScenarioError, match="got two scenarios with the name 'trial'"):
        load_scenarios([scenario(), scenario(B2)], registry)


def test_words_for_variable_are_not_also_missed(registry: Registry):
    text = refusal(registry, scenario({"var": "world demand shift", "unit": "1", "path": {2030: 0.7}, "why": "x"}))
    assert "neither" not in text


@pytest.mark.parametrize(
    ("file", "name", "expected"),
    [
        (
            "late.yaml",
            "early",
            ":1: 'name': got 'early'\n  Expected: 'late', as the file is called\n  Write 'name: late',",
        ),
        ("Late.yaml", "late", "as the file is called\n  Call the file late.yaml."),
        ("wider_layout.yaml", "mine", "as the file is called\n  Call the file mine.yaml."),
        (
            "baseline.yaml",
            "baseline",
            ":1: 'name': got 'baseline', which is a scenario of the project\n  Expected: a name of its own",
        ),
        ("mine.yaml", "baseline", "Choose another; the project's own is run as 'baseline'"),
    ],
)
def test_name_is_that_of_the_file_and_of_no_scenario_of_the_project(
    registry: Registry, tmp_path: Path, file: str, name: str, expected: str
):
    path = tmp_path / file
    path.write_text(f"name: {name}\n")
    assert expected in refusal(registry, path)


def test_name_of_an_extended_file_is_held_to_the_same(registry: Registry, tmp_path: Path):
    (tmp_path / "parent.yaml").write_text("name: other\n")
    child = write(tmp_path, "child", "extends: parent\n")
    assert "parent.yaml:1: 'name': got 'other'" in refusal(registry, child)


def test_missing_file_suggests_what_is_really_like_it(registry: Registry, tmp_path: Path):
    write(tmp_path, "m19_bin", "")
    assert "Did you mean" not in refusal(registry, tmp_path / "m10_missing.yaml")
    assert f"Did you mean '{tmp_path / 'm19_bin.yaml'}'?" in refusal(registry, tmp_path / "m19_bim.yaml")
    assert "Did you mean 'wider_layout'?" in refusal(registry, tmp_path / "wider_layout.yaml")


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\n{text}")
    return path


def test_changes_of_the_extended_scenario_come_first(registry: Registry, tmp_path: Path):
    one = "changes:\n  - {lever: B2, unit: '1', value: %s, why: x}\n"
    write(tmp_path, "parent", one % 0.2)
    child = write(tmp_path, "child", "extends: parent\n" + one % 0.4)
    changes = load_scenario(child, registry).changes
    assert [change.points[0].value for change in changes] == [0.2, 0.4]


def test_fault_of_a_parent_is_shown_in_the_parent(registry: Registry, tmp_path: Path):
    write(tmp_path, "parent", "changes:\n  - {lever: B9, unit: '1', value: 0.2, why: x}\n")
    child = write(tmp_path, "child", "extends: parent\n")
    assert "parent.yaml:3: unknown lever 'B9'" in refusal(registry, child)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_cycles_are_shown_with_their_way(registry: Registry, tmp_path: Path, length: int):
    for place in range(length):
        path = write(tmp_path, f"s{place}", f"extends: s{(place + 1) % length}\n")
    names = [f"s{place}" for place in range(length)]
    start = path.stem
    order = names[names.index(start) :] + names[: names.index(start)]
    text = refusal(registry, path)
    assert f"which makes a cycle: {' -> '.join([*order, start])}" in text
    assert ".yaml:2: 'extends': got" in text


def test_hash_changes_with_the_file_and_with_its_parent(registry: Registry, tmp_path: Path):
    parent = write(tmp_path, "parent", "")
    child = write(tmp_path, "child", "extends: parent\n")
    before = load_scenario(child, registry).digest
    assert before == load_scenario(child, registry).digest
    parent.write_text(parent.read_text() + "source: another\n")
    assert before != load_scenario(child, registry).digest
