"""Whether what an experiment file says of its design makes sense: names, units, ranges, and what a design needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dualcirc.errors import Problem, did_you_mean
from dualcirc.files.experiment_schema import DesignForm, FactorForm
from dualcirc.files.registry import Registry
from dualcirc.files.targets import LIMITS, Target, lever_targets, variable_targets, why_unknown
from dualcirc.files.yaml_reader import Document, Location

_SAMPLED = ("latin_hypercube", "sobol", "saltelli", "morris")
MOST_POINTS = 100_000_000
"""Points of a grid: as many as a sampled design may have."""


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
    if design.file and (Path(design.file).name != design.file or not (path.parent / design.file).is_file()):
        yield problem(f"got the file '{design.file}'", "Name a file that stands beside the experiment.")
    if design.kind in ("sobol", "saltelli") and design.points and design.points & (design.points - 1):
        yield problem(f"got {design.points} points", "Use a power of two: 256, 512, 1024 ...")
    if design.kind == "grid":
        if _grid_size(design) > MOST_POINTS:
            yield problem(f"the grid has more than {MOST_POINTS:,} points", "Name fewer levels.")
    elif any(factor.levels is not None for factor in design.factors):
        yield problem("'levels' belongs to a grid", "Remove 'levels', or write 'kind: grid'.")


def _not_here(key: str) -> tuple[str, str]:
    return f"'{key}' says nothing here", f"Remove '{key}'."


def _grid_size(design: DesignForm) -> int:
    size = 1
    for factor in design.factors:
        size *= len(factor.levels) if isinstance(factor.levels, list) else max(factor.levels or 2, 1)
    return size


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
        if (isinstance(form.levels, int) and form.levels < 1) or form.levels == []:
            yield self._problem("got no levels", "at least one")

    def _problem(self, what: str, expected: str = "", mend: str = "", key: str = "") -> Problem:
        at = (*self.at, key) if key else self.at
        return Problem(what, self.document.file, self.document.line(at), expected, mend)

    def _unknown(self, form: FactorForm) -> Iterator[Problem]:
        packages = sorted({identity[0] for identity in self.registry.levers})
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
        yield from self._levels(form, 0.0, 1.0)
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
        if target.low is not None and target.high is not None:
            yield from self._levels(form, target.low, target.high)
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
            for name in named:
                if name not in target.elements:
                    mend = did_you_mean(name, target.elements)
                    yield self._problem(f"'{key}': unknown '{name}'", f"a {dimension.lower()}", mend, key)

    def _range_of(self, target: Target) -> str:
        if target.low is None or target.high is None:
            return "no range"
        return f"from {target.low:g} to {target.high:g} {target.unit}"
