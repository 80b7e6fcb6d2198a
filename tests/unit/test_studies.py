"""The studies that come with the project: small scripts, whose README says what their published tables hold."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from dualcirc.files.experiment import read_experiment
from dualcirc.files.paths import model_file, project_root
from dualcirc.files.registry import Registry
from dualcirc.study_readme import with_results
from dualcirc.translate import Model

STUDIES = sorted(path.parent for path in (project_root() / "experiments").glob("*/experiment.yaml"))
NAMES = [path.name for path in STUDIES]
RESULTS = project_root() / "results"
LINES = 46
"""Of a script: what is asked, in the words of the analysis, and nothing else."""


def manifest_of(study: str) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = json.loads((RESULTS / study / "manifest.json").read_text("utf-8"))
    return found


def test_every_question_of_the_plan_has_its_study() -> None:
    assert set(NAMES) == {
        "recommendations",
        "new_zones",
        "no_zones",
        "lever_tornado",
        "global_sensitivity",
        "stress",
        "search",
        "duty_free",
    }


@pytest.mark.parametrize("study", NAMES)
def test_experiment_is_right_and_script_is_short(study: str, registry: Registry) -> None:
    folder = project_root() / "experiments" / study
    assert read_experiment(folder, registry).form.name == study
    assert len((folder / "run.py").read_text(encoding="utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("study", NAMES)
def test_readme_shows_the_published_tables(study: str) -> None:
    readme = (project_root() / "experiments" / study / "README.md").read_text(encoding="utf-8")
    assert with_results(readme, manifest_of(study), RESULTS / study) == readme


@pytest.mark.parametrize("study", NAMES)
def test_published_files_are_those_of_the_manifest(study: str) -> None:
    manifest = manifest_of(study)
    english = [entry for figure in manifest["figures"].values() for entry in figure["en"]]
    shown = [entry for entry in english if entry["file"].endswith("png")]
    for entry in [*manifest["tables"].values(), *shown]:
        content = (RESULTS / study / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]


@pytest.mark.parametrize("study", NAMES)
def test_study_was_made_with_this_model_and_this_experiment(study: str, model: Model, registry: Registry) -> None:
    hashes = manifest_of(study)["hashes"]
    assert hashes["model"] == model.digest, f"{model_file().name} has changed: python experiments/{study}/run.py"
    assert hashes["experiment"] == read_experiment(project_root() / "experiments" / study, registry).digest


@pytest.mark.long
@pytest.mark.parametrize("study", NAMES)
def test_study_comes_out_the_same(study: str, tmp_path: Path) -> None:
    code = (
        "import runpy, sys; from pathlib import Path; from dualcirc import study; old = study.Study.__init__\n"
        "study.Study.__init__ = lambda self, folder: old(self, folder, Path(sys.argv[1]))\n"
        "study.README = 'no README'\n"
        "runpy.run_path(sys.argv[2], run_name='__main__') if __name__ == '__main__' else None\n"
    )
    (tmp_path / "start.py").write_text(code, encoding="utf-8")
    script = project_root() / "experiments" / study / "run.py"
    command = [sys.executable, str(tmp_path / "start.py"), str(tmp_path / "results"), str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for entry in manifest_of(study)["tables"].values():
        published, again = (pd.read_csv(place / study / entry["file"]) for place in (RESULTS, tmp_path / "results"))
        # Six digits are written; between two instruction sets the last of them may differ by one.
        pd.testing.assert_frame_equal(again, published, rtol=2e-5, atol=1e-9)
