"""Whatever stands in an experiment file or its table, it is planned, or what is wrong is said with its place."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualcirc.engine import Engine
from dualcirc.errors import DualcircError, Problem
from dualcirc.files.experiment import read_experiment
from dualcirc.files.registry import Registry
from dualcirc.files.scenario import load_scenario
from dualcirc.sweep import jobs, plan
from dualcirc.sweep.jobs import prepare
from dualcirc.translate import Model

SHORT, LONG = 300, 10_000
WHOLE = """name: fuzz
title: {en: "Fuzz", zh: "模糊"}
scenarios: [baseline, rules_alignment, mine.yaml]
outputs: [GDP, household consumption]
times: {start: 2030, end: 2040, every: 5}
draws: {number: 3}
reduce: {quantiles: [0.05, 0.5, 0.95]}
block: 16
design:
  kind: latin_hypercube
  points: 8
  seed: 3
  factors:
    - {lever: C3, to: high}
    - {lever: C8, unit: "1", low: 0, high: 0.5, from_year: 2027, full_year: 2035}
    - {package: D, to: low}
    - {lever: C1.zone, unit: items, low: 5, high: 25, domains: [finance]}
    - {variable: logistics elasticity}
    - {variable: world demand shift, unit: "1", low: 0.9, high: 1.1, full_year: 2030}
"""
MINE = (
    "name: mine\nextends: baseline\nchanges:\n  - {lever: B3, unit: '1', path: {2026: 0, 2030: 0.005}, why: a test}\n"
)
POINTS = "C3,logistics elasticity\n0,0.1\n0.5,0.1\n1,0.1\n"
PIECES = [
    *"{}[]:,-?#&*!|>'\"%@`~\n\t \\",
    *("0", "-1", "1e-3", "1e400", "1e308", "-1e308", ".nan", ".inf", "9" * 400, "9" * 17, "010", "2026", "9999", "0.1"),
    *(
        "true",
        "null",
        "never",
        "no",
        "<<",
        "&a ",
        "*a",
        "!!set ",
        "---\n",
        "\x00",
        "\x85",
        "省",
        "\U0001f600",
        "\u202e",
    ),
    *("all", "lever: all", "package: all", "variable: ", "to: high", "to: ", "levels: ", "levels: [0.5]", "points: "),
    *("kind: grid", "kind: morris", "kind: saltelli", "kind: sobol", "kind: one_at_a_time", "kind: points", "file: "),
    *("packages_all_central", "packages_a_c_central", "packages_all_", "packages_z_high", "mine.yaml", "points.csv"),
    *("provinces: [Jilin]", "full_year: 1e300", "from_year: 2049", "points: 100000000", "number: 10000", "[" * 60),
]
REPLACEMENTS: list[object] = [
    None, True, 0, -1, 1, 7, 2**31, 10**8, 10**17, 1e-300, 1e308, float("inf"), float("nan"), "", "x", "省", "all",
    "C3", "logistics elasticity", "grid", "one_at_a_time", "saltelli", "morris", "sobol", "points", "points.csv",
    "never", "packages_all_high", [], {}, [[]], [{}], ["baseline"], {"a": {"b": {"c": []}}}, {"number": 10_000},
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def quick(registry: Registry) -> Iterator[None]:
    """What files seldom change is kept: the registry, and the engines of the last lists of outputs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "Engine", lru_cache(maxsize=4)(Engine))
        patch.setattr(plan, "read_registry", lambda: registry)
        yield


def mutated(chance: random.Random, text: str) -> str:
    """A valid text with some pieces cut out, put in or doubled."""
    for _ in range(chance.randint(1, 4)):
        begin = chance.randrange(len(text) + 1)
        end = min(len(text), begin + chance.randint(0, 12))
        text = text[:begin] + chance.choice(PIECES) + text[end:]
    return text


def restructured(chance: random.Random, text: str) -> str:
    """A valid file with some values replaced, removed, or put elsewhere."""
    data = yaml.safe_load(text)
    for _ in range(chance.randint(1, 3)):
        holders: list[dict | list] = []
        waiting = [data]
        while waiting:
            holder = waiting.pop()
            if isinstance(holder, dict | list) and holder:
                holders.append(holder)
                waiting += holder.values() if isinstance(holder, dict) else holder
        holder = chance.choice(holders)
        key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if chance.random() < 0.2:
            del holder[key]
        else:
            holder[key] = deepcopy(chance.choice(REPLACEMENTS))
        if not data:
            break
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))


def random_files(chance: random.Random) -> dict[str, str]:
    """The three files of an experiment, at least one of them mutated."""
    files = {"fuzz.yaml": WHOLE, "mine.yaml": MINE, "points.csv": POINTS}
    if chance.random() < 0.3:
        factors = "    - {lever: C3, to: high}\n    - {variable: logistics elasticity}\n"
        head = WHOLE[: WHOLE.index("design:")]
        design = f"design:\n  kind: points\n  file: points.csv\n  factors:\n{factors}"
        files["fuzz.yaml"] = head + design
        files["points.csv"] = mutated(chance, POINTS)
    if chance.random() < 0.3:
        files["mine.yaml"] = chance.choice([mutated, restructured])(chance, MINE)
    if chance.random() < 0.7:
        files["fuzz.yaml"] = chance.choice([mutated, restructured])(chance, files["fuzz.yaml"])
    return files


def check(folder: Path, files: dict[str, str], registry: Registry, model: Model) -> bool:
    """Whether the experiment is planned; any fault but one of ours goes through and fails the test."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", errors="surrogatepass")
    problems: list[Problem] = []
    try:
        load_scenario(folder / "mine.yaml", registry)
    except DualcircError as fault:
        problems += fault.problems
    try:
        prepared = prepare(read_experiment(folder / "fuzz.yaml", registry), registry, model, str(folder))
    except DualcircError as fault:
        problems += fault.problems
        assert all(problem.what and problem.file for problem in problems), problems
        return False
    assert prepared.runs > 0
    assert prepared.job.layout.blocks > 0
    assert len(list(prepared.job.runs(prepared.job.layout.members(0)[:1]))) == prepared.job.runs_per_row
    return True


def run(folder: Path, registry: Registry, model: Model, number: int) -> None:
    chance = random.Random(number)
    planned = sum(check(folder, random_files(chance), registry, model) for _ in range(number))
    assert 0 < planned < number  # neither is everything refused nor anything taken


def test_mutated_experiments(tmp_path: Path, registry: Registry, model: Model):
    assert check(tmp_path, {"fuzz.yaml": WHOLE, "mine.yaml": MINE}, registry, model)
    run(tmp_path, registry, model, SHORT)


@pytest.mark.long
def test_ten_thousand_mutated_experiments(tmp_path: Path, registry: Registry, model: Model):
    run(tmp_path, registry, model, LONG)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["C3", "grid"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "factors", "lever", "to", "low", "points"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(design=ANY, scenarios=ANY, times=ANY)
def test_random_structures(tmp_path: Path, registry: Registry, model: Model, design, scenarios, times) -> None:
    data = yaml.safe_load(WHOLE) | {"design": design, "scenarios": scenarios, "times": times}
    text = yaml.safe_dump(data, allow_unicode=True)
    check(tmp_path, {"fuzz.yaml": text, "mine.yaml": MINE, "points.csv": POINTS}, registry, model)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_random_bytes(tmp_path: Path, registry: Registry, model: Model, content: bytes) -> None:
    (tmp_path / "points.csv").write_bytes(content)
    head, factors = "outputs: [GDP]\nscenarios: [baseline]\n", "factors: [{lever: C3, to: high}]"
    text = f'name: fuzz\ntitle: {{en: "a", zh: "b"}}\n{head}design: {{kind: points, file: points.csv, {factors}}}\n'
    check(tmp_path, {"fuzz.yaml": text, "mine.yaml": MINE}, registry, model)
