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
from dualcirc.files.registry import Registry
from dualcirc.files.scenario_draft import FORMS, Draft
from dualcirc.files.scenario_schema import ChangeForm
from dualcirc.files.targets import Target, lever_targets, variable_targets, why_unknown
from dualcirc.files.yaml_reader import Document, Location


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
            yield from self._provinces(draft)
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
        if "values" in given and draft.raw.get("provinces") is not None:
            at = (*draft.location, "provinces")
            yield self._problem("got 'provinces' beside 'values'", at, "'values' alone: it names the provinces itself")

    def _provinces(self, draft: Draft) -> Iterator[Problem]:
        named = draft.raw.get("provinces")
        listed = named if isinstance(named, list) else []
        places = [((*draft.location, "provinces", place), name) for place, name in enumerate(listed)]
        places += [(knot.location, knot.province) for knot in draft.knots if knot.province is not None]
        if named == []:
            yield self._problem(
                "'provinces': got an empty list", (*draft.location, "provinces"), "at least one province"
            )
        seen: set[str] = set()
        for at, name in places:
            if not isinstance(name, str):
                continue
            if name not in self.registry.provinces:
                mend = self._nearest_province(name)
                yield self._problem(f"unknown province '{name}'", at, "the English name of a province", mend)
            elif name in seen:
                yield self._problem(
                    f"got the province '{name}' twice", at, "every province once", f"Keep one '{name}'."
                )
            seen.add(name)

    def _nearest_province(self, name: str) -> str:
        """Province meant by a Chinese name, with or without the word for province behind it, or by a misspelt one."""
        provinces = self.registry.provinces.values()
        meant = next((place.province for place in provinces if name.startswith(place.name_zh)), None)
        listing = "All are listed in model/data/provinces.csv."
        return f"Write '{meant}'." if meant else did_you_mean(name, self.registry.provinces, listing=listing)

    def _fit(self, draft: Draft, target: Target) -> Iterator[Problem]:
        """Unit, dimension and form against those of the target."""
        unit = draft.raw.get("unit")
        if isinstance(unit, str) and _same(unit) != _same(target.unit):
            at, mend = (*draft.location, "unit"), f'Write unit: "{target.unit}", and the values in it.'
            yield self._problem(f"{target.label}: got the unit '{unit}'", at, f"'{target.unit}'", mend)
        for key in ("provinces", "values"):
            if not target.by_province and draft.raw.get(key) is not None:
                expected = "a value or path for the whole nation"
                yield self._problem(
                    f"{target.label}: got '{key}'", (*draft.location, key), expected, f"Remove '{key}'."
                )
        if target.interpolation == "constant" and draft.raw.get("path") is not None:
            expected = "'value' or 'values'" if target.by_province else "'value'"
            yield self._problem(
                f"{target.label} does not vary over time: got 'path'", (*draft.location, "path"), expected
            )
        if target.low is None:
            yield self._problem(
                f"{target.label} is fixed: the registry gives it no range", draft.location, "another name"
            )

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
        """No cell, a variable in a province, may be changed twice in one file: the order of changes must not matter."""
        first: dict[tuple[str, str], Draft] = {}
        for draft in drafts:
            if draft.target is None:
                continue
            cells = draft.provinces or tuple(self.registry.provinces)
            keys = [(draft.target.name, cell) for cell in cells]
            earlier = next((first[key] for key in keys if key in first), None)
            if earlier is not None:
                line = self.document.line(earlier.location)
                place = f"in line {line}" if line else f"by change {int(str(earlier.location[1])) + 1}"
                what = f"{draft.target.label} is changed twice; the first time {place}"
                yield self._problem(what, draft.location, "one change for every province", "Merge the two changes.")
            first |= dict.fromkeys(keys, draft)


def _same(unit: str) -> str:
    """Unit without what does not matter: spaces, and the model file's word for a pure number."""
    return unit.replace(" ", "").replace("Dmnl", "1")


def plain(number: float) -> str:
    """Write a number as a user would."""
    return f"{number:.12g}"
