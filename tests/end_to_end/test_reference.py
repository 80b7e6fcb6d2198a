"""What the model says, as a user asks for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dualcirc import cli


def test_explain_tells_of_one_variable_on_one_screen(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["explain", "trade_elasticity"]) == 0
    text = capsys.readouterr().out
    for part in (
        "trade elasticity = 4",
        "省际贸易替代弹性",
        "range 3 to 8",
        "literature",
        "Simonovska",
        "relative supply",
    ):
        assert part in text
    assert len(text.splitlines()) <= 40


def test_explain_answers_programs(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["explain", "C1.zone", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["name"] == "zone negative list items"
    assert record["levers"][0]["id"] == "C1.zone"
    assert {"unit", "equation", "causes", "uses", "table", "sources"} <= set(record)


def test_explain_refuses_a_misspelt_name_with_a_hint(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["explain", "internal trade costt"]) == 2
    assert "Did you mean 'internal trade cost'?" in capsys.readouterr().err


def test_export_model_writes_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["export-model", str(tmp_path / "alone.mdl")]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["alone.mdl"]
    assert "GET DIRECT" not in (tmp_path / "alone.mdl").read_text(encoding="utf-8")
    assert cli.main(["export-model", str(tmp_path / "alone.txt")]) == 2
    assert "ends with .mdl" in capsys.readouterr().err
