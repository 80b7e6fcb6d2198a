"""Checks of the model: read from ``model/checks``, with every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dualcirc.errors import Problem, ScenarioError, did_you_mean
from dualcirc.files.check_schema import (
    KINDS,
    ArmForm,
    BoundsForm,
    Check,
    DelayForm,
    OrderingForm,
    PlaceboPlaceForm,
    PlaceboTimeForm,
    SignForm,
    StartForm,
)
from dualcirc.files.paths import project_root
from dualcirc.files.registry import Registry
from dualcirc.files.scenario import Scenario, scenario_of
from dualcirc.files.scenario_schema import ScenarioForm
from dualcirc.files.strict import problems_of
from dualcirc.files.yaml_reader import Document, Location, read_yaml

TOP_KEYS = ("checks",)
SHARED = ArmForm.model_fields.keys() & ScenarioForm.model_fields.keys()
"""Keys that a check has in common with a scenario file."""


@dataclass(frozen=True)
class Arm:
    """What one run of a check is given."""

    scenario: Scenario
    starts: tuple[StartForm, ...] = ()


@dataclass(frozen=True)
class LoadedCheck:
    """A check with the runs it compares and the place where it stands."""

    form: Check
    own: Arm
    than: Arm | None
    """Run it is compared with; None for the baseline."""
    document: Document
    """The mapping of the check alone, with the lines of the file."""

    def problem(self, what: str, at: Location = (), expected: str = "", mend: str = "") -> Problem:
        """Fault of this check, with its place."""
        return Problem(f"check '{self.form.name}': {what}", self.document.file, self.document.line(at), expected, mend)


def checks_dir() -> Path:
    """Folder of the checks that come with the model."""
    return project_root() / "model" / "checks"


def check_files() -> list[Path]:
    """Files of checks that come with the model."""
    return sorted(checks_dir().glob("*.yaml"))


def load_checks(paths: Iterable[Path], registry: Registry) -> list[LoadedCheck]:
    """Read files of checks; the problems of all are reported at once.

    Parameters
    ----------
    paths
        YAML files of the form of ``experiments/schema/checks.schema.json``.
    registry
        What changes may move, and within which range.

    Raises
    ------
    ScenarioError
        With every problem of every file, each with file and line.
    """
    found: list[LoadedCheck] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            document = read_yaml(path)
            problems += _faults_of_top(document)
        except ScenarioError as fault:
            problems += fault.problems
            continue
        for part in _parts(document):
            try:
                found.append(_check(part, registry))
            except ScenarioError as fault:
                problems += fault.problems
    problems += _same_names(found)
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return found


def _faults_of_top(document: Document) -> Iterator[Problem]:
    for key in document.data:
        if key not in TOP_KEYS:
            mend = did_you_mean(str(key), TOP_KEYS)
            yield Problem(f"unknown key '{key}'", document.file, document.line((key,)), "the key checks", mend)
    checks = document.data.get("checks")
    if not isinstance(checks, list) or not checks:
        what, expected = "'checks': got no list of checks", "a list, each with name, why and kind"
        yield Problem(what, document.file, document.line(("checks",)), expected)
        return
    for place, check in enumerate(checks):
        if not isinstance(check, Mapping):
            yield Problem(f"got '{check}'", document.file, document.line(("checks", place)), "a check, as a mapping")


def _parts(document: Document) -> Iterator[Document]:
    """Every check of a file as a document of its own."""
    checks = document.data.get("checks")
    for place, check in enumerate(checks if isinstance(checks, list) else ()):
        if isinstance(check, Mapping):
            yield document.part(("checks", place), check)


def _check(document: Document, registry: Registry) -> LoadedCheck:
    kind = document.data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        what = f"'kind': got '{kind}'" if "kind" in document.data else "the key 'kind' is missing"
        expected = f"one of {', '.join(KINDS)}"
        mend = did_you_mean(str(kind), KINDS)
        raise ScenarioError(Problem(what, document.file, document.line(("kind",)), expected, mend))
    problems = problems_of(document, KINDS[kind])
    scenarios: list[Scenario | None] = []
    for at in ((), ("than",)):
        raw: Any = document.data.get("than") if at else document.data
        try:
            scenarios.append(_scenario(document.part(at, raw), registry) if isinstance(raw, Mapping) else None)
        except ScenarioError as fault:
            problems += fault.problems
    if not problems:
        form = KINDS[kind].model_validate(document.data)
        own, other = scenarios
        assert own is not None
        than = getattr(form, "than", None)
        arm = Arm(other, tuple(than.start)) if than and other else None
        check = LoadedCheck(form, Arm(own, tuple(form.start)), arm, document)
        problems += _faults_of_meaning(check)
    if problems:
        raise ScenarioError(problems)
    return check


def _scenario(document: Document, registry: Registry) -> Scenario:
    """Changes of a run of a check, read and refused by the reader of scenarios."""
    changes = {key: value for key, value in document.data.items() if key in SHARED}
    # The name of a check may be that of a scenario: the reader of scenarios is given one that no scenario has.
    return scenario_of(document.part((), {"name": "run_of_a_check", **changes}), registry)


def _faults_of_meaning(check: LoadedCheck) -> Iterator[Problem]:
    """What the form alone cannot say."""
    form = check.form
    for arm, at in ((check.own, ()), (check.than, ("than",))):
        for place, start in enumerate(arm.starts if arm else ()):
            if (start.factor is None) == (start.value is None):
                got = "none" if start.factor is None else "both"
                yield check.problem(f"got {got} of 'factor' and 'value'", (*at, "start", place), "exactly one of them")
    moves = check.own.scenario.changes or check.own.starts
    if isinstance(form, SignForm | OrderingForm | PlaceboTimeForm | PlaceboPlaceForm | DelayForm) and not moves:
        yield check.problem("got no changes", (), "changes, start, or a scenario to extend that has changes")
    if isinstance(form, SignForm | OrderingForm | PlaceboPlaceForm) and form.years is None and form.since is None:
        yield check.problem("got no years", (), "'years' or 'since'", "Write 'since:' and the first year.")
    if isinstance(form, BoundsForm) and form.low is None and form.high is None:
        yield check.problem("got neither 'low' nor 'high'", (), "one of them, or both")
    if isinstance(form, PlaceboPlaceForm) and form.treated and not form.where:
        yield check.problem(
            "got 'treated' without 'where'", ("treated",), "the elements that are not reached beside it"
        )
    if isinstance(form, DelayForm):
        yield from _faults_of_delay(check, form)


def _faults_of_delay(check: LoadedCheck, form: DelayForm) -> Iterator[Problem]:
    for one, other in (("early", "share"), ("change_date", "half_time")):
        if (getattr(form, one) is None) != (getattr(form, other) is None):
            yield check.problem(f"got one of '{one}' and '{other}'", (), "both or neither")
    if form.early is None and form.half_time is None:
        yield check.problem("got nothing to compare", (), "'early' with 'share', or 'change_date' with 'half_time'")


def _same_names(checks: Iterable[LoadedCheck]) -> Iterator[Problem]:
    first: dict[str, LoadedCheck] = {}
    for check in checks:
        earlier = first.setdefault(check.form.name, check)
        if earlier is not check:
            place = f"{earlier.document.file}:{earlier.document.line(())}"
            what = f"got the name a second time; the first stands in {place}"
            yield check.problem(what, ("name",), "every name once", "Give one another name.")
