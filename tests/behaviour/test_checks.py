"""What a modeller demands in ``model/checks`` holds; every kind of check fails when it should."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dualcirc import cli
from dualcirc.checks.run import Finding, check_structure, run_checks
from dualcirc.files.check_schema import KINDS
from dualcirc.files.checks import check_files, load_checks
from dualcirc.files.registry import Registry, read_registry
from dualcirc.translate import Model

CHECKS = [check.form for check in load_checks(check_files(), read_registry())]
WRONG = Path(__file__).parent / "checks_that_fail.yaml"


def told(finding: Finding) -> list[str]:
    """Demands that are not met, beside what was measured."""
    return [f"{verdict.demanded}: {verdict.measured}" for verdict in finding.verdicts if not verdict.passed]


@pytest.fixture(scope="module")
def findings(model: Model, registry: Registry) -> dict[str, Finding]:
    return {finding.name: finding for finding in run_checks(load_checks(check_files(), registry), model, registry)}


@pytest.mark.parametrize("name", [form.name for form in CHECKS])
def test_check_of_the_model_passes(name: str, findings: dict[str, Finding]) -> None:
    assert findings[name].verdicts
    assert told(findings[name]) == []


def test_every_kind_of_check_is_used() -> None:
    assert {form.kind for form in CHECKS} == set(KINDS)


def test_units_balance(model: Model) -> None:
    assert told(check_structure(model)[0]) == []


def test_numbers_in_equations_have_names(model: Model) -> None:
    assert told(check_structure(model)[1]) == []


def test_wrong_demands_of_every_kind_fail(model: Model, registry: Registry) -> None:
    """Each check of that file demands what an economist would not: a kind that cannot fail would pass it."""
    wrong = run_checks(load_checks([WRONG], registry), model, registry)
    assert {finding.kind for finding in wrong} == set(KINDS)
    assert [finding.name for finding in wrong if finding.passed] == []


def test_command_tells_a_failed_check_with_its_place_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(WRONG)]) == cli.OUR_FAULT
    text = capsys.readouterr().out
    assert "zones_cost_their_hosts" in text
    assert "because nothing comes for free" in " ".join(text.split())


def test_command_gives_every_demand_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("checks:\n  - {name: a, why: b, kind: bounds, outputs: ['[GDP]'], low: 0}\n")
    assert cli.main(["check", str(file), "--json"]) == cli.DONE
    (row,) = json.loads(capsys.readouterr().out)
    assert row["passed"]
    assert row["line"] == 2
    assert row["verdicts"][0]["demanded"] == "[GDP]: at least 0"


def test_command_refuses_a_wrong_file_before_anything_runs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("checks:\n  - {name: a, why: b, kind: bounds, outputs: ['[GPD]'], low: 0}\n")
    assert cli.main(["check", str(file)]) == cli.WRONG_INPUT
    text = capsys.readouterr().err
    assert "mine.yaml:2: check 'a': unknown variable 'GPD'" in text
    assert "Did you mean 'GDP'?" in text
