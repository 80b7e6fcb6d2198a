"""Which parameters the band around every figure varies: ``experiments/band.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from dualcirc.errors import Problem, ScenarioError, did_you_mean
from dualcirc.files.paths import scenarios_dir
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
        problems = _unknown(names, registry, document)
    if problems:
        raise ScenarioError(problems)
    return Band(tuple(registry.parameters[name] for name in names), form.draws, form.seed)


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
