"""The two circulations in figures: levels, shares, dependence on trade, and what each adds to growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import xarray as xr

from dualcirc.analysis.circulation import DESTINATIONS
from dualcirc.analysis.places import OUTPUT, SUM, over_places
from dualcirc.errors import DataError, Problem

OWN, OTHER, INTERNATIONAL = DESTINATIONS.values()

EXPENDITURE: Mapping[str, Sequence[tuple[str, float]]] = {
    "household consumption": [("household_consumption", 1.0)],
    "government consumption": [("government_consumption", 1.0)],
    "capital formation": [("investment", 1.0)],
    "net exports": [("exports", 1.0), ("imports", -1.0)],
    "net outflow to other provinces": [("net_domestic_outflow", 1.0)],
}
"""Components of GDP by expenditure; the last one is zero for the nation."""
CIRCULATION: Mapping[str, Sequence[tuple[str, float]]] = {label: [(name, 1.0)] for label, name in DESTINATIONS.items()}
"""Components of GDP by whose demand calls for it."""
SIDES = {"expenditure": EXPENDITURE, "circulation": CIRCULATION}


def circulation_indicators(dataset: xr.Dataset) -> xr.Dataset:
    """Both circulations of the nation, its regions and provinces, (scenario, draw, time, place).

    Returns
    -------
    xarray.Dataset
        ``domestic_gdp``, ``international_gdp`` (unit of GDP), ``domestic_share``, ``international_share``,
        ``interprovincial_share``, ``trade_dependence`` (unit 1).

    Notes
    -----
    International circulation is value added that exports of any province call for; domestic circulation is the rest of
    GDP. The interprovincial share is value added that domestic demand of *other* provinces calls for, relative to GDP,
    also for a region: trade between two of its provinces counts. Trade dependence is (exports + imports) / GDP, of the
    economic flows, not of those recorded by customs. Regions and the nation are ratios of sums.
    """
    gdp = over_places(dataset, OUTPUT)
    own, other, abroad = (over_places(dataset, name) for name in (OWN, OTHER, INTERNATIONAL))
    trade = over_places(dataset, "exports") + over_places(dataset, "imports")
    units = str(gdp.attrs.get("units", ""))
    parts = {
        "domestic_gdp": (own + other, units, "GDP for domestic circulation"),
        "international_gdp": (abroad, units, "GDP for international circulation"),
        "domestic_share": ((own + other) / gdp, "1", "Share of domestic circulation in GDP"),
        "international_share": (abroad / gdp, "1", "Share of international circulation in GDP"),
        "interprovincial_share": (other / gdp, "1", "Share of interprovincial circulation in GDP"),
        "trade_dependence": (trade / gdp, "1", "Exports and imports relative to GDP"),
    }
    how = "ratio of sums over provinces"
    return xr.Dataset(
        {
            name: values.assign_attrs(units=unit, long_name=label, aggregation=how if unit == "1" else SUM)
            for name, (values, unit, label) in parts.items()
        }
    )


def growth_contributions(dataset: xr.Dataset, side: Literal["expenditure", "circulation"]) -> xr.DataArray:
    """What each component adds to the growth of GDP since the saved time before, per cent of GDP at that time.

    Parameters
    ----------
    dataset
        A result. One that holds chosen times only, as ``dataset.sel(time=[2025, 2035])``, gives the growth of the
        whole span and its parts.
    side
        ``expenditure`` (consumption, capital formation, net exports, net outflow to other provinces) or
        ``circulation`` (demand of the own province, of other provinces, of the world).

    Returns
    -------
    xarray.DataArray
        (component, scenario, draw, time, place); the last component, ``GDP``, is growth itself.

    Notes
    -----
    ``100 (x(t) - x(t-1)) / Y(t-1)``: volumes in constant prices of one year add up, so that the contributions sum to
    growth exactly; nothing is chained. The net outflow to other provinces is zero for the nation.
    """
    if dataset.sizes["time"] < 2:
        raise DataError(Problem("got one saved time", expected="at least two times for a growth rate"))
    gdp = over_places(dataset, OUTPUT)
    components = {label: _signed_sum(dataset, terms) for label, terms in SIDES[side].items()}
    before = gdp.shift(time=1)
    parts = [100.0 * (values - values.shift(time=1)) / before for values in (*components.values(), gdp)]
    whole = xr.concat(parts, dim="component").assign_coords(component=[*components, "GDP"]).isel(time=slice(1, None))
    attrs = {
        "units": "%",
        "long_name": f"Contributions to growth of GDP by {side}",
        "price_basis": str(gdp.attrs.get("price_basis", "")),
        "comment": "per cent of GDP at the saved time before",
    }
    return whole.rename("contribution").drop_attrs().assign_attrs(attrs)


def _signed_sum(dataset: xr.Dataset, terms: Sequence[tuple[str, float]]) -> xr.DataArray:
    first, *others = (sign * over_places(dataset, name) for name, sign in terms)
    return sum(others, first)
