"""What a user types, from the command to the files."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

import dualcirc as dc
from dualcirc import cli
from dualcirc.cli_levers import VALUES, lever_table
from dualcirc.errors import ModelFileError, Problem


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """One small run: the baseline, a null scenario, a zone that opens in 2030, and two draws."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "nothing.yaml").write_text("name: nothing\nextends: baseline\n")
    change = "{lever: A1, unit: year, values: {Jilin: 2030}, why: a test}"
    (folder / "late.yaml").write_text(f"name: late\nextends: baseline\nchanges:\n  - {change}\n")
    files = [str(folder / "nothing.yaml"), str(folder / "late.yaml")]
    return folder / "out", cli.main(["run", *files, "--out", str(folder / "out"), "--draws", "2"])


def test_run_writes_trajectories_manifest_summary_and_figures(finished: tuple[Path, int]):
    out, code = finished
    assert code == 0
    assert {"baseline.nc", "nothing.nc", "late.nc", "manifest.json", "summary.csv"} <= {p.name for p in out.iterdir()}
    assert list(out.rglob("*.png"))
    assert not list(out.rglob("*.part"))


def test_results_are_read_back_with_the_baseline_first(finished: tuple[Path, int]):
    result = dc.open_results(finished[0])
    assert result["scenario"].values.tolist() == ["baseline", "nothing", "late"]
    assert result.sizes["draw"] == 3
    assert (result["status"] == "ok").all()
    for key in ("model_hash", "parameters_hash", "data_hash", "scenario_hashes", "dualcirc_version", "seed", "command"):
        assert result.attrs[key] != ""


def test_scenario_without_changes_differs_from_the_baseline_by_exactly_zero(finished: tuple[Path, int]):
    result = dc.open_results(finished[0])
    for name, values in result.data_vars.items():
        if "scenario" in values.dims:
            null, base = values.sel(scenario="nothing"), values.sel(scenario="baseline")
            np.testing.assert_array_equal(null, base, err_msg=str(name))


def test_zone_opened_in_2030_changes_nothing_before_2030_bit_for_bit(finished: tuple[Path, int]):
    # 1 January 2030 is t = 2029.5, so that the last saved time before it is 2029.
    result = dc.open_results(finished[0]).sel(time=slice(None, 2029))
    for name, values in result.data_vars.items():
        if "scenario" in values.dims and values.attrs.get("kind") != "constant":  # the opening year itself is one
            late, base = values.sel(scenario="late"), values.sel(scenario="baseline")
            np.testing.assert_array_equal(late, base, err_msg=str(name))


def test_zone_opened_in_2030_changes_something_after(finished: tuple[Path, int]):
    gdp = dc.open_results(finished[0])["gdp"].sel(province="Jilin", time=2040, draw=0)
    assert float(gdp.sel(scenario="late")) != float(gdp.sel(scenario="baseline"))


def test_indicators_are_printed_and_written(finished: tuple[Path, int], tmp_path: Path, capsys) -> None:
    assert cli.main(["indicators", str(finished[0]), "--year", "2030", "--out", str(tmp_path / "table.csv")]) == 0
    assert "Theil index between regions" in capsys.readouterr().out
    with (tmp_path / "table.csv").open(encoding="utf-8") as handle:
        rows = {(row["scenario"], row["place"], row["indicator"]): row for row in csv.DictReader(handle)}
    gdp = dc.open_results(finished[0])["national_gdp"].sel(scenario="late", draw=0, time=2030)
    assert float(rows["late", "China", "gdp"]["value"]) == pytest.approx(float(gdp), rel=1e-6)
    assert rows["late", "Jilin", "technology"]["aggregation"] == "mean over provinces, weighted by gdp"
    assert (finished[0] / "indicators.csv").is_file()


def test_indicators_of_a_year_beyond_the_run_are_refused(finished: tuple[Path, int], capsys) -> None:
    assert cli.main(["indicators", str(finished[0]), "--year", "2090"]) == 2
    assert "2010 to 2050" in capsys.readouterr().err


def test_results_are_exported_with_units(finished: tuple[Path, int], tmp_path: Path, capsys) -> None:
    command = [
        "export",
        str(finished[0]),
        "--to",
        "csv",
        "--variables",
        "national_gdp",
        "--out",
        str(tmp_path / "a.csv"),
    ]
    assert cli.main(command) == 0
    assert "a_nation.csv" in "".join(capsys.readouterr().out.split())
    with (tmp_path / "a_nation.csv").open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if (row["scenario"], row["draw"]) == ("late", "0")]
    gdp = dc.open_results(finished[0])["national_gdp"].sel(scenario="late", draw=0)
    assert [float(row["national_gdp"]) for row in rows] == gdp.values.tolist()
    with (tmp_path / "a_variables.csv").open(encoding="utf-8") as handle:
        assert {row["name"]: row["unit"] for row in csv.DictReader(handle)}["national_gdp"] == "billion CNY/year"


def test_variables_that_a_result_lacks_are_refused(finished: tuple[Path, int], capsys) -> None:
    assert cli.main(["export", str(finished[0]), "--to", "csv", "--variables", "national_gpd"]) == 2
    assert "Did you mean 'national_gdp'?" in capsys.readouterr().err


def test_report_of_a_run_tells_where_its_scenarios_are_not_known(finished: tuple[Path, int], tmp_path: Path) -> None:
    assert cli.main(["report", str(finished[0]), "--out", str(tmp_path / "page.html"), "--no-pdf"]) == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.count('src="data:image/svg+xml;base64,') == 6
    assert "The file of the scenario &#39;late&#39; is not among those of the project." in text
    assert dc.open_results(finished[0]).attrs["model_hash"] in text
    assert "siphon share" in text


def test_summary_holds_level_difference_and_band(finished: tuple[Path, int]):
    with (finished[0] / "summary.csv").open(encoding="utf-8") as handle:
        rows = {(row["scenario"], row["variable"]): row for row in csv.DictReader(handle)}
    assert rows["baseline", "national_gdp"]["difference"] == ""
    assert float(rows["nothing", "national_gdp"]["difference"]) == 0
    late = rows["late", "national_gdp"]
    assert float(late["low"]) <= float(late["difference"]) <= float(late["high"])
    assert {variable for _, variable in rows} == {
        "national_gdp",
        "national_household_consumption",
        "national_exports",
        "national_fdi_inflow",
    }


def test_python_and_command_line_give_the_same_numbers(finished: tuple[Path, int]):
    from_cli = dc.open_results(finished[0])["gdp"].sel(scenario="baseline", draw=0)
    from_python = dc.run("baseline")["gdp"].sel(scenario="baseline", draw=0)
    np.testing.assert_array_equal(from_cli, from_python)


def test_levers_lists_every_lever(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["levers"]) == 0
    table = capsys.readouterr().out
    assert "C7.rules" in table
    assert "自贸试验区" in table
    assert cli.main(["levers", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == list(dc.levers().index)
    assert {"unit", "low", "high", "cost", "label_en", "label_zh", "paper_section", "claim", "strong"} <= set(rows[0])


def test_levers_shows_every_lever_whole_at_100_columns():
    """Every cell of the registry that the table shows, put together again from the lines of its row."""
    text = Console(width=100, file=StringIO(), record=True)
    text.print(lever_table(dc.levers()))
    lines = text.export_text().splitlines()
    starts = [lines[2].index(f" {heading}") + 1 for heading in ("id", "variable", VALUES, "default", "costs", "paper")]
    cells: dict[str, list[str]] = {}
    last = ""
    for line in lines[4:]:
        parts = [piece.strip() for piece in _columns(line, starts)]
        last = parts[0] or last
        cells[last] = [before + part for before, part in zip(cells.get(last, [""] * 6), parts, strict=True)]
    assert list(cells) == list(dc.levers().index)
    for name, row in dc.levers().iterrows():
        by = row["dimension"].lower() or "nation"
        wanted = (f"{row['variable']}{row['label_zh']}", f"{row['unit']}{by}", row["business_as_usual"], row["cost"])
        got = (cells[name][1], cells[name][2], cells[name][3], cells[name][4])
        assert all("".join(w.split()) in "".join(g.split()) for w, g in zip(wanted, got, strict=True)), name
        assert cells[name][5] == "".join(row["paper_section"].split())


def _columns(line: str, starts: list[int]) -> list[str]:
    """Text of every column; a Chinese letter takes two places."""
    wide = "".join(letter + ("\0" if cell_len(letter) == 2 else "") for letter in line)
    ends = [*starts[1:], None]
    return [wide[start:end].replace("\0", "") for start, end in zip(starts, ends, strict=True)]


def test_levers_shows_the_dates_and_numbers_that_a_scenario_may_use(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["levers"]) == 0
    text = capsys.readouterr().out
    lines = {line.split()[0]: " ".join(line.split()) for line in text.splitlines() if line[:2].strip()}
    assert "2026 to never" in lines["A1"]
    assert "0 to 300000" in lines["B8.quota"]
    assert text.count("to never") == 1
    assert "variable:" in text
    assert "0 to 2" in next(line for line in text.splitlines() if "world demand shift" in line)


def test_version_is_printed(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"dualcirc {dc.__version__}\n"
    assert dc.__version__[0].isdigit()


def test_parameter_set_by_a_scenario_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    change = "{variable: stance leak, unit: 1/year, value: 0.2, why: a test}"
    (tmp_path / "fixed.yaml").write_text(f"name: fixed\nchanges:\n  - {change}\n")
    monkeypatch.setattr(cli, "_publish", lambda *_: [])
    out = tmp_path / "out"
    assert cli.main(["run", str(tmp_path / "fixed.yaml"), "--out", str(out), "--draws", "2"]) == 0
    assert capsys.readouterr().out.count("stance leak is set by a scenario and is not drawn") == 1
    gdp = dc.open_results(out)["gdp"]
    np.testing.assert_array_equal(gdp.sel(scenario="fixed"), gdp.sel(scenario="baseline"))
    assert (gdp.sel(scenario="baseline", draw=1) != gdp.sel(scenario="baseline", draw=0)).any()


def test_trajectories_that_vanish_are_not_said_to_be_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    def empties(_: object, out: Path) -> list[Path]:
        (out / "baseline.nc").unlink()
        return []

    monkeypatch.setattr(cli, "_publish", empties)
    assert cli.main(["run", "baseline", "--out", str(tmp_path), "--draws", "0"]) == 2
    said = capsys.readouterr()
    assert "Trajectories" not in said.out
    assert f"OutputError: {tmp_path}: the trajectories of baseline are gone" in said.err


def test_estimates_are_not_written_into_an_installed_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.setattr("dualcirc.cli_evidence.project_root", lambda: tmp_path)
    assert cli.main(["calibrate", "--write"]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"OutputError: {tmp_path}: got --write, and the model is that of an installed package\n")
    assert "Expected: a checkout" in message


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["--help"]) == 0
    assert cli.main(["run", "--help"]) == 0
    assert "--draws" in capsys.readouterr().out


def test_fault_of_ours_is_one_line_and_a_hint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def broken(*_: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("dualcirc.files.lever_table.read_registry", broken)
    assert cli.main(["levers"]) == 1
    message = capsys.readouterr().err
    assert message.startswith("dualcirc failed: KeyError: 'lost'\n")
    assert "DUALCIRC_DEBUG=1" in message
    assert "Traceback" not in message


def test_finished_scenarios_are_named_when_a_later_one_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    def fails(*_: object) -> None:
        fault = ModelFileError(Problem("the model broke", "m.mdl", 3))
        fault.add_note("Finished and kept in out: baseline.")
        raise fault

    monkeypatch.setattr(cli, "_simulate", fails)
    assert cli.main(["run", "wider_layout", "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "ModelFileError: m.mdl:3: the model broke" in message
    assert "Finished and kept in out: baseline." in message


def test_import_is_light():
    code = (
        "import sys, dualcirc, dualcirc.cli; print(sorted({'jax', 'pysd', 'xarray', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_are_there():
    assert {"__version__", "levers", "load_model", "open_results", "run"} <= set(dir(dc))
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        _ = dc.runn
