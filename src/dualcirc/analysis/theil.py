"""Inequality of an amount per head between and within regions: Theil's T, decomposed without a rest."""

from __future__ import annotations

import xarray as xr
from scipy.special import xlogy

from dualcirc.analysis.compare import select
from dualcirc.analysis.places import OUTPUT, POPULATION, is_per_head, regions_of


def theil(amount: xr.DataArray, population: xr.DataArray, region: xr.DataArray) -> xr.Dataset:
    """Theil's T of amount per head over provinces, and its parts; all of unit 1.

    Parameters
    ----------
    amount
        Totals by province, not negative, (..., province).
    population
        People by province, (..., province).
    region
        Region of every province, (province).

    Returns
    -------
    xarray.Dataset
        ``total``, ``between``, ``within`` (...), with ``total = between + within``; ``within_index``, the index inside
        each region, and ``within_contribution``, what it adds to the total, (..., region), which sum to ``within``;
        ``between_share``, the part of the total that lies between regions.

    Notes
    -----
    With shares of the amount s and of the population n, T = sum_p s_p ln(s_p / n_p), provinces weighted by their share
    of the amount; between regions T_B = sum_r s_r ln(s_r / n_r), and T = T_B + sum_r s_r T_r exactly. A province
    without any amount counts for nothing, as s ln s goes to zero.

    References
    ----------
    theil1967; shorrocks1980
    """
    total_amount, total_people = amount.sum("province", skipna=False), population.sum("province", skipna=False)
    total = _index(amount / total_amount, population / total_people, "province")
    groups = region.rename("region")
    amounts = amount.groupby(groups).sum(skipna=False)
    people = population.groupby(groups).sum(skipna=False)
    shares = amounts / total_amount
    between = _index(shares, people / total_people, "region")
    names = [str(name) for name in shares["region"].values]
    indices = [_inside(*(values.sel(province=groups == name) for values in (amount, population))) for name in names]
    inside = xr.concat(indices, dim=shares["region"])
    contribution = (shares * inside).transpose(*shares.dims)
    parts = {
        "total": total,
        "between": between,
        "within": contribution.sum("region", skipna=False),
        "within_index": inside.transpose(*shares.dims),
        "within_contribution": contribution,
        "between_share": between / total,
    }
    return xr.Dataset({name: part.assign_attrs(units="1", long_name=_LABELS[name]) for name, part in parts.items()})


_LABELS = {
    "total": "Theil index",
    "between": "Theil index between regions",
    "within": "Theil index within regions",
    "within_index": "Theil index inside the region",
    "within_contribution": "Contribution of the region to the Theil index",
    "between_share": "Share of the Theil index between regions",
}


def theil_decomposition(dataset: xr.Dataset, variable: str = OUTPUT) -> xr.Dataset:
    """Inequality between provinces of one variable per head, with its parts, (scenario, draw, time[, region]).

    Parameters
    ----------
    dataset
        A result with population by province.
    variable
        Dataset name of an amount by province, as GDP, or of an amount per head, as disposable income per head.

    Returns
    -------
    xarray.Dataset
        As :func:`theil`. For GDP ``total`` equals the model's own `Theil index`.
    """
    values, people = select(dataset, variable), select(dataset, POPULATION)
    amount = values * people if is_per_head(values) else values
    region = regions_of(dataset)
    plain = [name for name in amount.coords if name not in amount.dims and name != "scenario_title"]
    parts = theil(amount.drop_vars(plain), people.drop_vars(plain, errors="ignore"), region)
    label = str(values.attrs.get("long_name", variable)) + ("" if is_per_head(values) else " per head")
    return parts.assign_attrs(of=label, weights="share of the amount")


def _index(amount_share: xr.DataArray, people_share: xr.DataArray, dim: str) -> xr.DataArray:
    terms: xr.DataArray = xr.apply_ufunc(xlogy, amount_share, amount_share / people_share)
    return terms.sum(dim, skipna=False)


def _inside(amount: xr.DataArray, people: xr.DataArray) -> xr.DataArray:
    """Index among the provinces of one region; nothing is unequal where there is nothing."""
    whole = amount.sum("province", skipna=False)
    shares = (amount / whole).where(whole != 0.0, people / people.sum("province"))
    return _index(shares, people / people.sum("province"), "province")
