"""Experiment files: what they may say, and where and how a fault is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.experiment import Experiment, experiment_path, read_experiment
from dualcirc.files.registry import Registry
from dualcirc.files.scenario import load_scenario
from tests.experiments_in_text import of, written

HEAD = 'name: small\ntitle: {en: "Small", zh: "小"}\n'
TAIL = "outputs: [GDP]\n"


def read(folder: Path, registry: Registry, text: str) -> Experiment:
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return read_experiment(path, registry)


def fault(folder: Path, registry: Registry, text: str) -> Problem:
    with pytest.raises(ScenarioError) as raised:
        read(folder, registry, text)
    return raised.value.problems[0]


def fault_of_design(folder: Path, registry: Registry, factor: dict, design: str) -> Problem:
    with pytest.raises(ScenarioError) as raised:
        of(folder, registry, [factor], design=design)
    return raised.value.problems[0]


SHARE = {"lever": "C3", "to": "high"}
VALUE = {"lever": "C3", "unit": "1", "low": 0, "high": 0.6}


@pytest.mark.parametrize(
    ("factor", "what", "help_"),
    [
        ({}, "got a factor without a name", "one of lever, package and variable"),
        ({"lever": "C3", "variable": "siphon share"}, "got lever and variable together", "one of lever"),
        ({"lever": "C33", "to": "high"}, "unknown lever 'C33'", "Did you mean 'C3'?"),
        ({"lever": "hidden barrier cleanup", "to": "high"}, "unknown lever", "Did you mean 'C3'?"),
        ({"lever": "siphon share", "to": "high"}, "unknown lever", "write 'variable: siphon share'"),
        ({"variable": "siphn share"}, "unknown variable 'siphn share'", "Did you mean 'siphon share'?"),
        ({"package": "Z", "to": "high"}, "unknown package 'Z'", "There are A, B, C, D, E."),
        ({"package": "C"}, "several levers have no common value", "Add 'to: high'."),
        ({"lever": "all"}, "several levers have no common value", "Add 'to: high'."),
        ({"variable": "siphon share", "to": "high"}, "'to' belongs to levers", "Write low and high"),
        (SHARE | {"unit": "items"}, "a share of an ambition has no unit", "Remove 'unit'."),
        (SHARE | {"provinces": ["Jilin"]}, "'provinces' says nothing beside 'to'", "Remove"),
        (SHARE | {"from_year": 2027}, "'from_year' says nothing beside 'to'", "Remove"),
        (SHARE | {"low": 0.5, "high": 0.5}, "got shares from 0.5 to 0.5", "0 <= low < high <= 1"),
        (SHARE | {"high": 1.5}, "got shares from 0 to 1.5", "0 <= low < high <= 1"),
        ({"lever": "C3"}, "lever C3: low, high and unit are needed", "from 0 to 1 1"),
        (VALUE | {"unit": "items"}, "lever C3: got the unit 'items'", "'1'"),
        (VALUE | {"low": 0.7}, "lever C3: got 0.7 to 0.6", "low below high"),
        (VALUE | {"high": 1.2}, "lever C3: got high 1.2", "from 0 to 1"),
        (VALUE | {"provinces": ["Jillin"]}, "'provinces': unknown 'Jillin'", "Did you mean 'Jilin'?"),
        (VALUE | {"provinces": ["Jilin", "Jilin"]}, "'provinces': got a name twice", "each province once"),
        (VALUE | {"provinces": []}, "'provinces': got no name", "each province once"),
        (VALUE | {"domains": ["Services"]}, "lever C3 is not set by domain", "Remove 'domains'."),
        (VALUE | {"full_year": 2051}, "got full_year 2051", "from 2026 to 2050"),
        (VALUE | {"full_year": 2030.5}, "got full_year 2030.5", "a whole year"),
        (VALUE | {"from_year": 2035, "full_year": 2030}, "got from_year 2035", "the first before the second"),
        ({"variable": "siphon share", "full_year": 2030}, "holds for the whole run", "Remove from_year and full_year"),
        ({"variable": "reference access list"}, "got 151 to 151", "low below high"),
        ({"variable": "siphon share", "low": -9}, "got low -9", "from "),
    ],
)
def test_fault_of_a_factor_is_told_at_its_line(
    tmp_path: Path, registry: Registry, factor: dict, what: str, help_: str
) -> None:
    found = fault_of_design(tmp_path, registry, factor, "kind: one_at_a_time")
    assert what in found.what
    assert help_ in f"{found.expected} {found.mend}"
    assert (found.file, found.line) == (str(tmp_path / "small.yaml"), 8)


@pytest.mark.parametrize(
    ("design", "what", "help_"),
    [
        ("kind: latin_hypercube", "'points' is missing", "Add 'points: 1024'."),
        ("kind: grid; points: 4", "'points' says nothing here", "Remove 'points'."),
        ("kind: grid; seed: 4", "'seed' says nothing here", "Remove 'seed'."),
        ("kind: grid; file: points.csv", "'file' says nothing here", "Remove 'file'."),
        ("kind: points", "'file' is missing", "Add 'file: points.csv'."),
        ("kind: points; file: none.csv", "got the file 'none.csv'", "stands beside"),
        ("kind: points; file: ../points.csv", "got the file '../points.csv'", "stands beside"),
        (f"kind: points; file: {'x' * 400}", "got the file", "stands beside"),
        ("kind: sobol; points: 100", "got 100 points", "power of two"),
        ("kind: saltelli; points: 100", "got 100 points", "power of two"),
    ],
)
def test_fault_of_a_design_is_told_at_its_line(
    tmp_path: Path, registry: Registry, design: str, what: str, help_: str
) -> None:
    found = fault_of_design(tmp_path, registry, SHARE, design)
    assert what in found.what
    assert help_ in found.mend
    assert found.line == 5


@pytest.mark.parametrize("name", ["manifest.json", "blocks.jsonl", "experiment.yaml", "manifest.sha256", ".lock"])
def test_table_of_points_is_not_called_as_a_file_of_a_stored_sweep(tmp_path: Path, registry: Registry, name: str):
    (tmp_path / name).write_text("C3\n0\n")
    assert "a stored sweep has itself" in fault_of_design(tmp_path, registry, SHARE, f"kind: points; file: {name}").what


def test_levels_are_for_grids_and_within_the_factor(tmp_path: Path, registry: Registry):
    assert (
        "'levels' belongs to a grid"
        in fault_of_design(tmp_path, registry, SHARE | {"levels": 3}, "kind: one_at_a_time").what
    )
    assert "got the level 0.9" in fault_of_design(tmp_path, registry, VALUE | {"levels": [0.1, 0.9]}, "kind: grid").what
    for levels, told in [(0, "no"), (-1, "-1"), (10**9, "1e+09")]:
        found = fault_of_design(tmp_path, registry, SHARE | {"levels": levels}, "kind: grid")
        assert (found.what, found.expected) == (f"got {told} levels", "from 1 to 10,000")


@pytest.mark.parametrize(
    ("design", "factors"),
    [
        ("kind: latin_hypercube; points: 100000000", [SHARE]),
        ("kind: saltelli; points: 33554432", [SHARE]),
        ("kind: morris; points: 10000000", [{"lever": "all", "to": "high"}]),
        ("kind: grid", [{"lever": "all", "to": "high", "levels": 10}]),
    ],
)
def test_design_that_no_memory_holds_is_refused_before_it_is_made(
    tmp_path: Path, registry: Registry, design: str, factors: list[dict]
) -> None:
    with pytest.raises(ScenarioError, match="too large") as raised:
        of(tmp_path, registry, factors, design=design)
    (found,) = raised.value.problems
    assert found.line == 5
    assert "at most 50,000,000 numbers" in found.expected


def test_every_fault_is_told_at_once_in_the_order_of_the_file(tmp_path: Path, registry: Registry):
    text = f"{HEAD}scenarios: [sub/other.yaml]\noutputs: [GDPP]\ntimes: {{start: 2040, end: 2030}}\n"
    with pytest.raises(ScenarioError) as raised:
        read(tmp_path, registry, text + "reduce: {quantiles: [0.9, 0.1]}\n")
    told = [(problem.line, problem.what.split(":")[0]) for problem in raised.value.problems]
    assert told == [
        (3, "got the scenario 'sub/other.yaml'"),
        (4, "unknown output 'GDPP'"),
        (5, "times"),
        (6, "the quantiles do not rise"),
        (6, "quantiles over the draws, and there are no draws"),
    ]


def test_constants_and_data_are_no_outputs(tmp_path: Path, registry: Registry):
    found = fault(tmp_path, registry, f"{HEAD}scenarios: [baseline]\noutputs: [siphon share]\n")
    assert found.what == "unknown output 'siphon share'"


def test_factor_stands_once_even_where_all_names_it_again(tmp_path: Path, registry: Registry):
    with pytest.raises(ScenarioError, match="factor 'C3' stands twice") as raised:
        of(tmp_path, registry, [SHARE, {"lever": "all", "to": "high"}])
    assert raised.value.problems[0].line == 9


def test_all_stands_for_every_lever_and_every_package_with_the_ambition(tmp_path: Path, registry: Registry):
    able = [lever.id for lever in registry.levers.values() if lever.ambition_low]
    levers = of(tmp_path, registry, [{"lever": "all", "to": "low"}])
    assert [factor.name for factor in levers.factors] == able
    packages = of(tmp_path, registry, [{"package": "all", "to": "low"}])
    assert [factor.name for factor in packages.factors] == [f"package {name}" for name in "ABCDE"]
    assert sorted(lever for factor in packages.factors for lever in factor.levers) == sorted(able)


def test_package_moves_its_levers_together_between_0_and_1(tmp_path: Path, registry: Registry):
    (factor,) = of(tmp_path, registry, [{"package": "D", "to": "high", "low": 0.25}]).factors
    assert (factor.low, factor.high, factor.unit, factor.label_zh) == (0.25, 1.0, "1", "D：创新动力")
    assert factor.levers == tuple(name for name, row in registry.levers.items() if name[0] == "D" and row.ambition_high)


def test_lever_with_a_range_of_its_own(tmp_path: Path, registry: Registry):
    (factor,) = of(tmp_path, registry, [VALUE | {"provinces": ["Jilin"]}]).factors
    assert (factor.name, factor.low, factor.high, factor.levers) == ("C3", 0.0, 0.6, ())
    assert factor.label_en == registry.levers["C3"].label_en


def test_parameter_takes_the_range_of_the_registry(tmp_path: Path, registry: Registry):
    (factor,) = of(tmp_path, registry, [{"variable": "siphon share"}]).factors
    row = registry.parameters["siphon share"]
    assert (factor.low, factor.high, factor.unit) == (row.low, row.high, row.unit)


def test_driver_needs_range_and_unit(tmp_path: Path, registry: Registry):
    (factor,) = of(
        tmp_path, registry, [{"variable": "world demand shift", "unit": "1", "low": 0.9, "high": 1.1}]
    ).factors
    assert (factor.low, factor.high, factor.label_zh) == (0.9, 1.1, registry.drivers["world demand shift"].label_zh)


def test_number_of_levels_is_spread_from_low_to_high(tmp_path: Path, registry: Registry):
    factors = [VALUE | {"levels": 4}, {"variable": "siphon share", "levels": 1}, {"lever": "C8", "to": "high"}]
    even, one, two = of(tmp_path, registry, factors, design="kind: grid").factors
    assert even.levels == pytest.approx((0, 0.2, 0.4, 0.6), abs=1e-15)  # quotients of small integers, rounded once
    assert one.levels == (registry.parameters["siphon share"].high,)
    assert two.levels == (0.0, 1.0)


def test_outputs_are_named_as_in_the_model_or_the_dataset_and_kept_once(tmp_path: Path, registry: Registry):
    found = read(tmp_path, registry, f"{HEAD}scenarios: [baseline]\noutputs: [household_consumption, GDP, gdp]\n")
    assert found.outputs == ("household consumption", "GDP")


def test_digest_covers_the_table_of_points(tmp_path: Path, registry: Registry):
    (tmp_path / "points.csv").write_text("C3\n0\n")
    path = written(tmp_path, [SHARE], design="kind: points; file: points.csv")
    experiment = read_experiment(path, registry)
    assert experiment.companions == [tmp_path / "points.csv"]
    before = experiment.digest
    (tmp_path / "points.csv").write_text("C3\n1\n")
    assert read_experiment(path, registry).digest != before


def test_scenarios_beside_the_experiment_come_with_what_they_extend(tmp_path: Path, registry: Registry):
    (tmp_path / "mine.yaml").write_text("name: mine\nextends: parent\n")
    (tmp_path / "parent.yaml").write_text("name: parent\nextends: baseline\n")
    found = read(tmp_path, registry, f"{HEAD}scenarios: [mine.yaml, baseline]\n{TAIL}")
    assert found.companions == [tmp_path / "mine.yaml", tmp_path / "parent.yaml"]
    assert found.scenario_sources() == [tmp_path / "mine.yaml", "baseline"]


def test_experiment_is_found_by_file_and_by_folder(tmp_path: Path):
    (tmp_path / "experiment.yaml").write_text(HEAD)
    assert experiment_path(tmp_path) == experiment_path(tmp_path / "experiment.yaml") == tmp_path / "experiment.yaml"
    assert experiment_path("no_such_study").name == "no_such_study"


def test_unknown_key_and_missing_key_are_told(tmp_path: Path, registry: Registry):
    found = fault(tmp_path, registry, f"{HEAD}scenarios: [baseline]\noutputs: [GDP]\ndrawss: {{number: 3}}\n")
    assert (found.what, found.line) == ("unknown key 'drawss'", 5)
    assert found.mend == "Did you mean 'draws'?"
    assert fault(tmp_path, registry, f"{HEAD}outputs: [GDP]\n").what == "the key 'scenarios' is missing"


def test_name_longer_than_names_can_be_is_told(tmp_path: Path, registry: Registry):
    assert experiment_path("x" * 400) == Path("x" * 400)
    (tmp_path / "mine.yaml").write_text(f"name: mine\nextends: {'x' * 400}\n")
    with pytest.raises(ScenarioError, match="xxx"):
        load_scenario(tmp_path / "mine.yaml", registry)
