"""Points of a design: which values the factors take together."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.experiment import Experiment, Factor
from dualcirc.files.experiment_checks import MOST_NUMBERS
from dualcirc.files.experiment_schema import DesignForm
from dualcirc.files.paths import shown

Array = NDArray[np.float64]

MORRIS_LEVELS = 4
"""Levels of the grid on which trajectories move (Morris 1991, section 3; the default of SALib)."""


def design_points(experiment: Experiment, usual: Mapping[str, float]) -> Array:
    """
    Values of the factors, (point, factor).

    Parameters
    ----------
    experiment
        A checked experiment with a design.
    usual
        Value of every factor without it; NaN where it has no single one. Such a factor is left alone.

    Returns
    -------
    numpy.ndarray
        In the units of the factors. The same file gives the same points on every machine.

    Raises
    ------
    DualcircError
        The table of points does not fit.

    Notes
    -----
    ``grid``: the last factor varies fastest. ``one_at_a_time``: the central point, then each factor at its low and its
    high. ``latin_hypercube`` and ``sobol`` (scrambled) are those of ``scipy.stats.qmc``; ``saltelli`` and ``morris``
    those of SALib, in the order that its analyses expect.
    """
    design, factors = experiment.form.design, experiment.factors
    assert design is not None, "asked for a design alone"
    if design.kind == "grid":
        return _grid([np.array(factor.levels) for factor in factors])
    if design.kind == "one_at_a_time":
        return _one_at_a_time(factors, np.array([usual[factor.name] for factor in factors]))
    if design.kind == "points":
        assert experiment.points_file is not None, "checked"
        return _read_points(experiment.points_file, factors)
    low = np.array([factor.low for factor in factors])
    high = np.array([factor.high for factor in factors])
    unit = _SAMPLES[design.kind](design, len(factors))
    return low * (1 - unit) + high * unit


def _grid(levels: Sequence[Array]) -> Array:
    """Every combination of levels, the last factor varying fastest."""
    sizes = [len(values) for values in levels]
    columns = [
        np.tile(np.repeat(values, prod(sizes[place + 1 :])), prod(sizes[:place])) for place, values in enumerate(levels)
    ]
    return np.stack(columns, axis=-1)


def _one_at_a_time(factors: Sequence[Factor], central: Array) -> Array:
    points = [central]
    for place, factor in enumerate(factors):
        for value in (factor.low, factor.high):
            point = central.copy()
            point[place] = value
            points.append(point)
    return np.array(points)


def _latin_hypercube(design: DesignForm, factors: int) -> Array:
    from scipy.stats import qmc  # a second and more, which workers need not wait for

    assert design.points is not None, "checked"
    return np.asarray(qmc.LatinHypercube(d=factors, rng=np.random.default_rng(design.seed or 0)).random(design.points))


def _sobol(design: DesignForm, factors: int) -> Array:
    from scipy.stats import qmc

    assert design.points is not None, "checked"
    return np.asarray(qmc.Sobol(d=factors, rng=np.random.default_rng(design.seed or 0)).random(design.points))


def _saltelli(design: DesignForm, factors: int) -> Array:
    from SALib.sample import sobol

    return np.asarray(sobol.sample(_salib(factors), design.points, calc_second_order=False, seed=design.seed or 0))


def _morris(design: DesignForm, factors: int) -> Array:
    from SALib.sample import morris

    return np.asarray(morris.sample(_salib(factors), design.points, num_levels=MORRIS_LEVELS, seed=design.seed or 0))


def _salib(factors: int) -> dict[str, Any]:
    """Problem of SALib on the unit cube."""
    return {"num_vars": factors, "names": [f"x{place}" for place in range(factors)], "bounds": [[0.0, 1.0]] * factors}


_SAMPLES: Mapping[str, Callable[[DesignForm, int], Array]] = {
    "latin_hypercube": _latin_hypercube,
    "sobol": _sobol,
    "saltelli": _saltelli,
    "morris": _morris,
}


def _read_points(path: Path, factors: Sequence[Factor]) -> Array:
    names = [factor.name for factor in factors]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a row with more fields than there are columns
            table = pd.read_csv(path, encoding="utf-8-sig", index_col=False, skip_blank_lines=False, low_memory=False)
    except (OSError, ValueError, pd.errors.ParserWarning) as fault:
        what = f"the table of points cannot be read: {' '.join(str(fault).split())}"
        expected = f"a table with the columns {', '.join(names)}"
        raise ScenarioError(Problem(what, shown(path), expected=expected)) from None
    if sorted(map(str, table.columns)) != sorted(names):
        what = f"got the columns {', '.join(map(str, table.columns))}"
        raise ScenarioError(Problem(what, shown(path), 1, f"one for each factor: {', '.join(names)}"))
    problems = [problem for factor in factors for problem in _faults(table[factor.name], factor, path)]
    if table.empty:
        problems.append(Problem("the table has no points", shown(path), expected="one row for each point"))
    if table.size > MOST_NUMBERS:
        expected = f"at most {MOST_NUMBERS:,} numbers"
        problems.append(Problem(f"the table has {table.size:,} numbers", shown(path), expected=expected))
    if problems:
        raise ScenarioError(problems)
    return table[names].to_numpy(float)


def _faults(column: pd.Series, factor: Factor, path: Path) -> list[Problem]:
    values = pd.to_numeric(column.astype(str) if column.dtype == bool else column, errors="coerce")
    wrong = np.flatnonzero(~values.between(factor.low, factor.high).to_numpy())
    return [
        Problem(
            f"{factor.name}: got '{column.iloc[row]}'",
            shown(path),
            int(row) + 2,
            f"from {factor.low:g} to {factor.high:g}",
        )
        for row in wrong[:5].tolist()
    ]
