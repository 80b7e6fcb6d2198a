"""Model output to what a statistic measures.

A simulated flow is an annualised rate at a point of model time, and model time t is the middle of calendar year t. A
statistic covers a calendar year, a part of one, or the stock at its end. Only these functions translate between the
two; between saved points a path is taken as linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
import xarray as xr

from dualcirc.errors import DataError, Problem
from dualcirc.files.calendar import HALF_YEAR, to_model_time


@overload
def at(path: xr.DataArray, dates: float) -> xr.DataArray: ...
@overload
def at(path: xr.DataArray, dates: Sequence[float]) -> xr.DataArray: ...
def at(path: xr.DataArray, dates: float | Sequence[float]) -> xr.DataArray:
    """Value of a path at calendar dates (decimal years); dim ``time`` becomes ``date``, unit unchanged.

    Parameters
    ----------
    path
        Model output with dim ``time`` in model time.
    dates
        One date (the dim is dropped) or several. 2013.74 is 28 September 2013.
    """
    wanted = np.atleast_1d(np.asarray(dates, dtype=np.float64))
    times = to_model_time(0.0) + wanted
    _within(path, float(times.min()), float(times.max()))
    values = _interpolate(path, times).rename(time="date").assign_coords(date=wanted)
    return values.isel(date=0) if np.ndim(dates) == 0 else values


def annual_flow(path: xr.DataArray, years: Sequence[int] | None = None) -> xr.DataArray:
    """Flow of calendar years; dim ``time`` becomes ``year``, unit unchanged (an annual rate).

    Parameters
    ----------
    path
        Simulated rate with dim ``time``.
    years
        Calendar years; every whole year of the path by default.

    Notes
    -----
    The flow of year Y is the rate at t = Y, its middle: exact for a rate that is linear within the year.
    """
    chosen = _whole_years(path, 0.0) if years is None else [int(year) for year in years]
    return _by_year(path, chosen, 0.0, "time: mean (calendar year)")


def year_end_stock(path: xr.DataArray, years: Sequence[int] | None = None) -> xr.DataArray:
    """Stock at the end of calendar years; dim ``time`` becomes ``year``, unit unchanged.

    Parameters
    ----------
    path
        Simulated stock with dim ``time``.
    years
        Calendar years; every year whose end lies within the path by default.

    Notes
    -----
    The end of year Y stands at t = Y + 0.5.
    """
    chosen = _whole_years(path, HALF_YEAR) if years is None else [int(year) for year in years]
    return _by_year(path, chosen, HALF_YEAR, "time: point (end of year)")


def period_mean(path: xr.DataArray, start: float, end: float) -> xr.DataArray:
    """Mean of a path between two calendar dates, without dim ``time``, unit unchanged.

    Notes
    -----
    ``integral of the path / (end - start)``, exact for the piecewise linear path: the mean rate of January to October
    2018 is ``period_mean(path, 2018, 2018 + 10 / 12)``.
    """
    first, last = to_model_time(start), to_model_time(end)
    if not first < last:
        raise DataError(Problem(f"the period ends ({end:g}) before it starts ({start:g})", expected="start < end"))
    _within(path, first, last)
    saved = path["time"].values
    inner = saved[(saved > first) & (saved < last)]
    knots = np.concatenate([[first], inner, [last]])
    mean = _interpolate(path, knots).integrate("time") / (last - first)
    return mean.assign_attrs(path.attrs | {"cell_methods": f"time: mean (calendar dates {start:g} to {end:g})"})


def period_share(part: xr.DataArray, whole: xr.DataArray, start: float, end: float) -> xr.DataArray:
    """Share of a part in a whole over a period of calendar dates, without dim ``time``, unit 1.

    Notes
    -----
    The ratio of the two flows of the period, as a statistic reports it, not the mean of the ratio.
    """
    share = period_mean(part, start, end) / period_mean(whole, start, end)
    return share.assign_attrs(units="1", cell_methods=f"time: mean (calendar dates {start:g} to {end:g})")


def _by_year(path: xr.DataArray, years: Sequence[int], shift: float, cell_methods: str) -> xr.DataArray:
    times = np.asarray(years, dtype=np.float64) + shift
    if times.size:
        _within(path, float(times.min()), float(times.max()))
    values = _interpolate(path, times).rename(time="year").assign_coords(year=list(years))
    return values.assign_attrs(path.attrs | {"cell_methods": cell_methods})


def _whole_years(path: xr.DataArray, shift: float) -> list[int]:
    times = path["time"].values
    return list(range(int(np.ceil(times[0] - shift)), int(np.floor(times[-1] - shift)) + 1))


def _interpolate(path: xr.DataArray, times: np.ndarray) -> xr.DataArray:
    """Linear between saved points; a saved point is returned bit for bit, so that a null difference stays zero."""
    if np.isin(times, path["time"].values).all():
        return path.sel(time=times)
    saved = path["time"].values
    left = np.clip(np.searchsorted(saved, times, side="right") - 1, 0, len(saved) - 2)
    weight = xr.DataArray((times - saved[left]) / (saved[left + 1] - saved[left]), dims="time", coords={"time": times})
    before = path.isel(time=left).assign_coords(time=times)
    after = path.isel(time=left + 1).assign_coords(time=times)
    return ((1.0 - weight) * before + weight * after).transpose(*path.dims).assign_attrs(path.attrs)


def _within(path: xr.DataArray, first: float, last: float) -> None:
    saved = path["time"].values
    if first < saved[0] or last > saved[-1]:
        raise DataError(
            Problem(
                f"'{path.name}' is asked for model time {first:g} to {last:g}",
                expected=f"within the saved {saved[0]:g} to {saved[-1]:g}",
            )
        )
