"""The first screen of the README does what it says."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
import yaml

from dualcirc import cli
from dualcirc.calibrate import OUTPUTS, holdout_table
from dualcirc.engine import Engine
from dualcirc.files.paths import project_root
from dualcirc.files.registry import read_registry
from dualcirc.files.scenario import load_scenario
from dualcirc.translate import Model

README = project_root() / "README.md"
FENCES = re.findall(r"^```(\w*)\n(.*?)^```$", README.read_text(encoding="utf-8"), flags=re.M | re.S)


def test_fences_are_those_that_these_tests_read() -> None:
    assert [language for language, _ in FENCES] == ["bash", "python", "text", "bash"]


def test_python_block_prints_what_the_readme_shows() -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(FENCES[1][1], {})
    assert [line.split() for line in printed.getvalue().splitlines()] == [
        line.split() for line in FENCES[2][1].splitlines()
    ]


def test_shell_lines_are_targets_and_commands_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    makefile = (project_root() / "Makefile").read_text()
    for line in "".join(text for language, text in FENCES if language == "bash").splitlines():
        words = line.split()
        if words[0] == "make":
            assert f"\n{words[1]}:" in makefile
        else:
            assert cli.main([words[1], "--help"]) == 0
    capsys.readouterr()


def test_numbers_of_the_fit_table_are_those_of_the_model() -> None:
    """The table of the README is that of `dualcirc validate` and of `dualcirc calibrate`."""
    from dualcirc.analysis import fit_table
    from dualcirc.sweep.run import run

    fit = fit_table(run(["baseline"]))
    text = README.read_text(encoding="utf-8")
    for label, name in {
        "GDP, 31 provinces": "gdp",
        "GDP, nation": "national_gdp",
        "Household consumption": "national_household_consumption",
        "Government consumption": "national_government_consumption",
        "Foreign direct investment": "national_fdi_inflow",
        "Capital formation": "national_investment",
        "Exports": "national_exports",
        "Imports": "national_imports",
        "Population, 31 provinces": "population",
        "Disposable income per head, 31 provinces": "disposable_income_per_head",
        "Research and development, 31 provinces": "rd_expenditure",
        "Retail sales, 31 provinces": "retail_sales",
        "Recorded trade, 31 provinces": "recorded_trade",
    }.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| {label} |"))
        shown = [cell.strip() for cell in row.split("|")[3:5]]
        assert shown == [f"{error:.1f}" for error in fit.loc[name, ["mape_percent", "worst_percent"]]], label


def test_count_of_assumed_parameters_is_that_of_the_register() -> None:
    rows = read_registry().parameters.values()
    assumed = sum(row.status == "assumed" for row in rows)
    text = " ".join(README.read_text(encoding="utf-8").split())
    assert f"Of {len(rows)} parameters {assumed} are assumed" in text


def test_scenario_of_the_documentation_is_valid() -> None:
    text = (project_root() / "docs" / "README.md").read_text(encoding="utf-8")
    example = re.search(r"^```yaml\n(.*?)^```$", text, flags=re.M | re.S)
    assert example is not None
    scenario = load_scenario(yaml.safe_load(example[1]), read_registry())
    assert len(scenario.changes) == 4


@pytest.mark.long
def test_errors_out_of_sample_are_those_of_the_estimation(model: Model) -> None:
    table = holdout_table(Engine(model, outputs=OUTPUTS), 2018, 2022).round(1)
    text = " ".join(README.read_text(encoding="utf-8").split())
    known, unknown, walk, drift = table.loc["GDP, 31 provinces"]
    assert f"is missed by {known} % if the depth of the pandemic is given and by {unknown} % if not" in text
    assert f"against {drift} % for a drift and {walk} % for a random walk" in text
    for series in ("exports, nation", "Population, 31 provinces"):
        errors = table.loc[series]
        assert f"({errors['model']} against {errors['drift']} %)" in text


@pytest.mark.long
def test_picture_of_the_readme_is_what_make_run_draws(tmp_path: Path) -> None:
    """Equal to the eye: another processor may round a pixel differently."""
    scenarios = re.search(r"^SCENARIOS := (.*)$", (project_root() / "Makefile").read_text(), flags=re.M)
    assert scenarios is not None
    assert cli.main(["run", *scenarios[1].split(), "--out", str(tmp_path), "--draws", "32"]) == 0
    fresh = matplotlib.image.imread(tmp_path / "0_overview.png")
    shown = matplotlib.image.imread(project_root() / "docs" / "pictures" / "first_look.png")
    assert fresh.shape == shown.shape
    assert np.abs(fresh - shown).mean() < 0.002
    shutil.rmtree(tmp_path)
