"""The design of a study in a stored sweep: its points, its factors, and what an analysis may ask of them."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from importlib import import_module
from typing import Any

import numpy as np
import xarray as xr

from dualcirc.errors import DataError, Problem
from dualcirc.results.schema import OK

VALUES = "factor_values"
POINT, FACTOR = "point", "factor"
SAME = 1e-9
"""Relative to its range, two values of a factor that differ by less are one: rounding of a scaled sample."""


def study_library(module: str) -> Any:
    """Module of the extra `study`; one that is not installed is refused with the command that installs it."""
    try:
        with warnings.catch_warnings():
            # ema_workbench tells of these at every import; nothing here uses either.
            warnings.filterwarnings("ignore", message="ipyparallel not installed", category=UserWarning)
            warnings.filterwarnings("ignore", message="altair based", category=ImportWarning)
            return import_module(module)
    except ModuleNotFoundError as error:
        name = module.partition(".")[0]
        mend = "Install it: pip install 'dualcirc[study]'"
        raise DataError(Problem(f"the library {name} is not installed", mend=mend)) from error


def factor_values(dataset: xr.Dataset, designs: Collection[str] = ()) -> xr.DataArray:
    """Values of the factors at every point, (point, factor), with the coordinates along ``factor``.

    Parameters
    ----------
    dataset
        A stored sweep.
    designs
        Kinds of design that will do; any by default.

    Raises
    ------
    DataError
        The result has no design, or one of another kind.
    """
    expected = f"a design of the kind {' or '.join(designs)}" if designs else "a sweep over the points of a design"
    if VALUES not in dataset.data_vars:
        raise DataError(Problem("the result has no design", expected=expected))
    got = str(dataset.attrs.get("design", ""))
    if designs and got not in designs:
        raise DataError(Problem(f"the result has the design '{got}'", expected=expected))
    values = dataset[VALUES].transpose(POINT, FACTOR).compute()
    along = [name for name in values.coords if name not in (POINT, FACTOR) and values[name].dims != (FACTOR,)]
    return values.drop_vars(along)


def complete_outcome(dataset: xr.Dataset, outcome: xr.DataArray) -> xr.DataArray:
    """Outcome of a design that needs every point; one that lacks some is refused with their number.

    Raises
    ------
    DataError
        The outcome does not go with the points of the design, or runs of it failed.
    """
    checked = matching_outcome(dataset, outcome)
    failed = int((~succeeded(dataset, checked)).sum())
    missing = int(checked.isnull().any([dim for dim in checked.dims if dim != POINT]).sum())
    if failed or missing:
        what = f"{failed} runs failed" if failed else f"the outcome is missing at {missing} points"
        mend = "Mend the failed runs, or narrow the ranges of the factors, and run the design again."
        raise DataError(Problem(what, expected="an outcome at every point of this design", mend=mend))
    return checked


def matching_outcome(dataset: xr.Dataset, outcome: xr.DataArray) -> xr.DataArray:
    """Outcome in memory, refused where its points are not those of the design in the same order."""
    if POINT not in outcome.dims:
        got = ", ".join(map(str, outcome.dims)) or "none"
        raise DataError(Problem(f"the outcome has the dims {got}", expected="an outcome with dim 'point'"))
    points = dataset[VALUES].sizes[POINT]
    if outcome.sizes[POINT] != points:
        what = f"the outcome has {outcome.sizes[POINT]} points, the design {points}"
        raise DataError(Problem(what, expected="an outcome at every point of the design, in its order"))
    named = POINT in outcome.coords and POINT in dataset.coords
    if named and not np.array_equal(outcome[POINT], dataset[POINT]):
        raise DataError(Problem("the points of the outcome are in another order", expected="the order of the design"))
    return outcome.compute()


def succeeded(dataset: xr.Dataset, outcome: xr.DataArray) -> xr.DataArray:
    """Whether the runs behind an outcome ended well: of one scenario or draw where the outcome is of that one.

    Behind a quantile over the draws stand those that ended well, of which one is enough.
    """
    status = dataset.get("status")
    if status is None:
        return xr.ones_like(outcome[POINT], dtype=bool)
    chosen = {dim: outcome[dim].values for dim in status.dims if dim in outcome.coords and dim != POINT}
    found: xr.DataArray = status.sel(chosen) == OK
    return found.any("draw") if "quantile" in outcome.coords and "draw" in found.dims else found


def central_point(dataset: xr.Dataset) -> int:
    """Place along ``point`` of the point at which every factor has its central value.

    Raises
    ------
    DataError
        The design has no such point, as a Sobol sequence has not.
    """
    return point_at(factor_values(dataset), dataset[VALUES]["factor_central"].values)


def point_at(values: xr.DataArray, wanted: np.ndarray) -> int:
    """Place along ``point`` of the first point that has the wanted values, one for each factor.

    A factor that is left at business as usual, which need not be one number, has the value NaN, here and there.
    """
    span = np.abs(values["factor_high"].values - values["factor_low"].values)
    alone = np.isnan(values.values) & np.isnan(wanted)
    found = (alone | (np.abs(values.values - wanted) <= SAME * span)).all(axis=1)
    if not found.any():
        pairs = zip(values[FACTOR].values, wanted, strict=True)
        what = "the design has no point with " + ", ".join(f"{name} = {value:g}" for name, value in list(pairs)[:5])
        raise DataError(Problem(what + (", ..." if wanted.size > 5 else ""), expected="a point with these values"))
    return int(np.argmax(found))
