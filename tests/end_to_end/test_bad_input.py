"""Wrong input ends with exit code 2; the message names file, line, what was got and expected, and the nearest name.

The messages stand in ``bad_input/<case>.expected``. After a change of wording: ``REFRESH=1 pytest
tests/end_to_end/test_bad_input.py``, then read the differences.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dualcirc.cli import main

FOLDER = Path(__file__).parent / "bad_input"
CASES = sorted([*(path.stem for path in FOLDER.glob("*.yaml")), "missing_file"])


@pytest.fixture(autouse=True)
def _in_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("case", CASES)
def test_message(case: str, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["run", f"{case}.yaml", "--out", str(tmp_path / "out")]) == 2
    message = capsys.readouterr().err
    golden = FOLDER / f"{case}.expected"
    if os.environ.get("REFRESH"):
        golden.write_text(message, encoding="utf-8")
    assert message == golden.read_text(encoding="utf-8")
    assert not (tmp_path / "out").exists(), "nothing is written before all input is right"


@pytest.mark.parametrize("case", CASES)
def test_message_has_all_its_parts(case: str):
    message = (FOLDER / f"{case}.expected").read_text(encoding="utf-8")
    place = f"{case}.yaml: " if case == "missing_file" else f"{case.removesuffix('_back')}"
    assert place in message
    assert case == "missing_file" or any(f".yaml:{line}: " in message for line in range(1, 10))
    assert "\n  Expected: " in message
    assert "Traceback" not in message


def test_every_bad_file_of_a_run_is_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["run", "baseline", "unknown_lever.yaml", "wrong_unit.yaml", "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "unknown_lever.yaml:4" in message
    assert "wrong_unit.yaml:4" in message


@pytest.mark.parametrize("out", ["unknown_key.yaml/out", "unknown_key.yaml", "/proc/dualcirc", "/proc/self/out"])
def test_output_folder_that_cannot_be_written(out: str, capsys: pytest.CaptureFixture[str]):
    assert main(["run", "baseline", "--out", out]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"OutputError: got '{out}', which cannot be written: ")
    assert "Expected: a folder that can be made and written" in message


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "baseline"],
        ["run", "baseline", "--ouut", "x"],
        ["run", "baseline", "--out", "x", "--draws", "many"],
        ["run", "baseline", "--out", "x", "--draws", "-1"],
        ["rnu"],
        ["levers", "--jsn"],
    ],
)
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(arguments) == 2
    assert capsys.readouterr().err


def test_program_itself_gives_the_exit_code_without_a_traceback(tmp_path: Path):
    command = [sys.executable, "-m", "dualcirc.cli", "run", "unknown_lever.yaml", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    assert done.stderr == (FOLDER / "unknown_lever.expected").read_text(encoding="utf-8")
    assert done.stdout == ""
