"""A study: its files come out the same twice, and its manifest tells what they were made from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from dualcirc.errors import OutputError, ScenarioError
from dualcirc.files.assumptions import parameter_records, scenario_record, values_in_words
from dualcirc.files.registry import Registry, read_registry
from dualcirc.files.scenario import Point, load_scenario
from dualcirc.plots import tornado
from dualcirc.study import Study

from .studies import EXPERIMENT, stand_in_for_the_sweep, study_folder
from .study_tables import tornado_table


@pytest.fixture(scope="module")
def registry() -> Registry:
    return read_registry()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return study_folder(tmp_path)


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    return stand_in_for_the_sweep(monkeypatch)


def run_study(folder: Path) -> dict[str, Any]:
    with Study(folder) as study:
        study.sweep()
        study.table("effects", pd.DataFrame({"province": ["Jilin"], "effect": [1 / 3]}), "Effect, per cent")
        study.figure("tornado", lambda: tornado(tornado_table()), {"en": "What moves output", "zh": "影响产出的因素"})
    manifest: dict[str, Any] = json.loads((study.out / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def test_the_sweep_is_resumed_in_the_results_of_the_study(folder: Path, calls: list[Any]) -> None:
    run_study(folder)
    out = folder.parents[1] / "results" / "my_study"
    assert calls == [(folder / "experiment.yaml", out / "sweep", True)]


def test_manifest_lists_every_file_with_its_hash(folder: Path) -> None:
    manifest, out = run_study(folder), folder.parents[1] / "results" / "my_study"
    listed = {manifest["tables"]["effects"]["file"]: manifest["tables"]["effects"]["sha256"]}
    for language in ("en", "zh"):
        listed |= {part["file"]: part["sha256"] for part in manifest["figures"]["tornado"][language]}
    found = {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in out.rglob("*.*")}
    assert listed == {name: digest for name, digest in found.items() if name != "manifest.json"}
    assert set(listed) >= {"figures/tornado.svg", "figures/tornado_zh.png", "tables/effects.csv"}


def test_manifest_holds_findings_and_the_words_for_names(folder: Path) -> None:
    with Study(folder) as study:
        study.sweep()
        study.finding("Output rises.")
        study.table("effects", pd.DataFrame({"ambition": ["low"], "effect": [1.0]}), "Effects", across="ambition")
    manifest = json.loads((study.out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["findings"] == [{"en": "Output rises."}]
    assert manifest["tables"]["effects"]["across"] == "ambition"
    assert manifest["labels"]["C"] == {"en": "C: Policy coordination", "zh": "C：政策协同"}
    assert set(manifest["labels"]) >= {"gdp", "baseline", "wider_layout"}


def test_manifest_tells_question_hashes_runs_and_uncertainty(folder: Path) -> None:
    manifest = run_study(folder)
    assert manifest["question"]["en"] == "Who gains from new zones?"
    assert manifest["caveats"] == ["A <b>small</b> study."]
    assert manifest["hashes"]["model"] == "0" * 64  # of the sweep
    assert manifest["hashes"]["lock"] == "f" * 64
    assert manifest["hashes"]["script"] == hashlib.sha256(b"# the script\n").hexdigest()
    assert {"experiment", "parameters", "data"} <= set(manifest["hashes"])
    assert manifest["runs"] == {"nan in gdp at 2031": 1, "ok": 7}
    assert manifest["parameter_uncertainty"] == "priors of parameters.csv"
    assert manifest["seed"] == 7
    assert manifest["factors"] == [{"name": "siphon_share", "label": "Siphon share", "low": "0"}]
    assert [row["name"] for row in manifest["parameters"]] == ["stance leak", "pilot pool", "siphon share"]


def test_manifest_tells_the_changes_of_scenarios_of_the_project_of_packages_and_of_own_files(folder: Path) -> None:
    scenarios = {entry["name"]: entry for entry in run_study(folder)["scenarios"]}
    assert list(scenarios) == ["baseline", "wider_layout", "packages_a_b_c_d_e_central", "own"]
    (change,) = scenarios["own"]["changes"]
    assert (change["what"], change["values"], change["unit"]) == ("C1.zone", "2026: 27 → 2030: 15", "items")
    zones = next(row for row in scenarios["wider_layout"]["changes"] if row["what"] == "A1")
    assert zones["values"] == "Jilin: 2027; Inner Mongolia: 2027; Shanxi: 2028"
    packages = {row["what"]: row for row in scenarios["packages_a_b_c_d_e_central"]["changes"]}
    assert packages["A2"]["values"] == "0.2"


def test_figures_of_bare_tables_name_the_model_of_the_sweep(folder: Path) -> None:
    bare = tornado_table()
    bare.attrs = {}
    with Study(folder) as study:
        study.sweep()
        assert "model 0000000000" in tornado(bare).texts[0].get_text()
    assert "model" not in tornado(bare).texts[0].get_text()


def test_a_study_comes_out_twice_with_the_same_bytes(folder: Path) -> None:
    out = folder.parents[1] / "results" / "my_study"
    contents = []
    for _ in range(2):
        run_study(folder)
        contents.append({path.name: path.read_bytes() for path in out.rglob("*.*")})
    assert contents[0] == contents[1]


def test_tables_are_rounded_to_significant_digits(folder: Path) -> None:
    study = Study(folder)
    frame = pd.DataFrame({"x": [123456.789, 0.000123456]}, index=pd.Index(["a", "b"], name="row"))
    path = study.table("t", frame, "x", digits=3)
    study.finish()
    assert path.read_text(encoding="utf-8") == "row,x\na,1.23e+05\nb,0.000123\n"


def test_the_look_of_the_pictures_ends_with_the_study(folder: Path) -> None:
    before = mpl.rcParams["font.size"]
    study = Study(folder)
    assert mpl.rcParams["font.size"] == 7.5
    manifest = json.loads(study.finish().read_text(encoding="utf-8"))
    assert mpl.rcParams["font.size"] == before
    assert manifest["parameter_uncertainty"] == "none: central parameters"


@pytest.mark.parametrize("name", ["../escape", "Big", "a b", "", "taken"])
def test_names_of_files_are_plain_words_that_come_once(folder: Path, name: str) -> None:
    with Study(folder) as study:
        study.table("taken", pd.DataFrame({"x": [1]}), "x")
        with pytest.raises(OutputError, match="got the name"):
            study.table(name, pd.DataFrame({"x": [1]}), "x")


def test_a_study_that_fails_leaves_no_manifest_and_no_look_behind(folder: Path) -> None:
    def fail() -> None:
        with Study(folder):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert mpl.rcParams["font.size"] != 7.5
    assert not list((folder.parents[1] / "results").rglob("manifest.json"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: my_study", "nme: my_study", "unknown key 'nme'"),
        (
            'title: {en: "What do zones do?", zh: "自贸试验区有何作用？"}',
            "title: zones",
            "'title': got the text 'zones'",
        ),
        ("question: {en:", "question: {de:", "unknown key 'de'"),
    ],
)
def test_a_wrong_head_is_refused_with_its_line(folder: Path, old: str, new: str, message: str) -> None:
    (folder / "experiment.yaml").write_text(EXPERIMENT.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError, match=message):
        Study(folder)


def test_values_of_changes_are_told_in_words() -> None:
    assert values_in_words([Point(0.5)]) == "0.5"
    assert values_in_words([Point(27, date=2026), Point(15, date=2030.5)]) == "2026: 27 → 2030.5: 15"
    assert values_in_words([Point(2027, "Jilin"), Point(9999, "Shanxi")]) == "Jilin: 2027; Shanxi: never"


def test_parameters_are_told_with_range_and_status(registry: Registry) -> None:
    (row,) = parameter_records(["siphon_share"], registry)
    known = registry.parameters["siphon share"]
    assert float(row["value"]) == known.value
    assert (float(row["low"]), float(row["high"])) == (known.low, known.high)
    assert row["status"] == known.status
    assert parameter_records(["no such parameter"], registry) == []


def test_every_scenario_of_the_project_can_be_told(registry: Registry) -> None:
    record = scenario_record(load_scenario("duty_free", registry), registry)
    assert record["changes"]
    assert all(change["why"] and change["values"] for change in record["changes"])  # type: ignore[attr-defined]
    assert np.all([change["label"] for change in record["changes"]])  # type: ignore[attr-defined]
