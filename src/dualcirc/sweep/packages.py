"""Scenarios of policy packages: every lever of a package moved to the ambition that the registry gives it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dualcirc.errors import Problem, RegistryError, ScenarioError, did_you_mean
from dualcirc.files.assumptions import combination_title
from dualcirc.files.calendar import FULL_YEAR, POLICY_START, to_model_time
from dualcirc.files.combinations import Combination, subsets
from dualcirc.files.registry import Lever, Registry
from dualcirc.files.registry_checks import LEVELS, ambition_parts
from dualcirc.results.schema import BASELINE
from dualcirc.translate import Model

Ambition = Mapping[str, float | str]
"""Value by element of the lever's dimension; the key is empty where one number holds for all."""


def package_scenarios(
    registry: Registry,
    model: Model,
    ambition: str = "central",
    packages: Iterable[str] | None = None,
    full_year: int = FULL_YEAR,
) -> list[dict[str, Any]]:
    """Scenarios of every subset of the packages, as :func:`dualcirc.run` takes them; the empty one is the baseline.

    Parameters
    ----------
    registry
        Levers with their ambitions, columns ``ambition_<level>`` of ``levers.csv``.
    model
        Business as usual of every lever, from which it leaves.
    ambition
        ``low``, ``central`` or ``high``.
    packages
        Packages to combine; all of the registry by default.
    full_year
        Calendar year from which the levers are at their ambition.

    Returns
    -------
    list of dict
        ``2^n - 1`` scenarios, named by :class:`Combination`. With the baseline they hold every combination.

    Notes
    -----
    A lever leaves business as usual in 2026, linearly. One that is held between dates, a list or a count, moves by
    equal yearly steps, which are whole between whole numbers. A date, as the opening year of a zone, is set as it
    stands. A lever without ambition stays where it is, and so do elements that are beyond one number given for all:
    an ambition takes nothing back.
    """
    chosen = sorted(set(registry.packages if packages is None else packages))
    changes = _changes(registry, model, ambition, chosen, full_year)
    return [_scenario(Combination(part, ambition), registry, changes) for part in subsets(chosen) if part]


def package_scenario(
    combination: Combination, registry: Registry, model: Model, full_year: int = FULL_YEAR
) -> dict[str, Any]:
    """Scenario of one combination of packages, made as `package_scenarios` makes them all."""
    packages, ambition = combination.packages, combination.ambition
    return _scenario(combination, registry, _changes(registry, model, ambition, packages, full_year))


def _changes(
    registry: Registry, model: Model, ambition: str, chosen: Sequence[str], full_year: int
) -> dict[str, list[dict[str, Any]]]:
    """Changes by package; a package that is unknown, or moves nothing at that ambition, is refused."""
    unknown = [name for name in chosen if name not in registry.packages]
    if unknown:
        mend = did_you_mean(unknown[0], registry.packages, listing=f"There are {', '.join(registry.packages)}.")
        raise ScenarioError(Problem(f"unknown package '{unknown[0]}'", expected="the letter of a lever id", mend=mend))
    changes: dict[str, list[dict[str, Any]]] = {name: [] for name in chosen}
    for lever in registry.levers.values():
        if lever.package in changes:
            changes[lever.package] += lever_changes(lever, model, ambition, full_year)
    empty = [name for name in chosen if not changes[name]]
    if empty:
        what = f"no lever of package {', '.join(empty)} has the ambition '{ambition}'"
        known = ambition in LEVELS
        mend = "" if known else did_you_mean(ambition, LEVELS, listing=f"There are {', '.join(LEVELS)}.")
        raise RegistryError(Problem(what, "model/levers.csv", None, f"a value in the column ambition_{ambition}", mend))
    return changes


def lever_changes(lever: Lever, model: Model, ambition: str, full_year: int = FULL_YEAR) -> list[dict[str, Any]]:
    """Changes of a scenario that take one lever from business as usual to its ambition; none where it has none."""
    text = str(getattr(lever, f"ambition_{ambition}", "")).strip()
    if not text:
        return []
    dims = model.variables[lever.variable].dims
    elements = model.subscripts[dims[0]] if dims else ()
    goal = read_ambition(text, lever, elements)
    reason = lever.ambition_reason or f"{lever.label_en}: {ambition} ambition of the registry"
    common = {"lever": lever.id, "unit": lever.unit, "why": reason}
    if lever.interpolation == "constant":
        return [common | ({"value": goal[""]} if "" in goal else {"values": dict(goal)})]
    start = max(float(POLICY_START), lever.start_year)
    usual = business_as_usual(lever, model, start)
    groups: dict[tuple[float, float], list[str]] = {}
    for name, before in usual.items():
        after = float(goal.get(name, goal.get("", before)))
        already = "" in goal and bool(elements) and (after - before) * _direction(lever) < 0
        if after != before and not already:
            groups.setdefault((before, after), []).append(name)
    return [
        common | {"path": ramp(lever, before, after, start, full_year)} | _for(names, lever, elements)
        for (before, after), names in groups.items()
    ]


def read_ambition(text: str, lever: Lever, elements: Sequence[str] = ()) -> Ambition:
    """Value by element of an ambition: one number, or ``Jilin: 2027; Inner Mongolia: 2027``.

    Raises
    ------
    RegistryError
        The text has another form, or names what the dimension of the lever does not hold.
    """
    if ":" not in text:
        return {"": _value(text, lever)}
    goal: dict[str, float | str] = {}
    for name, value in ambition_parts(text):
        if name not in elements or name in goal:
            what = f"lever {lever.id}: got the ambition '{name}:{value}'"
            expected = f"every name of {lever.dimension or 'the nation'} at most once"
            raise RegistryError(Problem(what, "model/levers.csv", None, expected, did_you_mean(name, elements)))
        goal[name] = _value(value, lever)
    return goal


def business_as_usual(lever: Lever, model: Model, date: float) -> dict[str, float]:
    """Value of a lever without any scenario at a calendar date, by element; key empty for the nation."""
    variable = model.variables[lever.variable]
    if variable.series is None:
        raise RegistryError(Problem(f"lever {lever.id}: '{lever.variable}' is no path over time", "model/levers.csv"))
    times, values = variable.series.times, variable.series.values.reshape(len(variable.series.times), -1)
    now = to_model_time(date)
    if variable.series.interpolation == "hold":
        found = values[max(int(np.searchsorted(times, now, side="right")) - 1, 0)]
    else:
        found = np.array([np.interp(now, times, column) for column in values.T])
    names = model.subscripts[variable.dims[0]] if variable.dims else ("",)
    return {name: _written(value) for name, value in zip(names, found, strict=True)}


def ramp(lever: Lever, before: float, after: float, start: float, full_year: int) -> dict[float, float]:
    """Path from business as usual to the ambition: two knots, or yearly steps for what is held."""
    if full_year <= start:
        return {start: after}
    if lever.interpolation == "linear":
        return {start: before, float(full_year): after}
    dates = [start, *(float(year) for year in range(int(start) + 1, full_year + 1))]
    counts = before.is_integer() and after.is_integer()
    steps = [before + (after - before) * (date - start) / (full_year - start) for date in dates]
    between = [float(round(step)) if counts else _written(step) for step in steps[1:-1]]
    return dict(zip(dates, [before, *between, after], strict=True))


def _direction(lever: Lever) -> float:
    """Plus or minus one where more ambition means more or less of the lever; zero where that cannot be told."""
    low, high = (
        read_ambition(text, lever).get("") if text and ":" not in text else None
        for text in (lever.ambition_low, lever.ambition_high)
    )
    return float(np.sign(float(high) - float(low))) if low is not None and high is not None else 0.0


def _written(value: float) -> float:
    """A number as one would write it: twelve digits, without the dust of floating point."""
    return float(f"{value:.12g}")


def _for(names: Sequence[str], lever: Lever, elements: Sequence[str]) -> dict[str, Any]:
    """Elements for which a path holds, under the plural of the dimension; left out where it holds for all."""
    return {} if len(names) == max(len(elements), 1) else {f"{lever.dimension.lower()}s": list(names)}


def _value(text: str, lever: Lever) -> float | str:
    if text == "never":
        return text
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not lever.low <= value <= lever.high:
        what, expected = f"lever {lever.id}: got the ambition '{text}'", f"from {lever.low:g} to {lever.high:g}"
        mend = "Write one number, or 'name: number' for some, with semicolons between them."
        raise RegistryError(Problem(what, "model/levers.csv", None, expected, mend))
    return value


def _scenario(
    combination: Combination, registry: Registry, changes: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    return {
        "name": combination.name,
        "title": combination_title(combination, registry),
        "extends": BASELINE,
        "changes": [dict(change) for name in combination.packages for change in changes[name]],
    }
