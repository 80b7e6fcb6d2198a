"""Offshore duty-free sales beside what customs recorded."""

from __future__ import annotations

import pandas as pd
import xarray as xr

from dualcirc.accounts.volumes import deflator
from dualcirc.analysis.compare import CENTRAL_DRAW, select
from dualcirc.files import series
from dualcirc.observe import annual_flow
from dualcirc.results.schema import BASELINE

ISLAND = "Hainan"


def duty_free_table(dataset: xr.Dataset, scenario: str = BASELINE) -> pd.DataFrame:
    """Duty-free sales of Hainan by year, billion CNY (2020 prices); none of these figures is fitted.

    Returns
    -------
    pandas.DataFrame
        Index: year. Columns: ``recorded``, ``model``, ``status`` of the recorded figure.
    """
    rows = series.table("duty_free")
    rows = rows[(rows["series"] == "offshore_sales_customs") & rows["period"].str.fullmatch(r"\d{4}")]
    years = [int(period) for period in rows["period"]]
    recorded = rows["value"].astype(float).to_numpy() / deflator().sel(year=years).values
    turnover = select(dataset, "duty_free_turnover").sel(scenario=scenario, draw=CENTRAL_DRAW, province=ISLAND)
    model = annual_flow(turnover, years).values
    table = pd.DataFrame({"recorded": recorded, "model": model, "status": list(rows["status"])}, index=years)
    return table.rename_axis("year")
