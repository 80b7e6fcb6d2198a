"""The aims that policies are weighed by: growth, consumption, the regional gap, risk and fiscal cost."""

from __future__ import annotations

import xarray as xr

from dualcirc.analysis.places import NATION, OUTPUT, over_places
from dualcirc.analysis.theil import theil_decomposition
from dualcirc.analysis.welfare import CONSUMPTION, COST
from dualcirc.errors import DataError, Problem
from dualcirc.observe import annual_flow

RISK = "unresolved_risk"
BEST_HIGH, BEST_LOW = "max", "min"
"""Attribute ``direction`` of an objective."""


def objectives(dataset: xr.Dataset, start: int, end: int) -> xr.Dataset:
    """Return the five aims of the studies for every scenario, point and draw, (scenario, [point,] draw).

    Parameters
    ----------
    dataset
        A result with GDP, household consumption, population, unresolved risk and policy outlays by province.
    start, end
        First and last calendar year; the last is the year in which levels are judged.

    Returns
    -------
    xarray.Dataset
        ``growth``: mean yearly growth of national GDP from ``start`` to ``end``, per cent a year;
        ``consumption_share``: household consumption in GDP in ``end``, per cent;
        ``regional_gap``: Theil index of GDP per head between all provinces in ``end``, unit 1;
        ``risk``: unresolved risk of opening, mean over provinces weighted by output, in the middle of ``end``, unit 1;
        ``fiscal_cost``: outlays of the levers in all years from ``start`` to ``end`` relative to GDP of these years,
        per cent.
        The attribute ``direction`` says whether more (``max``) or less (``min``) is better.

    Raises
    ------
    DataError
        The years are in the wrong order or beyond the run, or a variable was not saved.

    Notes
    -----
    Growth is ``100 ((Y_end / Y_start)^(1 / (end - start)) - 1)`` of volumes in constant prices. Risk is the cause, not
    the loss: what risk costs in output stands in growth already. Outlays are those of all levers together; what the
    baseline spends is in them.
    """
    if start >= end:
        raise DataError(Problem(f"got the years {start} and {end}", expected="a first year before the last one"))
    gdp, consumption, cost = (_national(dataset, name) for name in (OUTPUT, CONSUMPTION, COST))
    first, last = (annual_flow(gdp, [year]).isel(year=0, drop=True) for year in (start, end))
    share = annual_flow(consumption, [end]).isel(year=0, drop=True) / last
    gap = annual_flow(theil_decomposition(dataset)["total"], [end]).isel(year=0, drop=True)
    risk = annual_flow(_national(dataset, RISK), [end]).isel(year=0, drop=True)
    years = range(start, end + 1)
    outlays, output = (annual_flow(values, years).sum("year", skipna=False) for values in (cost, gdp))
    parts = {
        "growth": (100.0 * ((last / first) ** (1.0 / (end - start)) - 1.0), "%/year", BEST_HIGH),
        "consumption_share": (100.0 * share, "%", BEST_HIGH),
        "regional_gap": (gap, "1", BEST_LOW),
        "risk": (risk, "1", BEST_LOW),
        "fiscal_cost": (100.0 * outlays / output, "%", BEST_LOW),
    }
    found = {
        name: values.drop_attrs().assign_attrs(units=units, direction=direction, long_name=_LABELS[name])
        for name, (values, units, direction) in parts.items()
    }
    return xr.Dataset(found).assign_attrs(start=start, end=end)


_LABELS = {
    "growth": "Mean yearly growth of GDP",
    "consumption_share": "Share of household consumption in GDP",
    "regional_gap": "Theil index of GDP per head",
    "risk": "Unresolved risk of opening",
    "fiscal_cost": "Fiscal cost of the levers relative to GDP",
}


def _national(dataset: xr.Dataset, variable: str) -> xr.DataArray:
    return over_places(dataset, variable).sel(place=NATION).drop_vars(["place", "level"])
