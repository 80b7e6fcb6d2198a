"""Factors on the grid: what the variables that a factor moves are for each of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.calendar import FULL_YEAR, POLICY_START, to_model_time
from dualcirc.files.experiment import Experiment, Factor, target_of
from dualcirc.files.registry import Lever, Registry
from dualcirc.files.scenario import Scenario, scenario_of
from dualcirc.files.targets import LIMITS, lever_targets
from dualcirc.files.yaml_reader import Document
from dualcirc.results.schema import BASELINE
from dualcirc.sweep.packages import lever_changes
from dualcirc.sweep.run import BaseCase, overrides_of
from dualcirc.translate import Model

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """A variable of the model between the two ends of a factor."""

    low: Array
    """(time, ...) or the dimensions of a constant: at the factor's low value."""
    high: Array
    """The same at its high value."""
    switch: bool
    """Whether it takes its high value from the middle on, as a date has no middle between open and closed."""

    def at(self, share: float) -> Array:
        """Value at a share of the way from low to high; what does not differ keeps its bits."""
        if self.switch or share in (0.0, 1.0):
            return self.high if share >= 0.5 else self.low
        return self.low + share * self._rise

    @cached_property
    def _rise(self) -> Array:
        return self.high - self.low


@dataclass(frozen=True)
class Axis:
    """A factor with all that it moves."""

    name: str
    low: float
    high: float
    usual: float
    """Value without it; NaN where its elements have several. There it changes nothing."""
    spans: Mapping[str, Span]
    """By exact model name."""

    def overrides(self, value: float) -> dict[str, Array]:
        """Values of the variables it moves; none at its usual value, so that business as usual keeps its bits."""
        if np.isnan(value) or value == self.usual:
            return {}
        share = (value - self.low) / (self.high - self.low)
        return {name: span.at(share) for name, span in self.spans.items()}


def axes_of(
    experiment: Experiment, scenarios: Sequence[Scenario], model: Model, base: BaseCase, registry: Registry
) -> list[Axis]:
    """
    Axes of a design.

    Parameters
    ----------
    experiment
        A checked experiment.
    scenarios
        Scenarios that the design is crossed with.
    model
        Gives business as usual of every lever.
    base
        Gives the grid and the values without any scenario.
    registry
        Gives ambitions and ranges.

    Raises
    ------
    ScenarioError
        With everything that does not fit: a path that the scenario files would refuse too, or a variable that two
        factors, or a factor and a scenario, would both set.
    """
    axes: list[Axis] = []
    problems: list[Problem] = []
    for factor in experiment.factors:
        try:
            axes.append(_axis(factor, experiment.document, model, base, registry))
        except ScenarioError as fault:
            problems += fault.problems
    problems += _set_twice(axes, scenarios, experiment)
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return axes


def _axis(factor: Factor, document: Document, model: Model, base: BaseCase, registry: Registry) -> Axis:
    if factor.levers:
        return _ambition(factor, document, model, base, registry)
    low = _values(_changes(factor, factor.low, model, registry), factor, document, base, registry)
    high = _values(_changes(factor, factor.high, model, registry), factor, document, base, registry)
    names = {**low, **high}
    without = {name: _usual_path(name, base, model) for name in names}
    spans = {name: Span(low.get(name, without[name]), high.get(name, without[name]), False) for name in names}
    return Axis(factor.name, factor.low, factor.high, _usual(factor, model, base, registry), spans)


def _ambition(factor: Factor, document: Document, model: Model, base: BaseCase, registry: Registry) -> Axis:
    """Axis from business as usual (0) to the ambition (1) of one lever or several."""
    levers = [registry.levers[name] for name in factor.levers]
    year = int(factor.form.full_year or FULL_YEAR)
    ambition = str(factor.form.to)
    changes = [change for lever in levers for change in lever_changes(lever, model, ambition, year)]
    high = _values(changes, factor, document, base, registry)
    targets = {lever.variable: lever_targets(registry)[lever.id] for lever in levers}
    spans = {name: Span(_usual_path(name, base, model), values, targets[name].is_date) for name, values in high.items()}
    return Axis(factor.name, 0.0, 1.0, 0.0, spans)


def _changes(factor: Factor, value: float, model: Model, registry: Registry) -> list[dict[str, Any]]:
    """Changes of a scenario file that give a factor one value."""
    form = factor.form
    lever = registry.levers.get(form.lever or "")
    if lever and lever.interpolation != "constant":
        return _ramped(lever, factor, value, model)
    target = target_of(form, registry)
    change = {"lever" if form.lever else "variable": factor.name, "unit": target.unit, "why": "a factor of the design"}
    named = {key: list(getattr(form, key)) for key in LIMITS.values() if getattr(form, key) is not None}
    if form.from_year is None and form.full_year is None:
        return [change | {"value": value} | named]
    start = form.from_year if form.from_year is not None else max(target.start, POLICY_START)
    if form.full_year is None:
        return [change | {"path": {start: value}} | named]
    series = model.variables[target.name].series
    before = float(np.interp(to_model_time(start), series.times, series.values)) if series is not None else value
    return [change | {"path": {start: before, form.full_year: value}} | named]


def _ramped(lever: Lever, factor: Factor, value: float, model: Model) -> list[dict[str, Any]]:
    """Changes that take a lever from business as usual to a value, as packages do, for the elements named."""
    form = factor.form
    named = next((getattr(form, key) for key in LIMITS.values() if getattr(form, key) is not None), None)
    goal = "; ".join(f"{name}: {value!r}" for name in named) if named else repr(value)
    aimed = replace(lever, ambition_low="", ambition_central=goal, ambition_high="")
    if form.from_year is not None:
        aimed = replace(aimed, start_year=max(form.from_year, lever.start_year))
    return lever_changes(aimed, model, "central", int(form.full_year or FULL_YEAR))


def _values(
    changes: Sequence[Mapping[str, Any]], factor: Factor, document: Document, base: BaseCase, registry: Registry
) -> dict[str, Array]:
    """Values on the grid, with every check of a scenario file; a fault is told at the line of the factor."""
    data = {"name": "factor", "extends": BASELINE, "changes": [dict(change) for change in changes]}
    try:
        return overrides_of(scenario_of(document.part(factor.location, data), registry), base)
    except ScenarioError as fault:
        line = document.line(factor.location)
        told = [
            replace(p, what=f"factor '{factor.name}': {p.what}", file=document.file, line=line) for p in fault.problems
        ]
        raise ScenarioError(told) from None


def _usual_path(name: str, base: BaseCase, model: Model) -> Array:
    """Value of a variable without any scenario."""
    return base.constant(name) if model.variables[name].kind == "constant" else base.data_path(name)


def _usual(factor: Factor, model: Model, base: BaseCase, registry: Registry) -> float:
    """Value without the factor of what it moves, in the year of its own value; NaN where there are several."""
    target = target_of(factor.form, registry)
    path = _usual_path(target.name, base, model)
    year = factor.form.full_year or FULL_YEAR
    values = path if target.interpolation == "constant" else path[np.searchsorted(base.grid, to_model_time(year))]
    named = getattr(factor.form, LIMITS[target.dimension]) if target.dimension else None
    if named:
        values = values[[target.elements.index(name) for name in named]]
    found = np.unique(np.round(values, 12))
    return float(found[0]) if len(found) == 1 else float("nan")


def _set_twice(axes: Sequence[Axis], scenarios: Sequence[Scenario], experiment: Experiment) -> list[Problem]:
    """Variables that two factors, or a factor and a scenario, would set."""
    owners = {change.target.name: f"scenario '{s.name}'" for s in scenarios for change in s.changes}
    problems = []
    places = {factor.name: factor.location for factor in experiment.factors}
    for axis in axes:
        for name in axis.spans:
            if name in owners:
                what = f"factor '{axis.name}' moves '{name}', which {owners[name]} moves too"
                line = experiment.document.line(places[axis.name])
                problems.append(Problem(what, experiment.document.file, line, "one of them", "Leave one of them out."))
            owners[name] = f"factor '{axis.name}'"
    return problems
