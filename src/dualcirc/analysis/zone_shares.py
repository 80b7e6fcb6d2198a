"""Shares of the zones in national investment and trade, beside what was announced."""

from __future__ import annotations

import pandas as pd
import xarray as xr

from dualcirc.files import series
from dualcirc.files.calendar import span
from dualcirc.observe import period_mean
from dualcirc.results.schema import BASELINE

SERIES = {"ftz_share_of_national_fdi": "zone_share_of_fdi", "ftz_share_of_national_trade": "zone_share_of_trade"}
"""Announced series -> variable of the model."""


def zone_share_table(dataset: xr.Dataset, scenario: str = BASELINE) -> pd.DataFrame:
    """Announced shares of the zones beside the model, fractions.

    Parameters
    ----------
    dataset
        A result that holds ``zone_share_of_fdi`` and ``zone_share_of_trade``.
    scenario
        Scenario that carries recorded policy.

    Returns
    -------
    pandas.DataFrame
        Columns ``series, period, announced, model, gap, note``; the model over the same calendar period.
    """
    run = dataset.sel(scenario=scenario, draw=0)
    rows = series.table("context_series")
    rows = rows[rows["series"].isin(list(SERIES))]
    table = []
    for _, row in rows.iterrows():
        announced = float(row["value"]) / 100.0
        model = float(period_mean(run[SERIES[str(row["series"])]], *span(str(row["period"]))))
        table.append((SERIES[str(row["series"])], row["period"], announced, model, model - announced, row["note"]))
    return pd.DataFrame(table, columns=["series", "period", "announced", "model", "gap", "note"])
