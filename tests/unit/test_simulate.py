"""``dualcirc simulate``: any model as a table."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from dualcirc import cli
from dualcirc.engine import Engine
from dualcirc.files.paths import model_file
from dualcirc.translate import load

MODELS = Path(__file__).parents[1] / "models"
ARRAYS = MODELS / "xmile_arrays" / "xmile_arrays.stmx"
STOCKS = MODELS / "integ" / "integ.mdl"


def simulate(*arguments: object) -> int:
    return cli.main(["simulate", *map(str, arguments)])


def table(path: Path) -> tuple[list[str], np.ndarray]:
    with path.open(encoding="utf-8", newline="") as text:
        header, *rows = csv.reader(text)
    return header, np.array([[float(cell) for cell in row] for row in rows])


def test_table_holds_every_element_of_the_engine_to_the_last_bit(tmp_path: Path) -> None:
    assert simulate(ARRAYS, "--trust-model", "--out", tmp_path / "new" / "t.csv") == 0
    header, values = table(tmp_path / "new" / "t.csv")
    assert header[0] == "time"
    assert len(header) == len(set(header))
    assert {"endowment[south]", "share[north side,b]", "Capital[north side]", "total", "FINAL TIME"} <= set(header)
    np.testing.assert_array_equal(values[:, 0], np.arange(0, 3.5, 0.5))
    model = load(ARRAYS)
    wanted = Engine(model, ["Capital", "share"], block=1, threads=1).run([{}])
    np.testing.assert_array_equal(values[:, header.index("Capital[south]")], wanted["Capital"][0][:, 1])
    np.testing.assert_array_equal(values[:, header.index("share[north side,b]")], wanted["share"][0][:, 0, 1])


def test_settings_step_and_end_reach_the_run(tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    settings = ["--set", "endowment=5", "--set", "Endowment[south]=7", "--set", "share[north_side,c]=0.9"]
    assert simulate(ARRAYS, "--trust-model", *settings, "--final-time", 1, "--time-step", 0.25, "--out", out) == 0
    header, values = table(out)
    assert values[:, 0].tolist() == [0, 0.25, 0.5, 0.75, 1]
    first = dict(zip(header, values[0].tolist(), strict=True))
    assert (first["Capital[north side]"], first["Capital[south]"], first["share[north side,c]"]) == (5, 7, 0.9)
    assert (first["FINAL TIME"], first["TIME STEP"]) == (1, 0.25)
    # Capital grows by 0.3 - 0.1 a unit of time, so by 1.05 a step.
    assert values[-1, header.index("Capital[south]")] == pytest.approx(7 * 1.05**4, rel=1e-14)


def test_other_models_need_trust_and_the_own_one_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / model_file().name
    copy.write_bytes(STOCKS.read_bytes())
    assert simulate(copy, "--out", tmp_path / "t.csv") == 2
    assert "--trust-model" in capsys.readouterr().err
    assert not (tmp_path / "t.csv").exists()
    # Trusted, so refused for its setting only after the file was read; a relative path with '..' is the same file.
    around = Path(os.path.relpath(model_file().parent / ".." / "model" / model_file().name))
    assert simulate(around, "--set", "no such thing=1", "--out", tmp_path / "t.csv") == 2
    assert "is no constant of the model" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--set", "endowmen=1"], "Did you mean 'endowment'"),
        (["--set", "endowment[souht]=1"], "Did you mean 'south'"),
        (["--set", "endowment[south,a]=1"], "has 1 subscripts, 2 are given"),
        (["--set", "wear=1"], "'wear' is no constant"),
        (["--set", "TIME STEP=1"], "sets the clock"),
        (["--set", "endowment"], "NAME=VALUE"),
        (["--set", "endowment=a lot"], "NAME=VALUE"),
        (["--set", "endowment=inf"], "a finite number"),
        (["--final-time", "0.3"], "no whole number of steps"),
        (["--final-time", "nan"], "no whole number of steps"),
        (["--time-step", "-1"], "a number above 0"),
        (["--time-step", "0.7"], "does not divide"),
        (["--set", "share=1e308"], "is inf at time 0"),
    ],
)
def test_wrong_input_is_told_and_an_older_table_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    out = tmp_path / "t.csv"
    out.write_text("old")
    assert simulate(ARRAYS, "--trust-model", "--out", out, *arguments) == 2
    message = capsys.readouterr().err
    assert told in message
    assert "Traceback" not in message
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("out", ["t.txt", "folder.csv", "file.csv/t.csv"])
def test_table_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path, out: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file.csv").write_text("old")
    assert simulate(ARRAYS, "--trust-model", "--out", tmp_path / out) == 2


def test_value_that_is_not_finite_is_named_with_variable_and_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    (tmp_path / "m.mdl").write_text(f"fine = 1 ~~|\nlater = 1 / (Time - 3) ~~|\nuses = later + 1 ~~|\n{clock}")
    assert simulate(tmp_path / "m.mdl", "--trust-model", "--out", tmp_path / "t.csv") == 2
    assert "m.mdl:2: the run failed: 'later' is inf at time 3" in capsys.readouterr().err


def test_names_are_quoted_after_rfc_4180(tmp_path: Path) -> None:
    clock = "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    (tmp_path / "m.mdl").write_text('"cost, ""all"" of it" = 1 ~~|\n'.replace('""', '\\"') + clock)
    assert simulate(tmp_path / "m.mdl", "--trust-model", "--out", tmp_path / "t.csv") == 0
    assert (tmp_path / "t.csv").read_text().startswith('time,"""cost, \\""all\\"" of it""",')
    assert table(tmp_path / "t.csv")[0][1] == '"cost, \\"all\\" of it"'
