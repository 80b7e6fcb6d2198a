"""The registry: what the model's variables, parameters, levers and drivers are called, mean and may be.

Facts stand in ``model/*.csv``; this module reads them into frozen dataclasses and refuses what is inconsistent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from dualcirc.errors import Problem, RegistryError
from dualcirc.files.paths import project_root
from dualcirc.files.registry_checks import PROVINCE, REGION, faults
from dualcirc.files.tables import Row, read_table

__all__ = [
    "PROVINCE",
    "Dimension",
    "Driver",
    "Element",
    "Lever",
    "Parameter",
    "Province",
    "Registry",
    "Variable",
    "read_registry",
]


Dimension = Literal["", "Province", "Domain", "Alliance"]
"""Subscript ranges that a lever or driver may have; none for the nation."""


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
    dimension: Dimension
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
    enters: str
    """Variable whose equation reads the lever."""
    cost_enters: str
    """Variable that carries what it costs."""
    cost_direction: Literal["", "up", "down"]
    target: str
    """Variable that it moves first."""
    claim: float | None
    """Change of the target, with its sign, at the value ``strong``."""
    claim_kind: Literal["", "relative", "absolute"]
    strong: float | None
    """Value, at the end of the range, for which the claim holds."""
    ambition_low: str
    """A value for every element, or ``element:value;element:value``."""
    ambition_central: str
    ambition_high: str
    ambition_reason: str

    @property
    def package(self) -> str:
        """Package that it belongs to, the letters before the number of its id: ``C`` of ``C1.zone``."""
        return re.split(r"[^A-Za-z]", self.id, maxsplit=1)[0].upper()


@dataclass(frozen=True)
class Driver:
    """What moves the economy from outside the government's reach."""

    variable: str
    unit: str
    dimension: Dimension
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
    macro_region: str
    """Element of the range Region."""
    fdi_region: str
    """Region by which the ministry reports foreign investment."""


@dataclass(frozen=True)
class Element:
    """An element of a subscript range of the model other than the provinces."""

    range: str
    element: str
    label_en: str
    label_zh: str


@dataclass(frozen=True)
class Package:
    """Levers that a recommendation of the paper moves together."""

    id: str
    label_en: str
    label_zh: str
    paper_section: str

    @property
    def label(self) -> dict[str, str]:
        """Letter and name by language."""
        return {"en": f"{self.id}: {self.label_en}", "zh": f"{self.id}：{self.label_zh}"}


@dataclass(frozen=True)
class Registry:
    """The seven tables, each keyed by the name under which a user refers to a row; order as in the files."""

    variables: Mapping[str, Variable]
    parameters: Mapping[str, Parameter]
    levers: Mapping[str, Lever]
    drivers: Mapping[str, Driver]
    provinces: Mapping[str, Province]
    subscripts: Mapping[str, Element]
    packages: Mapping[str, Package]

    @cached_property
    def elements(self) -> Mapping[str, Mapping[str, str]]:
        """Chinese labels by element by subscript range, in the order of the model."""
        found: dict[str, dict[str, str]] = {PROVINCE: {name: row.name_zh for name, row in self.provinces.items()}}
        for row in self.subscripts.values():
            found.setdefault(row.range, {})[row.element] = row.label_zh
        return found

    @property
    def regions(self) -> tuple[str, ...]:
        """Macro-regions in the order of the model."""
        return tuple(self.elements[REGION])


def dataset_name(mdl_name: str) -> str:
    """Name in the Dataset of a variable or subscript range of the model: lower case with underscores."""
    return mdl_name.lower().replace(" ", "_")


def read_registry(model: Path | None = None) -> Registry:
    """Read and check the registry that stands beside the model file; every fault is reported at once.

    Parameters
    ----------
    model
        Folder with ``variables.csv``, ``parameters.csv``, ``levers.csv``, ``drivers.csv``, ``subscripts.csv``,
        ``packages.csv`` and ``data/provinces.csv``; the project's own by default.
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
    problems += faults(tables, _KEYS)
    if problems:
        raise RegistryError(problems)
    return Registry(**{name: {_KEYS[name](row.record): row.record for row in rows} for name, rows in tables.items()})


_TABLES: Mapping[str, tuple[str, type[Any], tuple[str, ...]]] = {
    "variables": ("variables.csv", Variable, ("name", "label_en", "unit")),
    "parameters": ("parameters.csv", Parameter, ("name", "unit")),
    "levers": ("levers.csv", Lever, ("id", "variable", "unit", "label_en", "label_zh", "cost")),
    "drivers": ("drivers.csv", Driver, ("variable", "unit", "label_en", "label_zh")),
    "provinces": ("data/provinces.csv", Province, ("province", "name_zh")),
    "subscripts": ("subscripts.csv", Element, ("range", "element", "label_en", "label_zh")),
    "packages": ("packages.csv", Package, ("id", "label_en", "label_zh")),
}

_KEYS: Mapping[str, Callable[[Any], str]] = {
    "variables": lambda row: str(row.name),
    "parameters": lambda row: str(row.name),
    "levers": lambda row: str(row.id),
    "drivers": lambda row: str(row.variable),
    "provinces": lambda row: str(row.province),
    "subscripts": lambda row: f"{row.range}: {row.element}",
    "packages": lambda row: str(row.id),
}
