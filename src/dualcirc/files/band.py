"""Which parameters the band around every figure varies: ``experiments/band.yaml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from pydantic import Field

from dualcirc.errors import Problem, ScenarioError, did_you_mean
from dualcirc.files.paths import project_root, scenarios_dir
from dualcirc.files.registry import Parameter, Registry
from dualcirc.files.scenario_schema import Text
from dualcirc.files.strict import Strict, problems_of
from dualcirc.files.yaml_reader import Document, read_yaml


class UncertainForm(Strict):
    """One parameter of the band."""

    parameter: Text
    """exact name of a row of parameters.csv"""
    why: Text
    """reason why it is varied"""
    refit: Text | None = None
    """table in model/ with what other parameters are, fitted again for each value of this one"""


class BandForm(Strict):
    """The band: parameters varied together over their registry ranges."""

    parameters: list[UncertainForm] = Field(min_length=1)
    """list of parameters, each with its reason"""
    draws: int = Field(ge=1)
    """number of draws besides the central one"""
    seed: int = Field(ge=0)
    """seed of the design"""


@dataclass(frozen=True)
class Band:
    """Uncertain parameters with their ranges, and the size of the design."""

    parameters: tuple[Parameter, ...]
    draws: int
    seed: int
    refits: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """For a parameter the others that are fitted again with it: (its value, other parameter)."""


def read_band(registry: Registry, path: Path | None = None) -> Band:
    """Read the band's parameters; each must be a row of the registry with a range.

    Parameters
    ----------
    registry
        Gives values and ranges.
    path
        The project's own ``experiments/band.yaml`` by default.
    """
    document = read_yaml(path or scenarios_dir().parent / "band.yaml")
    problems = problems_of(document, BandForm)
    if not problems:
        form = BandForm.model_validate(document.data)
        names = [entry.parameter for entry in form.parameters]
        problems = _unknown(names, registry, document) + _missing_refits(form, document)
    if problems:
        raise ScenarioError(problems)
    tables = {entry.parameter: entry.refit for entry in form.parameters if entry.refit}
    refits = {name: _refit(name, file, registry) for name, file in tables.items()}
    return Band(tuple(registry.parameters[name] for name in names), form.draws, form.seed, refits)


def _missing_refits(form: BandForm, document: Document) -> list[Problem]:
    folder = project_root() / "model"
    return [
        Problem(
            f"got '{entry.refit}', which is no table of model/",
            document.file,
            document.line(("parameters", place)),
            mend=did_you_mean(entry.refit, [path.name for path in folder.glob("*.csv")]),
        )
        for place, entry in enumerate(form.parameters)
        if entry.refit and not (folder / entry.refit).is_file()
    ]


def _refit(name: str, file: str, registry: Registry) -> pd.DataFrame:
    """Columns of a table of refits that are parameters; others, as the misfit, are for the reader."""
    table = pd.read_csv(project_root() / "model" / file, index_col=name)
    return table[[column for column in table if column in registry.parameters]]


def _unknown(names: Sequence[str], registry: Registry, document: Document) -> list[Problem]:
    varied = [name for name, row in registry.parameters.items() if row.low is not None and row.low != row.high]
    return [
        Problem(
            f"got '{name}', which is no parameter that varies" if name not in names[:place] else f"got '{name}' twice",
            document.file,
            document.line(("parameters", place)),
            "every parameter once, with a range in model/parameters.csv",
            did_you_mean(name, varied),
        )
        for place, name in enumerate(names)
        if name not in varied or name in names[:place]
    ]
