"""Which factors an outcome depends on: Sobol indices, Morris screening, one factor at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from dualcirc.analysis.design import FACTOR, POINT, complete_outcome, factor_values, point_at, study_library
from dualcirc.errors import DataError, Problem

Array = NDArray[np.float64]
_ENDS = ("label", "label_zh", "unit", "low", "high")
LEVELS = 4
"""Levels of a Morris design where the result does not name them, the default of SALib."""


def sobol_indices(
    dataset: xr.Dataset, outcome: xr.DataArray, *, resamples: int = 100, confidence: float = 0.95, seed: int = 1
) -> xr.Dataset:
    """Share of the variance of an outcome that each factor explains, (factor, ...).

    Parameters
    ----------
    dataset
        A sweep over a Saltelli design without second order, (factors + 2) N points in the order of SALib.
    outcome
        Outcome at every point, (point, ...); every further dim, as time or province, is analysed by itself.
    resamples
        Bootstrap resamples behind the confidence intervals.
    confidence
        Level of the intervals, between 0 and 1.
    seed
        Seed of the bootstrap, 1 or more.

    Returns
    -------
    xarray.Dataset
        ``first`` and ``total``, of unit 1, and ``first_conf``, ``total_conf``, half the width of their confidence
        intervals. Missing where the outcome is the same at every point.

    Raises
    ------
    DataError
        The result holds no Saltelli design, points of it are missing or in another order, or runs failed.

    Notes
    -----
    With matrices A and B of N points each and AB_i, which is A with column i of B:
    first order ``S_i = mean(f(B) (f(AB_i) - f(A))) / V`` (saltelli2010, table 2, row b), total order
    ``T_i = mean((f(A) - f(AB_i))^2) / (2 V)`` (jansen1999; saltelli2010, row f). S_i is what would go from the variance
    if the factor were known; T_i is what would be left if all others were. ``T_i - S_i`` is interaction. Factors are
    taken as independent, spread over their ranges as the design draws them: wider ranges, larger shares.

    References
    ----------
    saltelli2010; jansen1999
    """
    values = factor_values(dataset, ["saltelli"])
    _check_saltelli(values.values)
    analyze = study_library("SALib.analyze.sobol").analyze
    problem = _problem(values)

    def of_one(column: Array) -> tuple[Array, ...]:
        if np.ptp(column) == 0.0:
            return (np.full(values.sizes[FACTOR], np.nan),) * 4
        options = {"num_resamples": resamples, "conf_level": confidence, "seed": seed, "calc_second_order": False}
        found = analyze(problem, column, **options)
        return found["S1"], found["S1_conf"], found["ST"], found["ST_conf"]

    labels = {
        "first": "First-order Sobol index",
        "first_conf": _interval_label(confidence, "first-order index"),
        "total": "Total Sobol index",
        "total_conf": _interval_label(confidence, "total index"),
    }
    result = _over_factors(of_one, complete_outcome(dataset, outcome), values, labels, units="1")
    method = {"method": "Sobol indices, estimators of Saltelli and Jansen", "resamples": resamples, "seed": seed}
    return result.assign_attrs({**dataset.attrs, **result.attrs, **method})


def morris_effects(
    dataset: xr.Dataset,
    outcome: xr.DataArray,
    *,
    levels: int | None = None,
    resamples: int = 100,
    confidence: float = 0.95,
    seed: int = 1,
) -> xr.Dataset:
    """Elementary effects of each factor on an outcome, (factor, ...), in the unit of the outcome.

    Parameters
    ----------
    dataset
        A sweep over Morris trajectories, (factors + 1) R points in the order of SALib.
    outcome
        Outcome at every point, (point, ...); every further dim, as time or province, is analysed by itself.
    levels
        Levels of the grid that the design was drawn on; by default those that the result names (attribute
        ``design_levels``), otherwise 4, the default of SALib.
    resamples
        Bootstrap resamples behind the confidence interval.
    confidence
        Level of the interval, between 0 and 1.
    seed
        Seed of the bootstrap, 1 or more.

    Returns
    -------
    xarray.Dataset
        ``mu``, mean effect; ``mu_star``, mean absolute effect, with ``mu_star_conf``, half the width of its confidence
        interval; ``sigma``, standard deviation of the effects.

    Raises
    ------
    DataError
        The result holds no Morris design, points of it are missing or in another order, it has more levels than
        named, or runs failed.

    Notes
    -----
    An elementary effect is ``(f(x + d e_i) - f(x)) / d`` with x on the unit range of every factor and
    ``d = levels / (2 (levels - 1))``: the change of the outcome per whole range of the factor. A large mu* says that
    the factor matters (campolongo2007); a sigma of the size of mu*, that it does so unevenly or together with others;
    mu below mu* in size, that the sign changes (morris1991).

    References
    ----------
    morris1991; campolongo2007
    """
    values = factor_values(dataset, ["morris"])
    grid = int(levels or dataset.attrs.get("design_levels", LEVELS))
    _check_morris(values.values, grid)
    analyze = study_library("SALib.analyze.morris").analyze
    problem = _problem(values)

    def of_one(column: Array) -> tuple[Array, ...]:
        options = {"num_resamples": resamples, "conf_level": confidence, "num_levels": grid, "seed": seed}
        found = analyze(problem, values.values, column.astype(np.float64), **options)
        names = ("mu", "mu_star", "mu_star_conf", "sigma")
        return tuple(np.asarray(found[name], dtype=np.float64) for name in names)

    labels = {
        "mu": "Mean elementary effect",
        "mu_star": "Mean absolute elementary effect",
        "mu_star_conf": _interval_label(confidence, "mean absolute effect"),
        "sigma": "Standard deviation of elementary effects",
    }
    result = _over_factors(
        of_one, complete_outcome(dataset, outcome), values, labels, str(outcome.attrs.get("units", ""))
    )
    method = {"method": "Elementary effects of Morris", "levels": grid, "resamples": resamples, "seed": seed}
    return result.assign_attrs({**dataset.attrs, **result.attrs, **method})


def one_at_a_time(dataset: xr.Dataset, outcome: xr.DataArray) -> xr.Dataset:
    """Outcome with one factor at its low and its high value, all others central, against the central point.

    Parameters
    ----------
    dataset
        A sweep over a design of one factor at a time; points are found by their values, whatever their order.
    outcome
        Outcome at every point, (point, ...).

    Returns
    -------
    xarray.Dataset
        (factor, ...): ``low``, ``high``, differences to the central point in the unit of the outcome;
        ``low_percent``, ``high_percent``, the same in per cent of its size at the central point; ``swing``, distance
        between low and high. ``central`` (...): the outcome at the central point. A factor whose low or high is its
        central value has the difference zero there.

    Raises
    ------
    DataError
        The result holds another design, a point is missing, or runs failed.
    """
    values = factor_values(dataset, ["one_at_a_time"])
    checked = complete_outcome(dataset, outcome)
    middle = values["factor_central"].values
    central = checked.isel({POINT: point_at(values, middle)}, drop=True)
    parts = {"central": central.assign_attrs(outcome.attrs)}
    for side in ("low", "high"):
        points = [point_at(values, _with(middle, i, edge)) for i, edge in enumerate(values[f"factor_{side}"].values)]
        difference = (
            checked.isel({POINT: xr.DataArray(points, dims=FACTOR)}).drop_vars(POINT, errors="ignore") - central
        )
        units = {"units": str(outcome.attrs.get("units", ""))}
        label = {"long_name": f"Difference to the central point with the factor at its {side} value"}
        parts[side] = difference.assign_attrs(label | units)
        parts[f"{side}_percent"] = (100.0 * difference / abs(central)).assign_attrs(label | {"units": "%"})
    swing = abs(parts["high"] - parts["low"])
    parts["swing"] = swing.assign_attrs(parts["low"].attrs | {"long_name": "Distance between low and high"})
    whole = xr.Dataset(parts).assign_coords(_factor_coords(values))
    return whole.transpose(FACTOR, ...).assign_attrs({**dataset.attrs, "method": "one factor at a time"})


def tornado_table(effects: xr.Dataset) -> pd.DataFrame:
    """Effects of one factor at a time as a table, the widest swing first.

    Parameters
    ----------
    effects
        Of :func:`one_at_a_time`, for an outcome that is one number for each point.

    Returns
    -------
    pandas.DataFrame
        Index: factor. Columns: ``label``, ``label_zh``, ``unit``, ``low``, ``high`` (ends of the factor), and
        ``outcome_low``, ``outcome_high``, ``outcome_central`` in the unit of the outcome, ``attrs['units']``.
    """
    if effects["low"].dims != (FACTOR,):
        got = ", ".join(map(str, effects["low"].dims))
        mend = "Choose a scenario, draw, time and place first, as outcome.sel(time=2035)."
        raise DataError(Problem(f"the effects have the dims {got}", expected="one number for each factor", mend=mend))
    central = float(effects["central"])
    table = pd.DataFrame(
        {
            **{name: effects[f"factor_{name}"].values for name in _ENDS if f"factor_{name}" in effects.coords},
            "outcome_low": central + effects["low"].values,
            "outcome_high": central + effects["high"].values,
            "outcome_central": central,
        },
        index=pd.Index(effects[FACTOR].values.astype(str), name=FACTOR),
    )
    order = np.argsort(-abs(effects["high"] - effects["low"]).values, kind="stable")
    ordered = table.iloc[order]
    ordered.attrs = {**effects.attrs, **effects["central"].attrs}
    return ordered


def _over_factors(
    of_one: Callable[[Array], tuple[Array, ...]],
    outcome: xr.DataArray,
    values: xr.DataArray,
    labels: dict[str, str],
    units: str,
) -> xr.Dataset:
    """Measures of every factor for each column of the outcome, (factor, ...)."""
    arrays = xr.apply_ufunc(
        of_one, outcome, input_core_dims=[[POINT]], output_core_dims=[[FACTOR]] * len(labels), vectorize=True
    )
    named = zip(labels.items(), arrays, strict=True)
    parts = {name: array.drop_attrs().assign_attrs(long_name=label, units=units) for (name, label), array in named}
    whole = xr.Dataset(parts).assign_coords(_factor_coords(values)).transpose(FACTOR, ...)
    return whole.assign_attrs(outcome=str(outcome.attrs.get("long_name", outcome.name)))


def _problem(values: xr.DataArray) -> dict[str, object]:
    """The factors as SALib wants them; it takes their number and names only, as the outcomes are there already."""
    names = [str(name) for name in values[FACTOR].values]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _check_saltelli(values: Array) -> None:
    """Blocks of factors + 2 points: A, then A with each column of B in turn, then B."""
    factors = values.shape[1]
    fits = len(values) % (factors + 2) == 0
    if fits:
        blocks = values.reshape(-1, factors + 2, factors)
        first, last = blocks[:, :1], blocks[:, -1:]
        fits = bool((blocks[:, 1:-1] == np.where(np.eye(factors, dtype=bool), last, first)).all())
    if not fits:
        expected = f"blocks of {factors + 2} points, as SALib.sample.sobol draws them without second order"
        what = f"the {len(values)} points are not a whole Saltelli design of {factors} factors"
        raise DataError(Problem(what, expected=expected))


def _check_morris(values: Array, levels: int) -> None:
    """Trajectories of factors + 1 points, in which every factor moves once and none at the same time as another."""
    factors = values.shape[1]
    fits = len(values) % (factors + 1) == 0
    if fits:
        moves = np.diff(values.reshape(-1, factors + 1, factors), axis=1) != 0.0
        fits = bool((moves.sum(axis=1) == 1).all() and (moves.sum(axis=2) == 1).all())
    if not fits:
        what = f"the {len(values)} points are not whole Morris trajectories of {factors} factors"
        raise DataError(
            Problem(what, expected=f"trajectories of {factors + 1} points, as SALib.sample.morris draws them")
        )
    found = max(len(np.unique(np.round(column / max(np.ptp(column), 1e-300), 9))) for column in values.T)
    if found > levels:
        mend = "Pass the number of levels that the design was drawn with."
        raise DataError(Problem(f"a factor of the design has {found} levels", expected=f"{levels} or fewer", mend=mend))


def _with(central: Array, index: int, value: float) -> Array:
    changed = central.astype(np.float64).copy()
    changed[index] = value
    return changed


def _factor_coords(values: xr.DataArray) -> dict[str, xr.DataArray]:
    return {str(name): coord for name, coord in values.coords.items() if coord.dims == (FACTOR,)}


def _interval_label(confidence: float, of: str) -> str:
    return f"Half width of the {100 * confidence:g} % confidence interval of the {of}"
