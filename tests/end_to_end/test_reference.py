"""What the model says, as a user asks for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dualcirc import cli
from dualcirc.files.paths import model_file, project_root
from dualcirc.reference.__main__ import main as draw_sketch


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
    assert cli.main(["explain", "B2", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["name"] == "domestic indicator weight"
    assert record["levers"][0]["id"] == "B2"
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


def test_reference_writes_pages_and_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["reference", "--out", str(tmp_path / "pages")]) == 0
    assert "index.html" in capsys.readouterr().out
    assert (tmp_path / "pages" / "index.md").is_file()
    assert list((tmp_path / "pages" / "pictures").glob("*.svg"))
    assert cli.main(["reference", "--out", str(tmp_path), "--labels", "latin"]) == 2


def test_sketch_is_drawn_by_the_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shutil.copytree(project_root() / "model", tmp_path / "model")
    path = tmp_path / "model" / model_file().name
    draw_sketch([str(path)])
    assert "*Foreign capital\n" in path.read_text(encoding="utf-8")
    assert draw_sketch([str(path)]) == 0
    assert "sketch is up to date" in capsys.readouterr().out
    assert draw_sketch([str(tmp_path / "missing.mdl")]) == 2
    assert "model file not found" in capsys.readouterr().err
