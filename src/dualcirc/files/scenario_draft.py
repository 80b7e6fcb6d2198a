"""The changes of a scenario file as far as they can be read, so that a fault of form still shows all other faults."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dualcirc.files.registry import Registry
from dualcirc.files.strict import MAX_NUMBER
from dualcirc.files.targets import LIMITS, Target, lever_targets, variable_targets
from dualcirc.files.yaml_reader import Document, Location

FORMS = ("value", "values", "path")


@dataclass(frozen=True)
class Knot:
    """A value that a change gives, with its date or element where it has one; NaN where no number stands."""

    value: float | Literal["never"]
    location: Location
    date: float | None = None
    element: str | None = None
    """Province, domain or alliance."""


@dataclass(frozen=True)
class Draft:
    """A change as far as it can be read: the target is None where it is unknown."""

    raw: Mapping[Any, Any]
    location: Location
    target: Target | None
    knots: tuple[Knot, ...]

    @property
    def elements(self) -> tuple[str, ...]:
        """Elements of the target's dimension that the change names, in the order of the file; empty: all."""
        named = self.raw.get(LIMITS[self.target.dimension]) if self.target and self.target.dimension else None
        if isinstance(named, list):
            return tuple(name for name in named if isinstance(name, str))
        return tuple(knot.element for knot in self.knots if knot.element is not None)

    @property
    def form(self) -> str:
        """Key that carries the values, or nothing."""
        return next((form for form in FORMS if self.raw.get(form) is not None), "")


def read_drafts(document: Document, registry: Registry) -> list[Draft]:
    """Return every change that is a mapping, in the order of the file."""
    changes = document.data.get("changes")
    raw = enumerate(changes) if isinstance(changes, list) else ()
    return [_draft(change, ("changes", place), registry) for place, change in raw if isinstance(change, Mapping)]


def _draft(raw: Mapping[Any, Any], at: Location, registry: Registry) -> Draft:
    lever, variable = raw.get("lever"), raw.get("variable")
    target = lever_targets(registry).get(lever) if isinstance(lever, str) else None
    if target is None and isinstance(variable, str):
        target = variable_targets(registry).get(variable)
    return Draft(raw, at, target, tuple(_knots(raw, at)))


def _knots(raw: Mapping[Any, Any], at: Location) -> Iterator[Knot]:
    """Every value that is one, wherever it stands."""
    value, values, path = (raw.get(form) for form in FORMS)
    if value is not None and _is_value(value):
        yield Knot(value, (*at, "value"))
    for element, number in values.items() if isinstance(values, Mapping) else ():
        if isinstance(element, str):
            yield Knot(number if _is_value(number) else math.nan, (*at, "values", element), element=element)
    for date, number in path.items() if isinstance(path, Mapping) else ():
        if _is_number(date):
            yield Knot(number if _is_number(number) else math.nan, (*at, "path", date), date=float(date))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MAX_NUMBER


def _is_value(value: Any) -> bool:
    return _is_number(value) or value == "never"
