"""Coupling coordination of the domestic and the international circulation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import xarray as xr

from dualcirc.analysis.compare import CENTRAL_DRAW
from dualcirc.analysis.dual_circulation import circulation_indicators
from dualcirc.analysis.places import NATION, POPULATION, over_places
from dualcirc.errors import DataError, Problem
from dualcirc.results.schema import BASELINE

DOMESTIC = ("domestic_gdp_per_head", "interprovincial_share", "consumption_per_head")
"""Indicators of the domestic circulation: what it produces, how far it crosses provinces, what households get."""
ABROAD = ("international_gdp_per_head", "trade_dependence", "fdi_per_head")
"""Indicators of the international circulation: what it produces, trade, foreign investment."""


class Bounds(NamedTuple):
    """Values of an indicator that count as 0 and as 1."""

    low: float
    high: float


def coupling_degree(domestic: xr.DataArray, international: xr.DataArray, weight: float = 0.5) -> xr.Dataset:
    """Coupling C, development T and coupling coordination degree D of two indices, each with the dims of the indices.

    Parameters
    ----------
    domestic, international
        Normalised indices U1 and U2, not negative.
    weight
        Weight a of U1 in T; U2 has 1 - a.

    Notes
    -----
    ``C = 2 sqrt(U1 U2) / (U1 + U2)``, ``T = a U1 + (1 - a) U2``, ``D = sqrt(C T)``; C lies between 0 and 1 and is 1
    where the indices are equal, whatever their level. C is 0 where either index is, and also where both are.

    Much published work has C wrong, about half of 379 papers by one count (liu2017): the factor 2 is lost, so that C
    ends at a half; the denominator is not squared under the root, ``sqrt(U1 U2 / (U1 + U2))``, so that C moves with the
    level; weights are misplaced. wang2021 lists the kinds of error and restores the form used here.

    References
    ----------
    liu2017; wang2021
    """
    if not 0.0 <= weight <= 1.0:
        raise DataError(Problem(f"got the weight {weight:g}", expected="from 0 to 1"))
    if bool(((domestic < 0) | (international < 0)).any()):
        mend = "Choose bounds whose lower end lies below every value."
        raise DataError(Problem("got a negative index", expected="indices of 0 or more", mend=mend))
    both, product = domestic + international, domestic * international
    coupling = (2.0 * product**0.5 / both.where(both > 0)).where(both != 0, 0.0)
    development = weight * domestic + (1.0 - weight) * international
    parts = {
        "coupling": (coupling, "Coupling degree of both circulations"),
        "development": (development, "Development index of both circulations"),
        "coordination": ((coupling * development) ** 0.5, "Coupling coordination degree of both circulations"),
    }
    return xr.Dataset({name: part.assign_attrs(units="1", long_name=label) for name, (part, label) in parts.items()})


def coordination(dataset: xr.Dataset, bounds: Mapping[str, Bounds] | None = None, weight: float = 0.5) -> xr.Dataset:
    """Indices of both circulations and their coupling coordination, (scenario, draw, time, place).

    Parameters
    ----------
    dataset
        A result with the baseline, or any result if bounds are given.
    bounds
        Bounds of every indicator; :func:`fixed_bounds` by default.
    weight
        Weight of the domestic circulation in the development index.

    Returns
    -------
    xarray.Dataset
        ``domestic_index``, ``international_index``, ``coupling``, ``development``, ``coordination``; the bounds
        stand in the attrs.

    Notes
    -----
    An index is the plain mean of its indicators (x - low) / (high - low). An index above 1 means more than the
    reference, and is not cut off: cutting would hide what a scenario adds.
    """
    values = indicators_of_circulation(dataset)
    chosen = dict(bounds) if bounds is not None else fixed_bounds(dataset)
    missing = [name for name in (*DOMESTIC, *ABROAD) if name not in chosen]
    if missing:
        raise DataError(Problem(f"no bounds for {', '.join(missing)}", expected="bounds of every indicator"))
    domestic, abroad = (_index(values, names, chosen) for names in (DOMESTIC, ABROAD))
    result = coupling_degree(domestic, abroad, weight).assign(
        domestic_index=domestic.assign_attrs(units="1", long_name="Index of the domestic circulation"),
        international_index=abroad.assign_attrs(units="1", long_name="Index of the international circulation"),
    )
    for values_of in result.data_vars.values():
        values_of.attrs["aggregation"] = "index of sums over provinces"
    texts = [f"{name}: {chosen[name].low:.6g} to {chosen[name].high:.6g}" for name in (*DOMESTIC, *ABROAD)]
    return result.assign_attrs(bounds="; ".join(texts), weight=weight)


def indicators_of_circulation(dataset: xr.Dataset) -> xr.Dataset:
    """The six indicators behind the indices, (scenario, draw, time, place)."""
    circulation, people = circulation_indicators(dataset), over_places(dataset, POPULATION)
    return xr.Dataset(
        {
            "domestic_gdp_per_head": circulation["domestic_gdp"] / people,
            "interprovincial_share": circulation["interprovincial_share"],
            "consumption_per_head": over_places(dataset, "household_consumption") / people,
            "international_gdp_per_head": circulation["international_gdp"] / people,
            "trade_dependence": circulation["trade_dependence"],
            "fdi_per_head": over_places(dataset, "fdi_inflow") / people,
        }
    )


def fixed_bounds(dataset: xr.Dataset) -> dict[str, Bounds]:
    """Bounds that do not depend on which scenarios, draws or provinces stand beside each other.

    Notes
    -----
    From nothing at all, 0, to the largest national value of the baseline with central parameters. With the smallest
    and largest value of the data at hand, as is usual, every degree changes when a scenario is added, and the worst
    case is uncoupled by construction; wang2021 names both as what makes published degrees incomparable.
    """
    if BASELINE not in dataset["scenario"].values:
        mend = "Run it together with the scenarios, or give bounds."
        raise DataError(Problem(f"the result has no scenario '{BASELINE}'", expected="the reference", mend=mend))
    reference = dataset.sel(scenario=[BASELINE], draw=[CENTRAL_DRAW])
    values = indicators_of_circulation(reference).sel(place=NATION)
    return {str(name): Bounds(0.0, float(array.max())) for name, array in values.data_vars.items()}


def spanned_bounds(dataset: xr.Dataset) -> dict[str, Bounds]:
    """Smallest and largest value of every indicator over all that a result holds: the usual choice, for comparison."""
    values = indicators_of_circulation(dataset)
    return {str(name): Bounds(float(array.min()), float(array.max())) for name, array in values.data_vars.items()}


def _index(values: xr.Dataset, names: tuple[str, ...], bounds: Mapping[str, Bounds]) -> xr.DataArray:
    scaled = [(values[name] - bounds[name].low) / (bounds[name].high - bounds[name].low) for name in names]
    return sum(scaled[1:], scaled[0]) / len(scaled)
