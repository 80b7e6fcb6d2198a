"""Scenarios against the baseline, draw by draw, and the band over the draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pandas as pd
import xarray as xr

from dualcirc.analysis.design import POINT, central_point
from dualcirc.errors import DataError, Problem, did_you_mean
from dualcirc.results.schema import BASELINE, OK

CENTRAL_DRAW = 0
"""The draw made with the central value of every parameter."""


QUANTILE, MEDIAN = "quantile", 0.5
"""Dim of a sweep that has kept quantiles over the draws in place of the draws, and the one in their middle."""


class Band(NamedTuple):
    """A central path with the range over the draws; all three without dim ``draw``, in the unit of the input."""

    central: xr.DataArray
    low: xr.DataArray
    high: xr.DataArray


def select(dataset: xr.Dataset, variable: str) -> xr.DataArray:
    """Return one variable of a result, NaN where a run failed; a missing one is refused with the nearest name.

    Parameters
    ----------
    dataset
        A result with dims ``scenario, draw, time`` and those of the variable.
    variable
        Dataset name: the name of the `.mdl` in lower case with underscores, totals as ``national_<name>``.
    """
    if variable in dataset.data_vars:
        values, status = dataset[variable], dataset.get("status")
        if status is None or bool((status == OK).all()):
            return values
        # Quantiles over the draws are of those that ended well; none is there where every draw failed.
        return values.where((status == OK).any([dim for dim in status.dims if dim not in values.dims]))
    mend = did_you_mean(variable, map(str, dataset.data_vars), listing="Mark it 'saved' in model/variables.csv.")
    raise DataError(Problem(f"the result has no variable '{variable}'", expected="a saved variable", mend=mend))


def percent_difference(dataset: xr.Dataset, variable: str, baseline: str = BASELINE) -> xr.DataArray:
    """Difference of every other scenario to the baseline, (scenario, draw, time, ...), per cent of the baseline.

    Parameters
    ----------
    dataset
        A result that holds the baseline and at least one other scenario.
    variable
        Dataset name of a national, regional or provincial variable.
    baseline
        Scenario to compare with.

    Notes
    -----
    ``100 (x / x_baseline - 1)`` within the same draw: both runs have the same parameters, so the spread over the draws
    is that of the effect, not that of the level.
    """
    return _percent(*_against(dataset, variable, baseline))


def absolute_difference(dataset: xr.Dataset, variable: str, baseline: str = BASELINE) -> xr.DataArray:
    """Difference of every other scenario to the baseline in the unit of the variable; shares in percentage points.

    Parameters
    ----------
    dataset
        A result that holds the baseline and at least one other scenario.
    variable
        Dataset name; a variable of unit 1 is taken as a share.
    baseline
        Scenario to compare with.
    """
    return _absolute(*_against(dataset, variable, baseline))


def point_difference(
    dataset: xr.Dataset, variable: str, scale: Literal["percent", "absolute"] = "percent", point: int | None = None
) -> xr.DataArray:
    """Difference of every point of a design to one of its points, within the same scenario and draw.

    Parameters
    ----------
    dataset
        A sweep over a design.
    variable
        Dataset name of a national, regional or provincial variable.
    scale
        ``percent`` of the point compared with, or ``absolute``, in the unit of the variable; shares in percentage
        points.
    point
        Label of the point to compare with; by default the one at which every factor is central.

    Returns
    -------
    xarray.DataArray
        (scenario, point, draw, time, ...), zero at the point compared with.

    Raises
    ------
    DataError
        The result has no design, or no such point.

    See Also
    --------
    percent_difference : each point against the baseline scenario at the same point.
    """
    values = _paired(select(dataset, variable))
    if point is None:
        reference = values.isel({POINT: central_point(dataset)}, drop=True)
    elif POINT in values.dims and point in dataset[POINT].values:
        reference = values.sel({POINT: point}, drop=True)
    else:
        raise DataError(Problem(f"the result has no point {point}", expected="a point of the design"))
    # A coordinate of the points that is left on the one compared with would stand in the way of the others.
    along = [name for name in reference.coords if name in values.coords and POINT in values[name].dims]
    change = _percent if scale == "percent" else _absolute
    return change(values, reference.drop_vars(along))


def band(values: xr.DataArray, low: float = 0.0, high: float = 1.0) -> Band:
    """Central path and range over the draws.

    Parameters
    ----------
    values
        Any array; one without dim ``draw`` is its own band.
    low, high
        Quantiles over the draws; 0 and 1, the default, give the smallest and the largest draw.

    Notes
    -----
    A failed draw is NaN and does not count. The central path is draw 0, not a quantile. Of a sweep that has kept
    quantiles alone, the central path is their median, and the range is that of the quantiles kept.
    """
    if QUANTILE in values.dims:
        return _band_of_quantiles(values)
    if "draw" not in values.dims:
        return Band(values, values, values)
    central = values.sel(draw=CENTRAL_DRAW, drop=True)
    return Band(central, _edge(values, low), _edge(values, high))


def band_table(values: xr.DataArray, years: Sequence[int]) -> pd.DataFrame:
    """Central value and range over the draws as a table, one row for each year and place in the other dims.

    Parameters
    ----------
    values
        (draw, time, ...), as the differences of this module.
    years
        Calendar years that are saved; flows are the rates at their middle.

    Returns
    -------
    pandas.DataFrame
        Index: the other dims, then year. Columns ``central``, ``low``, ``high``; ``attrs['units']``.
    """
    return band_frame(values.sel(time=list(years)).rename(time="year").assign_coords(year=list(years)))


def band_frame(values: xr.DataArray) -> pd.DataFrame:
    """Central value and range over the draws as a table.

    Parameters
    ----------
    values
        (draw, ...), with one dim more at least.

    Returns
    -------
    pandas.DataFrame
        Index: the other dims. Columns ``central``, ``low``, ``high``; ``attrs['units']``.
    """
    columns = {name: part.reset_coords(drop=True).to_series() for name, part in band(values)._asdict().items()}
    table = pd.DataFrame(columns)
    table.attrs["units"] = str(values.attrs.get("units", ""))
    return table


def _band_of_quantiles(values: xr.DataArray) -> Band:
    held = values[QUANTILE].values.tolist()
    if MEDIAN not in held:
        got = ", ".join(f"{quantile:g}" for quantile in held)
        raise DataError(Problem(f"the result holds the quantiles {got}", expected="the median among them"))
    parts = (values.sel({QUANTILE: quantile}, drop=True) for quantile in (MEDIAN, min(held), max(held)))
    return Band(*parts)


def _edge(values: xr.DataArray, quantile: float) -> xr.DataArray:
    """Quantile over the draws; the extremes by themselves, which is quick and takes draws that have all failed."""
    if quantile in (0.0, 1.0):
        return values.max("draw", keep_attrs=True) if quantile else values.min("draw", keep_attrs=True)
    return values.quantile(quantile, dim="draw", skipna=True, keep_attrs=True).drop_vars("quantile")


def _against(dataset: xr.Dataset, variable: str, baseline: str) -> tuple[xr.DataArray, xr.DataArray]:
    values = _paired(select(dataset, variable))
    names = [str(name) for name in dataset["scenario"].values]
    if baseline not in names:
        mend = did_you_mean(baseline, names, listing="Run it together with the scenarios.")
        raise DataError(Problem(f"the result has no scenario '{baseline}' to compare with", mend=mend))
    others = [name for name in names if name != baseline]
    if not others:
        raise DataError(Problem(f"the result holds '{baseline}' only", expected="at least one scenario beside it"))
    return values.sel(scenario=others), values.sel(scenario=baseline, drop=True)


def _paired(values: xr.DataArray) -> xr.DataArray:
    """Values of which differences can be taken draw by draw; quantiles over draws are refused."""
    if QUANTILE not in values.dims:
        return values
    what = f"'{values.name}' is kept as quantiles over the draws"
    mend = "Keep the draws, or have the sweep reduce the differences."
    raise DataError(Problem(what, expected="draws: a difference of quantiles is no quantile of differences", mend=mend))


def _percent(values: xr.DataArray, reference: xr.DataArray) -> xr.DataArray:
    return _labelled(100.0 * (values - reference) / reference, values, "%")


def _absolute(values: xr.DataArray, reference: xr.DataArray) -> xr.DataArray:
    units = str(values.attrs.get("units", ""))
    scale, units = (100.0, "percentage points") if units == "1" else (1.0, units)
    return _labelled(scale * (values - reference), values, units)


def _labelled(difference: xr.DataArray, values: xr.DataArray, units: str) -> xr.DataArray:
    titles = [name for name in ("scenario_title", "scenario_title_zh") if name in values.coords]
    difference = difference.drop_vars(titles, errors="ignore")
    difference = difference.assign_coords({name: values[name] for name in titles})
    return difference.rename(values.name).assign_attrs(values.attrs | {"units": units})
