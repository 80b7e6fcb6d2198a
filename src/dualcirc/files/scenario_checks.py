"""Whether what a scenario file says makes sense: names, units, ranges, dates, and no cell changed twice.

The checks read drafts, not the validated form, so that a file with a fault of form still shows all other faults.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dualcirc.errors import Problem, did_you_mean
from dualcirc.files.calendar import FIRST_YEAR, LAST_YEAR
from dualcirc.files.registry import PROVINCE, Dimension, Registry
from dualcirc.files.scenario_draft import FORMS, Draft
from dualcirc.files.scenario_schema import ChangeForm
from dualcirc.files.targets import LIMITS, Target, lever_targets, variable_targets, why_unknown
from dualcirc.files.yaml_reader import Document, Location

FEW = 10
"""So many names a message lists; more are looked up."""


@dataclass(frozen=True)
class Checker:
    """The checks of one file."""

    document: Document
    registry: Registry

    @property
    def counterfactual(self) -> bool:
        """Whether the file says that it changes the past."""
        return self.document.data.get("counterfactual") is True

    def problems(self, drafts: Sequence[Draft]) -> Iterator[Problem]:
        """Every fault of meaning in the changes."""
        for draft in drafts:
            yield from self._target(draft)
            yield from self._form(draft)
            yield from self._elements(draft)
            if draft.target:
                yield from self._fit(draft, draft.target)
                yield from self._values(draft, draft.target)
            yield from self._order(draft)
        yield from self._twice(drafts)

    def _problem(self, what: str, at: Location, expected: str = "", mend: str = "") -> Problem:
        return Problem(what, self.document.file, self.document.line(at), expected, mend)

    def _target(self, draft: Draft) -> Iterator[Problem]:
        named = [key for key in ("lever", "variable") if draft.raw.get(key) is not None]
        if len(named) != 1 and not (draft.raw.keys() & ChangeForm.other_words):  # the schema tells how it is written
            got = "both 'lever' and 'variable'" if named else "neither 'lever' nor 'variable'"
            yield self._problem(f"got {got}", draft.location, "one of them", "Write 'lever:' and the id of a lever.")
        known = {"lever": lever_targets(self.registry), "variable": variable_targets(self.registry)}
        for key, targets in known.items():
            name = draft.raw.get(key)
            if isinstance(name, str) and name and name not in targets:
                expected, mend = why_unknown(key, name, self.registry)
                yield self._problem(f"unknown {key} '{name}'", (*draft.location, key), expected, mend)

    def _form(self, draft: Draft) -> Iterator[Problem]:
        given = [form for form in FORMS if draft.raw.get(form) is not None]
        if len(given) != 1:
            got = " and ".join(f"'{form}'" for form in given) or "none of 'value', 'values' and 'path'"
            yield self._problem(f"got {got}", draft.location, "exactly one of value, values and path")
        for form in ("values", "path"):
            if draft.raw.get(form) == {}:
                yield self._problem(f"'{form}': got an empty mapping", (*draft.location, form), "at least one number")
        for key in LIMITS.values():
            if draft.raw.get(key) == []:
                expected = f"at least one {key.removesuffix('s')}"
                yield self._problem(f"'{key}': got an empty list", (*draft.location, key), expected)
            if "values" in given and draft.raw.get(key) is not None:
                expected = f"'values' alone: it names the {key} itself"
                yield self._problem(f"got '{key}' beside 'values'", (*draft.location, key), expected)

    def _elements(self, draft: Draft) -> Iterator[Problem]:
        """Names of provinces, domains and alliances: known, and each once."""
        seen: set[str] = set()
        for at, name, dimension in self._named(draft):
            word = dimension.lower()
            if name not in self.registry.elements.get(dimension, ()):
                expected, mend = self._instead(name, dimension)
                yield self._problem(f"unknown {word} '{name}'", at, expected, mend)
            elif name in seen:
                yield self._problem(f"got the {word} '{name}' twice", at, f"every {word} once", f"Keep one '{name}'.")
            seen.add(name)

    def _named(self, draft: Draft) -> Iterator[tuple[Location, str, Dimension]]:
        """Elements that a change names, each with the dimension it should have; a key of another one is told alone."""
        own = draft.target.dimension if draft.target else ""
        for dimension, key in LIMITS.items():
            named = draft.raw.get(key) if own in ("", dimension) else None
            for place, name in enumerate(named if isinstance(named, list) else ()):
                if isinstance(name, str):
                    yield (*draft.location, key, place), name, dimension
        for knot in draft.knots:
            if knot.element is not None:
                yield knot.location, knot.element, own or self._home(knot.element) or PROVINCE

    def _home(self, name: str) -> Dimension:
        """Dimension that has an element of this name."""
        return next((dimension for dimension in LIMITS if name in self.registry.elements.get(dimension, ())), "")

    def _instead(self, name: str, dimension: Dimension) -> tuple[str, str]:
        """Return what was expected in place of an unknown element, and how to mend it.

        An element is also found by its Chinese name, with or without the word for province behind it.
        """
        elements, word, home = self.registry.elements.get(dimension, {}), dimension.lower(), self._home(name)
        few = len(elements) <= FEW
        expected = f"one of {', '.join(elements)}" if few else f"the English name of a {word}"
        meant = next((element for element, label_zh in elements.items() if name.startswith(label_zh)), None)
        if meant:
            return expected, f"Write '{meant}'."
        if home:
            return expected, f"'{name}' is an element of {home}; this is set by {word}."
        return expected, did_you_mean(
            name, elements, listing="" if few else f"All are listed in {_listing(dimension)}."
        )

    def _fit(self, draft: Draft, target: Target) -> Iterator[Problem]:
        """Unit, dimension and form against those of the target."""
        unit = draft.raw.get("unit")
        if isinstance(unit, str) and _same(unit) != _same(target.unit):
            at, mend = (*draft.location, "unit"), f'Write unit: "{target.unit}", and the values in it.'
            yield self._problem(f"{target.label}: got the unit '{unit}'", at, f"'{target.unit}'", mend)
        yield from self._place(draft, target)
        if target.interpolation == "constant" and draft.raw.get("path") is not None:
            expected = "'value' or 'values'" if target.dimension else "'value'"
            yield self._problem(
                f"{target.label} does not vary over time: got 'path'", (*draft.location, "path"), expected
            )
        if target.low is None:
            yield self._problem(
                f"{target.label} is fixed: the registry gives it no range", draft.location, "another name"
            )

    def _place(self, draft: Draft, target: Target) -> Iterator[Problem]:
        """Keys that name elements, against the dimension of the target."""
        own = LIMITS[target.dimension] if target.dimension else ""
        for key in (*LIMITS.values(), "values"):
            if draft.raw.get(key) is None or key == own or (own and key == "values"):
                continue
            expected, mend = "a value or path for the whole nation", f"Remove '{key}'."
            if own:
                expected = f"'{own}', for it is set by {target.dimension.lower()}"
                few = len(target.elements) <= FEW
                names = f"some of {', '.join(target.elements)}" if few else f"names of {_listing(target.dimension)}"
                mend = f"Write '{own}: [...]' with {names}."
            yield self._problem(f"{target.label}: got '{key}'", (*draft.location, key), expected, mend)

    def _values(self, draft: Draft, target: Target) -> Iterator[Problem]:
        for knot in draft.knots:
            if knot.date is not None:
                yield from self._date(knot.date, knot.location, target)
            if knot.value == "never" and not target.is_date:
                expected = "a number; 'never' is for the opening year of a zone alone"
                yield self._problem(f"{target.label}: got 'never'", knot.location, expected)
            elif knot.value != "never" and not math.isnan(knot.value):
                check = self._date if target.is_date else self._range
                yield from check(knot.value, knot.location, target)

    def _range(self, value: float, at: Location, target: Target) -> Iterator[Problem]:
        low, high = target.low, target.high
        if low is not None and high is not None and not low <= value <= high:
            near, unit = min(max(value, low), high), "" if target.unit == "1" else f" {target.unit}"
            expected = f"from {plain(low)} to {plain(high)}{unit}"
            mend = f"The nearest valid value is {plain(near)}."
            yield self._problem(f"{target.label}: got {plain(value)}, which is out of range", at, expected, mend)

    def _date(self, date: float, at: Location, target: Target) -> Iterator[Problem]:
        first = FIRST_YEAR if self.counterfactual else target.start
        if first <= date <= LAST_YEAR:
            return
        expected = f"a year from {plain(first)} to {LAST_YEAR}"
        mend = f"The nearest valid year is {plain(min(max(date, first), LAST_YEAR))}."
        if FIRST_YEAR <= date < first:
            expected += "; the past is changed only by a counterfactual"
            mend += " To change the past, add 'counterfactual: true' to the file."
        when = "before the start" if date < first else "after the end"
        yield self._problem(f"{target.label}: got the year {plain(date)}, which is {when}", at, expected, mend)

    def _order(self, draft: Draft) -> Iterator[Problem]:
        dated = [knot for knot in draft.knots if knot.date is not None]
        for before, after in pairwise(dated):
            if before.date is not None and after.date is not None and after.date <= before.date:
                what = f"'path': got the year {plain(after.date)} after {plain(before.date)}"
                yield self._problem(what, after.location, "years that increase", "Sort the years.")

    def _twice(self, drafts: Sequence[Draft]) -> Iterator[Problem]:
        """No cell, a variable in a province, domain or alliance, may be changed twice: the order must not matter."""
        first: dict[tuple[str, str], Draft] = {}
        for draft in drafts:
            if draft.target is None:
                continue
            cells = draft.elements or draft.target.elements or ("",)
            keys = [(draft.target.name, cell) for cell in cells]
            earlier = next((first[key] for key in keys if key in first), None)
            if earlier is not None:
                line = self.document.line(earlier.location)
                place = f"in line {line}" if line else f"by change {int(str(earlier.location[1])) + 1}"
                what = f"{draft.target.label} is changed twice; the first time {place}"
                expected = f"one change for every {draft.target.dimension.lower() or 'lever and variable'}"
                yield self._problem(what, draft.location, expected, "Merge the two changes.")
            first |= dict.fromkeys(keys, draft)


def _listing(dimension: Dimension) -> str:
    """Table that lists the elements of a dimension."""
    return "model/data/provinces.csv" if dimension == PROVINCE else "model/subscripts.csv"


def _same(unit: str) -> str:
    """Unit without what does not matter: spaces, and the model file's word for a pure number."""
    return unit.replace(" ", "").replace("Dmnl", "1")


def plain(number: float) -> str:
    """Write a number as a user would."""
    return f"{number:.12g}"
