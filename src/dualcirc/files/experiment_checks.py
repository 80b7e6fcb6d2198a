"""Whether what an experiment file says of its design makes sense: names, units, ranges, and what a design needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

from dualcirc.errors import Problem, did_you_mean
from dualcirc.files.calendar import LAST_YEAR, POLICY_START
from dualcirc.files.experiment_schema import DesignForm, FactorForm
from dualcirc.files.paths import exists
from dualcirc.files.registry import Registry
from dualcirc.files.targets import LIMITS, Target, lever_targets, variable_targets, why_unknown
from dualcirc.files.yaml_reader import Document, Location

_SAMPLED = ("latin_hypercube", "sobol", "saltelli", "morris")
MOST_LEVELS = 10_000
"""Levels of a factor of a grid."""
MOST_NUMBERS = 50_000_000
"""Points times factors of a design: all of its points stand in memory (400 MB), here and in every worker."""
RESERVED = ("experiment.yaml", "manifest.json", "manifest.sha256", "blocks.jsonl", "data.zarr", ".lock")
"""Names of the files of a stored sweep, beside which copies of the files that the experiment reads are kept."""


def design_problems(design: DesignForm, document: Document, path: Path) -> Iterator[Problem]:
    """Faults of a design as a whole."""
    line = document.line(("design",))

    def problem(what: str, mend: str) -> Problem:
        return Problem(f"design {design.kind}: {what}", document.file, line, mend=mend)

    sampled = design.kind in _SAMPLED
    if sampled != (design.points is not None):
        yield problem(*(("'points' is missing", "Add 'points: 1024'.") if sampled else _not_here("points")))
    if design.seed is not None and not sampled:
        yield problem(*_not_here("seed"))
    if (design.kind == "points") != (design.file is not None):
        wanted = design.kind == "points"
        yield problem(*(("'file' is missing", "Add 'file: points.csv'.") if wanted else _not_here("file")))
    if design.file and (Path(design.file).name != design.file or not exists(path.parent / design.file)):
        yield problem(f"got the file '{design.file}'", "Name a file that stands beside the experiment.")
    if design.kind in ("sobol", "saltelli") and design.points and design.points & (design.points - 1):
        yield problem(f"got {design.points} points", "Use a power of two: 256, 512, 1024 ...")
    if design.file in RESERVED:
        yield problem(f"got the file '{design.file}', a name that a stored sweep has itself", "Give it another name.")
    if design.kind != "grid" and any(factor.levels is not None for factor in design.factors):
        yield problem("'levels' belongs to a grid", "Remove 'levels', or write 'kind: grid'.")


def _not_here(key: str) -> tuple[str, str]:
    return f"'{key}' says nothing here", f"Remove '{key}'."


def size_problem(design: DesignForm, levels: Sequence[int], document: Document) -> Problem | None:
    """
    Fault of a design that is too large to be held; none of one that fits, or whose points are those of a table.

    Parameters
    ----------
    design
        A checked design.
    levels
        Number of levels of every factor, each of ``all`` counted.
    document
        Where the design stands.
    """
    factors, number = len(levels), design.points or 0
    points = {
        "grid": prod(levels),
        "one_at_a_time": 2 * factors + 1,
        "saltelli": number * (factors + 2),
        "morris": number * (factors + 1),
    }.get(design.kind, number)
    if points * factors <= MOST_NUMBERS:
        return None
    what = f"design {design.kind}: {points:,} points of {factors} factors" if points < 10**15 else "the design"
    expected = f"at most {MOST_NUMBERS:,} numbers, points times factors, for a design is held in memory"
    mend = "Name fewer levels." if design.kind == "grid" else "Name fewer points."
    return Problem(f"{what}: too large", document.file, document.line(("design",)), expected, mend)


@dataclass(frozen=True)
class FactorChecker:
    """The checks of one factor."""

    document: Document
    registry: Registry
    at: Location

    def problems(self, form: FactorForm) -> Iterator[Problem]:
        """Every fault of meaning of a factor."""
        named = [key for key in ("lever", "package", "variable") if getattr(form, key) is not None]
        if len(named) != 1:
            got = f"{' and '.join(named)} together" if named else "a factor without a name"
            yield self._problem(f"got {got}", "one of lever, package and variable")
            return
        unknown = list(self._unknown(form))
        yield from unknown
        if unknown:
            return
        if form.to:
            yield from self._share(form)
        else:
            yield from self._value(form)
        if form.levels == [] or (isinstance(form.levels, int) and not 1 <= form.levels <= MOST_LEVELS):
            got = f"{form.levels:.6g}" if form.levels else "no"
            yield self._problem(f"got {got} levels", f"from 1 to {MOST_LEVELS:,}", key="levels")
        yield from self._years(form)

    def _problem(self, what: str, expected: str = "", mend: str = "", key: str = "") -> Problem:
        at = (*self.at, key) if key else self.at
        return Problem(what, self.document.file, self.document.line(at), expected, mend)

    def _unknown(self, form: FactorForm) -> Iterator[Problem]:
        packages = list(self.registry.packages)
        if form.package is not None and form.package not in (*packages, "all"):
            mend = did_you_mean(form.package, packages, listing=f"There are {', '.join(packages)}.")
            yield self._problem(f"unknown package '{form.package}'", "a letter, or all", mend, "package")
        for key, targets in (("lever", lever_targets(self.registry)), ("variable", variable_targets(self.registry))):
            got = getattr(form, key)
            if got is not None and got not in targets and not (key == "lever" and got == "all"):
                expected, mend = why_unknown(key, got, self.registry)
                yield self._problem(f"unknown {key} '{got}'", expected, mend, key)
        if form.to is None and (form.package or form.lever == "all"):
            yield self._problem("several levers have no common value", mend="Add 'to: high'.")

    def _share(self, form: FactorForm) -> Iterator[Problem]:
        if form.variable:
            yield self._problem("'to' belongs to levers", mend="Write low and high instead.", key="to")
        if form.unit not in (None, "1"):
            yield self._problem("a share of an ambition has no unit", mend="Remove 'unit'.", key="unit")
        for key in LIMITS.values():
            if getattr(form, key) is not None:
                yield self._problem(f"'{key}' says nothing beside 'to'", mend=f"Remove '{key}'.", key=key)
        low, high = form.low if form.low is not None else 0.0, form.high if form.high is not None else 1.0
        if not 0 <= low < high <= 1:
            yield self._problem(f"got shares from {low:g} to {high:g}", "0 <= low < high <= 1")
        yield from self._levels(form, low, high)
        if form.from_year is not None:
            yield self._problem("'from_year' says nothing beside 'to'", mend="Remove 'from_year'.", key="from_year")
        lever = self.registry.levers.get(form.lever or "")
        if lever and not getattr(lever, f"ambition_{form.to}"):
            yield self._problem(f"lever {lever.id} has no {form.to} ambition", mend="Write low, high and unit.")

    def _value(self, form: FactorForm) -> Iterator[Problem]:
        targets = lever_targets(self.registry) if form.lever else variable_targets(self.registry)
        target = targets[str(form.lever or form.variable)]
        parameter = form.variable in self.registry.parameters
        if not parameter and (form.low is None or form.high is None or form.unit is None):
            yield self._problem(f"{target.label}: low, high and unit are needed", mend=self._range_of(target))
        if form.unit is not None and form.unit != target.unit:
            yield self._problem(f"{target.label}: got the unit '{form.unit}'", f"'{target.unit}'", key="unit")
        low = form.low if form.low is not None else target.low
        high = form.high if form.high is not None else target.high
        if low is None or high is None:
            yield self._problem(f"{target.label} has no range in the registry: it is not varied")
            return
        if not low < high:
            yield self._problem(f"{target.label}: got {low:g} to {high:g}", "low below high")
        for key, value in (("low", low), ("high", high)):
            if target.low is not None and target.high is not None and not target.low <= value <= target.high:
                yield self._problem(f"{target.label}: got {key} {value:g}", self._range_of(target), key=key)
        yield from self._levels(form, low, high)
        if parameter and (form.from_year is not None or form.full_year is not None):
            yield self._problem(f"{target.label} holds for the whole run", mend="Remove from_year and full_year.")
        yield from self._elements(form, target)

    def _levels(self, form: FactorForm, low: float, high: float) -> Iterator[Problem]:
        for value in form.levels if isinstance(form.levels, list) else ():
            if not low <= value <= high:
                yield self._problem(f"got the level {value:g}", f"from {low:g} to {high:g}", key="levels")

    def _elements(self, form: FactorForm, target: Target) -> Iterator[Problem]:
        for dimension, key in LIMITS.items():
            named = getattr(form, key)
            if named is None:
                continue
            if target.dimension != dimension:
                yield self._problem(
                    f"{target.label} is not set by {dimension.lower()}", mend=f"Remove '{key}'.", key=key
                )
                continue
            word = dimension.lower()
            if not named or len(set(named)) < len(named):
                yield self._problem(
                    f"'{key}': got {'a name twice' if named else 'no name'}", f"each {word} once", "", key
                )
            for name in named:
                if name not in target.elements:
                    mend = did_you_mean(name, target.elements)
                    yield self._problem(f"'{key}': unknown '{name}'", f"a {word}", mend, key)

    def _years(self, form: FactorForm) -> Iterator[Problem]:
        """The years in which a factor begins to act and acts in full."""
        for key in ("from_year", "full_year"):
            year = getattr(form, key)
            if year is not None and not POLICY_START <= year <= LAST_YEAR:
                yield self._problem(f"got {key} {year:.12g}", f"from {POLICY_START} to {LAST_YEAR}", key=key)
        if form.full_year is not None and not form.full_year.is_integer():
            yield self._problem(f"got full_year {form.full_year:.12g}", "a whole year", key="full_year")
        if form.from_year is not None and form.full_year is not None and form.from_year >= form.full_year:
            what = f"got from_year {form.from_year:.12g} and full_year {form.full_year:.12g}"
            yield self._problem(what, "the first before the second", key="from_year")

    def _range_of(self, target: Target) -> str:
        if target.low is None or target.high is None:
            return "no range"
        return f"from {target.low:g} to {target.high:g} {target.unit}"
