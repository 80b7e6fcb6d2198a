"""Files of checks: every fault told with its line, in the words of the scenario files."""

from __future__ import annotations

from pathlib import Path

import pytest

from dualcirc.checks.run import run_checks
from dualcirc.checks.structure import unnamed_numbers
from dualcirc.errors import DualcircError, ScenarioError
from dualcirc.files.check_schema import KINDS
from dualcirc.files.checks import check_files, checks_dir, load_checks
from dualcirc.files.registry import read_registry
from dualcirc.sweep.model import load_model
from dualcirc.translate import load

REGISTRY = read_registry()
HEAD = "checks:\n  - name: mine\n    why: a reason\n"
SIGN = HEAD + "    kind: sign\n    outputs: ['[GDP]']\n    direction: up\n    since: 2030\n"
SLUMP = "    changes:\n      - {variable: world demand shift, unit: '1', path: {2030: 0.7}, why: a slump}\n"


def problems(text: str, folder: Path) -> list[str]:
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        run_checks(load_checks([file], REGISTRY), load_model(), REGISTRY)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("check: []\n", "unknown key 'check'"),
        ("checks: []\n", "'checks': got no list of checks"),
        ("checks: [a]\n", "mine.yaml:1: got 'a'"),
        (HEAD, "mine.yaml:2: the key 'kind' is missing"),
        (HEAD + "    kind: signs\n", "mine.yaml:4: 'kind': got 'signs'"),
        (HEAD + "    kind: bounds\n    outputs: ['[GDP]']\n", "got neither 'low' nor 'high'"),
        (HEAD + "    kind: bounds\n    outputs: ['[GDP]']\n    low: much\n", "mine.yaml:6: 'low': got the text 'much'"),
        (HEAD + "    kind: bounds\n    outputs: []\n    low: 0\n", "mine.yaml:5: 'outputs'"),
        (HEAD + "    kind: bounds\n    output: ['[GDP]']\n    low: 0\n", "Did you mean 'outputs'?"),
        (SIGN, "mine.yaml:2: check 'mine': got no changes"),
        (SIGN.replace("    since: 2030\n", SLUMP), "got no years"),
        (SIGN + SLUMP.replace("demand", "demant"), "mine.yaml:9: unknown variable 'world demant shift'"),
        (SIGN + SLUMP.replace("0.7", "7"), "mine.yaml:9: driver 'world demand shift': got 7, which is out of range"),
        (SIGN + SLUMP.replace(", why: a slump", ""), "the key 'why' is missing"),
        (SIGN + SLUMP.replace("2030: 0.7", "2020: 0.7"), "counterfactual"),
        (SIGN + "    extends: no_such\n", "unknown scenario 'no_such'"),
        (SIGN + SLUMP + "    where: [Pekin]\n", "unknown place 'Pekin'"),
        (SIGN + SLUMP + "    years: [2031.3]\n", "got the year 2031.3"),
        (SIGN + SLUMP + "    than: {changes: [{lever: Z9, unit: '1', value: 1, why: b}]}\n", "unknown lever 'Z9'"),
        (SIGN + "    start:\n      - {stock: Capitol, factor: 2, why: b}\n", "unknown stock 'Capitol'"),
        (SIGN + "    start:\n      - {stock: Capital, why: b}\n", "mine.yaml:9: check 'mine': got none of 'factor'"),
        (SIGN + "    start:\n      - {stock: Capital, factor: 2, places: [Pekin], why: b}\n", "no element 'Pekin'"),
        (SIGN + SLUMP + (SIGN + SLUMP).removeprefix("checks:\n"), "got the name a second time"),
    ],
)
def test_fault_of_a_check_is_told_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    told = problems(text, tmp_path)
    assert any(message in problem for problem in told), told


def test_faults_of_all_checks_are_told_at_once(tmp_path: Path) -> None:
    second = SIGN.removeprefix("checks:\n").replace("mine", "other") + SLUMP.replace("unit: '1'", "unit: year")
    told = problems(SIGN + SLUMP.replace("demand", "demant") + second, tmp_path)
    assert len(told) == 2


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DualcircError, match="no such file"):
        load_checks([tmp_path / "none.yaml"], REGISTRY)


@pytest.mark.parametrize("path", check_files(), ids=lambda path: path.stem)
def test_first_line_names_the_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert (path.parent / first.partition("$schema=")[2]).resolve().is_file()


def test_example_of_the_guide_is_valid_and_names_every_kind(tmp_path: Path) -> None:
    guide = (checks_dir() / "README.md").read_text(encoding="utf-8")
    file = tmp_path / "example.yaml"
    file.write_text(guide.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    (finding,) = run_checks(load_checks([file], REGISTRY), load_model(), REGISTRY)
    assert finding.passed
    assert [line.split("`")[1] for line in guide.splitlines() if line.startswith("| `")] == list(KINDS)


def test_number_without_a_name_is_found_wherever_it_stands(tmp_path: Path) -> None:
    text = "a = 0.5 ~ Dmnl ~ named |\nb = a ^ 0.25 + MAX(0, 100 - 2 * a) ~ Dmnl ~ |\n"
    text += "S = INTEG(-S / 7, 3) ~ Dmnl ~ |\nT = SMOOTHI(a * -9, 1, 0) ~ Dmnl ~ |\n"
    text += "INITIAL TIME = 0 ~ ~ |\nFINAL TIME = 1 ~ ~ |\nTIME STEP = 0.5 ~ ~ |\nSAVEPER = TIME STEP ~ ~ |\n"
    file = tmp_path / "small.mdl"
    file.write_text("{UTF-8}\n" + text.replace("~", "\n\t~\t") + "\n\\\\\\---/// Sketch\n")
    found = {
        problem.what.split(": got the number ")[0][-2] + problem.what.split()[-1]
        for problem in unnamed_numbers(load(file))
    }
    assert found == {"b0.25", "S7", "S3", "T9"}
