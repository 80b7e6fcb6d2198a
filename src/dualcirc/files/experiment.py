"""Experiments: what is varied together, checked with every problem at once, before a model is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dualcirc.errors import Problem, ScenarioError, did_you_mean
from dualcirc.files.experiment_checks import RESERVED, FactorChecker, design_problems, size_problem
from dualcirc.files.experiment_schema import DesignForm, ExperimentForm, FactorForm
from dualcirc.files.paths import exists, project_root
from dualcirc.files.registry import Registry, dataset_name
from dualcirc.files.scenario import ScenarioSource
from dualcirc.files.strict import problems_of
from dualcirc.files.targets import Target, lever_targets, variable_targets
from dualcirc.files.yaml_reader import Document, Location, read_yaml


@dataclass(frozen=True)
class Factor:
    """One axis of a design."""

    name: str
    """Id of the lever, ``package A``, or exact name of the variable."""
    label_en: str
    label_zh: str
    unit: str
    low: float
    high: float
    levels: tuple[float, ...]
    """Values of a grid; empty where the form names none."""
    levers: tuple[str, ...]
    """Levers that move together from business as usual (0) to their ambition (1); empty for a value of its own."""
    form: FactorForm
    location: Location
    """Where it stands in the file."""


@dataclass(frozen=True)
class Experiment:
    """A checked experiment file."""

    form: ExperimentForm
    factors: tuple[Factor, ...]
    outputs: tuple[str, ...]
    """Exact model names of what is kept."""
    document: Document
    path: Path

    @property
    def digest(self) -> str:
        """SHA-256 of the file, and of the table of points that it names."""
        digest = hashlib.sha256(self.document.text.encode())
        if self.points_file is not None:
            digest.update(self.points_file.read_bytes())
        return digest.hexdigest()

    @property
    def points_file(self) -> Path | None:
        """Table of the points, where the design is one of points."""
        design = self.form.design
        return self.path.parent / design.file if design and design.file else None

    @property
    def companions(self) -> list[Path]:
        """Files beside the experiment that it reads: its table of points, and scenarios with those that they extend."""
        folder = self.path.parent
        found = [self.points_file] if self.points_file else []
        waiting = [folder / entry for entry in self.form.scenarios if isinstance(entry, str) and _is_file(entry)]
        while waiting:
            path = waiting.pop(0)
            if path not in found and exists(path):
                found.append(path)
                parent = read_yaml(path).data.get("extends")
                waiting += [folder / f"{parent}.yaml"] if isinstance(parent, str) else []
        return found

    def scenario_sources(self) -> list[ScenarioSource]:
        """Scenarios as :func:`dualcirc.run` takes them; a path is meant from the folder of the experiment."""
        return [self._source(entry) for entry in self.form.scenarios]

    def _source(self, entry: str | dict[str, Any]) -> ScenarioSource:
        if isinstance(entry, str) and _is_file(entry):
            return self.path.parent / entry
        return entry


def _is_file(entry: str) -> bool:
    """Whether a scenario is named by its file."""
    return entry.endswith((".yaml", ".yml"))


def experiment_path(source: str | Path) -> Path:
    """Path of an experiment: a file, a folder with ``experiment.yaml``, or the name of a study of the project."""
    path = Path(source)
    study = project_root() / "experiments" / path / "experiment.yaml"
    if exists(path) and path.is_dir():
        return path / "experiment.yaml"
    return study if not exists(path) and not path.suffix and exists(study) else path


def read_experiment(source: str | Path, registry: Registry) -> Experiment:
    """Read and check an experiment file.

    Parameters
    ----------
    source
        Path of the file or its folder, or the name of a study of the project.
    registry
        What may be varied, and within which range.

    Raises
    ------
    ScenarioError
        With every problem of form; where there is none, with every problem of meaning.
    """
    path = experiment_path(source)
    return experiment_of(read_yaml(path), path, registry)


def experiment_of(document: Document, path: Path, registry: Registry) -> Experiment:
    """Check what stands in a document of the form of an experiment file."""
    problems = problems_of(document, ExperimentForm)
    if problems:
        raise ScenarioError(problems)
    form = ExperimentForm.model_validate(document.data)
    problems = [*_problems(form, document, path, registry)]
    if problems:
        raise ScenarioError(sorted(problems, key=lambda problem: problem.line or 0))
    factors = tuple(_factors(form.design, registry)) if form.design else ()
    twice = [factor for place, factor in enumerate(factors) if factor.name in {f.name for f in factors[:place]}]
    if twice:
        what = f"factor '{twice[0].name}' stands twice"
        raise ScenarioError(Problem(what, document.file, document.line(twice[0].location), "every factor once"))
    too_large = size_problem(form.design, [len(f.levels) for f in factors], document) if form.design else None
    if too_large:
        raise ScenarioError(too_large)
    outputs = tuple(_output_names(registry)[name] for name in form.outputs)
    return Experiment(form, factors, tuple(dict.fromkeys(outputs)), document, path)


def _problems(form: ExperimentForm, document: Document, path: Path, registry: Registry) -> Iterator[Problem]:
    """Every fault of meaning."""
    for place, name in enumerate(form.outputs):
        if name not in _output_names(registry):
            mend = did_you_mean(name, _output_names(registry), listing="All are listed in model/variables.csv.")
            line = document.line(("outputs", place))
            yield Problem(f"unknown output '{name}'", document.file, line, "the name of a variable", mend)
    for place, entry in enumerate(form.scenarios):
        if isinstance(entry, str) and _is_file(entry) and (Path(entry).name != entry or entry in RESERVED):
            line = document.line(("scenarios", place))
            expected = "a file that stands beside the experiment, and that no file of a stored sweep is called like"
            yield Problem(f"got the scenario '{entry}'", document.file, line, expected)
    yield from _kept_problems(form, document)
    if form.design:
        yield from design_problems(form.design, document, path)
        for place, factor in enumerate(form.design.factors):
            yield from FactorChecker(document, registry, ("design", "factors", place)).problems(factor)


def _kept_problems(form: ExperimentForm, document: Document) -> Iterator[Problem]:
    """Faults of what is kept: times and quantiles."""
    if form.times and form.times.start > form.times.end:
        what = f"times: got {form.times.start:g} to {form.times.end:g}"
        yield Problem(what, document.file, document.line(("times",)), "a start before the end")
    if form.reduce:
        quantiles = form.reduce.quantiles
        line = document.line(("reduce",))
        if sorted(set(quantiles)) != quantiles:
            yield Problem("the quantiles do not rise", document.file, line, "each once, the smallest first")
        if not form.draws or not form.draws.number:
            mend = "Add 'draws: {number: 32}', or remove 'reduce'."
            yield Problem("quantiles over the draws, and there are no draws", document.file, line, mend=mend)


def _output_names(registry: Registry) -> Mapping[str, str]:
    """Exact model name of every variable that can be kept, by that name and by its name in the Dataset."""
    names = [name for name, row in registry.variables.items() if row.kind not in ("constant", "data")]
    return {dataset_name(name): name for name in names} | {name: name for name in names}


def _factors(design: DesignForm, registry: Registry) -> Iterator[Factor]:
    """Every factor; ``all`` stands for each lever, or each package, that has the ambition."""
    for place, form in enumerate(design.factors):
        at: Location = ("design", "factors", place)
        if form.to:
            for name, levers in _groups(form, registry).items():
                yield _share(name, levers, form, at, registry)
        else:
            yield _value(form, at, registry)


def _groups(form: FactorForm, registry: Registry) -> dict[str, list[str]]:
    """Ids of the levers that move together, by the name of the factor."""
    able = [lever for lever in registry.levers.values() if getattr(lever, f"ambition_{form.to}")]
    groups: dict[str, list[str]] = {}
    for lever in able:
        groups.setdefault(f"package {lever.package}" if form.package else lever.id, []).append(lever.id)
    asked = f"package {form.package}" if form.package else str(form.lever)
    return groups if asked.endswith("all") else {asked: groups[asked]}


def _share(name: str, levers: Sequence[str], form: FactorForm, at: Location, registry: Registry) -> Factor:
    low, high = form.low if form.low is not None else 0.0, form.high if form.high is not None else 1.0
    if form.package:
        label = registry.packages[name.removeprefix("package ")].label
        english, chinese = label["en"], label["zh"]
    else:
        english, chinese = registry.levers[name].label_en, registry.levers[name].label_zh
    return Factor(name, english, chinese, "1", low, high, _levels(form, low, high), tuple(levers), form, at)


def _value(form: FactorForm, at: Location, registry: Registry) -> Factor:
    target = target_of(form, registry)
    low = form.low if form.low is not None else target.low
    high = form.high if form.high is not None else target.high
    assert low is not None
    assert high is not None, "checked"
    name = form.lever or target.name
    row = registry.levers.get(name) or registry.drivers.get(name)
    english, chinese = (row.label_en, row.label_zh) if row else (name.capitalize(), name)
    return Factor(name, english, chinese, target.unit, low, high, _levels(form, low, high), (), form, at)


def target_of(form: FactorForm, registry: Registry) -> Target:
    """What a factor with values of its own moves."""
    return lever_targets(registry)[form.lever] if form.lever else variable_targets(registry)[str(form.variable)]


def _levels(form: FactorForm, low: float, high: float) -> tuple[float, ...]:
    if isinstance(form.levels, list):
        return tuple(form.levels)
    number = form.levels or 2
    return tuple(low + (high - low) * place / (number - 1) for place in range(number)) if number > 1 else (high,)
