"""A scenario's changes as values at the times of the integration grid: what the engine and the reference both take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.calendar import NEVER, POLICY_START, to_model_time
from dualcirc.files.scenario import Change, Point, Scenario
from dualcirc.files.scenario_checks import plain

Array = NDArray[np.float64]

TOLERANCE = 1e-9
"""Rounding allowed where a date meets the grid: years, and shares of a step."""

Overrides = Mapping[str, Array]
"""Values by exact model name: a path has shape (time, ...), a constant that of its dimensions."""


def overrides_on_grid(scenario: Scenario, base: Mapping[str, Array], grid: Array) -> dict[str, Array]:
    """Values of every variable that a scenario changes; empty when it changes nothing.

    Parameters
    ----------
    scenario
        Its changes are made in order, those of the extended scenarios first.
    base
        Values without any scenario by exact model name, asked only for what is changed: ``(time, ...)`` on the grid for
        a path, the dimensions alone for a constant.
    grid
        Model times of the integration steps, evenly spaced.

    Raises
    ------
    ScenarioError
        A change would rewrite the past, as the opening year of a zone that was open before 2026, without saying so.

    Notes
    -----
    A path keeps its earlier value before the first year named and its last value after the last. ``linear``: the value
    at the grid time. ``hold``: the mean over the step that begins there, so that a date within a step counts for the
    part of the step that it covers.
    """
    values: dict[str, Array] = {}
    problems: list[Problem] = []
    for change in scenario.changes:
        name = change.target.name
        before = values.get(name, base[name])
        after = _changed(before, change, grid)
        problems += _rewritten_past(before, after, change)
        values[name] = after
    if problems:
        raise ScenarioError(problems)
    return values


def _changed(before: Array, change: Change, grid: Array) -> Array:
    """Return a copy with one change made."""
    after = np.array(before, dtype=np.float64)
    is_constant = change.target.interpolation == "constant"
    # A view in which the nation is one column, so that both dimensions are written alike.
    table = after.reshape(-1) if is_constant else after.reshape(len(grid), -1)
    for columns, points in _cells(change):
        table[..., columns] = points[0].value if is_constant else _path(table[:, columns], change, points, grid)
    return after


def _cells(change: Change) -> Iterator[tuple[list[int], Sequence[Point]]]:
    """Return which columns get which points."""
    elements = change.target.elements
    by_element = [point for point in change.points if point.element]
    for point in by_element:
        yield [elements.index(str(point.element))], [point]
    if not elements:
        yield [0], change.points
    elif not by_element:
        yield [elements.index(name) for name in change.elements or elements], change.points


def _path(before: Array, change: Change, points: Sequence[Point], grid: Array) -> Array:
    """Values of the changed columns, (time, columns)."""
    times = np.array([to_model_time(change.target.start if point.date is None else point.date) for point in points])
    levels = np.array([point.value for point in points])
    share, after = held(times, levels, grid) if change.target.interpolation == "hold" else linear(times, levels, grid)
    share, after = share[:, np.newaxis], after[:, np.newaxis]
    # Steps that are wholly old or wholly new take their value as it is: a sum with zero could change its last bit.
    return np.where(share == 1, before, np.where(share == 0, after, share * before + after))


def linear(times: Array, levels: Array, grid: Array) -> tuple[Array, Array]:
    """Share of the earlier path, 1 before the first knot, and the linear path after it, both (time,)."""
    old = grid < times[0] - TOLERANCE
    return old.astype(np.float64), np.where(old, 0.0, np.interp(grid, times, levels))


def held(times: Array, levels: Array, grid: Array) -> tuple[Array, Array]:
    """Share of each step before the first knot, and what the held path adds over the rest of the step, both (time,).

    Notes
    -----
    Each level counts for the part of the step between its date and the next; with the earlier path these parts sum
    to one.
    """
    step = grid[1] - grid[0]
    begin, end = grid[:, np.newaxis], grid[:, np.newaxis] + step
    covered = _fraction((np.minimum(end, np.append(times[1:], np.inf)) - np.maximum(begin, times)) / step)
    return _fraction((times[0] - grid) / step), covered @ levels


def _fraction(share: Array) -> Array:
    """Shares of a step kept within 0 and 1; a date that misses the grid by rounding alone still meets it."""
    whole = np.round(share)
    return np.clip(np.where(np.abs(share - whole) < TOLERANCE, whole, share), 0.0, 1.0)


def _rewritten_past(before: Array, after: Array, change: Change) -> Iterator[Problem]:
    """Zones that are open may be moved only by a counterfactual: their new year says nothing about the old one."""
    if not change.target.is_date or change.counterfactual:
        return
    moved = np.flatnonzero((before < POLICY_START) & (before != after)).tolist()
    lines = {point.element: point.line for point in change.points if point.element}
    for year in dict.fromkeys(after[moved].tolist()):
        names = [change.target.elements[place] for place in moved if after[place] == year]
        got = "never" if year == NEVER else plain(year)
        what = f"{change.target.label}: got {got} for {_listed(names)}, where a zone is open already"
        expected = f"provinces whose zone opens after {POLICY_START - 1}"
        mend = f"Remove {_listed(names)}, or add 'counterfactual: true' to the file."
        yield Problem(what, change.file, lines.get(names[0], change.line), expected, mend)


def _listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
