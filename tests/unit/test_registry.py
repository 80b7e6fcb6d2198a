"""The registry is read whole, or every fault is named with file, line, what was got and what was expected."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dualcirc.errors import RegistryError
from dualcirc.files.registry import read_registry

MODEL = Path(__file__).parents[1] / "scenarios" / "model"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def message(folder: Path) -> str:
    with pytest.raises(RegistryError) as caught:
        read_registry(folder)
    return str(caught.value)


def test_rows_become_typed_records():
    registry = read_registry(MODEL)
    assert registry.levers["A1"].variable == "zone opening year"
    assert registry.levers["A2"].high == 0.6
    assert registry.parameters["calendar offset"].low is None
    assert registry.variables["GDP"].saved is True
    assert registry.variables["trade share"].saved is False


def test_provinces_keep_the_order_of_the_file():
    registry = read_registry(MODEL)
    assert list(registry.provinces)[:3] == ["Beijing", "Tianjin", "Hebei"]
    assert len(registry.provinces) == 31
    assert registry.regions == ("East", "Central", "West", "Northeast")


def test_elements_of_ranges_keep_the_order_of_the_file_with_their_chinese_labels():
    elements = read_registry(MODEL).elements
    assert list(elements) == ["Province", "Region", "Domain", "Alliance"]
    assert elements["Province"]["Jilin"] == "吉林"
    assert list(elements["Domain"])[3:] == [
        "telecom and digital",
        "health education and culture",
        "science and technology",
    ]
    assert elements["Alliance"]["Greater Bay Area"] == "粤港澳大湾区"


def test_what_a_lever_enters_moves_and_claims_is_read_or_empty():
    levers = read_registry(MODEL).levers
    scope = levers["A2"]
    assert (scope.enters, scope.cost_enters, scope.cost_direction, scope.target) == ("GDP", "exports", "up", "GDP")
    assert (scope.claim, scope.claim_kind, scope.strong) == (0.02, "relative", 0.6)
    assert (scope.ambition_low, scope.ambition_central, scope.ambition_high) == ("0.2", "0.3", "0.5")
    assert (levers["B2"].enters, levers["B2"].claim, levers["B2"].ambition_low) == ("", None, "")


def test_project_registry_is_valid():
    assert read_registry().levers["A1"].unit == "year"


def test_all_faults_of_all_tables_are_reported_at_once(folder: Path):
    edit(folder / "levers.csv", "linear,2026,recorded", "lineal,2026,recorded")
    edit(folder / "parameters.csv", "0.2,1/year", "a fifth,1/year")
    edit(folder / "variables.csv", "sum,yes,value added", "sum,maybe,value added")
    text = message(folder)
    assert "levers.csv:3: column 'interpolation': got 'lineal'" in text
    assert "Expected: one of constant, hold, linear" in text
    assert "Did you mean 'linear'?" in text
    assert "parameters.csv:2: column 'value': got 'a fifth'\n  Expected: a number" in text
    assert "variables.csv:2: column 'saved': got 'maybe'\n  Expected: yes or no" in text


def test_unknown_and_missing_columns_are_named(folder: Path):
    edit(folder / "drivers.csv", "label_zh", "label_cn")
    text = message(folder)
    assert "drivers.csv:1: unknown column 'label_cn'" in text
    assert "Did you mean 'label_zh'?" in text
    assert "column 'label_zh' is missing" in text


@pytest.mark.parametrize(
    ("table", "old", "new", "expected"),
    [
        ("levers.csv", "0,0.6,linear", "0.7,0.6,linear", "levers.csv:3: column 'low': got 0.7\n  Expected: at most"),
        (
            "packages.csv",
            "A,Layout",
            "F,Layout",
            "levers.csv:2: got the lever 'A1'\n  Expected: an id",
        ),
        (
            "parameters.csv",
            "400,reforms",
            "900,reforms",
            "parameters.csv:3: column 'value': got 900\n  Expected: from 330",
        ),
        (
            "parameters.csv",
            "330,800",
            "330,",
            "parameters.csv:3: got low '330.0' and high 'None'\n  Expected: both bounds",
        ),
        (
            "levers.csv",
            "B2,domestic",
            "a2,domestic",
            "levers.csv:4: 'a2' stands twice\n  Expected: one row; the first is",
        ),
        (
            "levers.csv",
            "A2,zone scope target",
            "A2,zone scop target",
            "levers.csv:3: column 'variable': got 'zone scop target'",
        ),
        (
            "levers.csv",
            "3.1,GDP,",
            "3.1,GPD,",
            "levers.csv:3: column 'enters': got 'GPD'\n  Expected: a name of variables",
        ),
        ("levers.csv", "GDP,exports,", "GDP,export,", "column 'cost_enters': got 'export'\n  Expected: a name"),
        ("levers.csv", "up,GDP", "up,GDPP", "column 'target': got 'GDPP'\n  Expected: a name"),
        (
            "levers.csv",
            "exports,up",
            "exports,more",
            "column 'cost_direction': got 'more'\n  Expected: one of (empty), up",
        ),
        (
            "levers.csv",
            "0.02,relative",
            "big,relative",
            "levers.csv:3: column 'claim': got 'big'\n  Expected: a number",
        ),
        ("levers.csv", "relative,0.6", "relative,0.7", "column 'strong': got 0.7\n  Expected: from 0 to 0.6"),
        ("levers.csv", "0.3,0.5,a share", "0.3,5,a share", "column 'ambition_high': got 5\n  Expected: from 0 to 0.6"),
        (
            "levers.csv",
            "1,Domain",
            "1,Dommain",
            "column 'dimension': got 'Dommain'\n  Expected: one of (empty), Province",
        ),
        ("subscripts.csv", "Region,East,", "Region,Eastern,", "column 'macro_region': got 'East'"),
        (
            "subscripts.csv",
            "Domain,finance,Finance",
            "Domain,Manufacturing,Finance",
            "'Domain: Manufacturing' stands twice",
        ),
        ("subscripts.csv", "金融", "", "subscripts.csv:8: column 'label_zh': got ''"),
        ("variables.csv", "地区生产总值", "", "variables.csv:2: column 'label_zh': got '' for 'GDP'"),
        ("levers.csv", ",start-up cost,", ",,", "levers.csv:2: column 'cost': got ''\n  Expected: some text"),
        (
            "drivers.csv",
            "1 is the baseline",
            "1 is the baseline,more",
            "drivers.csv:2: got 10 cells\n  Expected: 9 cells",
        ),
    ],
)
def test_inconsistent_rows_are_refused(folder: Path, table: str, old: str, new: str, expected: str):
    edit(folder / table, old, new)
    assert expected in message(folder)


def test_dimension_without_elements_is_refused(folder: Path):
    path = folder / "subscripts.csv"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("Domain")) + "\n")
    assert "column 'dimension': got 'Domain'\n  Expected: a range of subscripts.csv" in message(folder)


def test_missing_and_empty_tables_are_refused(folder: Path):
    (folder / "levers.csv").unlink()
    (folder / "drivers.csv").write_text("")
    text = message(folder)
    assert "levers.csv: the table is missing" in text
    assert "drivers.csv:1: the table is empty" in text
