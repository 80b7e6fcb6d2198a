"""The registry: what the model's variables, parameters, levers and drivers are called, mean and may be.

Facts stand in ``model/*.csv``; this module reads them into frozen dataclasses and refuses what is inconsistent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from dualcirc.errors import Problem, RegistryError, did_you_mean
from dualcirc.files.paths import project_root
from dualcirc.files.tables import Row, read_table


@dataclass(frozen=True)
class Variable:
    """A variable of the model: labels, unit and how totals are formed."""

    name: str
    label_en: str
    label_zh: str
    unit: str
    kind: Literal["stock", "flow", "auxiliary", "constant", "data"]
    sector: str
    price_basis: str
    aggregation: Literal["sum", "mean", "none", ""]
    """``sum``: national and regional totals are sums over provinces."""
    saved: bool
    definition: str


@dataclass(frozen=True)
class Parameter:
    """A scalar constant of the model with its evidence."""

    name: str
    value: float
    unit: str
    low: float | None
    high: float | None
    prior: str
    status: Literal["literature", "estimated", "calibrated", "assumed"]
    source: str
    note: str


@dataclass(frozen=True)
class Lever:
    """What policy can move, in which range, and what it costs."""

    id: str
    variable: str
    unit: str
    dimension: Literal["", "Province"]
    low: float
    high: float
    interpolation: Literal["constant", "hold", "linear"]
    start_year: float
    business_as_usual: str
    effect_at_one: str
    effect_low: str
    effect_high: str
    evidence: str
    status: str
    acts_on: str
    cost: str
    label_en: str
    label_zh: str
    paper_section: str


@dataclass(frozen=True)
class Driver:
    """What moves the economy from outside the government's reach."""

    variable: str
    unit: str
    dimension: Literal["", "Province"]
    low: float
    high: float
    interpolation: Literal["constant", "hold", "linear"]
    label_en: str
    label_zh: str
    note: str


@dataclass(frozen=True)
class Province:
    """A province with its Chinese name and its regions."""

    province: str
    name_zh: str
    iso_3166_2: str
    macro_region: Literal["East", "Central", "West", "Northeast"]
    fdi_region: str
    """Region by which the ministry reports foreign investment."""


@dataclass(frozen=True)
class Registry:
    """The five tables, each keyed by the name under which a user refers to a row; order as in the files."""

    variables: Mapping[str, Variable]
    parameters: Mapping[str, Parameter]
    levers: Mapping[str, Lever]
    drivers: Mapping[str, Driver]
    provinces: Mapping[str, Province]

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Macro-regions in the order in which the provinces name them."""
        return tuple(dict.fromkeys(province.macro_region for province in self.provinces.values()))


def read_registry(model: Path | None = None) -> Registry:
    """Read and check the registry that stands beside the model file; every fault is reported at once.

    Parameters
    ----------
    model
        Folder with ``variables.csv``, ``parameters.csv``, ``levers.csv``, ``drivers.csv`` and ``data/provinces.csv``;
        the project's own by default.
    """
    folder = model or project_root() / "model"
    tables: dict[str, list[Row[Any]]] = {}
    problems: list[Problem] = []
    for name, (file, record, required) in _TABLES.items():
        try:
            tables[name] = read_table(folder / file, record, required)
        except RegistryError as fault:
            problems += fault.problems
    if problems:
        raise RegistryError(problems)
    problems = [problem for name in _TABLES for problem in _duplicates(tables[name], _KEYS[name])]
    problems += _faulty_ranges(tables["parameters"] + tables["levers"] + tables["drivers"])
    problems += _unknown_variables(tables)
    problems += _unlabelled(tables["variables"])
    if problems:
        raise RegistryError(problems)
    return Registry(**{name: {_KEYS[name](row.record): row.record for row in rows} for name, rows in tables.items()})


_TABLES: Mapping[str, tuple[str, type[Any], tuple[str, ...]]] = {
    "variables": ("variables.csv", Variable, ("name", "label_en", "unit")),
    "parameters": ("parameters.csv", Parameter, ("name", "unit")),
    "levers": ("levers.csv", Lever, ("id", "variable", "unit", "label_en", "label_zh", "cost")),
    "drivers": ("drivers.csv", Driver, ("variable", "unit", "label_en", "label_zh")),
    "provinces": ("data/provinces.csv", Province, ("province", "name_zh")),
}

_KEYS: Mapping[str, Callable[[Any], str]] = {
    "variables": lambda row: str(row.name),
    "parameters": lambda row: str(row.name),
    "levers": lambda row: str(row.id),
    "drivers": lambda row: str(row.variable),
    "provinces": lambda row: str(row.province),
}


def _duplicates(rows: Sequence[Row[Any]], key: Callable[[Any], str]) -> Iterable[Problem]:
    """Names are compared as the model compares them: without regard to case."""
    first: dict[str, int] = {}
    for row in rows:
        name = key(row.record)
        earlier = first.setdefault(name.casefold(), row.line)
        if earlier != row.line:
            yield Problem(f"'{name}' stands twice", row.file, row.line, f"one row; the first is line {earlier}")


def _faulty_ranges(rows: Sequence[Row[Any]]) -> Iterable[Problem]:
    for row in rows:
        low, high = row.record.low, row.record.high
        if (low is None) != (high is None):
            yield Problem(f"got low '{low}' and high '{high}'", row.file, row.line, "both bounds or neither")
        elif low is not None and low > high:
            yield Problem(f"column 'low': got {low:g}", row.file, row.line, f"at most 'high', {high:g}")
        elif low is not None and isinstance(row.record, Parameter) and not low <= row.record.value <= high:
            yield Problem(f"column 'value': got {row.record.value:g}", row.file, row.line, f"from {low:g} to {high:g}")


def _unknown_variables(tables: Mapping[str, Sequence[Row[Any]]]) -> Iterable[Problem]:
    """Levers and drivers must name a row of variables.csv."""
    known = {row.record.name for row in tables["variables"]}
    for row in [*tables["levers"], *tables["drivers"]]:
        if row.record.variable not in known:
            what = f"column 'variable': got '{row.record.variable}'"
            yield Problem(what, row.file, row.line, "a name of variables.csv", did_you_mean(row.record.variable, known))


def _unlabelled(rows: Sequence[Row[Any]]) -> Iterable[Problem]:
    """What stands in a Dataset is drawn with labels in both languages."""
    for row in rows:
        if row.record.saved and not row.record.label_zh:
            what = f"column 'label_zh': got '' for '{row.record.name}'"
            yield Problem(what, row.file, row.line, "a Chinese label for every variable that is saved")
