"""Scenarios: read, checked with every problem at once, and put behind the scenario they extend."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.calendar import NEVER
from dualcirc.files.paths import exists, scenarios_dir, shown
from dualcirc.files.registry import Registry
from dualcirc.files.scenario_checks import Checker
from dualcirc.files.scenario_draft import Draft, Knot, read_drafts
from dualcirc.files.scenario_names import name_problems, nearest_scenario
from dualcirc.files.scenario_schema import ScenarioForm
from dualcirc.files.strict import problems_of
from dualcirc.files.targets import Target
from dualcirc.files.yaml_reader import Document, read_yaml

ScenarioSource = str | Path | Mapping[str, Any]
"""Name of a scenario of the project, path of a file, or a mapping of the same form."""


@dataclass(frozen=True)
class Point:
    """A value that a change sets: by element, by calendar date, or for all."""

    value: float
    element: str | None = None
    """Province, domain or alliance."""
    date: float | None = None
    line: int | None = None


@dataclass(frozen=True)
class Change:
    """One lever, driver or parameter moved."""

    target: Target
    points: tuple[Point, ...]
    elements: tuple[str, ...]
    """Elements of the target's dimension for which it holds; empty: all, or the nation."""
    counterfactual: bool
    why: str
    file: str
    line: int | None


@dataclass(frozen=True)
class Scenario:
    """A policy story: what differs from the scenario it extends, and why."""

    name: str
    title_en: str
    title_zh: str
    source: str
    changes: tuple[Change, ...]
    """Changes in the order in which they are made, those of the extended scenarios first."""
    digest: str
    """SHA-256 over the files of the chain."""


def load_scenario(source: ScenarioSource, registry: Registry) -> Scenario:
    """Read and check one scenario with all it extends."""
    return load_scenarios([source], registry)[0]


def load_scenarios(sources: Iterable[ScenarioSource], registry: Registry) -> list[Scenario]:
    """Read and check scenarios; the problems of all files are reported at once.

    Parameters
    ----------
    sources
        Names of scenarios in ``experiments/scenarios/``, paths of files, or mappings of the same form.
    registry
        What may be changed, and within which range.

    Raises
    ------
    ScenarioError
        With every problem of every file, each with file and line.
    """
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            scenario = scenario_of(_document(source), registry)
        except ScenarioError as fault:
            problems += fault.problems
            continue
        if scenario.name in {other.name for other in scenarios}:
            what = f"got two scenarios with the name '{scenario.name}'"
            problems.append(Problem(what, _label(source), expected="every name once", mend="Give one another name."))
        scenarios.append(scenario)
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return scenarios


def scenario_of(document: Document, registry: Registry) -> Scenario:
    """Check what stands in a document of the form of a scenario file, and put it behind what it extends."""
    return _chain(document, registry, ())


def _label(source: ScenarioSource) -> str:
    if isinstance(source, Mapping):
        return f"scenario '{source.get('name', '?')}'"
    return shown(_path(source))


def _path(source: str | Path) -> Path:
    """A text without folder and ending is the name of a scenario of the project."""
    is_name = isinstance(source, str) and Path(source).name == source and not source.endswith((".yaml", ".yml"))
    return scenarios_dir() / f"{source}.yaml" if is_name else Path(source)


def _document(source: ScenarioSource) -> Document:
    if isinstance(source, Mapping):
        return Document(_label(source), source, text=repr(source))
    path = _path(source)
    if not exists(path):
        what = f"got '{source}', and there is no such scenario"
        expected = "the name of a scenario of the project, or the path of a file"
        mend = nearest_scenario(path.stem, path.parent, as_path=True)
        raise ScenarioError(Problem(what, shown(path), expected=expected, mend=mend))
    return read_yaml(path)


def _chain(document: Document, registry: Registry, trail: Sequence[Document]) -> Scenario:
    """Scenario of a document, its parent read first; ``trail`` holds the documents that led here."""
    problems = [*problems_of(document, ScenarioForm), *name_problems(document)]
    drafts = read_drafts(document, registry)
    problems += Checker(document, registry).problems(drafts)
    parent = None
    try:
        parent = _parent(document, registry, (*trail, document))
    except ScenarioError as fault:
        problems += fault.problems
    if problems:
        raise ScenarioError(sorted(problems, key=lambda problem: (problem.file != document.file, problem.line or 0)))
    return _scenario(ScenarioForm.model_validate(document.data), document, drafts, parent)


def _parent(document: Document, registry: Registry, trail: Sequence[Document]) -> Scenario | None:
    """Read the scenario that a document extends: from the same folder, else from the project."""
    name = document.data.get("extends")
    if not isinstance(name, str) or not name.isidentifier():
        return None
    folder = document.path.parent if document.path else scenarios_dir()
    beside = folder / f"{name}.yaml"
    path = beside if exists(beside) else scenarios_dir() / f"{name}.yaml"
    line = document.line(("extends",))
    if not exists(path):
        what, expected = (
            f"'extends': got the unknown scenario '{name}'",
            "a scenario in the same folder or of the project",
        )
        mend = nearest_scenario(name, folder, as_path=False)
        raise ScenarioError(Problem(what, document.file, line, expected, mend))
    visited = [other.path.resolve() for other in trail if other.path]
    if path.resolve() in visited:
        way = " -> ".join([*(str(other.data.get("name", other.file)) for other in trail), name])
        what = f"'extends': got '{name}', which makes a cycle: {way}"
        expected = "a scenario that does not extend this one"
        raise ScenarioError(
            Problem(what, document.file, line, expected, "Write 'extends: baseline', or remove the line.")
        )
    return _chain(read_yaml(path), registry, trail)


def _scenario(form: ScenarioForm, document: Document, drafts: Sequence[Draft], parent: Scenario | None) -> Scenario:
    own = [_change(draft, document, form.counterfactual) for draft in drafts]
    digest = hashlib.sha256(f"{parent.digest if parent else ''}\n{document.text}".encode()).hexdigest()
    plain_title = form.name.replace("_", " ").capitalize()
    return Scenario(
        name=form.name,
        title_en=form.title.en if form.title else plain_title,
        title_zh=form.title.zh if form.title else plain_title,
        source=form.source or "",
        changes=(*(parent.changes if parent else ()), *own),
        digest=digest,
    )


def _change(draft: Draft, document: Document, counterfactual: bool) -> Change:
    if draft.target is None:  # the checks have refused it
        raise AssertionError(draft)
    points = tuple(_point(knot, document) for knot in draft.knots)
    why = str(draft.raw["why"])
    line = document.line(draft.location)
    return Change(draft.target, points, draft.elements, counterfactual, why, document.file, line)


def _point(knot: Knot, document: Document) -> Point:
    value = NEVER if knot.value == "never" else float(knot.value)
    return Point(value, knot.element, knot.date, document.line(knot.location))
