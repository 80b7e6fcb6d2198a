"""What a zone does to the province that hosts it, beside what the literature finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.analysis.compare import CENTRAL_DRAW, select
from dualcirc.errors import DataError, Problem, did_you_mean
from dualcirc.files import series
from dualcirc.files.calendar import NEVER, to_model_time
from dualcirc.observe import at
from dualcirc.results.schema import BASELINE

OPENING = "zone_opening_year"
NO_ZONES = "no_zones"


def opening_dates(dataset: xr.Dataset, scenario: str = BASELINE) -> xr.DataArray:
    """Opening date of the zone of each province, (province), calendar date as a decimal year; NaN where there is none.

    Parameters
    ----------
    dataset
        A result that holds ``zone_opening_year``.
    scenario
        Scenario whose zones are meant.
    """
    dates = select(dataset, OPENING).sel(scenario=_known(dataset, scenario), drop=True)
    dates = dates.sel(draw=CENTRAL_DRAW, drop=True) if "draw" in dates.dims else dates
    dates = dates.isel(time=0, drop=True) if "time" in dates.dims else dates
    return dates.where(dates < NEVER)


def host_effects(
    dataset: xr.Dataset, variable: str, years_after: float, scenario: str = BASELINE, without: str = NO_ZONES
) -> xr.DataArray:
    """Effect of its zone on each host, (draw, province), as a fraction of the level without any zone.

    Parameters
    ----------
    dataset
        A result that holds both scenarios.
    variable
        Dataset name of a variable by province.
    years_after
        Years between the opening of the zone and the observation.
    scenario, without
        Scenario with zones, and the counterfactual without.

    Returns
    -------
    xarray.DataArray
        NaN for provinces without a zone and where the observation falls after the end of the run.

    Notes
    -----
    ``x / x_without - 1`` at opening date + ``years_after``. It contains what the zones of others do to the host.
    """
    values, dates = select(dataset, variable), opening_dates(dataset, scenario) + years_after
    effect = values.sel(scenario=_known(dataset, scenario), drop=True)
    effect = effect / values.sel(scenario=_known(dataset, without), drop=True) - 1.0
    end = float(effect["time"].max())
    hosts = [str(p) for p, date in zip(dates["province"].values, dates.values, strict=True) if _seen(float(date), end)]
    found = [at(effect.sel(province=host), float(dates.sel(province=host))).drop_vars("date") for host in hosts]
    none = effect.isel(time=0, drop=True).sel(province=[])
    joined = xr.concat(found, dim="province", coords="different", compat="equals", join="exact") if found else none
    joined = joined.reindex(province=dates["province"].values)
    return joined.rename(variable).assign_attrs(values.attrs | {"units": "1"})


def batch_table(
    dataset: xr.Dataset, ranges: pd.DataFrame | None = None, scenario: str = BASELINE, without: str = NO_ZONES
) -> pd.DataFrame:
    """Mean effect on the hosts of each batch of zones beside its evidence range, fractions.

    Parameters
    ----------
    dataset
        A result that holds both scenarios.
    ranges
        Rows ``batch, first_year, last_year, variable, years_after, low, central, high``;
        ``model/data/zone_effect_ranges.csv`` by default.
    scenario, without
        Scenario with zones, and the counterfactual without.

    Returns
    -------
    pandas.DataFrame
        One row for each range: ``hosts``, ``model`` (mean over hosts, central draw), ``model_low`` and ``model_high``
        (smallest and largest draw of that mean), the range, and ``within`` (the central draw lies in it).
    """
    table = series.table("zone_effect_ranges") if ranges is None else ranges
    opened = opening_dates(dataset, scenario) // 1.0
    rows = [_batch_row(dataset, row, opened, scenario, without) for _, row in table.iterrows()]
    return pd.DataFrame(rows)


def _batch_row(
    dataset: xr.Dataset, row: pd.Series[Any], opened: xr.DataArray, scenario: str, without: str
) -> dict[str, object]:
    effect = host_effects(dataset, str(row["variable"]), float(row["years_after"]), scenario, without)
    batch = (opened >= float(row["first_year"])) & (opened <= float(row["last_year"]))
    hosts = effect.sel(province=batch.values).dropna("province", how="all")
    mean = hosts.mean("province") if hosts.sizes["province"] else hosts.sum("province") * np.nan
    draws = mean if "draw" in mean.dims else mean.expand_dims(draw=[CENTRAL_DRAW])
    model = float(draws.sel(draw=CENTRAL_DRAW))
    low, central, high = (float(row[key]) for key in ("low", "central", "high"))
    return {
        "batch": row["batch"],
        "variable": row["variable"],
        "years_after": row["years_after"],
        "hosts": int(hosts.sizes["province"]),
        "model": model,
        "model_low": float(draws.min()),
        "model_high": float(draws.max()),
        "evidence_low": low,
        "evidence_central": central,
        "evidence_high": high,
        "within": bool(low <= model <= high),
    }


def _seen(date: float, end: float) -> bool:
    return bool(np.isfinite(date)) and to_model_time(date) <= end


def _known(dataset: xr.Dataset, scenario: str) -> str:
    names = [str(name) for name in dataset["scenario"].values]
    if scenario not in names:
        raise DataError(Problem(f"the result has no scenario '{scenario}'", mend=did_you_mean(scenario, names)))
    return scenario
