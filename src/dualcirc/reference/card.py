"""All that is known of one variable, gathered from the model, the registers and the sources."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dualcirc.files.registry import Lever, Parameter, Registry, dataset_name
from dualcirc.reference.citations import Citation, mentioned, read_citations, resolve
from dualcirc.reference.graph import Graph
from dualcirc.reference.mdl_text import read_mdl_text
from dualcirc.translate.ir import Model, Variable

_DIRECT = re.compile(
    r"GET[ _]DIRECT[ _]\w+\s*\(\s*'([^']*)'\s*,\s*'[^']*'\s*,(?:\s*'[^']*'\s*,)?\s*'([A-Za-z]+)\d+\*?'"
)


@dataclass(frozen=True)
class Neighbour:
    """A variable that acts on another or is acted on, with its unit."""

    name: str
    unit: str
    sector: str
    at_start: bool = False
    """Whether it acts through the initial value alone."""


@dataclass(frozen=True)
class LeverLink:
    """A lever with the part that a variable has in it."""

    id: str
    label_en: str
    label_zh: str
    role: str
    """What the variable does: it is the lever, reads it, is its target or carries its cost."""
    cost: str


@dataclass(frozen=True)
class Card:
    """One variable: what it is, how it is computed, where its numbers come from, what it acts on."""

    name: str
    dataset_name: str
    dims: tuple[str, ...]
    label_en: str
    label_zh: str
    sector: str
    kind: str
    unit: str
    definition: str
    equation: str
    value: str
    """Of a constant or a path; empty for what is computed."""
    table: str
    """File and column that it reads; empty if none."""
    parameter: Parameter | None
    sources: tuple[Citation, ...]
    levers: tuple[LeverLink, ...]
    causes: tuple[Neighbour, ...]
    uses: tuple[Neighbour, ...]
    line: int | None


@dataclass(frozen=True)
class Cards:
    """Cards of all variables of a model."""

    graph: Graph
    registry: Registry
    citations: Mapping[str, Citation]

    def card(self, name: str) -> Card:
        """Card of one variable by its exact name."""
        graph, row = self.graph, self.registry.variables.get(name)
        variable = graph.model.variables[name]
        parameter = self.registry.parameters.get(name)
        return Card(
            name=name,
            dataset_name=dataset_name(name),
            dims=variable.dims,
            label_en=row.label_en if row else name,
            label_zh=row.label_zh if row else "",
            sector=graph.sector(name),
            kind=row.kind if row else variable.kind,
            unit=variable.unit,
            definition=row.definition if row else variable.documentation,
            equation=readable(graph.equation(name)),
            value=_value(variable),
            table=_table(graph, name),
            parameter=parameter,
            sources=self._sources(name, parameter),
            levers=tuple(self._levers(name)),
            causes=tuple(self._neighbours(graph.causes[name], graph.initial_causes[name])),
            uses=tuple(self._neighbours(graph.uses[name])),
            line=variable.line,
        )

    def _sources(self, name: str, parameter: Parameter | None) -> tuple[Citation, ...]:
        """Sources of a parameter, and the evidence of a lever."""
        cells = [lever.evidence for lever in self.registry.levers.values() if lever.variable == name]
        found = [citation for cell in cells for citation in resolve(cell, self.citations)]
        if parameter is not None:
            found += [*resolve(parameter.source, self.citations), *mentioned(parameter.note, self.citations)]
        return tuple({citation.key: citation for citation in found}.values())

    def _levers(self, name: str) -> list[LeverLink]:
        """Levers that the variable is, that its equation reads, or whose cost it carries."""
        found = []
        for lever in self.registry.levers.values():
            role = self._role(lever, name)
            if role:
                found.append(LeverLink(lever.id, lever.label_en, lever.label_zh, role, _cost(lever)))
        return found

    def _role(self, lever: Lever, name: str) -> str:
        if lever.variable == name:
            return "is the lever"
        if lever.variable in self.graph.causes[name]:
            return "reads the lever"
        if lever.target == name:
            return "is moved first by the lever"
        return "carries the cost of the lever" if lever.cost_enters == name else ""

    def _neighbours(self, names: tuple[str, ...], at_start: tuple[str, ...] = ()) -> list[Neighbour]:
        graph = self.graph
        return [
            Neighbour(name, graph.model.variables[name].unit, graph.sector(name), name in at_start)
            for name in (*names, *at_start)
        ]


def cards_of(model: Model, registry: Registry) -> Cards:
    """Cards of a model with its registry."""
    return Cards(Graph(model, read_mdl_text(model.path)), registry, read_citations(model.path.parent / "data"))


def readable(equation: str) -> str:
    """Equation with one blank where there were several, its lines kept."""
    lines = [" ".join(line.split()) for line in equation.splitlines()]
    return "\n".join(line if number == 0 else f"    {line}" for number, line in enumerate(lines))


def as_record(card: Card) -> dict[str, Any]:
    """Card as plain lists and mappings, for programs."""
    plain = {
        key: value
        for key, value in vars(card).items()
        if key not in ("parameter", "sources", "levers", "causes", "uses")
    }
    return plain | {
        "dims": list(card.dims),
        "parameter": vars(card.parameter) if card.parameter else None,
        "sources": [vars(source) for source in card.sources],
        "levers": [vars(lever) for lever in card.levers],
        "causes": [vars(cause) for cause in card.causes],
        "uses": [vars(use) for use in card.uses],
    }


def _value(variable: Variable) -> str:
    """Number, or range over the elements, of a constant; path of data from its first to its last time."""
    if variable.value is not None:
        return _span(variable.value)
    if variable.series is None:
        return ""
    times, values = variable.series.times, variable.series.values
    how = "held between" if variable.series.interpolation == "hold" else "linear between"
    return f"{_span(values[0])} in {times[0]:g}, {_span(values[-1])} in {times[-1]:g}; {how} {len(times)} times"


def _span(values: np.ndarray[Any, Any]) -> str:
    low, high = (round(float(end), 12) for end in (np.min(values), np.max(values)))  # 12: what is zero but for rounding
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _table(graph: Graph, name: str) -> str:
    """File of a table with the column that a variable reads."""
    found = _DIRECT.search(graph.equation(name).replace("\n", " "))
    if found is None:
        return ""
    file, letters = found[1], found[2].upper()
    path = graph.model.path.parent / file
    with path.open(encoding="utf-8-sig", newline="") as handle:
        header = next(csv.reader(handle), [])
    column = sum((ord(letter) - 64) * 26**place for place, letter in enumerate(reversed(letters))) - 1
    from_here = graph.model.variables[name].dims and (header[column : column + 1] != [name])
    heading = f"'{header[column]}'" if column < len(header) else ""
    return f"{file}, {'columns from' if from_here else 'column'} {letters} ({heading})"


def _cost(lever: Lever) -> str:
    """What a lever costs, in words and by the variable that carries it."""
    return f"{lever.cost} ({lever.cost_enters} {lever.cost_direction})" if lever.cost_enters else lever.cost
