"""Any variable by province for provinces, regions and the nation in one array, with the right aggregation."""

from __future__ import annotations

import numpy as np
import xarray as xr

from dualcirc.analysis.compare import select
from dualcirc.errors import DataError, Problem
from dualcirc.files.series import provinces
from dualcirc.units import parse_unit

NATION = "China"
OUTPUT, POPULATION = "gdp", "population"
"""Weights of means: output for intensities, population for amounts per head."""

SUM = "sum over provinces"
LEVELS = ("nation", "region", "province")


def over_places(dataset: xr.Dataset, variable: str) -> xr.DataArray:
    """Values of one variable for the nation, its regions and its provinces, (scenario, draw, time, place).

    Parameters
    ----------
    dataset
        A result; output and population are needed where means are formed.
    variable
        Dataset name of a variable by province.

    Returns
    -------
    xarray.DataArray
        Dim ``place`` with coordinate ``level`` (nation, region, province); ``attrs['aggregation']`` says how regions
        and the nation are formed.

    Notes
    -----
    Amounts, of which the result holds totals, are summed. Amounts per head are means weighted by population, so that
    the mean of output per head is total output over total population. What is left, as technology, risk and the debt
    ratio, is a mean weighted by output.
    """
    values = _by_province(dataset, variable)
    weight = weight_of(dataset, variable)
    if weight is None:
        return _labelled(sums_by_place(values), values, SUM)
    weights = _by_province(dataset, weight)
    means = sums_by_place(values * weights) / sums_by_place(weights)
    return _labelled(means, values, f"mean over provinces, weighted by {weight}")


def weight_of(dataset: xr.Dataset, variable: str) -> str | None:
    """Dataset name of the weights with which a variable is averaged over provinces; None where it is summed."""
    if f"region_{variable}" in dataset.data_vars:
        return None
    return POPULATION if is_per_head(dataset[variable]) else OUTPUT


def is_per_head(values: xr.DataArray) -> bool:
    """Whether the unit divides by people."""
    unit = parse_unit(str(values.attrs.get("units", "1")))
    return any(power < 0 and "person" in atom.split() for atom, power in unit.powers)


def regions_of(dataset: xr.Dataset | xr.DataArray) -> xr.DataArray:
    """Region of every province, (province): as the result names them, otherwise as the registry does."""
    if "macro_region" in dataset.coords:
        return dataset["macro_region"].astype(str)
    names = [str(name) for name in dataset["province"].values]
    return xr.DataArray(list(provinces()["macro_region"].loc[names]), dims="province", coords={"province": names})


def membership(dataset: xr.Dataset | xr.DataArray) -> xr.DataArray:
    """Which province counts for which place, (place, province), 0 or 1; the nation first, then regions, then provinces.

    Raises
    ------
    DataError
        A region or province bears the name of another place.
    """
    by_province = regions_of(dataset)
    names = [str(name) for name in dataset["province"].values]
    regions = list(dict.fromkeys(by_province.values.tolist()))
    places = [NATION, *regions, *names]
    if len(set(places)) != len(places):
        raise DataError(Problem("two places have the same name", expected="distinct names of regions and provinces"))
    rows = [np.ones(len(names)), *(by_province.values == region for region in regions), *np.eye(len(names))]
    level = [LEVELS[0], *[LEVELS[1]] * len(regions), *[LEVELS[2]] * len(names)]
    coords = {"place": places, "province": names, "level": ("place", level)}
    return xr.DataArray(np.array(rows, dtype=np.float64), dims=("place", "province"), coords=coords)


def _by_province(dataset: xr.Dataset, variable: str) -> xr.DataArray:
    values = select(dataset, variable)
    if "province" not in values.dims:
        got = ", ".join(map(str, values.dims))
        raise DataError(Problem(f"'{variable}' has the dims {got}", expected="a variable by province"))
    kept = {*values.dims, "scenario_title", "macro_region"}
    return values.drop_vars([name for name in values.coords if name not in kept])


def sums_by_place(values: xr.DataArray) -> xr.DataArray:
    """Sums by place, each over its own provinces alone: a province that is missing spoils only what it is part of."""
    table = membership(values)
    plain = values.drop_vars("macro_region", errors="ignore")
    parts = [plain.isel(province=np.flatnonzero(row)).sum("province", skipna=False) for row in table.values]
    return xr.concat(parts, dim="place").assign_coords(place=table["place"], level=table["level"])


def _labelled(result: xr.DataArray, values: xr.DataArray, aggregation: str) -> xr.DataArray:
    dims = [*(dim for dim in values.dims if dim != "province"), "place"]
    attrs = {name: text for name, text in values.attrs.items() if name != "cell_methods"}
    return result.transpose(*dims).rename(values.name).assign_attrs(attrs | {"aggregation": aggregation})
