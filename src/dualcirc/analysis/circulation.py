"""Both circulations beside the tables they can be compared with."""

from __future__ import annotations

import pandas as pd
import xarray as xr

from dualcirc.accounts.destinations import published_means
from dualcirc.analysis.compare import CENTRAL_DRAW, select
from dualcirc.analysis.history import domestic_share
from dualcirc.observe import annual_flow
from dualcirc.results.schema import BASELINE

DESTINATIONS = {
    "own province": "own_province_circulation_gdp",
    "other provinces": "other_province_circulation_gdp",
    "international": "international_circulation_gdp",
}
TABLE_YEAR = 2017
"""Year of the published interregional table."""


def destination_table(dataset: xr.Dataset, scenario: str = BASELINE) -> pd.DataFrame:
    """Value added by destination of demand in 2017, unweighted means over provinces, fractions.

    Returns
    -------
    pandas.DataFrame
        Index: own province, other provinces, international. Columns: ``published``, ``model``, ``gap``.
    """
    run = dataset.sel(scenario=scenario, draw=CENTRAL_DRAW)
    gdp = annual_flow(select(run, "gdp"), [TABLE_YEAR]).isel(year=0)
    published, rows = published_means(), {}
    for label, name in DESTINATIONS.items():
        model = float((annual_flow(select(run, name), [TABLE_YEAR]).isel(year=0) / gdp).mean("province"))
        rows[label] = (published[label], model, model - published[label])
    return pd.DataFrame.from_dict(rows, orient="index", columns=["published", "model", "gap"])


def domestic_share_table(dataset: xr.Dataset, scenario: str = BASELINE) -> pd.DataFrame:
    """Share of GDP that domestic demand calls for, (year, model and tables), fractions; empty where no table exists."""
    run = dataset.sel(scenario=scenario, draw=CENTRAL_DRAW)
    years = list(range(2010, 2023))
    columns = {"model": annual_flow(select(run, "domestic_circulation_share"), years).to_series()}
    columns |= {label: share.to_series() for label, share in domestic_share().items()}
    return pd.DataFrame(columns).loc[years]
